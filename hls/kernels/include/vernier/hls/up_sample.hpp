// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vernier/hls/beat.hpp>

namespace vernier {
namespace hls {

template <class Cfg, bool = Cfg::kFixed>
struct UpSampleRules {
  static_assert(Cfg::lanes > 0 && Cfg::channels % Cfg::lanes == 0, "lanes must divide channels: a beat holds channels of one pixel");
  static_assert(Cfg::scale_h > 0 && Cfg::scale_w > 0, "scale_h and scale_w must be at least 1: pixels are repeated whole times");
  static_assert(Cfg::phases == 1 || Cfg::phases == Cfg::scale_h * Cfg::scale_w, "phases must be 1, or one for each pixel that a pixel becomes");
};
template <class Cfg>
struct UpSampleRules<Cfg, false> {};

/// Every pixel scale_w times side by side, every row of those scale_h times below each other. Of an image of one pixel it is
/// the broadcast of that pixel. With phases the copies differ: they come with the pixel, those of the first row first, and
/// are laid out side by side and below each other (sub-pixel convolution, Shi et al., CVPR 2016).
/// Streams  x: height * width * phases * channels / lanes beats a frame; y: height * width * scale_h * scale_w * channels / lanes
/// Memory   one row of x
/// Cost     II = 1, one cycle a beat of y; with phases the first row takes one a beat of x
/// Cfg      height width channels (of y) lanes scale_h scale_w phases (1: none); Beat, Row (Beat of one row of x)
template <class Cfg, class In, class Out>
void up_sample(const Cfg& c, int frames, In& x, Out& y) {
  static_cast<void>(UpSampleRules<Cfg>{});
  typename Cfg::Row row;  // [width][phases][channels / lanes]
  const int folds = c.channels / c.lanes;
  const int rows = frames * c.height;
  const bool brought = c.phases > 1;
  int fold = 0, copy = 0, pixel = 0, line = 0, at = 0;

beats:
  while (at < rows) {
#pragma HLS PIPELINE II = 1
    c.cycle();
    const int place = (pixel * c.phases + (brought ? line * c.scale_w + copy : 0)) * folds + fold;
    if (line == 0 && (brought || copy == 0)) row[place] = x.read();
    if (copy < c.scale_w) y.write(row[place]);
    if (++fold < folds) continue;
    fold = 0;
    if (++copy < (brought && line == 0 ? c.phases : c.scale_w)) continue;
    copy = 0;
    if (++pixel < c.width) continue;
    pixel = 0;
    if (++line < c.scale_h) continue;
    line = 0;
    ++at;
  }
}

}  // namespace hls
}  // namespace vernier
