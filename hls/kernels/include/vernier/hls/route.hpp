// SPDX-License-Identifier: Apache-2.0
// Stages that compute nothing: they copy, join and part streams.
#pragma once

#include <vernier/hls/beat.hpp>

namespace vernier {
namespace hls {

/// One stream for two readers.
/// Cost  II = 1, one cycle a beat
/// Cfg   beats; Beat
template <class Cfg, class In, class First, class Second>
void fork(const Cfg& c, int frames, In& x, First& first, Second& second) {
  const int beats = frames * c.beats;

beats:
  for (int i = 0; i < beats; ++i) {
#pragma HLS PIPELINE II = 1
    c.cycle();
    const typename Cfg::Beat beat = x.read();
    first.write(beat);
    second.write(beat);
  }
}

/// Channels of b behind those of a, pixel by pixel.
/// Cost  II = 1, one cycle a beat of the result
/// Cfg   pixels beats_a beats_b (a pixel); Beat
template <class Cfg, class A, class B, class Out>
void concat(const Cfg& c, int frames, A& a, B& b, Out& y) {
  const int pixels = frames * c.pixels;
  int at = 0, pixel = 0;

beats:
  while (pixel < pixels) {
#pragma HLS PIPELINE II = 1
    c.cycle();
    y.write(at < c.beats_a ? a.read() : b.read());
    if (++at < c.beats_a + c.beats_b) continue;
    at = 0;
    ++pixel;
  }
}

/// A run of channels of every pixel; the others are read and dropped.
/// Cost  II = 1, one cycle a beat of the input
/// Cfg   pixels beats (a pixel), first, count; Beat
template <class Cfg, class In, class Out>
void slice(const Cfg& c, int frames, In& x, Out& y) {
  const int pixels = frames * c.pixels;
  int at = 0, pixel = 0;

beats:
  while (pixel < pixels) {
#pragma HLS PIPELINE II = 1
    c.cycle();
    const typename Cfg::Beat beat = x.read();
    if (at >= c.first && at < c.first + c.count) y.write(beat);
    if (++at < c.beats) continue;
    at = 0;
    ++pixel;
  }
}

}  // namespace hls
}  // namespace vernier
