// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <vernier/render/report.hpp>
#include <vernier/store/record_file.hpp>

#include "experiment.hpp"
#include "format.hpp"
#include "tables.hpp"

namespace vernier::render {
namespace {

using nlohmann::json;

std::string cell_text(const Cell& cell) {
  auto text = cell.href.empty() ? markdown(cell.value) : fmt::format("[{}]({})", markdown(cell.value), cell.href);
  if (!cell.note.empty() && cell.tone != Tone::kFaint) text += fmt::format(" ({})", markdown(cell.note));
  return text;
}

/// Rows of a table over several records link to the record file written beside the report.
std::string table_text(const Table& table, Records records, int level, bool link) {
  if (table.rows.empty()) return "";
  auto out = fmt::format("\n{} {}\n\n|", std::string(static_cast<std::size_t>(level), '#'), markdown(table.caption));
  for (const auto& c : table.columns) out += fmt::format(" {} |", markdown(c));
  out += "\n|";
  for (std::size_t i = 0; i < table.columns.size(); ++i) out += "---|";
  for (const auto& row : table.rows) {
    out += "\n|";
    bool first = link;
    for (const auto& cell : row.cells) {
      const auto text = cell_text(cell);
      out += first ? fmt::format(" [{}](records/{}) |", text, store::record_file_name(records[row.record]))
                   : fmt::format(" {} |", text);
      first = false;
    }
  }
  out += "\n";
  if (!table.footnote.empty()) out += fmt::format("\n{}\n", markdown(table.footnote));
  return out;
}

}  // namespace

Result<std::string> render_markdown(std::span<const json> records, const ReportOptions& options) {
  if (auto r = validate_all(records); !r) return forward_error(r);
  const auto experiments = experiments_of(records);
  std::string out = fmt::format("# {}\n", markdown(options.title.empty() ? "Vernier report" : options.title));
  if (!options.missing.empty()) {
    out += "\nMissing, planned but without a record:\n\n";
    for (const auto& m : options.missing) out += fmt::format("- {}\n", markdown(m));
  }
  for (const auto& e : experiments) {
    out += fmt::format("\n## {}, batch {}\n", markdown(e.model), e.batch);
    out += table_text(headline_table(records, e), records, 3, true);
    out += table_text(scenario_table(records, e), records, 3, true);
    out += table_text(published_table(records, e), records, 3, true);
    out += table_text(division_table(records, e), records, 3, true);
    for (const auto& group : e.targets) {
      auto differences = difference_table(records, e, group);
      if (differences.rows.size() < 2) continue;
      differences.caption.append(": ").append(group.target);
      out += table_text(differences, records, 3, true);
    }
    out += table_text(time_table(records, e), records, 3, true);
    for (const auto& group : e.targets) {
      if (!group.reference) continue;
      auto layers = layer_table(records, *group.reference);
      layers.caption += fmt::format(": {}, {}", group.target, label_of(records[*group.reference]));
      out += table_text(layers, records, 3, false);
      auto energy = energy_table(records, *group.reference);
      energy.caption += fmt::format(": {}, {}", group.target, label_of(records[*group.reference]));
      out += table_text(energy, records, 3, false);
    }
    out += table_text(simulation_table(records, e), records, 3, true);
    out += table_text(environment_table(records, e), records, 3, true);
  }
  return out;
}

}  // namespace vernier::render
