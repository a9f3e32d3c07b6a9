// SPDX-License-Identifier: Apache-2.0
#include <Vtb_matrix16x16.h>
#include <Vtb_matrix1x1.h>
#include <Vtb_matrix3x5.h>
#include <Vtb_matrix5x3.h>
#include <Vtb_matrix8x8.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <ctime>

#include "matrix_bench.hpp"

using namespace vernier::test;

namespace {

template <class Model, std::int64_t Rows, std::int64_t Cols>
struct Array {
  using Dut = Model;
  static constexpr std::int64_t kRows = Rows, kCols = Cols;
};
using Array1x1 = Array<Vtb_matrix1x1, 1, 1>;
using Array3x5 = Array<Vtb_matrix3x5, 3, 5>;
using Array5x3 = Array<Vtb_matrix5x3, 5, 3>;
using Array8x8 = Array<Vtb_matrix8x8, 8, 8>;
using Array16x16 = Array<Vtb_matrix16x16, 16, 16>;

/// Weights of the rows that no byte of the window reaches are zero, as the command demands.
void clear_unused_rows(MatrixModel& model, const MatrixCommand& c, std::int64_t rows,
                       std::int64_t cols) {
  for (std::int64_t t = 0; t < c.tiles(); ++t)
    for (std::int64_t r = c.window_bytes; r < rows; ++r)
      for (std::int64_t col = 0; col < cols; ++col)
        model.weight(c.weight_base + t * c.tile_words, r, col) = 0;
}

/// Any convolution that fits: strides, dilation, padding on all sides, folded kernel columns,
/// several blocks and tiles.
template <class Bench>
MatrixCommand random_command(Bench& bench, std::int64_t weight_base) {
  auto& s = bench.stimulus;
  const int rows = static_cast<int>(Bench::kRows);
  MatrixCommand c;
  c.in_pitch = s.chance(50) ? rows : s.between(1, rows);
  c.window_bytes = s.between(1, rows);
  c.kw_pixels = s.between(1, 3);
  c.kw_bytes = c.kw_pixels * c.in_pitch;
  c.dil_y = s.between(1, 3);
  c.stride_y = s.between(1, 3);
  c.stride_x = s.between(1, 3);
  c.iy0 = s.between(-4, 2);
  c.ix0 = s.between(-4, 2);
  c.in_h = s.between(1, 9);
  c.in_w = s.between(1, 9);
  c.n_kh = s.between(1, 3);
  c.n_kw = s.between(1, 3);
  c.n_cb = s.between(1, 3);
  c.n_ct = s.between(1, 3);
  c.n_y = s.between(1, 5);
  c.n_x = s.between(1, 5);
  if (s.chance(20)) {  // a matrix times a vector
    c.n_y = c.n_x = 1;
    if (s.chance(50)) c.n_ct = 1;  // with one row that every pass adds to
  }
  if (s.chance(20)) c.n_kh = c.n_kw = c.n_cb = 1;  // one pass a tile
  c.pad = s.between(-128, 127);
  c.in_row = c.in_w * c.in_pitch + s.between(0, 9);
  c.in_block = c.in_h * c.in_row + s.between(0, 9);
  const std::int64_t tensor = s.between(0, 30000);
  c.in_base = tensor + c.iy0 * c.in_row + c.ix0 * c.in_pitch;
  c.tile_words = bench.model.tile_words();
  c.weight_base = weight_base;
  c.acc_base = s.between(0, 512 - static_cast<int>(c.rows()));
  return c;
}

/// One to six commands; some keep their rows for a later one that adds to them.
template <class Bench>
std::vector<MatrixCommand> random_commands(Bench& bench) {
  auto& s = bench.stimulus;
  std::vector<MatrixCommand> commands;
  std::int64_t words = 0;
  for (int n = s.between(1, 6); n > 0; --n) {
    auto c = random_command(bench, words);
    if (words + 2 * c.tiles() * c.tile_words > static_cast<std::int64_t>(Bench::kWbufWords)) break;
    if (s.chance(30)) {
      c.emit = false;
      commands.push_back(c);
      words += c.tiles() * c.tile_words;
      c.weight_base = words;
      c.init = false;
      c.emit = true;
    }
    commands.push_back(c);
    words += c.tiles() * c.tile_words;
  }
  for (const auto& c : commands) clear_unused_rows(bench.model, c, Bench::kRows, Bench::kCols);
  return commands;
}

/// A product of `pixels` vectors of `blocks` windows each with `tiles` tiles, everything aligned.
template <class Bench>
MatrixCommand dense(Bench& bench, std::int64_t pixels, std::int64_t blocks, std::int64_t tiles) {
  MatrixCommand c;
  c.in_pitch = c.window_bytes = c.kw_bytes = Bench::kRows;
  c.in_w = c.n_x = pixels;
  c.in_row = pixels * c.in_pitch;
  c.in_block = (c.in_row + 63) / 64 * 64;
  c.n_cb = blocks;
  c.n_ct = tiles;
  c.tile_words = bench.model.tile_words();
  return c;
}

/// Cycles from first to last vector of passes that follow each other at max(vectors, tile words).
std::int64_t cycles_of(const std::vector<MatrixCommand>& commands) {
  std::int64_t cycles = 0;
  for (const auto& c : commands) cycles += c.tiles() * std::max(c.pixels(), c.tile_words);
  const auto& last = commands.back();
  return cycles - std::max(last.pixels(), last.tile_words) + last.pixels();
}

}  // namespace

TEMPLATE_TEST_CASE("The matrix unit computes any sequence of commands under any stalls",
                   "[rtl][property]", Array1x1, Array3x5, Array5x3, Array8x8, Array16x16) {
  const int stall = GENERATE(0, 50, 90);
  const int rival = GENERATE(0, 90);
  MatrixBench<TestType> bench(static_cast<std::uint32_t>(17 + stall + rival));
  bool padded = false, folded = false, kept = false, several = false, vector = false;
  for (int round = 0; round < 25; ++round) {
    CAPTURE(stall, rival, round);
    bench.fill();
    const auto commands = random_commands(bench);
    bench.write_buffers();
    bench.run(commands, 20 * (round % 3), stall, rival);
    for (const auto& c : commands) {
      padded |= c.iy0 < 0 || c.ix0 < 0;
      folded |= c.window_bytes > c.in_pitch;
      kept |= !c.emit;
      several |= c.n_ct > 1;
      vector |= c.pixels() == 1 && c.n_ct == 1 && c.n_cb > 1;
    }
  }
  CHECK(padded);
  CHECK((folded || TestType::kRows == 1));
  CHECK(kept);
  CHECK(several);
  CHECK(vector);
  if (rival > 0) CHECK(bench.refused > 0);
  if (stall == 90) CHECK(bench.events.stall_output > 0);
}

TEMPLATE_TEST_CASE("A pass takes as many cycles as vectors or tile words and nothing more",
                   "[rtl][timing]", Array1x1, Array3x5, Array5x3, Array8x8, Array16x16) {
  const int pixels = GENERATE(1, 2, 3, 4, 5, 7, 32, 100);
  CAPTURE(pixels);
  MatrixBench<TestType> bench(3);
  bench.fill();
  const auto c = dense(bench, pixels, 4, 3);
  bench.write_buffers();
  bench.run({c});
  CHECK(bench.span() == cycles_of({c}));
  CHECK(bench.events.stall_output == 0);
  CHECK(bench.events.vectors + bench.events.stall_weights + bench.events.stall_input ==
        bench.last_vector - bench.first_accept);
}

TEMPLATE_TEST_CASE("Commands follow each other without a bubble", "[rtl][timing]", Array1x1,
                   Array3x5, Array5x3, Array8x8, Array16x16) {
  MatrixBench<TestType> bench(3);
  bench.fill();
  std::vector<MatrixCommand> commands;
  for (const int pixels : {2, 40, 3, 9, 2, 17}) {
    auto c = dense(bench, pixels, 2, 2);
    c.weight_base = static_cast<std::int64_t>(commands.size()) * c.tiles() * c.tile_words;
    commands.push_back(c);
  }
  bench.write_buffers();
  bench.run(commands);
  CHECK(bench.span() == cycles_of(commands));
}

TEMPLATE_TEST_CASE(
    "The first vector waits for its window and its tile and its sum for the adder tree",
    "[rtl][timing]", Array3x5, Array8x8, Array16x16) {
  MatrixBench<TestType> bench(3);
  bench.fill();
  const auto c = dense(bench, 4, 1, 1);
  bench.write_buffers();
  bench.run({c});
  // the tile's first word is read two cycles after the command, its last is in the shadow
  // tile_words + 1 later
  CHECK(*bench.first_vector - bench.first_accept == std::max<std::int64_t>(7, 3 + c.tile_words));
  // registers of activations, products and one or two adder levels, then the stream's
  CHECK(*bench.first_sum - *bench.first_vector == (TestType::kRows <= 4 ? 4 : 5));
}

TEMPLATE_TEST_CASE("A product with one vector uses a weight tile every tile_words cycles",
                   "[rtl][timing]", Array8x8, Array16x16) {
  const int tiles = GENERATE(1, 8);  // one tile: every pass adds to the row of the pass before
  CAPTURE(tiles);
  MatrixBench<TestType> bench(3);
  bench.fill();
  auto c = dense(bench, 1, 24, tiles);
  c.in_block = TestType::kRows;
  bench.write_buffers();
  bench.run({c});
  CHECK(bench.span() == (c.tiles() - 1) * c.tile_words + 1);
  CHECK(bench.events.weight_words == c.tiles() * c.tile_words);
}

TEST_CASE("Vectors wait for a place in the stream before they enter the array", "[rtl][timing]") {
  MatrixBench<Array16x16> bench(3);
  bench.fill();
  const auto c = dense(bench, 100, 1, 1);
  bench.write_buffers();
  const auto word = c.encode();
  std::memcpy(bytes_of(bench.dut.cmd_i).data(), word.words.data(), 64);
  bench.dut.cmd_valid_i = 1;
  bench.dut.acc_ready_i = 0;
  std::int64_t vectors = 0, stalls = 0;
  for (int i = 0; i < 200; ++i) {
    bench.dut.eval();
    vectors += bench.dut.ev_matrix_vectors_o;
    stalls += bench.dut.ev_matrix_stall_output_o;
    const bool accepted = bench.dut.cmd_valid_i && bench.dut.cmd_ready_o;
    clock(bench.dut);
    if (accepted) bench.dut.cmd_valid_i = 0;
  }
  CHECK(vectors == 32);
  CHECK(stalls > 100);
  CHECK(bench.dut.busy_o);
}

TEST_CASE("Convolutions keep a 16 by 16 array busy", "[rtl][timing]") {
  struct Layer {
    const char* name;
    std::int64_t size, kernel, channels, tiles, stride, lines;
  };
  const auto layer = GENERATE(Layer{"3x3, 32 channels, 14 wide", 14, 3, 32, 2, 1, 14},
                              Layer{"1x1, 64 channels, 14 wide", 14, 1, 64, 2, 1, 14},
                              Layer{"3x3 stride 2, 16 channels, 28 wide", 28, 3, 16, 2, 2, 14},
                              Layer{"7x7 stride 2, 3 channels, 60 wide", 60, 7, 3, 2, 2, 8});
  MatrixBench<Array16x16> bench(3);
  bench.fill();
  MatrixCommand c;
  const std::int64_t pad = layer.kernel / 2,
                     fold = std::min<std::int64_t>(layer.kernel,
                                                   std::max<std::int64_t>(1, 16 / layer.channels));
  c.in_pitch = std::min<std::int64_t>(16, layer.channels);
  c.window_bytes = c.in_pitch * fold;
  c.kw_pixels = fold;
  c.kw_bytes = fold * c.in_pitch;
  c.stride_y = c.stride_x = layer.stride;
  c.iy0 = c.ix0 = -pad;
  c.in_h = c.in_w = layer.size;
  c.in_row = layer.size * c.in_pitch;
  c.in_block = c.in_h * c.in_row;
  c.in_base = -pad * c.in_row - pad * c.in_pitch;
  c.n_kh = layer.kernel;
  c.n_kw = (layer.kernel + fold - 1) / fold;
  c.n_cb = (layer.channels + 15) / 16;
  c.n_ct = layer.tiles;
  c.n_y = layer.lines;
  c.n_x = layer.size / layer.stride;
  c.tile_words = 4;
  clear_unused_rows(bench.model, c, 16, 16);
  bench.write_buffers();
  bench.run({c, c});
  const double utilisation =
      static_cast<double>(bench.events.vectors) / static_cast<double>(bench.span());
  std::printf("%s: %lld vectors in %lld cycles, %.2f %% of the array's cycles\n", layer.name,
              static_cast<long long>(bench.events.vectors), static_cast<long long>(bench.span()),
              100 * utilisation);
  CHECK(utilisation > 0.985);
}

TEST_CASE("Speed of the 16 by 16 matrix unit with its buffers", "[.][speed]") {
  MatrixBench<Array16x16> bench(3);
  bench.fill();
  auto c = dense(bench, 200, 12, 2);
  c.emit = false;
  bench.write_buffers();
  const auto word = c.encode();
  std::memcpy(bytes_of(bench.dut.cmd_i).data(), word.words.data(), 64);
  bench.dut.cmd_valid_i = 1;
  constexpr int kCycles = 1'000'000;
  std::int64_t vectors = 0;
  const auto start = std::clock();
  for (int i = 0; i < kCycles; ++i) {
    clock(bench.dut);
    vectors += bench.dut.ev_matrix_vectors_o;
  }
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  std::printf("16x16 matrix unit: %.2f million cycles/s, %.1f %% of them with a vector\n",
              kCycles / seconds / 1e6, 100.0 * static_cast<double>(vectors) / kCycles);
}
