// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/package/board.hpp>
#include <vernier/package/resources.hpp>
#include <vernier/program/target.hpp>

namespace vernier::package {

/// One target as Yosys synthesised it, memories left out: a line of boards/package/synthesised.csv.
struct SynthesisedTarget {
  std::string name;
  std::int64_t rows = 0, columns = 0, depthwise_taps = 0;
  bool fitted = false;  ///< the model was fitted to it; else it tells the model's error
  Resources depthwise, rest;  ///< logic of the depthwise unit and of all else
};
[[nodiscard]] Result<std::vector<SynthesisedTarget>> synthesised_targets();

struct AreaEstimate {
  Resources used;
  std::string source;  ///< what it rests on, for a record
};

/// Resources of a target's kernel in microseconds, for UltraScale+ and 7 series. Memories by their sizes; the logic of the
/// depthwise unit as a + b columns + c max(rows, columns), of all else as a + b rows + c columns + d rows columns, by least squares over the fitted
/// targets of synthesised.csv. Depths of queues and address widths are not in it.
/// @retval kInvalidInput  a number of depthwise taps that no target was synthesised with, or another family
[[nodiscard]] Result<AreaEstimate> estimate_area(const program::Target& target, Family family);

}  // namespace vernier::package
