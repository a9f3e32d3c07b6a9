// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/stages/design.hpp>

namespace vernier::stages {

/// One stage that will never go on.
struct Blocked {
  std::size_t stage = 0, fifo = 0;
  bool full = false;  ///< it waits to write; else the FIFO is empty and it waits to read
};

/// Why a design hangs: everything that waits, and the ring of stages that wait for each other.
struct Deadlock {
  std::int64_t cycle = 0;         ///< of the last beat that moved
  std::vector<Blocked> blocked;
  std::vector<Blocked> ring;      ///< each waits for the next, the last for the first; a full FIFO in it is too small
};
[[nodiscard]] std::string to_string(const Deadlock& deadlock, const Design& design);

struct DataflowOptions {
  int frames = 3;
  bool unbounded = false;             ///< FIFOs of any depth; measures what they hold
  std::int64_t source_interval = 0;   ///< loads spread a frame over so many cycles; 0: as fast as they can
};

struct DataflowTiming {
  std::vector<std::int64_t> frame_done;  ///< cycle in which the last beat of each frame was stored
  std::vector<std::int64_t> largest;     ///< beats in each FIFO beside its writer's pipeline, at most; of unbounded runs
  std::vector<std::int64_t> iterations;  ///< of each stage, over all frames; empty where no loops run
  std::vector<std::vector<std::int64_t>> frame_taken;  ///< by FIFO: cycle in which the last beat of each frame was read
  std::optional<Deadlock> deadlock;      ///< then there are fewer frames
  [[nodiscard]] std::int64_t first_frame() const { return frame_done.at(0); }
  /// Cycles between the last two frames.
  [[nodiscard]] std::int64_t interval() const { return frame_done.back() - frame_done.at(frame_done.size() - 2); }
};

/// Runs the kernels' control over overlapping frames, without values: every stage is a coroutine with its own clock, every
/// FIFO hands its beats on with the cycle they arrive in, so that what costs time is beats, not cycles.
/// A stage holds the results of its pipeline while the FIFO behind it is full; a beat can be read one cycle after it left
/// the pipeline, and a place is free one cycle after it was read.
[[nodiscard]] DataflowTiming simulate_timing(const Design& design, const DataflowOptions& options);

/// The same with values: one frame after another in `inputs`, of Network::inputs in their order, as bytes in the order of
/// the stream; outputs alike.
struct DataflowValues {
  DataflowTiming timing;
  std::vector<std::vector<std::int8_t>> outputs;  ///< of Network::outputs, all frames one behind another
};
[[nodiscard]] Result<DataflowValues> simulate_values(const Design& design, int frames, const std::vector<std::vector<std::int8_t>>& inputs);

}  // namespace vernier::stages
