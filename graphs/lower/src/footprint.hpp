// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include <vernier/program/program.hpp>

namespace vernier::lower {

/// Address spaces in which commands can meet; constants and input are never written.
enum class Space : std::uint8_t { kActivation, kWeight, kParameter, kDepthwise, kOutput, kScratch };
inline constexpr std::size_t kSpaces = 6;

/// Bytes [begin, end) that a command reads or writes.
struct Touch {
  Space space = Space::kActivation;
  std::int64_t begin = 0, end = 0;
  bool write = false;
};

/// All bytes a command touches, as intervals of whole image rows: never less than it touches.
[[nodiscard]] std::vector<Touch> footprint_of(const spec::Word& word, const program::Target& target);

}  // namespace vernier::lower
