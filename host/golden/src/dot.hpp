// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace vernier::golden {

/// Lengths of packed vectors are multiples of this, filled up with zeros, so that inner loops have no rest.
inline constexpr std::size_t kDotBlock = 16;
constexpr std::size_t padded_length(std::size_t n) { return (n + kDotBlock - 1) / kDotBlock * kDotBlock; }

/// acc[o] = bias[o] + sum over k of x[k] * w[o][k], for consecutive rows of w of x.size() elements.
/// Sixteen-bit factors become the pairwise multiply-add of every SIMD extension; sums are proved to fit beforehand.
void dot_rows(std::span<const std::int16_t> x, const std::int16_t* w, const std::int32_t* bias, std::span<std::int32_t> acc);

/// acc[c] += x[c] * w[c].
void multiply_accumulate(const std::int16_t* x, const std::int16_t* w, std::span<std::int32_t> acc);

}  // namespace vernier::golden
