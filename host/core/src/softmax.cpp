// SPDX-License-Identifier: Apache-2.0
#include <vernier/core/softmax.hpp>

#include <cmath>

namespace vernier {

std::optional<SoftmaxConstants> softmax_constants(float scale_x, float scale_y) {
  if (!std::isfinite(scale_x) || !(scale_x > 0.0F) || !(scale_y >= kLeastSoftmaxScale) || !(scale_y <= kMostSoftmaxScale)) return std::nullopt;
  SoftmaxConstants constants;
  for (std::size_t d = 0; d < constants.exponentials.size(); ++d) {
    const double power = std::exp(-static_cast<double>(d) * static_cast<double>(scale_x));
    constants.exponentials[d] = static_cast<std::uint16_t>(std::nearbyint(65535 * power));
  }
  constexpr int kBits = 24;
  int exponent = 0;
  double mantissa = std::nearbyint(std::ldexp(std::frexp(1 / static_cast<double>(scale_y), &exponent), kBits));
  if (mantissa >= std::ldexp(1, kBits)) {
    mantissa /= 2;
    ++exponent;
  }
  constants.scale = {static_cast<std::uint32_t>(mantissa), static_cast<std::uint8_t>(kBits + 15 - exponent)};
  return constants;
}

}  // namespace vernier
