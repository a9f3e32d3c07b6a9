// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <vernier/core/result.hpp>

/// Reports know records and nothing else. Every function validates them first: kInvalidInput names record and key.
namespace vernier::render {

struct ReportOptions {
  std::string title;                 ///< empty: made from the records
  std::vector<std::string> missing;  ///< cases that were planned and have no record; stated at the top
};

/// One HTML file that opens offline: tables, plots (Vega-Lite inlined) and the records themselves.
[[nodiscard]] Result<std::string> render_html(std::span<const nlohmann::json> records,
                                              const ReportOptions& options = {});

/// The same tables as Markdown.
[[nodiscard]] Result<std::string> render_markdown(std::span<const nlohmann::json> records,
                                                  const ReportOptions& options = {});

/// One line a record, unrounded, SI units; a column for every figure.
[[nodiscard]] Result<std::string> render_csv(std::span<const nlohmann::json> records);

/// One line a layer of every record that has layers.
[[nodiscard]] Result<std::string> render_layers_csv(std::span<const nlohmann::json> records);

/// What the console shows at the end of a run: one aligned line a record, fidelity beside every figure.
[[nodiscard]] Result<std::string> render_summary(std::span<const nlohmann::json> records);

/// Writes report.html, report.md, records.csv, layers.csv and records/<name>.json into a folder.
[[nodiscard]] Result<void> write_report(const std::filesystem::path& folder, std::span<const nlohmann::json> records,
                                        const ReportOptions& options = {});

}  // namespace vernier::render
