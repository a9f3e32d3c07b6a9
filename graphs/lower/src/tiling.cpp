// SPDX-License-Identifier: Apache-2.0
#include "tiling.hpp"

#include <algorithm>

namespace vernier::lower {
namespace {

constexpr std::int64_t kMostLoop = 1023;  // n_y, n_x and n_ct are 10-bit fields
std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }
bool is_line(const program::Layout& l) { return l.height == 1 && l.width == 1; }

}  // namespace

std::vector<PixelBlock> cut_pixels(std::int64_t y0, std::int64_t y1, std::int64_t width, std::int64_t most, std::int64_t least, std::int64_t wanted_blocks) {
  const std::int64_t widest = std::min(most, kMostLoop);
  const std::int64_t across = ceil_div(width, widest);
  const std::int64_t rows = y1 - y0;
  std::int64_t down = rows;
  if (across == 1) {
    const std::int64_t tallest = std::min(most / width, kMostLoop);
    const std::int64_t shortest = std::min(tallest, ceil_div(least, width));
    down = ceil_div(rows, tallest);
    if (down < wanted_blocks) down = std::max(down, std::min(wanted_blocks, rows / shortest));
  }
  std::vector<PixelBlock> blocks;
  for (std::int64_t d = 0; d < down; ++d) {
    const std::int64_t top = y0 + rows * d / down, bottom = y0 + rows * (d + 1) / down;
    for (std::int64_t a = 0; a < across; ++a) {
      const std::int64_t left = width * a / across, right = width * (a + 1) / across;
      blocks.push_back({top, left, bottom - top, right - left});
    }
  }
  return blocks;
}

std::vector<ColumnGroup> group_columns(const program::Layout& l, const program::Target& target, std::int64_t most) {
  const std::int64_t columns = target.columns;
  most = std::clamp<std::int64_t>(most, 1, kMostLoop);
  std::vector<ColumnGroup> groups;
  const auto add = [&](const ColumnGroup& tile) {
    if (!groups.empty()) {
      auto& g = groups.back();
      const bool next = tile.over_blocks ? tile.block == g.block + g.tiles && tile.lane == g.lane
                                         : tile.block == g.block && tile.lane == g.lane + g.tiles * columns;
      if (next && tile.over_blocks == g.over_blocks && tile.out_bytes == g.out_bytes && g.tiles < most) {
        ++g.tiles;
        return;
      }
    }
    groups.push_back(tile);
  };
  if (is_line(l)) {  // channels lie in one line, whatever the blocks are
    for (std::int64_t c = 0; c < l.channels; c += columns) {
      add({.first_channel = c, .block = 0, .lane = c, .channels_a_tile = columns, .out_bytes = std::min(columns, l.channels - c)});
    }
    return groups;
  }
  const bool square = l.block == columns;  // a tile is a block
  for (std::int64_t b = 0; b * l.block < l.channels; ++b) {
    const std::int64_t lanes = std::min(l.block, l.pixel_pitch);
    const std::int64_t used = std::min(lanes, l.channels - b * l.block);
    for (std::int64_t lane = 0; lane < used; lane += columns) {
      const std::int64_t room = b == 0 && l.channels < l.block ? used : lanes;  // lanes behind the last channel of a block are free
      add({.first_channel = b * l.block + lane, .block = b, .lane = lane, .over_blocks = square,
           .channels_a_tile = square ? l.block : columns, .out_bytes = std::min(columns, room - lane)});
    }
  }
  return groups;
}

ChannelRange channels_of(const ColumnGroup& group, std::int64_t tile, const program::Layout& l, const program::Target& target) {
  const std::int64_t begin = group.first_channel + tile * group.channels_a_tile;
  std::int64_t end = std::min(begin + target.columns, l.channels);
  if (!is_line(l)) end = std::min(end, (begin / l.block + 1) * l.block);
  return {begin, end};
}

Depth cut_depth(const program::Layout& l, const graph::Window& window, const program::Target& target, ChannelRange inputs) {
  const std::int64_t rows = target.rows, pitch = l.pixel_pitch, count = inputs.end - inputs.begin;
  Depth depth;
  depth.column_passes = window.kernel_w;
  const auto line_of_channels = [&](std::int64_t first_block, std::int64_t first_byte, std::int64_t channels) {
    depth.slices.push_back({.first_block = first_block, .first_byte = first_byte, .blocks = ceil_div(channels, rows), .block_bytes = rows,
                            .block_channels = rows, .window_bytes = std::min(rows, channels)});
  };
  if (!is_line(l) && l.channels <= l.block && pitch <= rows) {
    depth.fold = window.dilation_w == 1 ? std::clamp<std::int64_t>(rows / pitch, 1, window.kernel_w) : 1;
    depth.column_passes = ceil_div(window.kernel_w, depth.fold);
    depth.fold = ceil_div(window.kernel_w, depth.column_passes);
    depth.slices.push_back({.window_bytes = (depth.fold - 1) * pitch + l.channels});
    return depth;
  }
  if (is_line(l) || l.channels <= l.block) {  // a line, or one block deeper than the array
    line_of_channels(0, inputs.begin, count);
    return depth;
  }
  std::int64_t aligned = ceil_div(inputs.begin, l.block) * l.block;
  if (aligned != inputs.begin) {  // the first group begins inside a block
    aligned = std::min(aligned, inputs.end);
    for (std::int64_t c = inputs.begin; c < aligned; c += rows) line_of_channels(c / l.block, c % l.block, std::min(rows, aligned - c));
  }
  for (std::int64_t first = 0; first < std::min(l.block, inputs.end - aligned); first += rows) {
    depth.slices.push_back({.first_block = aligned / l.block, .first_byte = first, .blocks = ceil_div(inputs.end - aligned - first, l.block),
                            .over_blocks = true, .block_channels = l.block, .window_bytes = std::min(rows, l.block - first)});
  }
  return depth;
}

std::vector<DepthPiece> cut_pieces(const Depth& depth, const graph::Window& window, std::int64_t most, std::int64_t most_kernel_rows) {
  std::vector<DepthPiece> pieces;
  for (std::size_t s = 0; s < depth.slices.size(); ++s) {
    const std::int64_t blocks = depth.slices[s].blocks, row = depth.column_passes * blocks;
    const std::int64_t kh_step = std::clamp<std::int64_t>(most / row, 1, std::min(window.kernel_h, most_kernel_rows));
    const std::int64_t kw_step = row <= most ? depth.column_passes : std::clamp<std::int64_t>(most / blocks, 1, depth.column_passes);
    const std::int64_t cb_step = blocks <= most ? blocks : std::max<std::int64_t>(most, 1);
    for (std::int64_t kh = 0; kh < window.kernel_h; kh += kh_step) {
      for (std::int64_t kw = 0; kw < depth.column_passes; kw += kw_step) {
        for (std::int64_t cb = 0; cb < blocks; cb += cb_step) {
          pieces.push_back({s, kh, std::min(kh_step, window.kernel_h - kh), kw, std::min(kw_step, depth.column_passes - kw), cb, std::min(cb_step, blocks - cb)});
        }
      }
    }
  }
  return pieces;
}

DepthwiseTaps depthwise_taps(const graph::Window& window, const program::Target& target) {
  DepthwiseTaps t;
  t.columns = std::min((target.depthwise_taps - 1) / window.dilation_w + 1, window.kernel_w);
  t.passes = ceil_div(window.kernel_w, t.columns);
  t.pixels = t.columns * window.dilation_w;
  t.words = 1 + target.channel_words() + window.kernel_h * t.passes * target.depthwise_tile_words();
  return t;
}

bool runs_depthwise(const graph::Window& window, std::int64_t inputs, std::int64_t outputs, const program::Target& target) {
  if (target.depthwise_taps == 0 || window.group == 1 || window.group != inputs || outputs != inputs) return false;
  return 64 * depthwise_taps(window, target).words <= target.depthwise_bytes;
}

}  // namespace vernier::lower
