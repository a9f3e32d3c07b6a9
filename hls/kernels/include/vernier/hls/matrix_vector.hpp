// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vernier/hls/beat.hpp>
#include <vernier/hls/channel.hpp>

namespace vernier {
namespace hls {

template <class Cfg, bool = Cfg::kFixed>
struct MatrixVectorRules {
  static_assert(Cfg::simd > 0 && Cfg::inputs % Cfg::simd == 0, "simd must divide inputs: no partial fold");
  static_assert(Cfg::groups > 0 && Cfg::vectors % Cfg::groups == 0, "groups must divide vectors: every matrix has its own");
  static_assert(Cfg::pe > 0 && Cfg::outputs % Cfg::pe == 0, "pe must divide outputs: no partial fold");
};
template <class Cfg>
struct MatrixVectorRules<Cfg, false> {};

/// Folded product of a matrix with one vector after another, requantised:
/// y[o] = clamp(round((bias[o] + sum_i w[o][i] * (x[i] - zero_x)) * m[o]) + zero_y).
/// A convolution is this behind a sliding window, a dense layer this alone. Of `groups` matrices each takes its vector in
/// turn: a convolution in groups.
/// Streams  x: vectors * inputs / simd beats of simd values a frame; y: vectors * outputs / pe beats of pe values
/// Cost     II = 1, vectors * inputs / simd * outputs / pe cycles a frame, simd * pe multipliers and pe requantisers
/// Weights  w[fold][lane * simd + i], a fold for every cycle of one vector, inputs innermost, one matrix behind another
/// Cfg      inputs outputs (of a matrix) simd pe vectors groups, zero_x zero_y lo hi; In, Out, Held (In of all input folds), kMostPe
template <class Cfg, class In, class Out, class Weights, class Channels>
void matrix_vector(const Cfg& c, int frames, In& x, Out& y, const Weights& w, const Channels& channels) {
  static_cast<void>(MatrixVectorRules<Cfg>{});
  const int in_folds = c.inputs / c.simd;
  const int out_folds = c.outputs / c.pe;
  const int simd = lanes_of<Cfg>(c.simd), pe = lanes_of<Cfg>(c.pe);
  typename Cfg::Held held;  // inputs: read once, used again by later output folds
  std::int32_t acc[Cfg::kMostPe];
#pragma HLS ARRAY_PARTITION variable = acc complete
  int in = 0, out = 0, first = 0, vector = 0;  // first output fold of the matrix
  const int vectors = frames * c.vectors;

folds:  // one flat loop, so that the pipeline never drains between output folds
  while (vector < vectors) {
#pragma HLS PIPELINE II = 1
    c.cycle();
    if (out == 0) held[in] = x.read();
    const typename Cfg::In& beat = held[in];
    for (int p = 0; p < pe; ++p) {
#pragma HLS UNROLL
      std::int32_t sum = in == 0 ? channels[(first + out) * c.pe + p].bias : acc[p];
      for (int i = 0; i < simd; ++i) {
#pragma HLS UNROLL
        sum += (beat.lane[i] - c.zero_x) * w[(first + out) * in_folds + in][p * c.simd + i];
      }
      acc[p] = sum;
    }
    if (++in < in_folds) continue;
    in = 0;
    typename Cfg::Out result{};
    for (int p = 0; p < pe; ++p) {
#pragma HLS UNROLL
      result.lane[p] = static_cast<std::int8_t>(requantize(acc[p], channels[(first + out) * c.pe + p].multiplier, c.zero_y, c.lo, c.hi));
    }
    y.write(result);
    if (++out < out_folds) continue;
    out = 0;
    first = first + out_folds == c.groups * out_folds ? 0 : first + out_folds;
    ++vector;
  }
}

}  // namespace hls
}  // namespace vernier
