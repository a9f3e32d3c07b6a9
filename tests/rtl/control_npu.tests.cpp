// SPDX-License-Identifier: Apache-2.0
#include <Vtb_npu_3x5.h>
#include <Vtb_npu_8x8.h>

#include <catch2/catch.hpp>
#include <ctime>
#include <iostream>

#include <vernier/core/requantize.hpp>

#include "npu_bench.hpp"

using namespace vernier;
using namespace vernier::bench;
using spec::Counter;
using spec::Opcode;

namespace {

std::uint64_t up(std::uint64_t v, std::uint64_t to) { return (v + to - 1) / to * to; }

/// A pointwise convolution in blocks of pixels, two column tiles wide, double-buffered on chip, written by hand:
/// load, matrix, vector and store of neighbouring blocks overlap and are tied by their waits alone.
struct Pointwise {
  static constexpr std::uint64_t kTiles = 2, kInputs = 0, kOutputs = 16384, kHalf = 8192;
  std::uint64_t rows, cols;
  std::vector<std::uint64_t> pixels;  ///< of each block
  std::vector<spec::Word> program;
  std::vector<std::byte> constants, input, expected;  ///< images of the regions
  std::uint64_t fences = 0;

  Pointwise(std::uint64_t array_rows, std::uint64_t array_cols, Chance& chance, int blocks, int fence_percent)
      : rows(array_rows), cols(array_cols) {
    const std::uint64_t rows_per_word = 64 / cols, tile_words = (rows + rows_per_word - 1) / rows_per_word;
    const std::uint64_t param_words = 1 + kTiles * ((cols + 7) / 8);
    const std::uint64_t weights_at = param_words * 64;
    constants.resize(weights_at + kTiles * tile_words * 64);
    for (auto& b : constants) b = chance.byte();
    spec::Word descriptor;
    namespace d = spec::descriptor;
    const int zero = static_cast<int>(chance.between(0, 20)) - 10, lo = -100, hi = 120;
    spec::set(descriptor, d::zero_1, static_cast<std::uint64_t>(zero));
    spec::set(descriptor, d::lo_1, static_cast<std::uint64_t>(lo));
    spec::set(descriptor, d::hi_1, hi);
    std::memcpy(constants.data(), descriptor.words.data(), 64);
    std::vector<std::int32_t> bias(kTiles * cols);
    std::vector<Multiplier> scale(kTiles * cols);
    for (std::uint64_t i = 0; i < kTiles * cols; ++i) {
      bias[i] = static_cast<std::int32_t>(chance.between(0, 40000)) - 20000;
      scale[i] = {static_cast<std::uint32_t>(chance.between(1U << 22U, (1U << 24U) - 1)),
                  static_cast<std::uint8_t>(chance.between(29, 33))};
      spec::Word word;
      spec::set(word, spec::channel::bias, static_cast<std::uint32_t>(bias[i]));
      spec::set(word, spec::channel::m, scale[i].mantissa);
      spec::set(word, spec::channel::s, scale[i].shift);
      const std::uint64_t at = 64 + i / cols * ((cols + 7) / 8) * 64 + i % cols * 8;
      std::memcpy(&constants[at], word.words.data(), 8);
    }
    const auto weight = [&](std::uint64_t tile, std::uint64_t r, std::uint64_t c) {
      return static_cast<std::int8_t>(
          constants[weights_at + (tile * tile_words + r / rows_per_word) * 64 + r % rows_per_word * cols + c]);
    };

    program.push_back(load(2, 0, 0, 0, param_words * 64));
    program.push_back(load(1, 0, weights_at, 0, kTiles * tile_words * 64));
    std::uint64_t input_at = 0, output_at = 0;
    for (std::uint64_t k = 0; k < static_cast<std::uint64_t>(blocks); ++k) {
      const std::uint64_t p = chance.between(1, 60);
      pixels.push_back(p);
      const std::uint64_t tile_bytes = up(p * cols, 64);
      emit_block(k, p, input_at, output_at, tile_bytes, tile_words);
      if (chance.percent(fence_percent)) {
        program.push_back(command(Opcode::kFence, {}));
        ++fences;
      }
      input.resize(input_at + up(p * rows, 64));
      for (std::uint64_t i = 0; i < p * rows; ++i) input[input_at + i] = chance.byte();
      expected.resize(output_at + kTiles * tile_bytes);
      for (std::uint64_t t = 0; t < kTiles; ++t) {
        for (std::uint64_t x = 0; x < p; ++x) {
          for (std::uint64_t c = 0; c < cols; ++c) {
            std::int32_t acc = bias[t * cols + c];
            for (std::uint64_t r = 0; r < rows; ++r)
              acc += static_cast<std::int8_t>(input[input_at + x * rows + r]) * weight(t, r, c);
            expected[output_at + t * tile_bytes + x * cols + c] =
                static_cast<std::byte>(requantize(acc, scale[t * cols + c], zero, lo, hi));
          }
        }
      }
      input_at = input.size();
      output_at = expected.size();
    }
    program.push_back(command(Opcode::kEnd, {}));
  }

  static spec::Word load(std::uint64_t select, std::uint64_t region, std::uint64_t offset, std::uint64_t buffer,
                         std::uint64_t bytes, std::uint64_t wait_matrix = 0) {
    Copy copy;
    copy.region = region;
    copy.offset = offset;
    copy.buffer = buffer;
    copy.row_bytes = bytes;
    spec::Word word = copy.load(select);
    spec::set(word, spec::header::wait_matrix, wait_matrix);
    return word;
  }

  void emit_block(std::uint64_t k, std::uint64_t p, std::uint64_t input_at, std::uint64_t output_at,
                  std::uint64_t tile_bytes, std::uint64_t tile_words) {
    const std::uint64_t in = kInputs + k % 2 * kHalf, out = kOutputs + k % 2 * kHalf, before = k < 1 ? 0 : k - 1;
    program.push_back(load(0, 1, input_at, in, p * rows, before));  // the block before last has been read
    namespace m = spec::matrix;
    program.push_back(command(Opcode::kMatrix, {{spec::header::wait_load, k + 3},
                                                {m::in_base, in},
                                                {m::in_row, p * rows},
                                                {m::in_step, rows},
                                                {m::in_pitch, rows},
                                                {m::window_bytes, rows},
                                                {m::stride_y, 1},
                                                {m::stride_x, 1},
                                                {m::dil_y, 1},
                                                {m::in_h, 1},
                                                {m::in_w, p},
                                                {m::n_kh, 1},
                                                {m::n_kw, 1},
                                                {m::n_cb, 1},
                                                {m::n_ct, kTiles},
                                                {m::n_y, 1},
                                                {m::n_x, p},
                                                {m::tile_words, tile_words},
                                                {m::init, 1},
                                                {m::emit, 1}}));
    namespace v = spec::vector;
    program.push_back(command(Opcode::kVector, {{spec::header::wait_load, 1},
                                                {spec::header::wait_store, before},
                                                {v::n_ct, kTiles},
                                                {v::n_y, 1},
                                                {v::n_x, p},
                                                {v::out_base, out},
                                                {v::out_tile, tile_bytes},
                                                {v::out_row, p * cols},
                                                {v::out_pitch, cols},
                                                {v::out_bytes, cols}}));
    Copy copy;
    copy.region = 2;
    copy.offset = output_at;
    copy.buffer = out;
    copy.row_bytes = p * cols;
    copy.n1 = kTiles;
    copy.memory_stride1 = copy.buffer_stride1 = tile_bytes;
    program.push_back(copy.store());
    spec::set(program.back(), spec::header::wait_vector, k + 1);
  }

  template <class Bench>
  void place(Bench& bench) const {
    bench.port.store.write(kRegions[0], constants);
    bench.port.store.write(kRegions[1], input);
  }
};

template <class Dut>
void expect_pointwise(NpuBench<Dut>& bench, const Pointwise& work) {
  work.place(bench);
  bench.port.store.write(kRegions[2], std::vector<std::byte>(work.expected.size()));
  bench.run(work.program);
  CHECK(bench.read(spec::reg::error) == 0);
  CHECK((bench.port.bytes(kRegions[2], work.expected.size()) == work.expected));
  const auto blocks = static_cast<unsigned>(work.pixels.size());
  CHECK(bench.retired == std::array<unsigned, 5>{blocks + 2, blocks, blocks, 0, blocks});
  CHECK(bench.issued == bench.retired);
  CHECK(bench.counter(Counter::kCycles) == static_cast<std::uint64_t>(bench.measured));
}

}  // namespace

TEST_CASE("A program of all units gives the computed bytes on kind and hostile memories", "[rtl][npu]") {
  const auto seed = GENERATE(range(1U, 21U));
  const std::string spec = GENERATE("ideal:latency=1", "ideal:latency=80", "hostile");
  CAPTURE(seed, spec);
  NpuBench<Vtb_npu_8x8> bench(spec, seed);
  expect_pointwise(bench, Pointwise(8, 8, bench.chance, 7, seed % 2 == 0 ? 20 : 0));
}

TEST_CASE("An array of three rows and five columns does the same", "[rtl][npu]") {
  const auto seed = GENERATE(range(1U, 6U));
  const std::string spec = GENERATE("ideal:latency=20", "hostile");
  CAPTURE(seed, spec);
  NpuBench<Vtb_npu_3x5> bench(spec, seed);
  expect_pointwise(bench, Pointwise(3, 5, bench.chance, 7, 10));
  CHECK(bench.read(spec::reg::geometry) == (3U | 5U << 8U | 3U << 16U));
}

TEST_CASE("A run takes the same cycles again and counts every word that moves", "[rtl][npu]") {
  NpuBench<Vtb_npu_8x8> bench("ideal:latency=50", 5);
  const Pointwise work(8, 8, bench.chance, 12, 0);
  expect_pointwise(bench, work);
  const auto cycles = bench.measured;
  for (int i = 0; i < 37; ++i) bench.clock();  // another phase
  expect_pointwise(bench, work);
  CHECK(bench.measured == cycles);
  std::uint64_t inputs = 0, outputs = 0, vectors = 0, bursts = 0;
  constexpr std::uint64_t kBurst = 512;
  for (const auto p : work.pixels) {
    inputs += (p * 8 + 63) / 64;
    for (int tile = 0; tile < 2;
         ++tile) {  // each tile's row begins a word behind the one before and is cut at multiples of a burst
      const std::uint64_t from = outputs * 64, to = from + p * 8;
      bursts += (to + kBurst - 1) / kBurst - from / kBurst;
      outputs += (p * 8 + 63) / 64;
    }
    vectors += 2 * p;
  }
  const std::uint64_t constants = work.constants.size() / 64;
  CHECK(bench.counter(Counter::kFetchWords) == work.program.size());
  CHECK(bench.counter(Counter::kLoadWords) == inputs + constants);
  CHECK(bench.counter(Counter::kAbufWritesLoad) == inputs);
  CHECK(bench.counter(Counter::kWbufWrites) + bench.counter(Counter::kPbufWrites) == constants);
  CHECK(bench.counter(Counter::kStoreWords) == outputs);
  CHECK(bench.counter(Counter::kAbufReadsStore) == outputs);
  CHECK(bench.counter(Counter::kMatrixVectors) == vectors);
  CHECK(bench.counter(Counter::kVectorRows) == vectors);
  CHECK(bench.counter(Counter::kWeightSwaps) == 2 * work.pixels.size());
  CHECK(bench.counter(Counter::kWriteBursts) == bursts);
  CHECK(bench.counter(Counter::kLoadBusy) > 0);
  CHECK(bench.counter(Counter::kStoreBusy) > 0);
  CHECK(bench.counter(Counter::kMatrixBusy) > 0);
  CHECK(bench.counter(Counter::kVectorBusy) > 0);
  CHECK(bench.counter(Counter::kCycles) == static_cast<std::uint64_t>(cycles));
}

TEST_CASE("A run over a faulty memory ends and names one of its errors", "[rtl][npu]") {
  const auto seed = GENERATE(range(1U, 31U));
  CAPTURE(seed);
  NpuBench<Vtb_npu_8x8> bench("faulty", seed);
  const Pointwise work(8, 8, bench.chance, 7, 0);
  work.place(bench);
  bench.run(work.program);
  const std::uint32_t error = bench.read(spec::reg::error), code = error & 0xFFU, unit = error >> 8U;
  const std::uint64_t address = bench.read64(spec::reg::error_address);
  bool known = false;
  for (const auto& f : bench.port.model->faults()) {
    const bool decode = f.resp == memory::AxiResponse::kDecodeError;
    const bool write = unit == static_cast<unsigned>(spec::Unit::kStore);
    const bool same_place = unit == 5 ? address >= f.address && address < f.address + 256 : address == f.address;
    known |= f.write == write && same_place && code == (write ? (decode ? 4U : 3U) : (decode ? 2U : 1U));
  }
  CHECK(known);
  // the kernel is sound again on the next start
  NpuBench<Vtb_npu_8x8>* again = &bench;
  auto kind = memory::make_memory("ideal", again->port.store, 1);
  again->port.model = std::move(*kind);
  again->port.slave = {};
  again->port.checker.reset();
  expect_pointwise(*again, Pointwise(8, 8, again->chance, 5, 0));
}

TEST_CASE("An illegal command in the middle of work ends the run and the next run is sound", "[rtl][npu]") {
  const auto seed = GENERATE(range(1U, 9U));
  NpuBench<Vtb_npu_8x8> bench("hostile", seed);
  Pointwise work(8, 8, bench.chance, 7, 0);
  work.place(bench);
  const std::size_t at = 4 + bench.chance.between(0, 20);  // also between a matrix command and its vector command
  auto broken = work.program;
  spec::set(broken[at], spec::header::opcode, 255);  // of no instruction
  bench.run(broken);
  CHECK(bench.read(spec::reg::error) == 0x0505);
  CHECK(bench.read64(spec::reg::error_address) == bench.kCommands + at * 64);
  expect_pointwise(bench, work);
}

TEST_CASE("The kernel simulates fast enough", "[rtl][npu][speed]") {
  NpuBench<Vtb_npu_8x8> bench("ideal:latency=80", 3);
  const Pointwise work(8, 8, bench.chance, 2000, 0);
  work.place(bench);
  const std::clock_t start = std::clock();  // processor time: other work shares the machine
  bench.run(work.program, 4'000'000);
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  std::cout << "npu 8x8: " << bench.measured << " cycles at " << static_cast<double>(bench.measured) / seconds / 1e6
            << " M cycles/s, array busy "
            << 100.0 * static_cast<double>(bench.counter(Counter::kMatrixVectors)) / static_cast<double>(bench.measured)
            << " %\n";
  CHECK((bench.port.bytes(kRegions[2], work.expected.size()) == work.expected));
}
