// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include <vernier/core/files.hpp>
#include <vernier/core/home.hpp>
#include <vernier/core/toml.hpp>
#include <vernier/published/published.hpp>

namespace vernier::published {
namespace {
namespace fs = std::filesystem;

fs::path folder() { return home() / "reports/published/charts"; }

/// Keys of a selection; those of a series stand over those of its group.
Result<void> narrow(Selection& s, const toml::value& table, const std::string& where) {
  for (const auto& [key, value] : table.as_table()) {
    if (key == "name") continue;
    std::string* field = key == "round"       ? &s.round
                         : key == "division"  ? &s.division
                         : key == "submitter" ? &s.submitter
                         : key == "system"    ? &s.system
                         : key == "device"    ? &s.device
                         : key == "model"     ? &s.model
                         : key == "scenario"  ? &s.scenario
                         : key == "metric"    ? &s.metric
                                              : nullptr;
    if (field == nullptr) return fail(ErrorCode::kInvalidInput, fmt::format("'{}' is no column to select by", key), where);
    *field = toml::get<std::string>(value);
  }
  return {};
}

Result<Chart> read(const fs::path& file, std::span<const Entry> entries) {
  const auto where = file.filename().string();
  const auto text = read_text(file);
  if (!text) return forward_error(text);
  const auto parsed = parse_toml(*text, where);
  if (!parsed) return forward_error(parsed);
  const auto& root = *parsed;
  Chart chart{file.stem().string(), toml::find<std::string>(root, "title"), toml::find_or(root, "note", std::string()), "",
              toml::find_or(root, "per_accelerator", false), {}};
  for (const auto& group : toml::find<std::vector<toml::value>>(root, "group")) {
    std::optional<double> first;
    for (const auto& series : toml::find<std::vector<toml::value>>(root, "series")) {
      Selection selection;
      if (auto ok = narrow(selection, group, where); !ok) return forward_error(ok);
      if (auto ok = narrow(selection, series, where); !ok) return forward_error(ok);
      const auto names = std::pair(toml::find<std::string>(group, "name"), toml::find<std::string>(series, "name"));
      const auto found = select(entries, selection);
      if (found.empty()) continue;  // a system that did not enter this benchmark
      if (found.size() > 1) {
        return fail(ErrorCode::kInvalidInput, fmt::format("{} / {} fits {} results; one is drawn", names.first, names.second, found.size()), where);
      }
      Chart::Bar bar{names.first, names.second, value_of(found[0], chart.per_accelerator), std::nullopt, found[0]};
      if (!first) first = bar.value;
      else bar.of_first = bar.value / *first;
      if (chart.unit.find(found[0].unit) == std::string::npos) chart.unit += (chart.unit.empty() ? "" : ", ") + found[0].unit;
      chart.bars.push_back(std::move(bar));
    }
  }
  if (chart.bars.empty()) return fail(ErrorCode::kInvalidInput, "no published result fits it", where);
  return chart;
}

}  // namespace

std::vector<std::string> charts() {
  std::vector<std::string> names;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(folder(), ec)) {
    if (entry.path().extension() == ".toml") names.push_back(entry.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

Result<Chart> chart(const std::string& name, std::span<const Entry> entries) {
  const auto known = charts();
  if (std::ranges::find(known, name) == known.end()) {
    return fail(ErrorCode::kInvalidInput, fmt::format("is no chart; known are {}", fmt::join(known, ", ")), "chart " + name);
  }
  const auto file = folder() / (name + ".toml");
  try {
    return read(file, entries);
  } catch (const std::exception& e) {  // toml11 reports by exception
    return fail(ErrorCode::kInvalidInput, e.what(), file.string());
  }
}

}  // namespace vernier::published
