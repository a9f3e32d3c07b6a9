// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vernier/core/fixed_point.hpp>
#include <vernier/hls/beat.hpp>

namespace vernier {
namespace hls {

template <class Cfg, bool = Cfg::kFixed>
struct PoolRules {
  static_assert(Cfg::lanes > 0 && Cfg::channels % Cfg::lanes == 0, "lanes must divide channels: no partial fold");
};
template <class Cfg>
struct PoolRules<Cfg, false> {};

/// Largest value or average of every window, behind a sliding window that goes by channel and pads with the lowest
/// value or with zero_x.
/// Streams  x: pixels * channels / lanes * taps beats a frame, the taps of a window innermost; y: pixels * channels / lanes
/// Cost     II = 1, one cycle a beat of x; averages have `lanes` requantisers
/// Data     kind[pixel] chooses the multiplier of an average: how many elements of the image its window has
/// Cfg      channels lanes taps pixels, average (0: largest), zero_x zero_y lo hi; Beat, kMostLanes
template <class Cfg, class In, class Out, class Kinds, class Multipliers>
void pool(const Cfg& c, int frames, In& x, Out& y, const Kinds& kind, const Multipliers& multipliers) {
  static_cast<void>(PoolRules<Cfg>{});
  const int folds = c.channels / c.lanes;
  const int lanes = lanes_of<Cfg>(c.lanes);
  std::int32_t acc[Cfg::kMostLanes];
#pragma HLS ARRAY_PARTITION variable = acc complete
  int tap = 0, fold = 0, pixel = 0, frame = 0;

taps:
  while (frame < frames) {
#pragma HLS PIPELINE II = 1
    c.cycle();
    const typename Cfg::Beat beat = x.read();
    for (int l = 0; l < lanes; ++l) {
#pragma HLS UNROLL
      const std::int32_t value = beat.lane[l];
      if (c.average != 0) {
        acc[l] = (tap == 0 ? 0 : acc[l]) + (value - c.zero_x);
      } else {
        const std::int32_t best = tap == 0 ? c.lo : acc[l];
        acc[l] = value > best ? value : best;
      }
    }
    if (++tap < c.taps) continue;
    tap = 0;
    typename Cfg::Beat result{};
    for (int l = 0; l < lanes; ++l) {
#pragma HLS UNROLL
      const std::int32_t largest = acc[l] < c.hi ? acc[l] : c.hi;
      result.lane[l] = static_cast<std::int8_t>(c.average != 0 ? requantize(acc[l], multipliers[kind[pixel]], c.zero_y, c.lo, c.hi) : largest);
    }
    y.write(result);
    if (++fold < folds) continue;
    fold = 0;
    if (++pixel < c.pixels) continue;
    pixel = 0;
    ++frame;
  }
}

}  // namespace hls
}  // namespace vernier
