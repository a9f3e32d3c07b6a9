// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <vernier/render/report.hpp>

#include <algorithm>

#include "experiment.hpp"
#include "format.hpp"
#include "tables.hpp"

namespace vernier::render {
namespace {

std::string padded(const std::string& text, std::size_t columns, bool right) {
  const auto spaces = std::string(columns > width(text) ? columns - width(text) : 0, ' ');
  return right ? spaces + text : text + spaces;
}

std::string aligned(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line = " ";
    for (std::size_t i = 0; i < row.size(); ++i)
      line.append(" ").append(padded(row[i], widths[i], i >= 3 && i + 1 < row.size())).append(" ");
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

const nlohmann::json* reference_of(Records records, const Experiment& e, const nlohmann::json& record) {
  for (const auto& group : e.targets) {
    if (group.reference && record["target"] == group.target) return &records[*group.reference];
  }
  return nullptr;
}

std::string cycles_against(const nlohmann::json& record, const nlohmann::json* reference) {
  if (reference == nullptr || record["cycles"].is_null()) return "\u2013";
  if (reference == &record) return "reference";
  return signed_percent(record["cycles"].get<double>() / (*reference)["cycles"].get<double>() - 1);
}

/// The figures of the scenarios that were run here; published ones stand in the report.
std::string scenario_lines(Records records, const Experiment& e) {
  std::vector<std::vector<std::string>> rows{{"ruler", "scenario", "standing", "result", "samples/s", "p99", "validity"}};
  for (const auto i : e.scenarios) {
    const auto& r = records[i];
    if (is_published(r) || e.records == e.scenarios) continue;
    const auto run = r.value("scenario_run", nlohmann::json::object());
    const auto& p = r["percentiles"];
    const bool timed = run.contains("metric");
    const auto metric = !timed ? std::string("\u2013") : run["metric"]["unit"] == "s" ? si(run["metric"]["value"].get<double>(), "s") : rate(run["metric"]["value"].get<double>());
    rows.push_back({r["ruler"].get<std::string>(), r["scenario"].get<std::string>(), "unverified", metric,
                    r["inferences_per_s"].is_number() ? rate(r["inferences_per_s"].get<double>()) : "\u2013",
                    p.is_object() && p.contains("p99") ? si(p["p99"].get<double>(), "s") : "\u2013",
                    r["valid"].get<bool>() ? "VALID" : "INVALID: " + reason_of(r, "valid")});
  }
  return rows.size() == 1 ? "" : aligned(rows);
}

}  // namespace

Result<std::string> render_summary(std::span<const nlohmann::json> records) {
  if (auto r = validate_all(records); !r) return forward_error(r);
  std::string out;
  for (const auto& e : experiments_of(records)) {
    const auto table = headline_table(records, e);
    const auto column = [&](const Row& row, const char* name) -> std::string {
      const auto at = std::find(table.columns.begin(), table.columns.end(), name);
      return at == table.columns.end() ? "\u2013"
                                       : row.cells[static_cast<std::size_t>(at - table.columns.begin())].value;
    };
    std::vector<std::vector<std::string>> rows{{"ruler", "fidelity", "target", "cycles", "\u0394 cycles", "latency",
                                                "inferences", "est. energy", "sensed", "util", "top-1", "check"}};
    for (const auto& row : table.rows) {
      const auto& r = records[row.record];
      rows.push_back(
          {label_of(r), r["fidelity"].get<std::string>(),
           r["target"].is_null() ? "\u2013" : r["target"].get<std::string>(),
           r["cycles"].is_null() ? "\u2013" : grouped(r["cycles"].get<std::int64_t>()),
           cycles_against(r, reference_of(records, e, r)), column(row, "Latency"), column(row, "Throughput"),
           column(row, "Energy, estimated"), column(row, "Energy, sensed"), column(row, "Array utilisation"),
           column(row, "Top-1"),
           r["valid"].get<bool>() ? column(row, "Check") : fmt::format("\u2717 not valid: {}", reason_of(r, "valid"))});
    }
    out += fmt::format("{}{}, batch {}\n", out.empty() ? "" : "\n", e.model, e.batch) + aligned(rows) + scenario_lines(records, e);
  }
  return out;
}

}  // namespace vernier::render
