// SPDX-License-Identifier: Apache-2.0
#include <Vtb_array16x16.h>
#include <Vtb_array17x2.h>
#include <Vtb_array2x3.h>
#include <Vtb_array64x3.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <deque>
#include <vector>

#include "wires.hpp"

using namespace vernier::test;

namespace {

template <class Model, std::size_t Rows, std::size_t Cols, int Latency>
struct Array {
  using Dut = Model;
  static constexpr std::size_t kRows = Rows, kCols = Cols, kWordRows = 64 / Cols,
                               kTileWords = (Rows + kWordRows - 1) / kWordRows;
  static constexpr int kLatency = Latency;
};
using Array2x3 = Array<Vtb_array2x3, 2, 3, 3>;
using Array16x16 = Array<Vtb_array16x16, 16, 16, 4>;
using Array17x2 = Array<Vtb_array17x2, 17, 2, 5>;
using Array64x3 = Array<Vtb_array64x3, 64, 3, 5>;

using Weights = std::vector<std::int8_t>;

template <class Config>
std::vector<std::int32_t> product(std::span<const std::uint8_t> vector, const Weights& weights) {
  std::vector<std::int32_t> sums(Config::kCols);
  for (std::size_t r = 0; r < Config::kRows; ++r)
    for (std::size_t c = 0; c < Config::kCols; ++c)
      sums[c] += static_cast<std::int8_t>(vector[r]) * weights[r * Config::kCols + c];
  return sums;
}

}  // namespace

TEMPLATE_TEST_CASE("An array multiplies vectors by the tile that was active when they entered",
                   "[rtl]", Array2x3, Array16x16, Array17x2, Array64x3) {
  constexpr std::size_t kRows = TestType::kRows, kCols = TestType::kCols,
                        kWordBytes = TestType::kWordRows * kCols;
  const int idle = GENERATE(0, 50, 90);
  CAPTURE(idle);
  typename TestType::Dut dut;
  Stimulus stimulus(23);
  dut.vec_valid_i = dut.vec_swap_i = dut.load_valid_i = 0;
  reset(dut);
  Weights shadow(kRows * kCols), active(kRows * kCols);
  std::size_t loaded = 0;                          // words of the shadow tile
  bool defined = false;                            // some tile is active
  std::deque<std::vector<std::int32_t>> pipeline;  // one entry a cycle; empty without a vector
  int swaps = 0, vectors = 0, back_to_back = 0;
  for (int cycle = 0; cycle < 4000; ++cycle) {
    dut.vec_swap_i = loaded == TestType::kTileWords && stimulus.chance(40);
    dut.vec_valid_i = dut.vec_swap_i || (defined && !stimulus.chance(idle));
    // extremes are as likely as everything else
    stimulus.fill(bytes_of(dut.vec_data_i));
    if (stimulus.chance(10)) std::memset(&dut.vec_data_i, 0x80, sizeof dut.vec_data_i);
    dut.vec_user_i = static_cast<std::uint8_t>(vectors & 7);
    if (dut.vec_swap_i) {
      active = shadow;
      loaded = 0;
      ++swaps;
      defined = true;
    }
    // the next tile may begin in the cycle of the swap
    dut.load_valid_i = loaded < TestType::kTileWords && stimulus.chance(80);
    stimulus.fill(bytes_of(dut.load_data_i));
    if (stimulus.chance(10)) std::memset(&dut.load_data_i, 0x80, 64);
    if (dut.load_valid_i) {
      dut.load_word_i = static_cast<std::uint8_t>(loaded);
      back_to_back += dut.vec_swap_i;
      for (std::size_t b = 0; b < kWordBytes && loaded * kWordBytes + b < shadow.size(); ++b)
        shadow[loaded * kWordBytes + b] = static_cast<std::int8_t>(bytes_of(dut.load_data_i)[b]);
      ++loaded;
    }
    if (dut.vec_valid_i) {
      pipeline.push_back(product<TestType>(bytes_of(dut.vec_data_i).first(kRows), active));
      pipeline.back().push_back(vectors++ & 7);
    } else {
      pipeline.emplace_back();
    }
    clock(dut);
    if (pipeline.size() < static_cast<std::size_t>(TestType::kLatency)) continue;
    const auto want = pipeline.front();
    pipeline.pop_front();
    REQUIRE(dut.sum_valid_o == !want.empty());
    if (want.empty()) continue;
    std::vector<std::int32_t> got(kCols);
    std::memcpy(got.data(), &dut.sum_data_o, 4 * kCols);
    got.push_back(dut.sum_user_o);
    REQUIRE(got == want);
  }
  CHECK(swaps > 50);
  CHECK(back_to_back > 10);
  CHECK(vectors > swaps);
}

TEST_CASE("Speed of the 16 by 16 array alone", "[.][speed]") {
  Vtb_array16x16 dut;
  Stimulus stimulus(1);
  std::vector<std::uint8_t> pool(1 << 16);
  stimulus.fill(pool);
  reset(dut);
  constexpr int kCycles = 2'000'000;
  const auto start = std::clock();
  std::uint32_t sum = 0;
  for (unsigned i = 0; i < kCycles; ++i) {
    dut.vec_valid_i = 1;
    dut.vec_swap_i = i % 64 == 0;
    dut.load_valid_i = i % 64 < 4;
    dut.load_word_i = i & 3U;
    std::memcpy(&dut.vec_data_i, &pool[(i * 16) & 0xFFF0U], 16);
    if (dut.load_valid_i) std::memcpy(&dut.load_data_i, &pool[(i * 64) & 0xFFC0U], 64);
    clock(dut);
    sum += dut.sum_data_o[0] + dut.sum_data_o[15];
  }
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  std::printf("16x16 array: %.1f million cycles/s (checksum %08x)\n", kCycles / seconds / 1e6, sum);
}
