// SPDX-License-Identifier: Apache-2.0
#include "random_target.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <random>

namespace vernier::test {
namespace {

std::int64_t power_of_two(std::mt19937& random, std::int64_t lo, std::int64_t hi) {
  const auto first = std::countr_zero(static_cast<std::uint64_t>(lo)), last = std::countr_zero(static_cast<std::uint64_t>(hi));
  return std::int64_t{1} << std::uniform_int_distribution<int>(first, last)(random);
}

}  // namespace

program::Target property_target(std::uint32_t n) {
  // Sizes whose edges differ: one row or column, above and below a 64-byte word, odd, and past 32.
  static constexpr std::pair<int, int> kSizes[kPropertyTargets] = {
      {1, 1}, {3, 5}, {8, 8}, {2, 7}, {5, 3}, {12, 4},  {1, 9},  {9, 1},   {4, 16}, {16, 4},  {7, 11}, {13, 6},
      {6, 17}, {17, 2}, {10, 10}, {16, 16}, {33, 1}, {1, 33}, {33, 5}, {4, 33}, {20, 12}, {24, 9}, {15, 31}, {33, 33}};
  std::mt19937 random(n + 1);
  program::Target t;
  t.rows = kSizes[n].first;
  t.columns = kSizes[n].second;
  t.name = fmt::format("property{}_{}x{}", n, t.rows, t.columns);
  t.activation_bytes = power_of_two(random, 4096, 32768);
  const auto two_tiles = static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(2 * 64 * t.tile_words())));
  t.weight_bytes = power_of_two(random, std::max<std::int64_t>(1024, two_tiles), 4 * std::max<std::int64_t>(1024, two_tiles));
  t.parameter_bytes = power_of_two(random, 1024, 4096);
  t.accumulator_rows = power_of_two(random, 8, 128);
  t.depthwise_taps = std::uniform_int_distribution<std::int64_t>(1, std::min<std::int64_t>(5, 127 / t.block()))(random);
  t.depthwise_rows = power_of_two(random, 16, 128);
  t.depthwise_bytes = power_of_two(random, 1024, 4096);
  t.reads_in_flight = std::uniform_int_distribution<std::int64_t>(1, 8)(random);
  t.burst_bytes = power_of_two(random, 64, 1024);
  return t;
}

std::string to_toml(const program::Target& t) {
  return fmt::format(
      "rows = {}\ncolumns = {}\nactivation_bytes = {}\nweight_bytes = {}\nparameter_bytes = {}\naccumulator_rows = {}\ndepthwise_taps = {}\n"
      "depthwise_rows = {}\ndepthwise_bytes = {}\nreads_in_flight = {}\nburst_bytes = {}\nclock_mhz = {}\nenergy_table = \"{}\"\n",
      t.rows, t.columns, t.activation_bytes, t.weight_bytes, t.parameter_bytes, t.accumulator_rows, t.depthwise_taps, t.depthwise_rows, t.depthwise_bytes,
      t.reads_in_flight, t.burst_bytes, t.clock.count() / 1e6, t.energy_table);
}

}  // namespace vernier::test
