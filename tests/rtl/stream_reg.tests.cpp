// SPDX-License-Identifier: Apache-2.0
#include <Vtb_stream_reg.h>

#include <catch2/catch.hpp>
#include <deque>
#include <random>

TEST_CASE("A stream register hands every beat on once and in order for any stalls", "[rtl]") {
  const int source_idle = GENERATE(0, 50, 90);
  const int sink_stall = GENERATE(0, 50, 90);
  CAPTURE(source_idle, sink_stall);
  std::mt19937 random(7);
  const auto chance = [&random](int percent) { return static_cast<int>(random() % 100) < percent; };
  Vtb_stream_reg dut;
  const auto clock = [&dut] {
    dut.clk_i = 0;
    dut.eval();
    dut.clk_i = 1;
    dut.eval();
  };
  dut.rst_ni = 0;
  dut.valid_i = 0;
  dut.ready_i = 0;
  clock();
  dut.rst_ni = 1;
  std::deque<std::uint32_t> expected;
  int received = 0;
  bool held = false;
  for (int cycle = 0; received < 500; ++cycle) {
    REQUIRE(cycle < 20000);
    if (!held) {
      dut.valid_i = !chance(source_idle);
      dut.data_i = random() & 0x1FFFF;
    }
    dut.ready_i = !chance(sink_stall);
    dut.eval();
    held = dut.valid_i && !dut.ready_o;
    if (dut.valid_i && dut.ready_o) expected.push_back(dut.data_i);
    if (dut.valid_o && dut.ready_i) {
      REQUIRE_FALSE(expected.empty());
      CHECK(dut.data_o == expected.front());
      expected.pop_front();
      ++received;
    }
    clock();
  }
}
