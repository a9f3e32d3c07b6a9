// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/stages/dataflow.hpp>
#include <vernier/stages/design.hpp>

namespace vernier::stages {

struct DepthOptions {
  int frames = 0;                         ///< that overlap in each trial; 0: four, of a design with long frames two
  std::int64_t iterations = 100'000'000;  ///< of kernel loops, over all trials: some seconds; when they are used up, depths stay as they are
};

struct DepthReport {
  int trials = 0;
  bool minimal = true;        ///< one beat less in any FIFO deadlocks or slows down; false: the iterations ran out
  std::int64_t beats = 0;     ///< of all FIFOs
};

/// Gives every FIFO a depth at which frames leave at the design's interval and nothing deadlocks, as small as trials find.
///
/// Analysis first: with sources that spread a frame over the interval and unbounded FIFOs, what each holds at most is
/// enough. Then trials: bisection of one FIFO after another, with overlapping frames. A depth is minimal given those that
/// came before it, and shrinking those behind it cannot make it smaller.
/// @retval kMismatch  no depth keeps the interval: the slowest stage does not reach its formula
[[nodiscard]] Result<DepthReport> size_fifos(Design& design, const DepthOptions& options = {});

/// Why a design with its depths hangs or is slower than its interval, or nothing.
[[nodiscard]] Result<void> check_depths(const Design& design, int frames = 4);

}  // namespace vernier::stages
