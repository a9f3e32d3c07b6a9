// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vernier/core/fixed_point.hpp>
#include <vernier/hls/beat.hpp>

namespace vernier {
namespace hls {

/// Values of Cfg::operation.
enum BinaryOperation { kBinaryAdd = 0, kBinarySub = 1, kBinaryMul = 2 };

/// Sum, difference or product of two streams of the same shape.
/// Streams  a, b, y: `beats` beats of `lanes` values a frame
/// Cost     II = 1, one cycle a beat, two multipliers a lane
/// Cfg      beats lanes operation, zero_a zero_b zero_y lo hi, multiplier_a multiplier_b shift (of a product
///          multiplier_a alone); Beat
template <class Cfg, class A, class B, class Out>
void binary(const Cfg& c, int frames, A& a, B& b, Out& y) {
  const int lanes = lanes_of<Cfg>(c.lanes);
  const AddMultipliers sum{c.multiplier_a, c.multiplier_b, static_cast<std::uint8_t>(c.shift)};
  const Multiplier product{static_cast<std::uint32_t>(c.multiplier_a), static_cast<std::uint8_t>(c.shift)};
  const int beats = frames * c.beats;

beats:
  for (int i = 0; i < beats; ++i) {
#pragma HLS PIPELINE II = 1
    c.cycle();
    const typename Cfg::Beat left = a.read();
    const typename Cfg::Beat right = b.read();
    typename Cfg::Beat result{};
    for (int l = 0; l < lanes; ++l) {
#pragma HLS UNROLL
      std::int32_t value = 0;
      if (c.operation == kBinaryMul) {
        value = quantized_mul(left.lane[l], c.zero_a, right.lane[l], c.zero_b, product, c.zero_y, c.lo, c.hi);
      } else if (c.operation == kBinarySub) {
        value = quantized_sub(left.lane[l], c.zero_a, right.lane[l], c.zero_b, sum, c.zero_y, c.lo, c.hi);
      } else {
        value = quantized_add(left.lane[l], c.zero_a, right.lane[l], c.zero_b, sum, c.zero_y, c.lo, c.hi);
      }
      result.lane[l] = static_cast<std::int8_t>(value);
    }
    y.write(result);
  }
}

}  // namespace hls
}  // namespace vernier
