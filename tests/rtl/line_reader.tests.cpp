// SPDX-License-Identifier: Apache-2.0
#include <Vtb_line_reader127.h>
#include <Vtb_line_reader16.h>
#include <Vtb_line_reader3.h>
#include <Vtb_line_reader64.h>
#include <Vtb_line_reader96.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <deque>
#include <optional>
#include <vector>

#include "wires.hpp"

using namespace vernier::test;

namespace {

constexpr std::uint32_t kBytes = 64 * 32;  // of the buffer

/// A line reader before a buffer that refuses at random.
template <class Dut>
class ReaderBench {
 public:
  explicit ReaderBench(std::uint32_t seed) : stimulus(seed), memory(kBytes) {
    stimulus.fill(memory);
    dut.flush_i = 0;
    dut.req_valid_i = 0;
    dut.rd_gnt_i = 0;
    dut.out_ready_i = 0;
    reset(dut);
  }

  /// One cycle offering `addr` (or nothing); true when the request was accepted.
  bool cycle(std::optional<std::uint32_t> addr, int refuse, int stall) {
    dut.req_valid_i = addr.has_value();
    dut.req_addr_i = addr.value_or(0);
    dut.req_user_i = accepted & 7U;
    dut.req_spare_i = static_cast<std::uint8_t>(spare);
    dut.out_ready_i = !stimulus.chance(stall);
    if (arrived) std::ranges::copy(*arrived, bytes_of(dut.rd_data_i).begin());
    arrived = in_bank;
    in_bank.reset();
    dut.rd_gnt_i = 0;
    dut.eval();
    dut.rd_gnt_i = dut.rd_req_o && !stimulus.chance(refuse);
    dut.eval();
    if (dut.rd_gnt_i) {
      in_bank.emplace();
      std::copy_n(memory.begin() + 64 * dut.rd_addr_o, 64, in_bank->begin());
      ++reads;
    }
    if (dut.out_valid_o && dut.out_ready_i) take();
    const bool took = addr && dut.req_ready_o;
    if (took) {
      expected.push_back({window_at(*addr), static_cast<std::uint8_t>(accepted & 7U)});
      ++accepted;
    }
    clock(dut);
    ++cycles;
    return took;
  }

  void drain() {
    for (int i = 0; i < 200 && !expected.empty(); ++i) cycle(std::nullopt, 0, 0);
    REQUIRE(expected.empty());
  }

  Dut dut;
  Stimulus stimulus;
  std::vector<std::uint8_t> memory;
  std::uint32_t window_bytes = 0, spare = 0, accepted = 0, received = 0, reads = 0, cycles = 0;

 private:
  struct Expected {
    std::vector<std::uint8_t> bytes;
    std::uint8_t user;
  };
  std::vector<std::uint8_t> window_at(std::uint32_t addr) const {
    std::vector<std::uint8_t> bytes(window_bytes - spare);
    for (std::uint32_t i = 0; i < bytes.size(); ++i) bytes[i] = memory[(addr + i) % kBytes];
    return bytes;
  }
  void take() {
    REQUIRE_FALSE(expected.empty());
    REQUIRE(std::ranges::equal(bytes_of(dut.out_data_o).first(expected.front().bytes.size()),
                               expected.front().bytes));
    REQUIRE(dut.out_user_o == expected.front().user);
    expected.pop_front();
    ++received;
  }

  std::deque<Expected> expected;
  std::optional<std::array<std::uint8_t, 64>> in_bank, arrived;
};

template <class Dut>
struct Windows;
template <>
struct Windows<Vtb_line_reader3> {
  static constexpr std::uint32_t kSize = 3;
};
template <>
struct Windows<Vtb_line_reader16> {
  static constexpr std::uint32_t kSize = 16;
};
template <>
struct Windows<Vtb_line_reader64> {
  static constexpr std::uint32_t kSize = 64;
};

template <>
struct Windows<Vtb_line_reader96> {
  static constexpr std::uint32_t kSize = 96;
};
template <>
struct Windows<Vtb_line_reader127> {
  static constexpr std::uint32_t kSize = 127;
};

}  // namespace

TEMPLATE_TEST_CASE("A line reader returns the bytes at any address through any refusals and stalls",
                   "[rtl]", Vtb_line_reader3, Vtb_line_reader16, Vtb_line_reader64, Vtb_line_reader96,
                   Vtb_line_reader127) {
  const int refuse = GENERATE(0, 50, 90);
  const int stall = GENERATE(0, 50, 90);
  CAPTURE(refuse, stall);
  ReaderBench<TestType> bench(3);
  bench.window_bytes = Windows<TestType>::kSize;
  std::uint32_t addr = 0, step = 1;
  bool offering = false;
  int flushes = 0;
  for (int i = 0; i < 6000; ++i) {
    if (!offering) {
      if (bench.stimulus.chance(10)) step = bench.stimulus.below(100);
      addr = bench.stimulus.chance(20) ? bench.stimulus.below(1U << 22) : (addr + step) & 0x3FFFFF;
      bench.spare = bench.stimulus.chance(50) ? 0 : bench.stimulus.below(bench.window_bytes + 1);
      offering = !bench.stimulus.chance(20);
    }
    // the buffer may change only together with a flush
    bench.dut.flush_i = bench.stimulus.chance(2);
    if (bench.dut.flush_i) {
      bench.stimulus.fill(bench.memory);
      ++flushes;
    }
    if (bench.cycle(offering ? std::optional(addr) : std::nullopt, refuse, stall)) offering = false;
  }
  bench.dut.flush_i = 0;
  bench.drain();
  CHECK(bench.received > 300);
  CHECK(flushes > 10);
}

TEMPLATE_TEST_CASE(
    "A line reader walks through memory at one window a cycle and reads each word once", "[rtl]",
    Vtb_line_reader3, Vtb_line_reader16, Vtb_line_reader64) {
  constexpr std::uint32_t kSize = Windows<TestType>::kSize;
  ReaderBench<TestType> bench(9);
  bench.window_bytes = kSize;
  const std::uint32_t count = kBytes / kSize;
  for (std::uint32_t i = 0; i < count; ++i) REQUIRE(bench.cycle(i * kSize, 0, 0));
  bench.drain();
  CHECK(bench.reads == (count * kSize + 63) / 64);
  CHECK(bench.cycles == count + 4);  // four cycles after the last request its window is taken
}

TEST_CASE("A window over two words not at hand takes one cycle more", "[rtl]") {
  ReaderBench<Vtb_line_reader16> bench(1);
  bench.window_bytes = 16;
  CHECK_FALSE(bench.cycle(56, 0, 0));
  CHECK(bench.cycle(56, 0, 0));
  CHECK(bench.cycle(72, 0, 0));   // both words are at hand now
  CHECK(bench.cycle(120, 0, 0));  // one of two is
  CHECK_FALSE(bench.cycle(1010, 0, 0));
  CHECK(bench.cycle(1010, 0, 0));
  bench.drain();
  CHECK(bench.reads == 5);
}

TEST_CASE("A window over three words takes a cycle for each that is not at hand", "[rtl]") {
  ReaderBench<Vtb_line_reader96> bench(1);
  bench.window_bytes = 96;
  const auto cycles = [&bench](std::uint32_t addr) {
    for (int n = 1;; ++n)
      if (bench.cycle(addr, 0, 0)) return n;
  };
  CHECK(cycles(0) == 2);     // words 0 and 1
  CHECK(cycles(33) == 1);    // 2 joins them
  CHECK(cycles(20) == 1);    // both at hand
  CHECK(cycles(97) == 1);    // words 1, 2, 3
  CHECK(cycles(490) == 3);   // words 7, 8, 9 in the places of 3, 0, 1
  CHECK(cycles(130) == 1);   // 2 is still there, 3 is not
  CHECK(bench.reads == 8);
  for (std::uint32_t addr = 512; addr < 1024; addr += 32) (void)cycles(addr);
  const std::uint32_t before = bench.cycles;
  for (std::uint32_t addr = 1024; addr < 1536; addr += 32) CHECK(cycles(addr) == 1);  // pixels of 32 bytes, one by one
  CHECK(bench.cycles - before == 16);
  bench.spare = 33;  // of 96 bytes 63 count: one word of three
  CHECK(cycles(0) == 1);
  bench.drain();
}

TEST_CASE("Words that hold only spare bytes are not read", "[rtl]") {
  ReaderBench<Vtb_line_reader16> bench(1);
  bench.window_bytes = 16;
  bench.spare = 16;
  CHECK(bench.cycle(56, 0, 0));
  CHECK(bench.reads == 0);
  bench.spare = 8;
  CHECK(bench.cycle(56, 0, 0));
  CHECK(bench.reads == 1);
  bench.spare = 7;
  CHECK(bench.cycle(56, 0, 0));
  CHECK(bench.reads == 2);
  bench.drain();
}

TEST_CASE("A stalled sink stops requests and loses no window", "[rtl]") {
  ReaderBench<Vtb_line_reader16> bench(1);
  bench.window_bytes = 16;
  std::uint32_t addr = 0;
  for (int i = 0; i < 40; ++i)
    if (bench.cycle(addr, 0, 100)) addr += 16;
  CHECK(bench.accepted == 8);
  bench.drain();
  CHECK(bench.received == 8);
}
