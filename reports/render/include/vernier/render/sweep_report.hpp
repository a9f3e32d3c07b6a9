// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include <nlohmann/json.hpp>
#include <vernier/core/result.hpp>

namespace vernier::render {

struct SweepReport {
  std::string name;
  std::span<const nlohmann::json> records;
  std::span<const std::string> files;  ///< of the records, as links from the folder
};

/// Writes report.html, report.md and records.csv of a sweep into a folder that holds its records: for every model, ruler
/// and memory which targets no other one betters in latency, energy and area together.
[[nodiscard]] Result<void> write_sweep_report(const std::filesystem::path& folder, const SweepReport& sweep);

}  // namespace vernier::render
