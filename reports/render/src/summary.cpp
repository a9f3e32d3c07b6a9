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
    out += fmt::format("{}{}, batch {}\n", out.empty() ? "" : "\n", e.model, e.batch) + aligned(rows);
  }
  return out;
}

}  // namespace vernier::render
