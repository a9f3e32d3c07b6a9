// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>

namespace vernier::render {

/// Groups of bars, one a series, each with where it comes from.
struct BarChart {
  struct Bar {
    std::string group, series;
    double value = 0;
    std::optional<double> ratio;  ///< to the first series of the group
    std::string what;             ///< system and count
    std::string source;
  };
  std::string title, note;
  std::string unit;      ///< of the axis
  std::string standing;  ///< what the figures may be called, and whose they are
  std::vector<Bar> bars;
};

/// One HTML file that opens offline: the bars and the table behind them.
[[nodiscard]] std::string chart_html(const BarChart& chart);
[[nodiscard]] std::string chart_markdown(const BarChart& chart);
[[nodiscard]] std::string chart_csv(const BarChart& chart);

/// Writes <name>.html, .md and .csv into a folder.
[[nodiscard]] Result<void> write_chart(const std::filesystem::path& folder, const std::string& name, const BarChart& chart);

}  // namespace vernier::render
