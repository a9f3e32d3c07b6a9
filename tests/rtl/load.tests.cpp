// SPDX-License-Identifier: Apache-2.0
#include <Vtb_load.h>
#include <Vtb_load_deep.h>

#include <catch2/catch.hpp>
#include <iostream>

#include "../page_lines.hpp"
#include "shell_bench.hpp"

using namespace vernier;
using namespace vernier::bench;

namespace {

constexpr std::uint64_t kAbuf = 65536, kWbuf = 16384, kPbuf = 8192, kDbuf = 4096;  // bytes, as in CMakeLists.txt

/// The unit between a memory model and buffers whose activation port is granted by chance.
template <class Dut>
class LoadBench {
 public:
  LoadBench(std::string_view spec, std::uint64_t seed, int deny, int idle)
      : port(spec, seed), chance(seed), deny_(deny), idle_(idle) {
    dut.rst_ni = 0;
    dut.clk_i = 0;
    dut.eval();
    dut.clk_i = 1;
    dut.eval();
    dut.rst_ni = 1;
    drive(dut.region_base_i, kRegions);
  }

  void clock() {
    offer();
    dut.r_valid_i = port.slave.r.valid;
    drive(dut.r_data_i, port.slave.r.data);
    dut.r_resp_i = static_cast<std::uint8_t>(port.slave.r.resp);
    dut.ar_ready_i = port.slave.ar_ready;
    dut.wr_gnt_i = 0;
    dut.clk_i = 0;
    dut.eval();
    dut.wr_gnt_i = dut.wr_req_o && !chance.percent(deny_);
    dut.eval();
    take_writes();
    port.master.ar = {dut.ar_valid_o != 0, dut.ar_len_o, memory::kFullSize, memory::kIncrementing, 1, dut.ar_addr_o};
    port.master.r_ready = dut.r_ready_o;
    const bool taken = dut.cmd_valid_i && dut.cmd_ready_o;
    if (dut.retire_o) retired_words.push_back(words);
    if (dut.error_valid_o)
      errors.push_back({false, dut.error_address_o,
                        dut.error_decode_o ? memory::AxiResponse::kDecodeError : memory::AxiResponse::kSlaveError});
    stalls_memory += dut.ev_load_stall_memory_o;
    stalls_buffer += dut.ev_load_stall_buffer_o;
    port.step();
    dut.clk_i = 1;
    dut.eval();
    ++cycle;
    if (taken) dut.cmd_valid_i = 0;
    if (port.checker.violation()) FAIL(port.checker.violation()->text);
  }

  void run() {
    while (retired_words.size() < commands.size() || dut.busy_o) {
      REQUIRE(cycle < 400000);
      clock();
    }
    port.checker.finish();
    if (port.checker.violation()) FAIL(port.checker.violation()->text);
  }

  Dut dut;
  Port port;
  Chance chance;
  std::vector<spec::Word> commands;
  std::vector<std::uint64_t> retired_words;  ///< words written when command i retired
  std::vector<memory::InjectedFault> errors;
  std::array<std::vector<std::byte>, 4> buffers{std::vector<std::byte>(kAbuf), std::vector<std::byte>(kWbuf),
                                                std::vector<std::byte>(kPbuf), std::vector<std::byte>(kDbuf)};
  std::uint64_t words = 0, partial = 0, stalls_memory = 0, stalls_buffer = 0;
  int cycle = 0;

 private:
  void offer() {
    if (dut.cmd_valid_i == 0 && next_ < commands.size() && !chance.percent(idle_)) {
      drive(dut.cmd_i, commands[next_]);
      dut.cmd_valid_i = 1;
      ++next_;
    }
  }
  void take_writes() {
    memory::Beat beat;
    if (dut.wr_req_o && dut.wr_gnt_i) {
      sample(beat, dut.wr_data_o);
      put(0, dut.wr_addr_o, beat, dut.wr_mask_o);
      partial += dut.wr_mask_o != ~std::uint64_t{0} ? 1 : 0;
    }
    if (dut.wb_wr_en_o) {
      sample(beat, dut.wb_wr_data_o);
      put(1, dut.wb_wr_addr_o, beat, ~std::uint64_t{0});
    }
    if (dut.pb_wr_en_o) {
      sample(beat, dut.pb_wr_data_o);
      put(2, dut.pb_wr_addr_o, beat, ~std::uint64_t{0});
    }
    if (dut.db_wr_en_o) {
      sample(beat, dut.db_wr_data_o);
      put(3, dut.db_wr_addr_o, beat, ~std::uint64_t{0});
    }
  }
  void put(std::size_t buffer, std::uint64_t word, const memory::Beat& beat, std::uint64_t mask) {
    ++words;
    for (unsigned i = 0; i < 64; ++i) {
      if ((mask >> i & 1U) != 0) buffers[buffer][word * 64 + i] = reinterpret_cast<const std::byte*>(beat.data())[i];
    }
  }

  int deny_, idle_;
  std::size_t next_ = 0;
};

std::uint64_t mixed_case(LoadBench<Vtb_load>& bench, int commands) {
  auto want = bench.buffers;
  std::vector<std::uint64_t> due;
  std::uint64_t words = 0;
  for (const auto base : kRegions) bench.port.fill(base, 1 << 17, bench.chance);
  for (int i = 0; i < commands; ++i) {
    const auto select = bench.chance.between(0, 3);
    const Copy copy = random_copy(bench.chance, want[select].size(), select != 0);
    bench.commands.push_back(copy.load(select));
    copy.for_rows([&](std::uint64_t from, std::uint64_t to) {
      bench.port.store.read(from, std::span(want[select]).subspan(to, copy.row_bytes));
    });
    words += copy.words();
    due.push_back(words);
  }
  bench.run();
  CHECK(bench.words == words);
  REQUIRE(bench.retired_words.size() == due.size());
  for (std::size_t i = 0; i < due.size(); ++i) CHECK(bench.retired_words[i] >= due[i]);
  for (std::size_t b = 0; b < bench.buffers.size(); ++b) CHECK(bench.buffers[b] == want[b]);
  return words;
}

}  // namespace

TEST_CASE("Loads put every row where the command says for any memory and stalls", "[rtl]") {
  const std::string spec = GENERATE("ideal:latency=1", "ideal:latency=60,bytes_per_cycle=40", "hostile");
  const int deny = GENERATE(0, 50, 90);
  const int idle = GENERATE(0, 80);
  CAPTURE(spec, deny, idle);
  LoadBench<Vtb_load> bench(spec, 11, deny, idle);
  mixed_case(bench, 60);
  CHECK(bench.partial > 20);
  CHECK((bench.stalls_memory > 0) == (spec != "ideal:latency=1"));
  CHECK((bench.stalls_buffer > 0) == (deny > 0));
}

TEST_CASE("Loads survive twenty hostile memories", "[rtl]") {
  const auto seed = GENERATE(range(1U, 21U));
  CAPTURE(seed);
  LoadBench<Vtb_load> bench("hostile", seed, 20, 20);
  mixed_case(bench, 30);
}

TEST_CASE("A linear load reaches a word a cycle behind a hundred cycles of latency", "[rtl]") {
  LoadBench<Vtb_load_deep> bench("ideal:latency=100,bytes_per_cycle=64", 1, 0, 0);
  Copy copy;
  copy.row_bytes = 65536;
  const std::uint64_t words = 2 * copy.words();
  bench.commands = {copy.load(0), copy.load(0)};  // the second runs ahead behind the first
  bench.run();
  // 2 cycles to the first address, 100 to its data, a word a cycle, 1 to retire
  std::cout << "linear load: " << words << " words in " << bench.cycle << " cycles\n";
  CHECK(bench.cycle <= static_cast<int>(words) + 106);
  CHECK(page_has("rtl/shell.md", "| linear load behind 100 cycles of latency | 1 word a cycle; " + std::to_string(words) + " words take " + std::to_string(bench.cycle) + " |"));
}

TEST_CASE("Short rows are asked for one a cycle", "[rtl]") {
  LoadBench<Vtb_load_deep> bench("ideal:latency=8,bytes_per_cycle=64", 1, 0, 0);
  Copy copy;
  copy.row_bytes = 64;
  copy.n1 = 500;
  copy.memory_stride1 = 128;
  copy.buffer_stride1 = 64;
  bench.commands = {copy.load(0), copy.load(0)};
  bench.run();
  CHECK(bench.cycle <= 1000 + 14);
}

TEST_CASE("A load reports the burst of a bus error and retires all the same", "[rtl]") {
  const auto seed = GENERATE(range(1U, 9U));
  LoadBench<Vtb_load> bench("faulty", seed, 20, 0);
  for (int i = 0; i < 20; ++i) bench.commands.push_back(random_copy(bench.chance, kAbuf, false).load(0));
  bench.run();
  const auto faults = bench.port.model->faults();
  REQUIRE_FALSE(faults.empty());
  REQUIRE_FALSE(bench.errors.empty());
  for (const auto& e : bench.errors) {
    bool known = false;
    for (const auto& f : faults) known |= f.address == e.address && f.resp == e.resp;
    CHECK(known);
  }
}
