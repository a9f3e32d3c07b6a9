// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include <vernier/program/target.hpp>
#include <vernier/spec/npu.hpp>

namespace vernier::program {

/// Events of a command that follow from the command alone, not from timing or memory: one number per counter of
/// rtl/spec. Cycles, stalls and buffer words that depend on line reuse stay 0.
struct StaticActivity {
  std::array<std::uint64_t, spec::kCounters> counts{};
  [[nodiscard]] std::uint64_t operator[](spec::Counter c) const { return counts[static_cast<std::size_t>(c)]; }
  [[nodiscard]] std::uint64_t& operator[](spec::Counter c) { return counts[static_cast<std::size_t>(c)]; }
  StaticActivity& operator+=(const StaticActivity& other) {
    for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += other.counts[i];
    return *this;
  }
  friend bool operator==(const StaticActivity&, const StaticActivity&) = default;
};

/// Closed form for one legal command. Bursts assume regions that start at a multiple of Target::burst_bytes.
/// param_reads and depthwise_param_reads need to know whether the descriptor is uniform or has a table, which lies in memory: they count
/// descriptor and channel words for matrix sums and depthwise convolutions and the descriptor alone for window sources; the executor counts exactly.
[[nodiscard]] StaticActivity activity_of(const spec::Word& command, const Target& target);

/// Cycles of a vector command whose rows or taps come one a cycle, or of a softmax.
[[nodiscard]] std::uint64_t vector_pass_cycles(const spec::Word& command, const Target& target);

/// Cycles of one pixel of a softmax (docs/rtl/softmax.md): three passes over its pieces, what follows its maximum, and what
/// follows its sum. `block`: channels that lie side by side.
[[nodiscard]] std::int64_t softmax_pixel_cycles(std::int64_t channels, std::int64_t block, const Target& target);
[[nodiscard]] std::int64_t softmax_fold_cycles(const Target& target);
[[nodiscard]] std::int64_t softmax_divide_cycles(const Target& target);

/// Cycles in which the array is fed or waits for the next tile to be loaded: passes x max(vectors, tile words).
[[nodiscard]] std::uint64_t matrix_pass_cycles(const spec::Word& command, const Target& target);

/// The same of the depthwise unit.
[[nodiscard]] std::uint64_t depthwise_pass_cycles(const spec::Word& command, const Target& target);

}  // namespace vernier::program
