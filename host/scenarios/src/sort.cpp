// SPDX-License-Identifier: Apache-2.0
#include <vernier/scenarios/sort.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

namespace vernier::scenarios {
namespace {

constexpr int kDigitBits = 11;  // 2048 counters stay in the first-level cache
constexpr std::size_t kBuckets = std::size_t{1} << kDigitBits;
constexpr std::size_t kWorthIt = 4096;

}  // namespace

void sort_latencies(std::vector<std::int64_t>& values) {
  if (values.size() < kWorthIt) {
    std::sort(values.begin(), values.end());
    return;
  }
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const auto base = static_cast<std::uint64_t>(*low);
  const auto bits = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(*high) - base));
  std::vector<std::int64_t> other(values.size());
  for (int shift = 0; shift < bits; shift += kDigitBits) {
    const auto digit = [&](std::int64_t v) {
      return static_cast<std::size_t>((static_cast<std::uint64_t>(v) - base) >> shift) & (kBuckets - 1);
    };
    std::array<std::size_t, kBuckets> at{};
    for (const std::int64_t v : values) ++at[digit(v)];
    std::size_t sum = 0;
    for (std::size_t& start : at) sum += std::exchange(start, sum);
    for (const std::int64_t v : values) other[at[digit(v)]++] = v;
    values.swap(other);
  }
}

}  // namespace vernier::scenarios
