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
  std::int64_t first_issued = -1, last_retired = -1;  ///< cycles from ap_start
  std::array<std::int64_t, spec::kUnits> busy{};      ///< cycles each unit worked on the layer alone
  std::int64_t dram_bytes = 0;                        ///< loaded and stored
  std::int64_t exclusive_cycles = 0;                  ///< from the previous layer's end (or ap_start) to this one's: these add up
  program::StaticActivity activity;                   ///< events that follow from its commands
  [[nodiscard]] std::int64_t cycles() const { return last_retired - first_issued; }
  /// The unit that worked longest: compute, load, store, vector or depthwise.
  [[nodiscard]] std::string bound_by() const;
};

/// One entry a layer; layers without commands keep first_issued = -1. A unit's commands are counted from the later of
/// their issue and the retirement of the one before, so overlapped commands are not counted twice.
[[nodiscard]] std::vector<LayerFigures> layer_figures(const program::Program& program, const runtime::RunReport& report);

}  // namespace vernier::cli
