// SPDX-License-Identifier: Apache-2.0
// The integer arithmetic of contract C1, the only one of golden, SystemC and HLS. C++14 and self-contained, because
// HLS kernels are compiled with it.
#pragma once

#include <cstdint>

namespace vernier {

/// value / 2^shift, rounded half to even. shift in [0, 63].
[[nodiscard]] constexpr std::int64_t shift_round_half_even(std::int64_t value, int shift) {
  if (shift == 0) return value;
  const std::int64_t floor = value >> shift;
  const std::uint64_t rest = static_cast<std::uint64_t>(value) & ((std::uint64_t{1} << shift) - 1);
  const std::uint64_t half = std::uint64_t{1} << (shift - 1);
  const bool up = rest > half || (rest == half && (floor & 1) != 0);
  return floor + (up ? 1 : 0);
}

/// A positive real multiplier as an integer mantissa and a right shift: m = mantissa / 2^shift.
struct Multiplier {
  std::uint32_t mantissa = 0;  ///< < 2^24; 0 stands for every m < 2^-32
  std::uint8_t shift = 0;      ///< 0..63
  friend constexpr bool operator==(Multiplier a, Multiplier b) { return a.mantissa == b.mantissa && a.shift == b.shift; }
};

/// clamp(rhe(acc * m) + zero_point, lo, hi): the one requantisation of golden, SystemC, RTL and HLS.
[[nodiscard]] constexpr std::int32_t requantize(std::int32_t acc, Multiplier m, std::int32_t zero_point,
                                                std::int32_t lo, std::int32_t hi) {
  const std::int64_t product = static_cast<std::int64_t>(acc) * static_cast<std::int64_t>(m.mantissa);
  const std::int64_t y = shift_round_half_even(product, m.shift) + zero_point;
  return static_cast<std::int32_t>(y < lo ? lo : (y > hi ? hi : y));
}

/// Both multipliers of an addition on one common shift, rounded half to even, the larger in [2^22, 2^23).
struct AddMultipliers {
  std::int32_t a = 0;
  std::int32_t b = 0;
  std::uint8_t shift = 0;  ///< 0..63
  friend constexpr bool operator==(AddMultipliers a, AddMultipliers b) { return a.a == b.a && a.b == b.b && a.shift == b.shift; }
};

/// clamp(rhe(((a - z_a) * M_a + (b - z_b) * M_b) / 2^S) + z_y, lo, hi).
[[nodiscard]] constexpr std::int32_t quantized_add(std::int32_t a, std::int32_t zero_a, std::int32_t b,
                                                   std::int32_t zero_b, AddMultipliers m, std::int32_t zero_y,
                                                   std::int32_t lo, std::int32_t hi) {
  const std::int64_t sum = static_cast<std::int64_t>(a - zero_a) * m.a + static_cast<std::int64_t>(b - zero_b) * m.b;
  const std::int64_t y = shift_round_half_even(sum, m.shift) + zero_y;
  return static_cast<std::int32_t>(y < lo ? lo : (y > hi ? hi : y));
}

/// The same with (b - z_b) * M_b taken off.
[[nodiscard]] constexpr std::int32_t quantized_sub(std::int32_t a, std::int32_t zero_a, std::int32_t b,
                                                   std::int32_t zero_b, AddMultipliers m, std::int32_t zero_y,
                                                   std::int32_t lo, std::int32_t hi) {
  return quantized_add(a, zero_a, b, zero_b, {m.a, -m.b, m.shift}, zero_y, lo, hi);
}

/// clamp(rhe((a - z_a) * (b - z_b) * M / 2^S) + z_y, lo, hi).
[[nodiscard]] constexpr std::int32_t quantized_mul(std::int32_t a, std::int32_t zero_a, std::int32_t b,
                                                   std::int32_t zero_b, Multiplier m, std::int32_t zero_y,
                                                   std::int32_t lo, std::int32_t hi) {
  return requantize((a - zero_a) * (b - zero_b), m, zero_y, lo, hi);
}

}  // namespace vernier
