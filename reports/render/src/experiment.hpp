// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <vernier/core/result.hpp>

namespace vernier::render {

using Records = std::span<const nlohmann::json>;

/// Records of one experiment that ran on the same target: their cycles may be read against each other.
struct TargetGroup {
  std::string target;
  std::vector<std::size_t> records;
  std::optional<std::size_t>
      reference;  ///< what the others are compared with: RTL, else the board, else the best model
};

/// Records of one model and batch: their times and results may be read against each other.
struct Experiment {
  std::string model;
  std::int64_t batch = 1;
  std::vector<std::size_t> records;    ///< readings of single runs; where there is none, the scenarios
  std::vector<std::size_t> scenarios;  ///< runs of a scenario, ours and published ones
  std::vector<TargetGroup> targets;
};

/// Checks every record.
[[nodiscard]] Result<void> validate_all(Records records);

/// Groups records, in the order in which they come.
[[nodiscard]] std::vector<Experiment> experiments_of(Records records);

/// "rtl", or "board u50" where a name alone does not tell records apart.
[[nodiscard]] std::string label_of(const nlohmann::json& record);

[[nodiscard]] bool is_published(const nlohmann::json& record);

/// Whether the times of a record come from a clock that was simulated or computed.
[[nodiscard]] bool is_simulated(const nlohmann::json& record);

/// The reason `why` gives for a null under a dotted path, or for one around it.
[[nodiscard]] std::string reason_of(const nlohmann::json& record, std::string path);

/// Relative difference of one layer from the reference's layer of the same name.
struct LayerDeviation {
  std::string layer;
  double share = 0;
};
[[nodiscard]] std::vector<LayerDeviation> deviations(const nlohmann::json& record, const nlohmann::json& reference);

}  // namespace vernier::render
