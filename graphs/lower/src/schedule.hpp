// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <vernier/spec/npu.hpp>

namespace vernier::lower {

/// A run of constants that is loaded as one, into the weight or the parameter buffer.
struct Chunk {
  enum class Buffer : std::uint8_t { kWeight = 1, kParameter = 2 };
  Buffer buffer = Buffer::kWeight;
  std::int64_t offset = 0;  ///< in region 0
  std::int64_t bytes = 0;   ///< whole words
};

/// A command whose place in the weight and parameter buffers is not fixed yet.
struct Draft {
  spec::Word word{};
  std::uint32_t layer = 0;
  bool glued = false;                        ///< must follow its predecessor at once
  std::optional<std::size_t> weights;        ///< chunk that weight_base points into
  std::int64_t weight_words = 0;             ///< from the chunk's start
  std::optional<std::size_t> parameters;     ///< chunk that descriptor points into
  std::int64_t parameter_words = 0;
};

/// Commands in the order of the units' work, and the constants they need in the order of first use.
struct Schedule {
  std::vector<Draft> drafts;
  std::vector<Chunk> chunks;
  std::vector<std::byte> constants;          ///< image of region 0, in the order of consumption
  std::optional<std::string> problem;        ///< first field that did not fit
  std::size_t problem_layer = 0;
};

}  // namespace vernier::lower
