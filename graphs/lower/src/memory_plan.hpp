// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "layer_builder.hpp"
#include "network.hpp"

namespace vernier::lower {

/// Rows of an image, [begin, end).
struct RowRange {
  std::int64_t begin = 0, end = 0;
  [[nodiscard]] std::int64_t size() const { return end - begin; }
};
/// Rows of activation `a`, an operand or the output, that output rows [y0, y1) of layer `l` touch, cut at the image.
[[nodiscard]] RowRange rows_of(const Network& net, std::size_t l, std::size_t a, std::int64_t y0, std::int64_t y1);

/// Where a tensor is in memory.
struct MemoryPlace {
  program::Region region = program::Region::kScratch;
  std::int64_t offset = 0;
};

/// Buffers for the strips of one operand of one layer.
struct StripBuffers {
  std::vector<std::int64_t> slots;  ///< byte addresses
  std::int64_t block_stride = 0;    ///< a multiple of 64
};

/// How a layer whose operands do not all lie on chip is cut.
struct LayerStrips {
  std::int64_t rows = 0;            ///< output rows a strip
  std::int64_t slots = 2;
  std::map<std::size_t, StripBuffers> buffers;  ///< by activation
};

/// Places of all tensors. A tensor lies on chip as a whole for as long as it lives, or in memory, from where layers take
/// strips of rows.
struct MemoryPlan {
  std::vector<std::optional<std::int64_t>> resident;  ///< buffer address by activation
  std::vector<MemoryPlace> memory;                    ///< by activation, where resident is empty or for inputs and outputs
  std::map<std::size_t, LayerStrips> strips;          ///< by layer, where an operand is not resident
  std::int64_t scratch_bytes = 0;
};

/// @retval kUnsupported  one row of a layer does not fit, alone; names the layer and the bytes
[[nodiscard]] Result<MemoryPlan> plan_memory(const graph::Graph& graph, const Network& net, const program::Target& target);

}  // namespace vernier::lower
