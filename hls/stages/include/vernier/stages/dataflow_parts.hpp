// SPDX-License-Identifier: Apache-2.0
// What every simulator of a design needs beside its own notion of waiting.
#pragma once

#include <cstdint>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/stages/dataflow.hpp>

namespace vernier::stages {

/// What the loads of a design read and its stores write.
class FrameMemory {
 public:
  /// @param inputs  of Network::inputs in their order, all frames one behind another, in the order of the stream
  [[nodiscard]] static Result<FrameMemory> prepare(const Design& design, int frames, const std::vector<std::vector<std::int8_t>>& inputs);
  /// Null for stages without memory.
  [[nodiscard]] std::int8_t* of(std::size_t stage) { return bytes_[stage].empty() ? nullptr : bytes_[stage].data(); }
  [[nodiscard]] std::vector<std::vector<std::int8_t>> take_outputs(const Design& design);

 private:
  std::vector<std::vector<std::int8_t>> bytes_;  ///< by stage
};

/// Cycles in which frames were done, from those in which they were taken from each FIFO: a frame is when its last output is.
[[nodiscard]] std::vector<std::int64_t> frames_done(const Design& design, int frames, const std::vector<std::vector<std::int64_t>>& frame_taken);

/// Follows who waits for whom.
[[nodiscard]] Deadlock deadlock_of(const Design& design, std::vector<Blocked> blocked, std::int64_t cycle);

}  // namespace vernier::stages
