// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include <vernier/stages/design.hpp>
#include <vernier/stages/memory.hpp>

namespace vernier::stages {

/// What a stage takes on a part with this UltraRAM.
[[nodiscard]] Resources resources_of(const Sizes& sizes, const UltraRam& ultra = {});
/// Kernel, weights and constants of one operator, with the sliding window in front of it.
[[nodiscard]] Resources resources_of(const OperatorSizes& sizes, const UltraRam& ultra = {});
/// Everything: stages, converters, forks, FIFOs.
[[nodiscard]] Resources resources_of(const Design& design);

/// What a board has for a design; 0 is none of it.
struct Budget {
  Resources available;
  std::string name;      ///< of the board
  UltraRam ultra_ram{};  ///< what memories may lie in
  /// Share of the scarcest resource, and which it is.
  [[nodiscard]] double share(const Resources& used) const { return binding_resource(used, available).share; }
  [[nodiscard]] std::string binding(const Resources& used) const;
};

/// One figure to compare foldings by: the sum of the shares of the budget's resources.
[[nodiscard]] double cost_of(const Resources& used, const Budget& budget);

}  // namespace vernier::stages
