// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include <vernier/stages/design.hpp>

namespace vernier::stages {

/// What a design takes of an FPGA's fabric. Estimated from the kernels' operators, before synthesis.
struct Resources {
  double lut = 0, dsp = 0, bram36 = 0;
  Resources& operator+=(const Resources& other) {
    lut += other.lut;
    dsp += other.dsp;
    bram36 += other.bram36;
    return *this;
  }
  friend Resources operator+(Resources a, const Resources& b) { return a += b; }
};

/// Where a memory of so many words lies: registers and LUTs while it is shallow, else block RAM.
[[nodiscard]] Resources memory_resources(std::int64_t words, std::int64_t bits);

[[nodiscard]] Resources resources_of(const Sizes& sizes);
/// Kernel, weights and constants of one operator, with the sliding window in front of it.
[[nodiscard]] Resources resources_of(const OperatorSizes& sizes);
/// Everything: stages, converters, forks, FIFOs.
[[nodiscard]] Resources resources_of(const Design& design);

/// What a board has for a design; 0 is none of it.
struct Budget {
  Resources available;
  std::string name;  ///< of the board
  /// Share of the scarcest resource, and which it is.
  [[nodiscard]] double share(const Resources& used) const;
  [[nodiscard]] std::string binding(const Resources& used) const;
};

/// One figure to compare foldings by: the sum of the shares of the budget's resources.
[[nodiscard]] double cost_of(const Resources& used, const Budget& budget);

}  // namespace vernier::stages
