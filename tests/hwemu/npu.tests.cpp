// SPDX-License-Identifier: Apache-2.0
// The NPU as a packed kernel behind XRT against the same RTL driven directly.
#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <vernier/lower/lower.hpp>
#include <vernier/verilator/rtl_ruler.hpp>
#include <vernier/xrt/card_ruler.hpp>

#include "../../boards/xrt/src/sensors.hpp"
#include "../unit/lower_networks.hpp"

using namespace vernier;

namespace {

program::Program small_program(std::uint32_t seed, const lower::Options& lowering = {}) {
  test::NetworkBuilder network(seed);
  graph::Window window;
  window.kernel_h = window.kernel_w = 3;
  window.pad_top = window.pad_left = window.pad_bottom = window.pad_right = 1;
  auto x = network.input({1, 3, 12, 12});
  x = network.conv(x, 8, window, true);
  x = network.conv(x, 8, window, true);
  x = network.gemm(network.flatten(x), 10);
  network.output(x);
  const auto target = program::load_target(std::string(VERNIER_SOURCE_DIR) + "/rtl/targets/npu3x5.toml");
  REQUIRE(target);
  auto plan = lower::lower(network.graph, *target, lowering);
  if (!plan) FAIL(to_string(plan.error()));
  return std::move(plan->program);
}

std::vector<std::byte> random_bytes(std::int64_t count, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<std::byte> bytes(static_cast<std::size_t>(count));
  std::ranges::generate(bytes, [&random] { return static_cast<std::byte>(random()); });
  return bytes;
}

}  // namespace

TEST_CASE("The NPU behind XRT gives the bits and the cycles of the RTL under every memory", "[hwemu][conformance]") {
  lower::Options lowering;
  lowering.fence_between_layers = GENERATE(false, true);  // memories begin anew behind each fence
  const auto program = small_program(5, lowering);
  auto rtl = verilator::make_rtl_ruler();
  auto hw_emu = card::make_hw_emu_ruler();
  REQUIRE_FALSE(hw_emu->refuses(program));
  runtime::RunOptions options;
  for (const std::string memory : {"ideal:latency=80,bytes_per_cycle=64", "ideal:latency=7,bytes_per_cycle=16", "ddr4-2400", "hostile:4"}) {
    options.memory = memory;
    for (const std::uint32_t seed : {1U, 2U}) {  // the second run of a card begins as the first
      CAPTURE(memory, seed);
      const auto input = random_bytes(program.input_bytes, seed);
      std::vector<std::byte> want(static_cast<std::size_t>(program.output_bytes)), got(want.size());
      const auto direct = rtl->run(program, input, want, options);
      if (!direct) FAIL(to_string(direct.error()));
      const auto packed = hw_emu->run(program, input, got, options);
      if (!packed) FAIL(to_string(packed.error()));
      CHECK(got == want);
      CHECK(packed->cycles.count() == direct->cycles.count());
      CHECK(packed->activity == direct->activity);
      CHECK(packed->cycles.count() > 1000);
    }
  }
}

TEST_CASE("Compute units share a queue of runs, each to the bit and the cycle of one alone", "[hwemu]") {
  const auto program = small_program(7);
  auto rtl = verilator::make_rtl_ruler();
  runtime::RunOptions options;
  options.memory = GENERATE("ideal:latency=80,bytes_per_cycle=64", "ddr4-2400");
  const int units = GENERATE(1, 2, 3);
  CAPTURE(options.memory, units);
  auto hw_emu = card::make_hw_emu_ruler(units);
  std::vector<std::vector<std::byte>> inputs, want, got;
  std::vector<std::int64_t> cycles;
  for (std::uint32_t seed = 1; seed <= 7; ++seed) {  // more than two buffers a unit, and no multiple of the units
    inputs.push_back(random_bytes(program.input_bytes, seed));
    want.emplace_back(static_cast<std::size_t>(program.output_bytes));
    got.emplace_back(want.back().size());
    const auto direct = rtl->run(program, inputs.back(), want.back(), options);
    REQUIRE(direct);
    cycles.push_back(direct->cycles.count());
  }
  std::vector<runtime::Job> jobs;
  for (std::size_t i = 0; i < inputs.size(); ++i) jobs.push_back({inputs[i], got[i]});
  const auto reports = hw_emu->run_all(program, jobs, options);
  if (!reports) FAIL(to_string(reports.error()));
  REQUIRE(reports->size() == jobs.size());
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    CAPTURE(i);
    CHECK(got[i] == want[i]);
    CHECK((*reports)[i].cycles.count() == cycles[i]);
  }
  // a second queue finds the card as the first one left it
  std::ranges::fill(got.back(), std::byte{});
  REQUIRE(hw_emu->run_all(program, std::span(jobs).last(2), options));
  CHECK(got.back() == want.back());
}

TEST_CASE("Sensor texts of XRT become readings with units, and what a card does not have is left out", "[hwemu]") {
  const std::string electrical = R"({"power_consumption_watts": "21.347", "power_consumption_max_watts": "75", "power_rails": []})";
  const std::string thermal = R"({"thermals": [{"location_id": "fpga0", "temp_C": "47"}, {"location_id": "cage_temp_0", "temp_C": "N/A"}, {"location_id": "vccint", "temp_C": "0"}]})";
  const auto readings = card::sensor_readings(electrical, thermal);
  CHECK(readings == card::SensorReadings{{"power_w", 21.347}, {"fpga0_c", 47}});
  CHECK(card::sensor_readings("", "").empty());
  CHECK(card::sensor_readings(R"({"power_consumption_watts": "N/A"})", "[]").empty());
}

TEST_CASE("A board without an xclbin is unavailable", "[hwemu]") {
  auto program = small_program(6);
  auto board = card::make_board_ruler("/nowhere/npu.xclbin");
  const auto refusal = board->refuses(program);
  REQUIRE(refusal);
  CHECK(refusal->code == ErrorCode::kUnavailable);
}
