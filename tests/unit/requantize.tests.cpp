// SPDX-License-Identifier: Apache-2.0
#include <vernier/core/requantize.hpp>

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <rapidcheck/catch.h>

using namespace vernier;

TEST_CASE("Shifting rounds halves to even on both sides of zero", "[requantize]") {
  CHECK(shift_round_half_even(5, 1) == 2);    // 2.5
  CHECK(shift_round_half_even(7, 1) == 4);    // 3.5
  CHECK(shift_round_half_even(-5, 1) == -2);  // -2.5
  CHECK(shift_round_half_even(-7, 1) == -4);  // -3.5
  CHECK(shift_round_half_even(-6, 2) == -2);  // -1.5
  CHECK(shift_round_half_even(123, 0) == 123);
  CHECK(shift_round_half_even(std::int64_t{1} << 54, 63) == 0);
}

TEST_CASE("A multiplier is the exact image of its float", "[requantize][property]") {
  rc::prop("mantissa / 2^shift == m", [](std::uint32_t bits) {
    const float m = std::ldexp(1.0F + static_cast<float>(bits & 0x7FFFFFU) / 0x1p23F, static_cast<int>((bits >> 23) % 39) - 32);
    const auto image = multiplier_of(m);
    RC_ASSERT(image.has_value());
    RC_ASSERT(image->mantissa < (1U << 24));
    RC_ASSERT(std::ldexp(static_cast<double>(image->mantissa), -image->shift) == static_cast<double>(m));
  });
}

TEST_CASE("Multipliers outside the format are refused and tiny ones are zero", "[requantize]") {
  CHECK_FALSE(multiplier_of(128.0F));
  CHECK_FALSE(multiplier_of(-0.5F));
  CHECK_FALSE(multiplier_of(std::numeric_limits<float>::quiet_NaN()));
  CHECK_FALSE(multiplier_of(std::numeric_limits<float>::infinity()));
  CHECK(multiplier_of(0x1p-33F) == Multiplier{0, 0});
  CHECK(multiplier_of(127.99999F).has_value());
}

TEST_CASE("Requantisation equals rounding the real product to even", "[requantize][property]") {
  rc::prop("agrees with double arithmetic where that is exact", [](std::int32_t acc, std::uint16_t raw) {
    const auto m = multiplier_of(static_cast<float>(raw) / 65536.0F);
    RC_ASSERT(m.has_value());
    const double exact = static_cast<double>(acc) * static_cast<double>(raw) / 65536.0;  // 31 + 16 bits: exact
    const double want = std::min(127.0, std::max(-128.0, std::nearbyint(exact) + 3.0));
    RC_ASSERT(static_cast<double>(requantize(acc, *m, 3, -128, 127)) == (raw < 1 ? std::min(127.0, 3.0) : want));
  });
}

TEST_CASE("Both addition multipliers share a shift and the larger fills 23 bits", "[requantize][property]") {
  rc::prop("range and accuracy", [](std::uint16_t a, std::uint16_t b, std::uint16_t y) {
    const auto scale = [](std::uint16_t v) { return static_cast<float>(v + 1) / 4096.0F; };
    const auto m = add_multipliers_of(scale(a), scale(b), scale(y));
    RC_ASSERT(m.has_value());
    const auto larger = std::max(m->a, m->b);
    RC_ASSERT(larger >= (1 << 22));
    RC_ASSERT(larger < (1 << 23));
    RC_ASSERT(std::abs(std::ldexp(m->a, -m->shift) - static_cast<double>(scale(a)) / static_cast<double>(scale(y))) <= std::ldexp(0.5, -m->shift));
  });
}

TEST_CASE("A sum of equal scales is the plain saturated sum", "[requantize]") {
  const auto m = add_multipliers_of(0.5F, 0.5F, 0.5F);
  REQUIRE(m);
  for (int a = -128; a < 128; ++a) {
    for (int b = -128; b < 128; ++b) {
      CHECK(quantized_add(a, 0, b, 0, *m, 0, -128, 127) == std::min(127, std::max(-128, a + b)));
    }
  }
}
