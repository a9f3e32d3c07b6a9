// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include <vernier/core/fixed_point.hpp>

namespace vernier {

/// Softmax in integers. With X the largest level of a row and e(d) = exponentials[d], a level v becomes
/// requantize(e(X - v), softmax_multiplier(scale, sum of all e), zero_point, lo, hi).
struct SoftmaxConstants {
  std::array<std::uint16_t, 256> exponentials{};  ///< of -d * scale_x, 65535 for 1
  Multiplier scale;                               ///< 1 / scale_y = mantissa * 2^15 / 2^shift
};

/// Channels of a row: so many exponentials add up to less than 2^32.
inline constexpr std::int64_t kMostSoftmaxChannels = 65535;

/// Output scales for which the reciprocal has bits enough: its rounding costs at most a quarter of a step.
inline constexpr float kLeastSoftmaxScale = 0x1p-20F, kMostSoftmaxScale = 0x1p24F;

/// Nothing where scale_x is not finite and positive, or scale_y not in [kLeastSoftmaxScale, kMostSoftmaxScale].
[[nodiscard]] std::optional<SoftmaxConstants> softmax_constants(float scale_x, float scale_y);

/// What the exponentials of a row are multiplied by; sum >= 65535, since the largest level is one of the row's.
[[nodiscard]] constexpr Multiplier softmax_multiplier(Multiplier scale, std::uint32_t sum) {
  return {static_cast<std::uint32_t>((static_cast<std::uint64_t>(scale.mantissa) << 15) / sum), scale.shift};
}

}  // namespace vernier
