// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include <vernier/program/target.hpp>
#include <vernier/spec/npu.hpp>

namespace vernier::timing {

/// What an array (matrix unit, or the depthwise unit's multipliers) does for one command.
struct ArrayWork {
  std::int64_t passes = 0;       ///< all of them
  std::int64_t emitting = 0;     ///< of them, the last ones, whose sums stream on
  std::int64_t vectors = 0;      ///< a pass
  std::int64_t tile_words = 0;   ///< 64-byte words of a weight tile
  std::int64_t extra = 0;        ///< cycles in which a window waits for a second word, summed over all passes
  std::int64_t reads = 0;        ///< words of the activation buffer
};

/// What a vector unit does for one command.
struct VectorWork {
  std::int64_t tiles = 0;        ///< column tiles, each with parameters of its own unless uniform
  std::int64_t rows = 0;         ///< a tile
  std::int64_t taps = 0;         ///< window pixels a row; 0: rows come from the array
  std::int64_t tap_extra = 0;    ///< cycles in which taps wait for a second word, all of them
  std::int64_t alone = 0;        ///< softmax: cycles from the command, which is alone in the unit, to its last row; else 0
  std::int64_t behind_last = 0;  ///< cycles that the last row's word leaves later than one that joins the word before it
  bool binary = false;
  bool uniform = false;
  bool table = false;
  std::int64_t reads = 0, writes = 0;  ///< words of the activation buffer
};

[[nodiscard]] ArrayWork matrix_work(const spec::Word& command, const program::Target& target);
/// Of a vector or softmax command.
/// @param descriptor  the word of the parameter buffer that the command names; nullptr: neither uniform nor a table
[[nodiscard]] VectorWork vector_work(const spec::Word& command, const spec::Word* descriptor, const program::Target& target);

/// The two halves of a depthwise command: its multipliers are an array, its requantiser a vector unit of its own.
[[nodiscard]] ArrayWork depthwise_array_work(const spec::Word& command, const program::Target& target);
[[nodiscard]] VectorWork depthwise_vector_work(const spec::Word& command, const spec::Word* descriptor);

/// A strided transfer as the bursts the load and store units make of it.
struct Burst {
  std::uint64_t address = 0;  ///< in its region
  std::uint32_t words = 0;
};
[[nodiscard]] std::vector<Burst> load_bursts(const spec::Word& command, const program::Target& target);
[[nodiscard]] std::vector<Burst> store_bursts(const spec::Word& command, const program::Target& target);

}  // namespace vernier::timing
