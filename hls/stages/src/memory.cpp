// SPDX-License-Identifier: Apache-2.0
#include <vernier/stages/memory.hpp>

#include <algorithm>
#include <cmath>

namespace vernier::stages {
namespace {

constexpr std::int64_t kShallow = 128;  // words

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

/// RAMB36: 512 x 72, 1024 x 36, 2048 x 18, 4096 x 9 and so on (UG573); a half counts as a half.
double block_rams(std::int64_t words, std::int64_t bits) {
  const auto depth = words <= 512 ? 512 : 1024;
  const auto width = words <= 512 ? 72 : 36;
  const double blocks = static_cast<double>(ceil_div(words, depth) * bits) / width;
  return std::max(0.5, std::ceil(2 * blocks) / 2);
}

/// URAM288: 4096 x 72 and no other shape (UG573).
double ultra_rams(std::int64_t words, std::int64_t bits) { return static_cast<double>(ceil_div(words, 4096) * ceil_div(bits, 72)); }

}  // namespace

bool lies_in_ultra_ram(std::int64_t words, std::int64_t bits, Contents contents, const UltraRam& ultra) {
  if (ultra.brams_each <= 0 || words <= kShallow || (contents == Contents::kConstant && !ultra.initialised)) return false;
  return ultra_rams(words, bits) * ultra.brams_each < block_rams(words, bits);
}

Resources memory_resources(std::int64_t words, std::int64_t bits, Contents contents, const UltraRam& ultra) {
  if (words <= 1) return {.lut = static_cast<double>(bits) / 2};
  if (words <= kShallow) return {.lut = static_cast<double>(ceil_div(words, 64) * bits)};  // distributed RAM: 64 x 1 a LUT
  if (lies_in_ultra_ram(words, bits, contents, ultra)) return {.uram = ultra_rams(words, bits)};
  return {.bram36 = block_rams(words, bits)};
}

}  // namespace vernier::stages
