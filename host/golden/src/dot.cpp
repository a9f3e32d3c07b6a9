// SPDX-License-Identifier: Apache-2.0
#include "dot.hpp"

namespace vernier::golden {

void dot_rows(std::span<const std::int16_t> x, const std::int16_t* w, const std::int32_t* bias, std::span<std::int32_t> acc) {
  const std::size_t k = x.size();
  const std::int16_t* a = x.data();
  std::size_t o = 0;
  for (; o + 4 <= acc.size(); o += 4) {  // four rows share each load of x
    const std::int16_t* w0 = w + o * k;
    const std::int16_t* w1 = w0 + k;
    const std::int16_t* w2 = w1 + k;
    const std::int16_t* w3 = w2 + k;
    std::int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    for (std::size_t i = 0; i < k; ++i) {
      s0 += a[i] * w0[i];
      s1 += a[i] * w1[i];
      s2 += a[i] * w2[i];
      s3 += a[i] * w3[i];
    }
    acc[o] = bias[o] + s0;
    acc[o + 1] = bias[o + 1] + s1;
    acc[o + 2] = bias[o + 2] + s2;
    acc[o + 3] = bias[o + 3] + s3;
  }
  for (; o < acc.size(); ++o) {
    const std::int16_t* row = w + o * k;
    std::int32_t s = 0;
    for (std::size_t i = 0; i < k; ++i) s += a[i] * row[i];
    acc[o] = bias[o] + s;
  }
}

void multiply_accumulate(const std::int16_t* x, const std::int16_t* w, std::span<std::int32_t> acc) {
  std::int32_t* __restrict__ sum = acc.data();
  for (std::size_t c = 0; c < acc.size(); ++c) sum[c] += x[c] * w[c];
}

}  // namespace vernier::golden
