// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vernier/hls/beat.hpp>

namespace vernier {
namespace hls {

template <class Cfg, bool = Cfg::kFixed>
struct WindowRules {
  static_assert(Cfg::lanes > 0 && Cfg::channels % Cfg::lanes == 0, "lanes must divide channels: a beat holds channels of one pixel");
  static_assert(Cfg::groups > 0 && Cfg::channels / Cfg::lanes % Cfg::groups == 0, "lanes must divide the channels of a group");
  static_assert(Cfg::stride_h <= Cfg::rows, "rows must be at least stride_h: the next window starts that much lower");
  static_assert((Cfg::kernel_h - 1) * Cfg::dilation_h + 1 <= Cfg::rows, "rows must hold one whole window");
};
template <class Cfg>
struct WindowRules<Cfg, false> {};

/// Sliding window: an image goes in once, in the order of its pixels; every window of it comes out, padding included.
/// Streams  x: height * width * channels / lanes beats a frame
///          y: out_h * out_w * kernel_h * kernel_w * channels / lanes: of a window one group of channels behind another,
///             the channels of a group innermost (a group for every beat of a pixel: kernels that work on each channel apart)
/// Memory   `rows` image rows; the next rows come in while windows go out, so
/// Cost     II = 1 and max(beats in, beats out) cycles a frame once rows suffice
/// Cfg      height width channels lanes, kernel_h kernel_w stride_h stride_w dilation_h dilation_w pad_top pad_left,
///          out_h out_w, rows, pad (what stands outside of the image), groups; Beat, Buffer
template <class Cfg, class In, class Out>
void window(const Cfg& c, int frames, In& x, Out& y) {
  static_cast<void>(WindowRules<Cfg>{});
  using Beat = typename Cfg::Beat;
  typename Cfg::Buffer buffer;  // [rows][width][channels / lanes]
  const int folds = c.channels / c.lanes;
  const int group_folds = folds / c.groups;
  const int row_beats = c.width * folds;
  const int all_rows = frames * c.height;
  int read_row = 0, read_slot = 0, read_at = 0;  // rows count through all frames; slot is the row's place in the buffer
  int frame_row = 0;                             // first row of the frame whose windows go out
  int slot = (c.rows - c.pad_top % c.rows) % c.rows;  // of the window's first row
  int frame_slot = slot;
  int oy = 0, ox = 0, ky = 0, kx = 0, group = 0, f = 0;

windows:
  while (frame_row < all_rows || read_row < all_rows) {
#pragma HLS PIPELINE II = 1
#pragma HLS DEPENDENCE variable = buffer inter false
    c.cycle();
    const bool writes = frame_row < all_rows;
    const int top = oy * c.stride_h - c.pad_top;
    const int iy = top + ky * c.dilation_h;
    const int ix = ox * c.stride_w - c.pad_left + kx * c.dilation_w;
    const bool inside = iy >= 0 && iy < c.height && ix >= 0 && ix < c.width;
    const int row = frame_row + iy;
    const int column = ix * folds + group * group_folds + f;
    const bool ready = writes && (!inside || row < read_row || (row == read_row && column < read_at));
    const int oldest = frame_row + (!writes || top < 0 ? 0 : (top < c.height ? top : c.height));  // still needed
    const bool fits = read_row < all_rows && read_row < oldest + c.rows;
    if (ready) {
      Beat beat{};
      int from = slot + ky * c.dilation_h;
      if (from >= c.rows) from -= c.rows;
      if (inside) {
        beat = buffer[from * row_beats + column];
      } else {
        for (int l = 0; l < lanes_of<Cfg>(c.lanes); ++l) beat.lane[l] = static_cast<std::int8_t>(c.pad);
      }
      y.write(beat);
      const bool pixel_done = ++f == group_folds && (f = 0, ++kx == c.kernel_w) && (kx = 0, ++ky == c.kernel_h) && (ky = 0, ++group == c.groups) && (group = 0, true);
      if (pixel_done && ++ox == c.out_w) {
        ox = 0;
        if (++oy == c.out_h) {
          oy = 0;
          frame_row += c.height;
          frame_slot = (frame_slot + c.height) % c.rows;
          slot = frame_slot;
        } else {
          slot += c.stride_h;
          if (slot >= c.rows) slot -= c.rows;
        }
      }
    }
    // A window that is ready does not wait for what only a later one needs.
    if (fits && (!ready || !x.empty())) {
      buffer[read_slot * row_beats + read_at] = x.read();
      if (++read_at == row_beats) {
        read_at = 0;
        ++read_row;
        if (++read_slot == c.rows) read_slot = 0;
      }
    }
  }
}

}  // namespace hls
}  // namespace vernier
