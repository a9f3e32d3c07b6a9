// SPDX-License-Identifier: Apache-2.0
#include <Vtb_store.h>
#include <Vtb_store_deep.h>

#include <catch2/catch.hpp>
#include <iostream>

#include "../page_lines.hpp"
#include "shell_bench.hpp"

using namespace vernier;
using namespace vernier::bench;

namespace {

constexpr std::uint64_t kAbuf = 65536;  // bytes, as in CMakeLists.txt

/// The unit between an activation buffer whose port is granted by chance and a memory model.
template <class Dut>
class StoreBench {
 public:
  StoreBench(std::string_view spec, std::uint64_t seed, int deny, int idle)
      : port(spec, seed), chance(seed), deny_(deny), idle_(idle) {
    for (auto& b : buffer) b = chance.byte();
    dut.rst_ni = 0;
    dut.clk_i = 0;
    dut.eval();
    dut.clk_i = 1;
    dut.eval();
    dut.rst_ni = 1;
    drive(dut.region_base_i, kRegions);
  }

  void clock() {
    if (dut.cmd_valid_i == 0 && next_ < commands.size() && !chance.percent(idle_)) {
      drive(dut.cmd_i, commands[next_]);
      dut.cmd_valid_i = 1;
      ++next_;
    }
    dut.aw_ready_i = port.slave.aw_ready;
    dut.w_ready_i = port.slave.w_ready;
    dut.b_valid_i = port.slave.b.valid;
    dut.b_resp_i = static_cast<std::uint8_t>(port.slave.b.resp);
    dut.rd_gnt_i = 0;
    dut.clk_i = 0;
    dut.eval();
    dut.rd_gnt_i = dut.rd_req_o && !chance.percent(deny_);
    dut.eval();
    const bool granted = dut.rd_gnt_i;
    const std::uint64_t word = dut.rd_addr_o;
    const bool taken = dut.cmd_valid_i && dut.cmd_ready_o;
    port.master.aw = {dut.aw_valid_o != 0, dut.aw_len_o, memory::kFullSize, memory::kIncrementing, 0, dut.aw_addr_o};
    port.master.w.valid = dut.w_valid_o;
    port.master.w.last = dut.w_last_o;
    port.master.w.strb = dut.w_strb_o;
    sample(port.master.w.data, dut.w_data_o);
    port.master.b_ready = dut.b_ready_o;
    if (dut.w_valid_o && port.slave.w_ready) ++words;
    if (dut.w_valid_o && dut.w_strb_o != ~std::uint64_t{0}) ++partial;
    if (dut.retire_o) retired.push_back(answered);
    if (port.slave.b.valid && dut.b_ready_o) ++answered;
    if (dut.error_valid_o)
      errors.push_back({true, dut.error_address_o,
                        dut.error_decode_o ? memory::AxiResponse::kDecodeError : memory::AxiResponse::kSlaveError});
    port.step();
    dut.clk_i = 1;
    dut.eval();
    // the word granted at an edge is at the port two cycles later and stays until the next one
    if (arriving_) drive(dut.rd_data_i, arriving_word_);
    arriving_ = granted;
    if (granted) std::memcpy(arriving_word_.data(), buffer.data() + word * 64, 64);
    ++cycle;
    if (taken) dut.cmd_valid_i = 0;
    if (port.checker.violation()) FAIL(port.checker.violation()->text);
  }

  void run() {
    while (retired.size() < commands.size() || dut.busy_o) {
      REQUIRE(cycle < 400000);
      clock();
    }
    port.checker.finish();
    if (port.checker.violation()) FAIL(port.checker.violation()->text);
  }

  Dut dut;
  Port port;
  Chance chance;
  std::vector<std::byte> buffer = std::vector<std::byte>(kAbuf);
  std::vector<spec::Word> commands;
  std::vector<int> retired;  ///< responses taken when command i retired
  std::vector<memory::InjectedFault> errors;
  std::uint64_t words = 0, partial = 0;
  int cycle = 0, answered = 0;

 private:
  int deny_, idle_;
  std::size_t next_ = 0;
  bool arriving_ = false;
  memory::Beat arriving_word_{};
};

void mixed_case(StoreBench<Vtb_store>& bench, int commands) {
  memory::SparseMemory want;
  std::uint64_t words = 0;
  const std::uint64_t span = 1 << 17;
  for (const auto base : kRegions) {
    bench.port.fill(base, span, bench.chance);
    want.write(base, bench.port.bytes(base, span));
  }
  // commands in flight may overlap only in order of one id, which the models keep
  for (int i = 0; i < commands; ++i) {
    const Copy copy = random_copy(bench.chance, kAbuf, false);
    bench.commands.push_back(copy.store());
    copy.for_rows([&](std::uint64_t to, std::uint64_t from) {
      want.write(to, std::span(bench.buffer).subspan(from, copy.row_bytes));
    });
    words += copy.words();
  }
  bench.run();
  CHECK(bench.words == words);
  CHECK(bench.retired.size() == static_cast<std::size_t>(commands));
  for (const auto base : kRegions) {
    std::vector<std::byte> expected(span);
    want.read(base, expected);
    CHECK(bench.port.bytes(base, span) == expected);
  }
}

}  // namespace

TEST_CASE("Stores put every row where the command says for any memory and stalls", "[rtl]") {
  const std::string spec = GENERATE("ideal:latency=1", "ideal:latency=60,bytes_per_cycle=40", "hostile");
  const int deny = GENERATE(0, 50, 90);
  const int idle = GENERATE(0, 80);
  CAPTURE(spec, deny, idle);
  StoreBench<Vtb_store> bench(spec, 12, deny, idle);
  mixed_case(bench, 60);
  CHECK(bench.partial > 20);
}

TEST_CASE("Stores survive twenty hostile memories", "[rtl]") {
  const auto seed = GENERATE(range(1U, 21U));
  CAPTURE(seed);
  StoreBench<Vtb_store> bench("hostile", seed, 20, 20);
  mixed_case(bench, 30);
}

TEST_CASE("A linear store reaches a word a cycle behind a hundred cycles of latency", "[rtl]") {
  StoreBench<Vtb_store_deep> bench("ideal:latency=100,bytes_per_cycle=64", 1, 0, 0);
  Copy copy;
  copy.row_bytes = 65536;
  bench.commands = {copy.store(), copy.store()};
  bench.run();
  std::cout << "linear store: " << bench.words << " words in " << bench.cycle << " cycles\n";
  CHECK(bench.words == 2048);
  CHECK(bench.cycle <= 2048 + 112);
  CHECK(page_has("rtl/shell.md", "| linear store behind 100 cycles of latency | 1 word a cycle; " + std::to_string(bench.words) + " words take " + std::to_string(bench.cycle) + " |"));
}

TEST_CASE("A store retires with the last of its responses and not before", "[rtl]") {
  StoreBench<Vtb_store> bench("hostile", 4, 0, 0);
  Copy copy;
  copy.row_bytes = 2048;  // eight bursts of 256 bytes
  bench.commands = {copy.store(), copy.store()};
  bench.run();
  CHECK(bench.retired == std::vector<int>{8, 16});
}

TEST_CASE("A store reports the burst of a bus error and retires all the same", "[rtl]") {
  const auto seed = GENERATE(range(1U, 9U));
  StoreBench<Vtb_store> bench("faulty", seed, 20, 0);
  for (int i = 0; i < 20; ++i) bench.commands.push_back(random_copy(bench.chance, kAbuf, false).store());
  bench.run();
  const auto faults = bench.port.model->faults();
  REQUIRE_FALSE(faults.empty());
  REQUIRE(bench.errors.size() == faults.size());
  for (std::size_t i = 0; i < faults.size(); ++i) {
    CHECK(bench.errors[i].address == faults[i].address);
    CHECK(bench.errors[i].resp == faults[i].resp);
  }
}
