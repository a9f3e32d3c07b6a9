// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cctype>

#include <vernier/core/files.hpp>
#include <vernier/core/home.hpp>
#include <vernier/published/published.hpp>

namespace vernier::published {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (auto& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool same(const std::string& wanted, const std::string& found) { return wanted.empty() || lower(wanted) == lower(found); }

template <class T>
bool number(const std::string& text, T& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

Result<std::vector<Entry>> entries_of(const Sheet& sheet, std::string_view where) {
  std::map<std::string, std::size_t> at;
  for (std::size_t i = 0; i < sheet.columns.size(); ++i) at[sheet.columns[i]] = i;
  for (const char* name : {"round", "division", "category", "availability", "submitter", "system", "accelerator", "accelerators", "model",
                           "scenario", "metric", "value", "unit", "power_w", "source"}) {
    if (!at.contains(name)) return fail(ErrorCode::kInvalidInput, fmt::format("has no column '{}'", name), std::string(where));
  }
  std::vector<Entry> entries;
  for (std::size_t i = 0; i < sheet.rows.size(); ++i) {
    const auto field = [&](const char* name) -> const std::string& { return sheet.rows[i][at.at(name)]; };
    const auto place = fmt::format("{}, row {}", where, i + 1);
    Entry e{field("round"), field("division"), field("category"), field("availability"), field("submitter"), field("system"),
            field("accelerator"), field("model"), field("scenario"), field("metric"), field("unit"), field("source"), 0, 0, std::nullopt};
    if (e.source.empty()) return fail(ErrorCode::kInvalidInput, "has no source", place);
    if (!number(field("value"), e.value)) return fail(ErrorCode::kInvalidInput, fmt::format("'{}' is no value", field("value")), place);
    if (!number(field("accelerators"), e.accelerators)) return fail(ErrorCode::kInvalidInput, fmt::format("'{}' is no count of accelerators", field("accelerators")), place);
    if (double watts = 0; !field("power_w").empty()) {
      if (!number(field("power_w"), watts)) return fail(ErrorCode::kInvalidInput, fmt::format("'{}' is no power", field("power_w")), place);
      e.power_w = watts;
    }
    entries.push_back(std::move(e));
  }
  return entries;
}

Result<Sheet> bundled_sheet(const std::string& name) {
  const auto file = home() / "reports/published/data" / (name + ".csv");
  const auto text = read_text(file);
  if (!text) return forward_error(text);
  return parse_csv(*text, file.filename().string());
}

Result<std::vector<Entry>> mlperf_entries() {
  const auto sheet = bundled_sheet("mlperf_results");
  if (!sheet) return forward_error(sheet);
  return entries_of(*sheet, "mlperf_results.csv");
}

std::vector<Entry> select(std::span<const Entry> entries, const Selection& s) {
  const auto device = lower(s.device);
  std::vector<Entry> out;
  for (const auto& e : entries) {
    const bool wanted = same(s.round, e.round) && same(s.division, e.division) && same(s.submitter, e.submitter) && same(s.system, e.system) &&
                        same(s.model, e.model) && same(s.scenario, e.scenario) && same(s.metric, e.metric) &&
                        (device.empty() || lower(e.system).find(device) != std::string::npos || lower(e.accelerator).find(device) != std::string::npos) &&
                        (!s.fpga_only || e.accelerator.find("[FPGA]") != std::string::npos) && (!s.with_power || e.power_w);
    if (wanted) out.push_back(e);
  }
  return out;
}

bool is_rate(const Entry& e) { return e.unit.ends_with("/s"); }

double value_of(const Entry& e, bool per_accelerator) {
  return per_accelerator && is_rate(e) && e.accelerators > 0 ? e.value / static_cast<double>(e.accelerators) : e.value;
}

}  // namespace vernier::published
