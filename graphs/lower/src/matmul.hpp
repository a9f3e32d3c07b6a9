// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "network.hpp"

namespace vernier::lower {

/// The first operand of a product of activations as the weight tiles that its commands consume. A tile of columns lies in
/// one block of channels, [column tile][product][depth tile][row][column]; a row of pixels is a 64-byte word of rows of
/// tiles, or a whole tile where words have no bytes left.
struct WeightImage {
  program::Layout layout;
  std::vector<Piece> pieces;  ///< from the operand; rows of a tile that meet no channel are filled
};

/// @param weights   the first operand: rows of y as channels, depth as pixels
/// @param input     the second: depth as channels
/// @param output    the result: rows of y as channels
[[nodiscard]] WeightImage weight_image_of(const program::Layout& weights, const program::Layout& input, const program::Layout& output, const program::Target& target);

}  // namespace vernier::lower
