// SPDX-License-Identifier: Apache-2.0
#include <Vtb_fifo2.h>
#include <Vtb_fifo8.h>

#include <catch2/catch.hpp>
#include <deque>

#include "wires.hpp"

using namespace vernier::test;

namespace {

template <class Dut>
struct FifoBench {
  Dut dut;
  std::deque<std::uint64_t> held;
  std::uint64_t pushed = 0, popped = 0;
  bool saw_full = false, saw_empty_again = false;

  FifoBench() {
    dut.valid_i = 0;
    dut.ready_i = 0;
    reset(dut);
  }

  /// One cycle with the given wishes; checks order, level and that a refused beat stays out.
  void cycle(bool offer, bool take, std::uint64_t depth) {
    dut.valid_i = offer;
    dut.data_i = (pushed * 0x9E37U) & 0x1FFFF;
    dut.ready_i = take;
    dut.eval();
    REQUIRE(dut.count_o == held.size());
    REQUIRE(dut.ready_o == (held.size() < depth));
    REQUIRE(dut.valid_o == !held.empty());
    saw_full |= held.size() == depth;
    saw_empty_again |= held.empty() && popped > 0;
    const bool push = offer && dut.ready_o;
    if (dut.valid_o) REQUIRE(dut.data_o == held.front());
    if (take && dut.valid_o) {
      held.pop_front();
      ++popped;
    }
    if (push) {
      held.push_back(dut.data_i);
      ++pushed;
    }
    clock(dut);
  }
};

template <class Dut>
void run_random(std::uint64_t depth) {
  const int source_idle = GENERATE(0, 50, 90);
  const int sink_stall = GENERATE(0, 50, 90);
  CAPTURE(source_idle, sink_stall);
  Stimulus stimulus(11);
  FifoBench<Dut> bench;
  for (int i = 0; i < 4000; ++i)
    bench.cycle(!stimulus.chance(source_idle), !stimulus.chance(sink_stall), depth);
  CHECK(bench.popped > 200);
  if (source_idle < sink_stall) CHECK(bench.saw_full);
  if (source_idle > sink_stall) CHECK(bench.saw_empty_again);
}

}  // namespace

TEST_CASE("A queue of two hands every beat on once and in order for any stalls", "[rtl]") {
  run_random<Vtb_fifo2>(2);
}

TEST_CASE("A queue of eight hands every beat on once and in order for any stalls", "[rtl]") {
  run_random<Vtb_fifo8>(8);
}

TEST_CASE("A queue passes one beat a cycle", "[rtl]") {
  FifoBench<Vtb_fifo2> bench;
  for (int i = 0; i < 101; ++i) bench.cycle(true, true, 2);
  CHECK(bench.popped == 100);
}
