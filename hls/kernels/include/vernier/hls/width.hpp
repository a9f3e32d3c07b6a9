// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vernier/hls/beat.hpp>

namespace vernier {
namespace hls {

template <class Cfg, bool = Cfg::kFixed>
struct WidthRules {
  static_assert(Cfg::from > 0 && Cfg::to > 0 && (Cfg::from % Cfg::to == 0 || Cfg::to % Cfg::from == 0),
                "one width must divide the other: go through a common multiple otherwise");
};
template <class Cfg>
struct WidthRules<Cfg, false> {};

/// The same elements in beats of another width.
/// Streams  x: beats of `from` values, y: of `to` values; `wide` beats of the wider a frame
/// Cost     II = 1, one cycle a beat of the narrower stream
/// Cfg      from to wide; In, Out
template <class Cfg, class In, class Out>
void width(const Cfg& c, int frames, In& x, Out& y) {
  static_cast<void>(WidthRules<Cfg>{});
  const bool widens = c.to > c.from;
  const int parts = widens ? c.to / c.from : c.from / c.to;
  const int lanes = lanes_of<Cfg>(widens ? c.from : c.to);  // of the narrower
  const int beats = frames * c.wide * parts;
  typename Cfg::In in{};
  typename Cfg::Out out{};
  int part = 0;

beats:
  for (int i = 0; i < beats; ++i) {
#pragma HLS PIPELINE II = 1
    c.cycle();
    if (widens || part == 0) in = x.read();
    for (int l = 0; l < lanes; ++l) {
#pragma HLS UNROLL
      if (widens) {
        out.lane[part * c.from + l] = in.lane[l];
      } else {
        out.lane[l] = in.lane[part * c.to + l];
      }
    }
    const bool last = ++part == parts;
    if (last) part = 0;
    if (last || !widens) y.write(out);
  }
}

}  // namespace hls
}  // namespace vernier
