// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <vernier/program/activity.hpp>
#include <vernier/program/program.hpp>
#include <vernier/runtime/ruler.hpp>

namespace vernier::cli {

/// What one layer of a program took, from the trace of a run.
struct LayerFigures {
  /// Cycles from ap_start. Loads that run ahead do not count as the start of a layer that computes.
  std::int64_t first_issued = -1, last_retired = -1;
  /// Cycles each unit needs for the layer if it never waits, in unit order: the largest is what bounds the layer.
  std::array<std::int64_t, spec::kUnits> needed{};
  std::int64_t dram_bytes = 0;                        ///< loaded and stored
  std::int64_t exclusive_cycles = 0;                  ///< from the previous layer's end (or ap_start) to this one's: these add up
  program::StaticActivity activity;                   ///< events that follow from its commands
  [[nodiscard]] std::int64_t cycles() const { return last_retired - first_issued; }
  /// The unit that needs longest: compute, load, store, vector or depthwise.
  [[nodiscard]] std::string bound_by() const;
};

/// One entry a layer; layers without commands keep first_issued = -1.
/// @param bytes_per_cycle  what the memory moves at best, for the need of loads and stores
[[nodiscard]] std::vector<LayerFigures> layer_figures(const program::Program& program, const runtime::RunReport& report, double bytes_per_cycle);

}  // namespace vernier::cli
