// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vernier/hls/beat.hpp>

namespace vernier {
namespace hls {

/// Frames from memory, pixel by pixel: one burst, because the addresses rise by one beat.
/// Cost  II = 1, one cycle a beat
/// Cfg   beats lanes; Beat
template <class Cfg, class Out>
void load(const Cfg& c, int frames, const std::int8_t* memory, Out& y) {
  const int lanes = lanes_of<Cfg>(c.lanes);
  const int beats = frames * c.beats;

beats:
  for (int i = 0; i < beats; ++i) {
#pragma HLS PIPELINE II = 1
    c.cycle();
    typename Cfg::Beat beat{};
    for (int l = 0; l < lanes; ++l) {
#pragma HLS UNROLL
      beat.lane[l] = memory[i * c.lanes + l];
    }
    y.write(beat);
  }
}

/// Frames to memory.
/// Cost  II = 1, one cycle a beat
/// Cfg   beats lanes; Beat
template <class Cfg, class In>
void store(const Cfg& c, int frames, In& x, std::int8_t* memory) {
  const int lanes = lanes_of<Cfg>(c.lanes);
  const int beats = frames * c.beats;

beats:
  for (int i = 0; i < beats; ++i) {
#pragma HLS PIPELINE II = 1
    c.cycle();
    const typename Cfg::Beat beat = x.read();
    for (int l = 0; l < lanes; ++l) {
#pragma HLS UNROLL
      memory[i * c.lanes + l] = beat.lane[l];
    }
  }
}

}  // namespace hls
}  // namespace vernier
