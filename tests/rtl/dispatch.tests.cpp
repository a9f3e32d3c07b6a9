// SPDX-License-Identifier: Apache-2.0
#include <Vtb_control.h>
#include <Vtb_control_plain.h>

#include <catch2/catch.hpp>
#include <deque>
#include <iostream>
#include <optional>

#include "shell_bench.hpp"

using namespace vernier;
using namespace vernier::bench;
namespace h = vernier::spec::header;

namespace {

constexpr std::uint64_t kBase = 0x5'0000'0F40;  // 64-aligned, not 256-aligned, near a 4 KiB boundary
constexpr std::array<spec::Opcode, 5> kOpcodes{spec::Opcode::kLoad, spec::Opcode::kMatrix, spec::Opcode::kVector,
                                               spec::Opcode::kDepthwise, spec::Opcode::kStore};  // by unit
constexpr std::array<spec::Field, 5> kWaits{h::wait_load, h::wait_matrix, h::wait_vector, h::wait_depthwise,
                                            h::wait_store};

struct Issue {
  std::size_t unit;
  spec::Word command;
  int cycle;
  std::array<int, 5> retired;  ///< by each unit before this edge
};

/// Control, Vtb_control or one without a depthwise unit, with units that take commands by chance and retire them in order after a random time.
template <class Dut>
class ControlBenchOf {
 public:
  ControlBenchOf(std::string_view spec, std::uint64_t seed, int refuse)
      : port(spec, seed), chance(seed), refuse_(refuse) {
    dut.rst_ni = 0;
    dut.clk_i = 0;
    dut.eval();
    dut.clk_i = 1;
    dut.eval();
    dut.rst_ni = 1;
  }

  void clock(bool start = false) {
    dut.start_i = start;
    dut.ar_ready_i = port.slave.ar_ready;
    dut.r_valid_i = port.slave.r.valid;
    drive(dut.r_data_i, port.slave.r.data);
    dut.r_resp_i = static_cast<std::uint8_t>(port.slave.r.resp);
    std::array<bool, 5> ready{};
    for (auto& r : ready) r = !chance.percent(refuse_);
    dut.load_ready_i = ready[0];
    dut.matrix_ready_i = ready[1];
    dut.vector_ready_i = ready[2];
    dut.depthwise_ready_i = ready[3];
    dut.store_ready_i = ready[4];
    dut.retire_i = 0;
    dut.busy_i = 0;
    for (std::size_t u = 0; u < 5; ++u) {
      if (!units_[u].empty()) dut.busy_i |= static_cast<std::uint8_t>(1U << u);
      if (!units_[u].empty() && units_[u].front() <= cycle) dut.retire_i |= static_cast<std::uint8_t>(1U << u);
    }
    dut.clk_i = 0;
    dut.eval();
    port.master.ar = {dut.ar_valid_o != 0, dut.ar_len_o, memory::kFullSize, memory::kIncrementing, 0, dut.ar_addr_o};
    port.master.r_ready = dut.r_ready_o;
    words += dut.ev_fetch_words_o;
    note(0, dut.load_valid_o && ready[0], dut.load_cmd_o);
    note(1, dut.matrix_valid_o && ready[1], dut.matrix_cmd_o);
    note(2, dut.vector_valid_o && ready[2], dut.vector_cmd_o);
    note(3, dut.depthwise_valid_o && ready[3], dut.depthwise_cmd_o);
    note(4, dut.store_valid_o && ready[4], dut.store_cmd_o);
    for (std::size_t u = 0; u < 5; ++u) {
      if ((dut.retire_i >> u & 1U) != 0) {
        units_[u].pop_front();
        ++retired_[u];
      }
    }
    if (dut.error_valid_o && !error) error = {dut.error_code_o, dut.error_address_o};
    aborted |= dut.abort_o != 0;
    if (dut.abort_o) units_[1].clear(), units_[2].clear(), units_[3].clear();
    done = dut.done_o;
    if (done) {
      for (const auto& u : units_) CHECK(u.empty());
      CHECK(port.model->idle());
    }
    port.step();
    dut.clk_i = 1;
    dut.eval();
    ++cycle;
    if (port.checker.violation()) FAIL(port.checker.violation()->text);
  }

  void run(const std::vector<spec::Word>& program, std::optional<std::uint32_t> count = {}) {
    port.store.write(kBase, std::as_bytes(std::span(program)));
    dut.base_i = kBase;
    dut.count_i = count.value_or(static_cast<std::uint32_t>(program.size()));
    issues.clear();
    retired_ = {};
    error.reset();
    done = false;
    clock(true);
    const int limit = cycle + 20000 + 30 * static_cast<int>(program.size());
    while (!done) {
      REQUIRE(cycle < limit);
      clock();
    }
  }

  Dut dut;
  Port port;
  Chance chance;
  std::vector<Issue> issues;
  std::optional<std::pair<unsigned, std::uint64_t>> error;
  int cycle = 0, work = 40;
  std::uint64_t words = 0;
  bool done = false, aborted = false;

 private:
  template <class Wide>
  void note(std::size_t unit, bool taken, const Wide& wide) {
    if (!taken) return;
    Issue issue{unit, {}, cycle, retired_};
    sample(issue.command, wide);
    issues.push_back(issue);
    const int ready = cycle + static_cast<int>(chance.between(1, static_cast<std::uint64_t>(work)));
    units_[unit].push_back(units_[unit].empty() ? ready : std::max(ready, units_[unit].back()));
  }

  int refuse_;
  std::array<std::deque<int>, 5> units_;  ///< cycle at which each command inside may retire
  std::array<int, 5> retired_{};
};

using ControlBench = ControlBenchOf<Vtb_control>;

/// Legal random program: every command waits for a past count of each unit. Field layer numbers the commands.
std::vector<spec::Word> random_program(Chance& chance, int commands, int fence_percent) {
  std::vector<spec::Word> program;
  std::array<std::uint64_t, 5> emitted{};
  for (int i = 0; i < commands; ++i) {
    spec::Word word;
    if (chance.percent(fence_percent)) {
      word = command(spec::Opcode::kFence, {});
    } else {
      const std::size_t unit = chance.between(0, 4);
      word = command(kOpcodes[unit], {});
      for (std::size_t u = 0; u < 5; ++u)
        spec::set(word, kWaits[u], emitted[u] - std::min<std::uint64_t>(emitted[u], chance.between(0, 6)));
      ++emitted[unit];
    }
    spec::set(word, h::layer, static_cast<std::uint64_t>(i) % 4096);
    for (std::size_t k = 2; k < 8; ++k) word.words[k] = chance.between(0, ~std::uint64_t{0} - 1);
    program.push_back(word);
  }
  program.push_back(command(spec::Opcode::kEnd, {}));
  return program;
}

void check_run(ControlBench& bench, const std::vector<spec::Word>& program) {
  if (bench.error)
    FAIL_CHECK("error " << bench.error->first << " at command "
                        << static_cast<std::int64_t>(bench.error->second - kBase) / 64);
  std::array<std::vector<Issue>, 5> by_unit;
  for (const auto& i : bench.issues) by_unit[i.unit].push_back(i);
  std::array<std::size_t, 5> at{};
  std::size_t issued_before_fence = 0, total = 0;
  int last_fence_issue = 0;
  for (const auto& word : program) {
    const auto opcode = static_cast<spec::Opcode>(spec::get(word, h::opcode));
    if (opcode == spec::Opcode::kFence || opcode == spec::Opcode::kEnd) {
      issued_before_fence = total;
      for (std::size_t u = 0; u < 5; ++u) {
        if (at[u] > 0) last_fence_issue = std::max(last_fence_issue, by_unit[u][at[u] - 1].cycle);
      }
      continue;
    }
    const std::size_t unit =
        static_cast<std::size_t>(std::find(kOpcodes.begin(), kOpcodes.end(), opcode) - kOpcodes.begin());
    REQUIRE(at[unit] < by_unit[unit].size());
    const Issue& issue = by_unit[unit][at[unit]++];
    ++total;
    CHECK(issue.command == word);
    std::size_t retired = 0;
    for (std::size_t u = 0; u < 5; ++u) {
      const auto ahead = static_cast<std::int16_t>(issue.retired[u] - static_cast<int>(spec::get(word, kWaits[u])));
      CHECK(ahead >= 0);
      retired += static_cast<std::size_t>(issue.retired[u]);
    }
    CHECK(retired >= issued_before_fence);  // all that stood before the fence has retired
    CHECK((issue.cycle > last_fence_issue || issued_before_fence == 0));
  }
  CHECK(total == bench.issues.size());
}

}  // namespace

TEST_CASE("Every unit gets its commands in order and none before its waits", "[rtl]") {
  const std::string spec = GENERATE("ideal:latency=1", "ideal:latency=90", "hostile");
  const int refuse = GENERATE(0, 60);
  const int fences = GENERATE(0, 10);
  CAPTURE(spec, refuse, fences);
  ControlBench bench(spec, 21, refuse);
  for (int round = 0; round < 3; ++round) {  // a run leaves nothing behind for the next
    const auto program = random_program(bench.chance, 150, fences);
    bench.run(program);
    check_run(bench, program);
  }
}

TEST_CASE("Waits hold when the counts wrap", "[rtl]") {
  ControlBench bench("ideal:latency=20", 3, 0);
  bench.work = 2;
  std::vector<spec::Word> program;
  const auto recent = [](std::uint64_t count) {
    return (count < 16000 ? 0 : count - 16000) & 0xFFFF;
  };                                           // no wait is older
  for (std::uint64_t i = 0; i < 66000; ++i) {  // each store waits for the load before it
    program.push_back(command(spec::Opcode::kLoad, {{h::wait_load, recent(i)}, {h::wait_store, recent(i)}}));
    program.push_back(command(spec::Opcode::kStore, {{h::wait_load, (i + 1) & 0xFFFF}, {h::wait_store, recent(i)}}));
  }
  program.push_back(command(spec::Opcode::kEnd, {}));
  bench.run(program);
  REQUIRE(bench.issues.size() == 132000);
  int loads = 0, stores = 0;
  for (const auto& i : bench.issues) {
    if (i.unit == 0) ++loads;
    if (i.unit == 4) {
      ++stores;
      if (i.retired[0] < stores) FAIL("store " << stores << " went after " << i.retired[0] << " loads");
    }
  }
  CHECK(loads == 66000);
}

TEST_CASE("A queue holds its depth and then holds the stream", "[rtl]") {
  ControlBench bench("ideal:latency=5", 1, 0);
  std::vector<spec::Word> program;
  program.push_back(command(spec::Opcode::kMatrix, {}));
  for (int i = 0; i < 17; ++i)
    program.push_back(command(spec::Opcode::kLoad, {{h::wait_matrix, 1}}));  // 16 + the one at the head
  program.push_back(command(spec::Opcode::kStore, {}));
  for (int i = 0; i < 3; ++i) program.push_back(command(spec::Opcode::kLoad, {{h::wait_matrix, 1}}));
  program.push_back(command(spec::Opcode::kVector, {}));
  program.push_back(command(spec::Opcode::kEnd, {}));
  bench.work = 400;
  bench.run(program);
  int matrix_issued = 0, store_issued = 0, vector_issued = 0, first_load = 0;
  for (const auto& i : bench.issues) {
    if (i.unit == 1) matrix_issued = i.cycle;
    if (i.unit == 4) store_issued = i.cycle;
    if (i.unit == 2) vector_issued = i.cycle;
    if (i.unit == 0 && first_load == 0) first_load = i.cycle;
  }
  CHECK(store_issued - matrix_issued < 60);
  CHECK(vector_issued > first_load);
}

TEST_CASE("Commands flow one a cycle behind the memory's latency", "[rtl]") {
  ControlBench bench("ideal:latency=30", 1, 0);
  bench.work = 1;
  std::vector<spec::Word> program;
  for (int i = 0; i < 400; ++i) program.push_back(command(kOpcodes[i % 2 == 0 ? 0 : 1], {}));
  program.push_back(command(spec::Opcode::kEnd, {}));
  bench.run(program);
  const int start = bench.issues.front().cycle;
  const int span = bench.issues.back().cycle - start;
  std::cout << "fetch: first command issued " << start << " cycles after start, then " << span
            << " cycles for 400 commands\n";
  CHECK(start <= 30 + 8);
  CHECK(span <= 540);  // 32 commands in flight over 30 cycles of latency and the handling of bursts
}

TEST_CASE("What follows a fence takes the same time whatever stood before it", "[rtl]") {
  const auto tail = [](int before) {
    ControlBench bench("ideal:latency=37", 9, 0);
    bench.work = 1;
    std::vector<spec::Word> program;
    for (int i = 0; i < before; ++i) program.push_back(command(kOpcodes[i % 3 == 0 ? 0 : 2], {}));
    while (program.size() % 4 != 3)
      program.push_back(command(spec::Opcode::kStore, {}));  // the fence at one place of its burst
    program.push_back(command(spec::Opcode::kFence, {}));
    for (int i = 0; i < 40; ++i) program.push_back(command(kOpcodes[i % 2 == 0 ? 1 : 4], {}));
    program.push_back(command(spec::Opcode::kEnd, {}));
    bench.run(program);
    const std::size_t n = bench.issues.size();
    return std::pair(bench.issues[n - 1].cycle - bench.issues[n - 40].cycle, bench.cycle - bench.issues[n - 40].cycle);
  };
  const auto one = tail(1);
  for (const int before : {2, 7, 20, 33, 50, 101}) CHECK(tail(before) == one);
}

TEST_CASE("An unknown command ends the run with error 5 and its address", "[rtl]") {
  const int opcode = GENERATE(0, 9, 10, 15);
  const auto seed = GENERATE(1U, 2U, 3U);
  ControlBench bench("hostile", seed, 30);
  auto program = random_program(bench.chance, 40, 5);
  spec::set(program[23], h::opcode, static_cast<std::uint64_t>(opcode));
  bench.run(program);
  REQUIRE(bench.error);
  CHECK(bench.error->first == 5);
  CHECK(bench.error->second == kBase + 23 * 64);
  CHECK(bench.aborted);
  const auto good = random_program(bench.chance, 40, 5);  // and the next run is sound
  bench.run(good);
  check_run(bench, good);
}

TEST_CASE("Without a depthwise unit its command is unknown", "[rtl]") {
  ControlBenchOf<Vtb_control_plain> bench("ideal", 1, 0);
  const std::vector<spec::Word> program{command(spec::Opcode::kMatrix, {}), command(spec::Opcode::kVector, {{h::wait_matrix, 1}}),
                                        command(spec::Opcode::kDepthwise, {}), command(spec::Opcode::kEnd, {})};
  bench.run({program[0], program[1], program[3]});  // the units that there are work without the one that is not
  CHECK_FALSE(bench.error);
  CHECK(bench.issues.size() == 2);
  bench.run(program);
  REQUIRE(bench.error);
  CHECK(bench.error->first == 5);
  CHECK(bench.error->second == kBase + 2 * 64);
  for (const auto& i : bench.issues) CHECK(i.unit != 3);
}

TEST_CASE("A stream without END ends with error 5 behind its last command", "[rtl]") {
  const std::uint32_t count = GENERATE(0U, 1U, 9U);
  ControlBench bench("ideal", 1, 0);
  bench.run(random_program(bench.chance, 20, 0), count);
  REQUIRE(bench.error);
  CHECK(bench.error->first == 5);
  CHECK(bench.error->second == kBase + count * 64);
}

TEST_CASE("A command that waits for ever does not keep a fatal error from ending the run", "[rtl]") {
  ControlBench bench("ideal", 1, 0);
  std::vector<spec::Word> program{command(spec::Opcode::kMatrix, {{h::wait_vector, 1}}),
                                  command(spec::Opcode::kLoad, {}),
                                  command(spec::Opcode::kStore, {{h::wait_matrix, 1}}), spec::Word{}};
  bench.run(program);
  REQUIRE(bench.error);
  CHECK(bench.error->second == kBase + 3 * 64);
}

TEST_CASE("A bus error of a fetch names the command and ends the run", "[rtl]") {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    ControlBench bench("faulty", seed, 30);
    bench.run(random_program(bench.chance, 60, 0));  // no fence: every burst that was asked for is looked at
    REQUIRE(bench.error);
    bool known = false;
    for (const auto& f : bench.port.model->faults()) {
      known |= bench.error->second >= f.address && bench.error->second < f.address + 256 &&
               bench.error->first == (f.resp == memory::AxiResponse::kDecodeError ? 2U : 1U);
    }
    CHECK(known);
  }
}
