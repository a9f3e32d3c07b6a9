// SPDX-License-Identifier: Apache-2.0
#include <Vtb_registers.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <regex>
#include <sstream>

#include "shell_bench.hpp"

using namespace vernier;
using namespace vernier::bench;

namespace {

class RegisterBench {
 public:
  explicit RegisterBench(int stall, std::uint64_t seed = 1) : chance(seed), stall_(stall) {
    dut.rst_ni = 0;
    clock();
    dut.rst_ni = 1;
    clock();
  }
  void clock() {
    dut.clk_i = 0;
    dut.eval();
    starts += dut.start_o;
    if (dut.counter_rd_en_o) read_index_ = dut.counter_index_o;
    dut.clk_i = 1;
    dut.eval();
    dut.counter_data_i = 0x1111'0000'2222'0000U + read_index_ * 0x1'0000'0001U;  // a counter that knows its place
  }
  void end_run() {
    dut.done_i = 1;
    clock();
    dut.done_i = 0;
  }
  void write(std::uint32_t offset, std::uint32_t value, std::uint8_t strobe = 15) {
    bool address = false, data = false, answered = false;
    for (int i = 0; !answered; ++i) {
      REQUIRE(i < 1000);
      dut.aw_addr_i = static_cast<std::uint16_t>(offset);
      dut.w_data_i = value;
      dut.w_strb_i = strobe;
      dut.aw_valid_i = !address && (dut.aw_valid_i || !chance.percent(stall_));
      dut.w_valid_i = !data && (dut.w_valid_i || !chance.percent(stall_));
      dut.b_ready_i = !chance.percent(stall_);
      dut.eval();
      const bool a = dut.aw_valid_i && dut.aw_ready_o, d = dut.w_valid_i && dut.w_ready_o;
      answered = dut.b_valid_o && dut.b_ready_i;
      clock();
      address |= a;
      data |= d;
    }
    dut.b_ready_i = 0;
  }
  std::uint32_t read(std::uint32_t offset) {
    bool address = false;
    for (int i = 0;; ++i) {
      REQUIRE(i < 1000);
      dut.ar_addr_i = static_cast<std::uint16_t>(offset);
      dut.ar_valid_i = !address && (dut.ar_valid_i || !chance.percent(stall_));
      dut.r_ready_i = !chance.percent(stall_);
      dut.eval();
      const bool a = dut.ar_valid_i && dut.ar_ready_o;
      const bool d = dut.r_valid_o && dut.r_ready_i;
      const std::uint32_t value = dut.r_data_o;
      clock();
      address |= a;
      if (d) {
        dut.r_ready_i = 0;
        return value;
      }
    }
  }

  Vtb_registers dut;
  Chance chance;
  int starts = 0;

 private:
  int stall_;
  std::uint64_t read_index_ = 0;
};

constexpr std::uint32_t kStart = 1, kDone = 2, kIdle = 4, kReady = 8, kRestart = 128;

}  // namespace

TEST_CASE("Arguments read back as written byte by byte and reach the core", "[rtl]") {
  const int stall = GENERATE(0, 50);
  RegisterBench bench(stall);
  const std::array<std::uint32_t, 5> pointers{spec::reg::commands, spec::reg::constants, spec::reg::input,
                                              spec::reg::output, spec::reg::scratch};
  for (std::uint32_t i = 0; i < pointers.size(); ++i) {
    bench.write(pointers[i], 0x1000'0000U * (i + 1) + 0xABC0);
    bench.write(pointers[i] + 4, 0x11U * (i + 1));
  }
  bench.write(spec::reg::command_count, 0x12345678);
  for (std::uint32_t i = 0; i < pointers.size(); ++i) {
    CHECK(bench.read(pointers[i]) == 0x1000'0000U * (i + 1) + 0xABC0);
    CHECK(bench.read(pointers[i] + 4) == 0x11U * (i + 1));
  }
  CHECK(bench.dut.commands_o == 0x11'1000'ABC0U);
  CHECK(bench.dut.command_count_o == 0x12345678);
  std::array<std::uint64_t, 4> bases{};
  sample(bases, bench.dut.region_base_o);
  CHECK(bases == std::array<std::uint64_t, 4>{0x22'2000'ABC0, 0x33'3000'ABC0, 0x44'4000'ABC0, 0x55'5000'ABC0});
  bench.write(spec::reg::command_count, 0xFFFFFFFF, 0b0110);
  CHECK(bench.read(spec::reg::command_count) == 0x12FFFF78);
}

TEST_CASE("Start clears itself at the end and done clears on reading", "[rtl]") {
  const int stall = GENERATE(0, 50);
  RegisterBench bench(stall);
  CHECK(bench.read(spec::reg::control) == kIdle);
  bench.write(spec::reg::control, kStart);
  for (int i = 0; i < 5; ++i) bench.clock();
  CHECK(bench.starts == 1);
  CHECK(bench.dut.running_o);
  CHECK(bench.read(spec::reg::control) == kStart);  // neither idle nor done
  CHECK(bench.read(spec::reg::control) == kStart);
  bench.end_run();
  CHECK_FALSE(bench.dut.running_o);
  CHECK(bench.read(spec::reg::control) == (kDone | kIdle | kReady));
  CHECK(bench.read(spec::reg::control) == kIdle);
  bench.write(spec::reg::control, kStart);
  bench.clock();
  CHECK(bench.starts == 2);
}

TEST_CASE("A write of zero to the control register starts nothing", "[rtl]") {
  RegisterBench bench(0);
  bench.write(spec::reg::control, 0);
  bench.write(spec::reg::control, kStart, 0b1110);  // the byte with ap_start is not strobed
  bench.clock();
  CHECK(bench.starts == 0);
}

TEST_CASE("Auto restart begins the next run at once until it is cleared", "[rtl]") {
  RegisterBench bench(0);
  bench.write(spec::reg::control, kStart | kRestart);
  for (int i = 0; i < 3; ++i) bench.clock();
  bench.end_run();
  for (int i = 0; i < 3; ++i) bench.clock();
  CHECK(bench.starts == 2);
  CHECK(bench.dut.running_o);
  bench.write(spec::reg::control, 0);
  bench.end_run();
  for (int i = 0; i < 3; ++i) bench.clock();
  CHECK(bench.starts == 2);
}

TEST_CASE("The interrupt follows enables and status toggles on writing one", "[rtl]") {
  RegisterBench bench(30);
  const auto run = [&] {
    bench.write(spec::reg::control, kStart);
    bench.clock();
    bench.end_run();
    bench.clock();
  };
  run();
  CHECK(bench.read(spec::reg::isr) == 0);  // not enabled
  bench.write(spec::reg::ier, 1);
  run();
  CHECK(bench.read(spec::reg::isr) == 1);
  CHECK_FALSE(bench.dut.interrupt_o);
  bench.write(spec::reg::gie, 1);
  CHECK(bench.dut.interrupt_o);
  bench.write(spec::reg::isr, 1);
  CHECK(bench.read(spec::reg::isr) == 0);
  CHECK_FALSE(bench.dut.interrupt_o);
  bench.write(spec::reg::ier, 3);
  run();
  CHECK(bench.read(spec::reg::isr) == 3);
  bench.write(spec::reg::isr, 2);
  CHECK(bench.read(spec::reg::isr) == 1);
  CHECK(bench.read(spec::reg::gie) == 1);
  CHECK(bench.read(spec::reg::ier) == 3);
}

TEST_CASE("Counters read as low and high words at their place", "[rtl]") {
  RegisterBench bench(20);
  for (std::uint32_t i = 0; i < spec::kCounters; ++i) {
    CHECK(bench.read(spec::reg::counters + 8 * i) == 0x22220000U + i);
    CHECK(bench.read(spec::reg::counters + 8 * i + 4) == 0x11110000U + i);
  }
}

TEST_CASE("Errors and the constants of the build are readable and addresses without a register are zero", "[rtl]") {
  RegisterBench bench(0);
  bench.dut.error_i = 0x0305;
  bench.dut.error_address_i = 0x1234'5678'9ABC'DEF0;
  CHECK(bench.read(spec::reg::error) == 0x0305);
  CHECK(bench.read(spec::reg::error_address) == 0x9ABCDEF0);
  CHECK(bench.read(spec::reg::error_address + 4) == 0x12345678);
  CHECK(bench.read(spec::reg::isa_version) == spec::kIsaVersion);
  CHECK(bench.read(spec::reg::geometry) == (7U | 9U << 8U | 5U << 16U));
  for (const std::uint32_t offset : {0x70U, 0xA0U, 0x1FCU, 0x600U, 0xFFCU}) CHECK(bench.read(offset) == 0);
  bench.write(spec::reg::error, 1);
  CHECK(bench.read(spec::reg::error) == 0x0305);
}

TEST_CASE("A done in the cycle of the read that clears it is not lost", "[rtl]") {
  int kept = 0;
  for (int delay = 0; delay < 8; ++delay) {
    RegisterBench bench(0);
    bench.write(spec::reg::control, kStart);
    bench.clock();
    // a read whose capture moves past the end of the run
    bench.dut.ar_addr_i = spec::reg::control;
    bench.dut.ar_valid_i = 1;
    bench.dut.r_ready_i = 1;
    std::uint32_t first = 0;
    for (int i = 0; i < 8; ++i) {
      bench.dut.done_i = i == delay;
      bench.dut.eval();
      if (bench.dut.r_valid_o) first = bench.dut.r_data_o;
      const bool a = bench.dut.ar_ready_o;
      bench.clock();
      if (a) bench.dut.ar_valid_i = 0;
    }
    bench.dut.done_i = 0;
    const std::uint32_t second = bench.read(spec::reg::control);
    CHECK(((first | second) & kDone) == kDone);
    CHECK((first & second & kDone) == 0);
    kept += (second & kDone) != 0 ? 1 : 0;
  }
  CHECK(kept > 0);
  CHECK(kept < 8);
}

TEST_CASE("The kernel description gives every argument the offset of its register", "[rtl]") {
  std::ifstream file(VERNIER_SOURCE_DIR "/rtl/top/kernel.xml");
  std::stringstream buffer;
  buffer << file.rdbuf();
  const std::string text = buffer.str();
  const std::regex arg("<arg name=\"(\\w+)\"[^>]*id=\"(\\d+)\"[^>]*size=\"0x(\\w+)\" offset=\"0x(\\w+)\"");
  const std::vector<std::tuple<std::string, std::uint32_t, unsigned>> want{
      {"commands", spec::reg::commands, 8}, {"constants", spec::reg::constants, 8},
      {"input", spec::reg::input, 8},       {"output", spec::reg::output, 8},
      {"scratch", spec::reg::scratch, 8},   {"command_count", spec::reg::command_count, 4}};
  std::size_t n = 0;
  for (auto it = std::sregex_iterator(text.begin(), text.end(), arg); it != std::sregex_iterator(); ++it, ++n) {
    REQUIRE(n < want.size());
    CHECK((*it)[1] == std::get<0>(want[n]));
    CHECK(std::stoul((*it)[2]) == n);
    CHECK(std::stoul((*it)[3], nullptr, 16) == std::get<2>(want[n]));
    CHECK(std::stoul((*it)[4], nullptr, 16) == std::get<1>(want[n]));
  }
  CHECK(n == want.size());
}
