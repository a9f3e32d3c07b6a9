// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vernier/hls/beat.hpp>

namespace vernier {
namespace hls {

template <class Cfg, bool = Cfg::kFixed>
struct UpSampleRules {
  static_assert(Cfg::lanes > 0 && Cfg::channels % Cfg::lanes == 0, "lanes must divide channels: a beat holds channels of one pixel");
  static_assert(Cfg::scale_h > 0 && Cfg::scale_w > 0, "scale_h and scale_w must be at least 1: pixels are repeated whole times");
};
template <class Cfg>
struct UpSampleRules<Cfg, false> {};

/// Every pixel scale_w times side by side, every row of those scale_h times below each other. Of an image of one pixel it is
/// the broadcast of that pixel.
/// Streams  x: height * width * channels / lanes beats a frame; y: scale_h * scale_w times as many
/// Memory   one image row
/// Cost     II = 1, one cycle a beat of y
/// Cfg      height width channels lanes scale_h scale_w; Beat, Row (Beat of one image row)
template <class Cfg, class In, class Out>
void up_sample(const Cfg& c, int frames, In& x, Out& y) {
  static_cast<void>(UpSampleRules<Cfg>{});
  typename Cfg::Row row;  // [width][channels / lanes]
  const int folds = c.channels / c.lanes;
  const int rows = frames * c.height;
  int fold = 0, copy = 0, pixel = 0, line = 0, at = 0;

beats:
  while (at < rows) {
#pragma HLS PIPELINE II = 1
    c.cycle();
    const int place = pixel * folds + fold;
    if (line == 0 && copy == 0) row[place] = x.read();
    y.write(row[place]);
    if (++fold < folds) continue;
    fold = 0;
    if (++copy < c.scale_w) continue;
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
