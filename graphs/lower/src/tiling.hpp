// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include <vernier/ir/graph.hpp>
#include <vernier/program/program.hpp>

namespace vernier::lower {

/// A rectangle of output pixels.
struct PixelBlock {
  std::int64_t y = 0, x = 0, height = 0, width = 0;
  [[nodiscard]] std::int64_t pixels() const { return height * width; }
};

/// Cuts rows [y0, y1) of an image into rectangles of at most `most` pixels, whole rows where they fit, as even as
/// possible. More rectangles than needed are made, down to `least` pixels each, so that the layer behind can start.
[[nodiscard]] std::vector<PixelBlock> cut_pixels(std::int64_t y0, std::int64_t y1, std::int64_t width, std::int64_t most,
                                                 std::int64_t least, std::int64_t wanted_blocks);

/// Column tiles of one command: equal strides, equal numbers of lanes.
struct ColumnGroup {
  std::int64_t first_channel = 0;   ///< of tile 0
  std::int64_t block = 0;           ///< layout block of tile 0
  std::int64_t lane = 0;            ///< first byte of tile 0 in its pixel
  std::int64_t tiles = 1;
  bool over_blocks = false;         ///< tile t lies t blocks further, else t * columns bytes further
  std::int64_t channels_a_tile = 0; ///< channels from one tile to the next
  std::int64_t out_bytes = 0;       ///< lanes written
};

/// All channels of a layout as column groups of at most `most` tiles.
[[nodiscard]] std::vector<ColumnGroup> group_columns(const program::Layout& layout, const program::Target& target, std::int64_t most);

/// Channels [begin, end) of tile t; end is cut at the tensor's and the block's end.
struct ChannelRange {
  std::int64_t begin = 0, end = 0;
};
[[nodiscard]] ChannelRange channels_of(const ColumnGroup& group, std::int64_t tile, const program::Layout& layout, const program::Target& target);

/// How input channels and kernel columns lie in the rows of the array.
struct DepthSlice {
  std::int64_t first_block = 0;   ///< layout block
  std::int64_t first_byte = 0;    ///< in the pixel
  std::int64_t blocks = 1;        ///< n_cb
  std::int64_t block_bytes = 0;   ///< in_block where over_blocks is not set
  bool over_blocks = false;       ///< in_block is the image's block stride
  std::int64_t block_channels = 0;///< channels from one n_cb step to the next
  std::int64_t window_bytes = 0;
};
struct Depth {
  std::int64_t fold = 1;          ///< kernel columns in one vector
  std::int64_t column_passes = 1; ///< n_kw
  std::vector<DepthSlice> slices; ///< one command each: init on the first, emit on the last
};
/// `inputs`: the channels that count, all of them or those of a few groups.
[[nodiscard]] Depth cut_depth(const program::Layout& layout, const graph::Window& window, const program::Target& target, ChannelRange inputs);

/// Part of a slice that one command runs: ranges of kernel rows, kernel-column passes and blocks.
struct DepthPiece {
  std::size_t slice = 0;
  std::int64_t kh = 0, n_kh = 1, kw = 0, n_kw = 1, cb = 0, n_cb = 1;
  [[nodiscard]] std::int64_t passes() const { return n_kh * n_kw * n_cb; }
};
/// Pieces in order of execution, each of at most `most` passes and of at most `most_kernel_rows`.
[[nodiscard]] std::vector<DepthPiece> cut_pieces(const Depth& depth, const graph::Window& window, std::int64_t most, std::int64_t most_kernel_rows);

/// How kernel columns lie in the windows of the depthwise unit.
struct DepthwiseTaps {
  std::int64_t columns = 1;    ///< kernel columns in one window
  std::int64_t passes = 1;     ///< n_kw
  std::int64_t pixels = 0;     ///< from one pass to the next
  std::int64_t words = 0;      ///< descriptor, channel parameters and weight tiles of one block of channels
};
[[nodiscard]] DepthwiseTaps depthwise_taps(const graph::Window& window, const program::Target& target);

/// Whether a convolution runs on the depthwise unit; those of groups that it cannot take run on the array.
[[nodiscard]] bool runs_depthwise(const graph::Window& window, std::int64_t inputs, std::int64_t outputs, const program::Target& target);

}  // namespace vernier::lower
