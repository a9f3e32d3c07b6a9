// SPDX-License-Identifier: Apache-2.0
#include <vernier/core/requantize.hpp>

#include <algorithm>
#include <cmath>

namespace vernier {

std::optional<Multiplier> multiplier_of(float m) {
  if (!std::isfinite(m) || m < 0.0F || m >= 128.0F) return std::nullopt;
  if (m < 0x1p-32F) return Multiplier{0, 0};
  int exponent = 0;
  const float fraction = std::frexp(m, &exponent);  // m = fraction * 2^exponent, fraction in [0.5, 1)
  auto mantissa = static_cast<std::uint32_t>(std::ldexp(fraction, 24));
  int shift = 24 - exponent;
  while (shift > 0 && (mantissa & 1U) == 0) {  // the shortest form, so that equal m has one image
    mantissa >>= 1;
    --shift;
  }
  return Multiplier{mantissa, static_cast<std::uint8_t>(shift)};
}

float requantization_scale(float scale_x, float scale_w, float scale_y) {
  const float product = scale_x * scale_w;
  return product / scale_y;
}

float average_scale(float scale_x, float scale_y, std::int64_t count) {
  const float spread = scale_y * static_cast<float>(count);
  return scale_x / spread;
}

std::optional<AddMultipliers> add_multipliers_of(float scale_a, float scale_b, float scale_y) {
  for (const float s : {scale_a, scale_b, scale_y}) {
    if (!std::isfinite(s) || !(s > 0.0F)) return std::nullopt;
  }
  const double ma = static_cast<double>(scale_a) / static_cast<double>(scale_y);
  const double mb = static_cast<double>(scale_b) / static_cast<double>(scale_y);
  const double larger = std::max(ma, mb);
  int exponent = 0;
  (void)std::frexp(larger, &exponent);  // larger = f * 2^exponent, f in [0.5, 1)
  int shift = 23 - exponent;            // larger * 2^shift in [2^22, 2^23)
  const auto scaled = [&shift](double m) { return std::nearbyint(std::ldexp(m, shift)); };
  if (scaled(larger) >= 0x1p23) --shift;
  if (shift < 0 || shift > 63) return std::nullopt;
  return AddMultipliers{static_cast<std::int32_t>(scaled(ma)), static_cast<std::int32_t>(scaled(mb)),
                        static_cast<std::uint8_t>(shift)};
}

}  // namespace vernier
