// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vernier/hls/beat.hpp>

namespace vernier {
namespace hls {

/// Any function of one element: requantisation, clamps, activations.
/// Streams  x, y: `beats` beats of `lanes` values a frame
/// Cost     II = 1, one cycle a beat, `lanes` copies of the table
/// Data     table[x + 128]
/// Cfg      beats lanes; Beat
template <class Cfg, class In, class Out, class Table>
void table(const Cfg& c, int frames, In& x, Out& y, const Table& entries) {
  const int lanes = lanes_of<Cfg>(c.lanes);
  const int beats = frames * c.beats;

beats:
  for (int i = 0; i < beats; ++i) {
#pragma HLS PIPELINE II = 1
    c.cycle();
    const typename Cfg::Beat beat = x.read();
    typename Cfg::Beat result{};
    for (int l = 0; l < lanes; ++l) {
#pragma HLS UNROLL
      result.lane[l] = entries[beat.lane[l] + 128];
    }
    y.write(result);
  }
}

}  // namespace hls
}  // namespace vernier
