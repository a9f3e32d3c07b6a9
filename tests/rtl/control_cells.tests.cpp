// SPDX-License-Identifier: Apache-2.0
#include <Vtb_counters.h>
#include <Vtb_queue.h>

#include <catch2/catch.hpp>
#include <deque>

#include "shell_bench.hpp"

using namespace vernier;
using namespace vernier::bench;

TEST_CASE("A queue hands entries on in order and forgets them all when flushed", "[rtl]") {
  const int source_idle = GENERATE(0, 50, 90);
  const int sink_stall = GENERATE(0, 50, 90);
  CAPTURE(source_idle, sink_stall);
  Vtb_queue dut;
  Chance chance(8);
  std::deque<std::uint32_t> model;
  const auto clock = [&dut] {
    dut.clk_i = 0;
    dut.eval();
    dut.clk_i = 1;
    dut.eval();
  };
  dut.rst_ni = 0;
  clock();
  dut.rst_ni = 1;
  int received = 0, flushes = 0, full = 0, flushed_entries = 0;
  for (int cycle = 0; received < 2000; ++cycle) {
    REQUIRE(cycle < 100000);
    dut.valid_i = !chance.percent(source_idle);
    dut.data_i = static_cast<std::uint32_t>(chance.between(0, 0x1FFFF));
    dut.ready_i = !chance.percent(sink_stall);
    dut.flush_i = chance.percent(2);
    dut.eval();
    CHECK(dut.level_o == model.size());
    CHECK((dut.valid_o != 0) == !model.empty());
    if (dut.valid_o && dut.ready_i) {
      CHECK(dut.data_o == model.front());
      model.pop_front();
      ++received;
    }
    full += !dut.ready_o ? 1 : 0;
    if (dut.flush_i) {
      flushed_entries += static_cast<int>(model.size());
      model.clear();
      ++flushes;
    } else if (dut.valid_i && dut.ready_o) {
      model.push_back(dut.data_i);
    }
    clock();
  }
  CHECK(flushes > 10);
  CHECK((full > 0 || source_idle > sink_stall || sink_stall == 0));
  CHECK((flushed_entries > 0 || sink_stall == 0 || source_idle == 90));
}

TEST_CASE("Counters add up every event through the carries and clear together", "[rtl]") {
  Vtb_counters dut;
  Chance chance(9);
  std::array<std::uint64_t, spec::kCounters> model{};
  const auto clock = [&dut] {
    dut.clk_i = 0;
    dut.eval();
    dut.clk_i = 1;
    dut.eval();
  };
  dut.clear_i = 1;
  clock();
  dut.clear_i = 0;
  std::uint64_t checked_high = 0;
  for (int cycle = 0; cycle < 200000; ++cycle) {
    dut.event_i = chance.between(0, (std::uint64_t{1} << spec::kCounters) - 1);
    dut.event2_i = chance.between(0, (std::uint64_t{1} << spec::kCounters) - 1);
    dut.clear_i = cycle == 70000;
    const auto index = chance.between(0, 63);
    dut.rd_index_i = static_cast<std::uint8_t>(index);
    dut.rd_en_i = 1;
    clock();  // reads what was counted before this edge
    const std::uint64_t want = index < model.size() ? model[index] : 0;
    if (dut.rd_data_o != want)
      FAIL("counter " << index << " reads " << dut.rd_data_o << " for " << want << " in cycle " << cycle);
    checked_high += want >= 65536 ? 1 : 0;
    for (std::size_t i = 0; i < model.size(); ++i) {
      model[i] = dut.clear_i ? 0 : model[i] + (dut.event_i >> i & 1U) + (dut.event2_i >> i & 1U);
    }
  }
  CHECK(checked_high > 1000);
}
