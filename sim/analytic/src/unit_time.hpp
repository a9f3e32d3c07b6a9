// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>

#include <vernier/timing/work.hpp>

#include "transfer_time.hpp"

namespace vernier::analytic {

/// Rows an array sends to its vector unit: when the first of each tile is there, and how fast they come.
struct Emission {
  double first_row = 0;      ///< first row of the first tile at the stream's output, nothing in its way
  double tile_distance = 0;  ///< from one tile's first row to the next one's
};

/// An array with loader and accumulator (docs/rtl/matrix.md).
class ArrayTime {
 public:
  explicit ArrayTime(std::int64_t sum_latency) : sum_latency_(static_cast<double>(sum_latency)) {}
  /// A command that is offered in cycle `offered`. `retired` holds where nothing is emitted.
  [[nodiscard]] Span run(const timing::ArrayWork& work, double offered, Emission& emission);
  /// Its rows were taken, the last one in cycle `last_row`.
  void taken(double last_row);

 private:
  double sum_latency_;
  double begun_ = -1;        ///< when the latest command left the place of the one that waits
  double next_vector_ = 0;
  double window_ = 0;        ///< when the reader has the next vector's window
  double tile_ready_ = 0;
};

/// A vector unit (docs/rtl/vector.md).
class VectorTime {
 public:
  explicit VectorTime(std::int64_t parameter_words) : parameter_words_(static_cast<double>(parameter_words)) {}
  /// @param emission  of the array, where the rows come from there
  /// @return issue and retire; last_row() is the cycle in which the last row entered the lanes
  [[nodiscard]] Span run(const timing::VectorWork& work, double offered, const Emission* emission);
  [[nodiscard]] double last_row() const { return lanes_free_ - 1; }

 private:
  [[nodiscard]] Span run_alone(const timing::VectorWork& work, double offered);

  double parameter_words_;
  double retired_ = -1;      ///< the latest command
  double lanes_free_ = 0, taps_free_ = 0, parameters_free_ = 0;
  std::deque<double> left_lanes_{-1, -1};  ///< of the two latest commands
};

}  // namespace vernier::analytic
