// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <vernier/program/program.hpp>
#include <vernier/spec/npu.hpp>

namespace vernier::lower {

/// A run of constants that is loaded as one.
struct Chunk {
  enum class Buffer : std::uint8_t { kWeight = 1, kParameter = 2, kDepthwise = 3 };  ///< values of buffer_select
  Buffer buffer = Buffer::kWeight;
  std::int64_t offset = 0;  ///< in the region
  std::int64_t bytes = 0;   ///< whole words

  /// A descriptor of the chunk and the table in the same chunk that it names, in words from the chunk's start.
  struct Table {
    std::int64_t descriptor = 0, place = 0;
  };
  std::vector<Table> tables{};
  program::Region region = program::Region::kConstants;  ///< or scratch, where a command stored them
};

/// Words in a chunk that a command uses.
struct ConstantPlace {
  std::size_t chunk = 0;
  std::int64_t words = 0;  ///< from the chunk's start
};

/// A command whose constants have no place in their buffers yet.
struct Draft {
  spec::Word word{};
  std::uint32_t layer = 0;
  bool glued = false;                        ///< must follow its predecessor at once
  std::optional<ConstantPlace> weights{};    ///< weight_base of a matrix command
  std::optional<ConstantPlace> parameters{}; ///< descriptor of a vector or softmax command
  std::optional<ConstantPlace> depthwise{};  ///< descriptor of a depthwise command; its channel parameters and weights follow
  std::optional<ConstantPlace> table{};      ///< that the descriptor names
};

/// In the order in which the command asks for them.
[[nodiscard]] inline std::vector<std::size_t> chunks_of(const Draft& draft) {
  std::vector<std::size_t> chunks;
  for (const auto& place : {draft.weights, draft.parameters, draft.depthwise}) {
    if (place) chunks.push_back(place->chunk);
  }
  return chunks;
}

/// Commands in the order of the units' work, and the constants they need in the order of first use.
struct Schedule {
  std::vector<Draft> drafts;
  std::vector<Chunk> chunks;
  std::vector<std::byte> constants;          ///< image of region 0, in the order of consumption
  std::optional<std::string> problem;        ///< first field that did not fit
  std::size_t problem_layer = 0;
};

}  // namespace vernier::lower
