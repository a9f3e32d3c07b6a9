// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>
#include <vernier/core/result.hpp>

/// Figures that others measured and published, shipped as data. They never become ours: each carries its source.
namespace vernier::published {

/// A CSV file (RFC 4180) with one line of column names.
struct Sheet {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};
/// @retval kInvalidInput  a quote that is not closed, or a row of another length; file and line are named
[[nodiscard]] Result<Sheet> parse_csv(std::string_view text, std::string_view where);

/// One result of MLPerf.
struct Entry {
  std::string round, division, category, availability, submitter, system, accelerator, model, scenario, metric, unit, source;
  std::int64_t accelerators = 0;   ///< 0: processors alone
  double value = 0;
  std::optional<double> power_w;   ///< of the whole system
};
/// @retval kInvalidInput  a missing column, an empty source, or a figure that is no number
[[nodiscard]] Result<std::vector<Entry>> entries_of(const Sheet& sheet, std::string_view where);
/// reports/published/data/mlperf_results.csv.
[[nodiscard]] Result<std::vector<Entry>> mlperf_entries();
/// reports/published/data/<name>.csv, for instance "devices" or "llm_results".
[[nodiscard]] Result<Sheet> bundled_sheet(const std::string& name);

/// Which entries; an empty field matches all. Words match in any letter case; `device` is a part of system or accelerator.
struct Selection {
  std::string round, division, submitter, system, device, model, scenario, metric;
  bool fpga_only = false;
  bool with_power = false;
};
[[nodiscard]] std::vector<Entry> select(std::span<const Entry> entries, const Selection& selection);

/// Whether more is better and the figure grows with the number of accelerators: rates, not latencies.
[[nodiscard]] bool is_rate(const Entry& entry);
/// The figure, of one accelerator where asked and where that means something.
[[nodiscard]] double value_of(const Entry& entry, bool per_accelerator);

/// A record of fidelity `published` under the name `model`, with its source, power scope and standing.
/// Only results of an inference metric of the model become one: rates and latencies.
[[nodiscard]] std::optional<nlohmann::json> record_of(const Entry& entry, const std::string& model, const std::string& version, const std::string& created);

/// A chart of published figures: groups of bars, one a series.
struct Chart {
  struct Bar {
    std::string group, series;
    double value = 0;
    std::optional<double> of_first;  ///< ratio to the first series of the group
    Entry entry;
  };
  std::string name, title, note, unit;
  bool per_accelerator = false;
  std::vector<Bar> bars;
};
/// Names of reports/published/charts.
[[nodiscard]] std::vector<std::string> charts();
/// @retval kInvalidInput  no such chart, or a selection of it that no entry or more than one entry answers
[[nodiscard]] Result<Chart> chart(const std::string& name, std::span<const Entry> entries);

}  // namespace vernier::published
