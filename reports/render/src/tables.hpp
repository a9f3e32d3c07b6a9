// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiment.hpp"
#include "table.hpp"

namespace vernier::render {

/// One row a ruler: latency, throughput, energy by source, utilisation, accuracy, check, placement, validity.
[[nodiscard]] Table headline_table(Records records, const Experiment& experiment);
/// Kernel, transfer, host and harness time, each in its own column; never a sum.
[[nodiscard]] Table time_table(Records records, const Experiment& experiment);
/// Every ruler of a target against the reference: cycles, time, ratios, worst layer. Empty without a reference.
[[nodiscard]] Table difference_table(Records records, const Experiment& experiment, const TargetGroup& group);
/// One row a scenario that was run here: unverified.
[[nodiscard]] Table scenario_table(Records records, const Experiment& experiment);
/// Published results in the same scenarios, each with its standing and its source.
[[nodiscard]] Table published_table(Records records, const Experiment& experiment);
/// What was quantised, retrained, cached and how it was loaded, against the rules of MLPerf's closed division.
[[nodiscard]] Table division_table(Records records, const Experiment& experiment);
[[nodiscard]] Table layer_table(Records records, std::size_t record);
[[nodiscard]] Table energy_table(Records records, std::size_t record);
/// What the simulation of each ruler cost.
[[nodiscard]] Table simulation_table(Records records, const Experiment& experiment);
[[nodiscard]] Table environment_table(Records records, const Experiment& experiment);

/// "51 % of the estimate rests on verified rows, ...".
[[nodiscard]] std::string provenance_of(const nlohmann::json& energy);

}  // namespace vernier::render
