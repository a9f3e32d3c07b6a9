// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vernier/hls/beat.hpp>
#include <vernier/hls/channel.hpp>

namespace vernier {
namespace hls {

template <class Cfg, bool = Cfg::kFixed>
struct DepthwiseRules {
  static_assert(Cfg::lanes > 0 && Cfg::channels % Cfg::lanes == 0, "lanes must divide channels: no partial fold");
};
template <class Cfg>
struct DepthwiseRules<Cfg, false> {};

/// One kernel a channel, behind a sliding window that goes by channel.
/// Streams  x: pixels * channels / lanes * taps beats a frame, the taps of a window innermost; y: pixels * channels / lanes
/// Cost     II = 1, one cycle a beat of x, `lanes` multipliers and requantisers
/// Weights  w[channel fold * taps + tap][lane]
/// Cfg      channels lanes taps pixels, zero_x zero_y lo hi; Beat, kMostLanes
template <class Cfg, class In, class Out, class Weights, class Channels>
void depthwise(const Cfg& c, int frames, In& x, Out& y, const Weights& w, const Channels& channels) {
  static_cast<void>(DepthwiseRules<Cfg>{});
  const int folds = c.channels / c.lanes;
  const int lanes = lanes_of<Cfg>(c.lanes);
  std::int32_t acc[Cfg::kMostLanes];
#pragma HLS ARRAY_PARTITION variable = acc complete
  int tap = 0, fold = 0, pixel = 0;
  const int pixels = frames * c.pixels;

taps:
  while (pixel < pixels) {
#pragma HLS PIPELINE II = 1
    c.cycle();
    const typename Cfg::Beat beat = x.read();
    for (int l = 0; l < lanes; ++l) {
#pragma HLS UNROLL
      const std::int32_t sum = tap == 0 ? channels[fold * c.lanes + l].bias : acc[l];
      acc[l] = sum + (beat.lane[l] - c.zero_x) * w[fold * c.taps + tap][l];
    }
    if (++tap < c.taps) continue;
    tap = 0;
    typename Cfg::Beat result{};
    for (int l = 0; l < lanes; ++l) {
#pragma HLS UNROLL
      result.lane[l] = static_cast<std::int8_t>(requantize(acc[l], channels[fold * c.lanes + l].multiplier, c.zero_y, c.lo, c.hi));
    }
    y.write(result);
    if (++fold < folds) continue;
    fold = 0;
    ++pixel;
  }
}

}  // namespace hls
}  // namespace vernier
