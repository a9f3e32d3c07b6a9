// SPDX-License-Identifier: Apache-2.0
// Lowered networks on the RTL: the golden model's bits, whatever memory stands behind the port.
#include <catch2/catch.hpp>
#include <ctime>
#include <vernier/golden/evaluator.hpp>
#include <vernier/lower/lower.hpp>
#include <vernier/program/activity.hpp>
#include <vernier/verilator/rtl_ruler.hpp>

#include "../unit/lower_networks.hpp"

using namespace vernier;
using test::NetworkBuilder;

namespace {

/// What the golden model and the RTL make of one random input.
struct Both {
  runtime::RunReport report;
  bool equal = true;
};

Result<Both> run_both(NetworkBuilder& network, const lower::Plan& plan, runtime::Ruler& ruler, const runtime::RunOptions& options) {
  std::vector<Tensor> inputs;
  for (const auto id : network.graph.inputs) inputs.push_back(network.random_tensor(id));
  auto golden = golden::evaluate(network.graph, inputs);
  if (!golden) return forward_error(golden);
  std::vector<std::byte> in(static_cast<std::size_t>(plan.program.input_bytes)), out(static_cast<std::size_t>(plan.program.output_bytes));
  for (std::size_t i = 0; i < plan.inputs.size(); ++i) program::pack(plan.program.inputs[i], golden->at(plan.inputs[i]), in);
  auto report = ruler.run(plan.program, in, out, options);
  if (!report) return forward_error(report);
  Both both{std::move(*report), true};
  for (std::size_t i = 0; i < plan.outputs.size(); ++i) {
    both.equal = both.equal && program::unpack(plan.program.outputs[i], out) == golden->at(plan.outputs[i]);
  }
  return both;
}

program::Target bundled(const std::string& name) {
  auto target = program::load_target(std::string(VERNIER_SOURCE_DIR) + "/rtl/targets/" + name + ".toml");
  REQUIRE(target);
  return *target;
}

std::string text(const Error& error) { return to_string(error); }

}  // namespace

TEST_CASE("A residual network on the RTL gives the golden bits under every memory", "[conformance][rtl]") {
  const std::string name = GENERATE("npu16", "npu8", "npu3x5");
  auto network = test::resnet8(3);
  const auto plan = lower::lower(network.graph, bundled(name));
  if (!plan) FAIL(text(plan.error()));
  auto ruler = verilator::make_rtl_ruler();
  runtime::RunOptions options;
  options.assertions = true;
  std::int64_t ideal_cycles = 0;
  for (const std::string memory : {"ideal:latency=80,bytes_per_cycle=64", "ideal:latency=80,bytes_per_cycle=64", "hostile:1", "hostile:2",
                                   name == "npu16" ? "hbm2:channels=4" : name == "npu8" ? "ddr4-2400" : "lpddr4"}) {
    options.memory = memory;
    CAPTURE(name, memory);
    const auto both = run_both(network, *plan, *ruler, options);
    if (!both) FAIL(text(both.error()));
    CHECK(both->equal);
    const auto& r = both->report;
    if (memory.starts_with("ideal")) {
      if (ideal_cycles != 0) CHECK(r.cycles.count() == ideal_cycles);
      ideal_cycles = r.cycles.count();
      WARN(name << ": " << r.cycles.count() << " cycles, " << static_cast<double>(r.cycles.count()) / r.wall_s / 1e6 << " M cycles/s");
    }
    if (r.dram) {
      CHECK(r.cycles.count() > ideal_cycles / 2);
      const auto words = r.activity[spec::Counter::kFetchWords] + r.activity[spec::Counter::kLoadWords];
      CHECK(r.dram->reads * r.dram->burst_bytes == words * 64);
      CHECK(r.dram->activates > 0);
      WARN(name << ", " << memory << ": " << r.cycles.count() << " cycles, " << r.dram->activates << " rows opened, " << r.dram->refreshes << " refreshes");
    }
    CHECK(r.trace.size() + std::max<std::size_t>(1, plan->program.groups.size()) >= plan->program.commands.size());  // all but END and fences
  }
}

TEST_CASE("Simulation speed of the whole kernel in processor time", "[.speed]") {
  const std::string name = GENERATE("npu16", "npu8", "npu32");
  auto network = test::resnet8(3);
  const auto plan = lower::lower(network.graph, bundled(name));
  REQUIRE(plan);
  auto ruler = verilator::make_rtl_ruler();
  REQUIRE(run_both(network, *plan, *ruler, {}));  // builds the model
  std::int64_t cycles = 0;
  const auto begin = std::clock();
  for (int i = 0; i < 4; ++i) cycles += run_both(network, *plan, *ruler, {}).value().report.cycles.count();
  const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  WARN(name << ": " << static_cast<double>(cycles) / seconds / 1e6 << " M cycles/s of processor time");
}

TEST_CASE("Random networks on the RTL give the golden bits and the executor's counts", "[conformance][rtl][property]") {
  auto small = bundled("npu8");  // buffers so small that activations and weights pass through memory
  small.name = "npu8-small";
  small.activation_bytes = 8192;
  small.weight_bytes = 2048;
  small.parameter_bytes = 1024;
  small.accumulator_rows = 32;
  small.depthwise_taps = 2;
  small.depthwise_rows = 16;
  small.depthwise_bytes = 1024;
  auto ruler = verilator::make_rtl_ruler();
  int lowered = 0, depthwise = 0;
  for (const auto& target : {bundled("npu3x5"), bundled("npu8"), small}) {
    for (std::uint32_t seed = 1; seed <= 20; ++seed) {
      auto network = test::any_network(seed, 20, 12);
      const lower::Options lowering{.fence_between_layers = seed % 5 == 0, .fuse_add = seed % 4 != 0};
      const auto plan = lower::lower(network.graph, target, lowering);
      if (!plan) {
        CHECK(plan.error().code == ErrorCode::kUnsupported);
        CHECK_FALSE(plan.error().where.empty());
        continue;
      }
      ++lowered;
      runtime::RunOptions options;
      options.assertions = true;
      options.memory = seed % 2 == 1 ? "hostile" : "ideal";
      options.seed = seed;
      CAPTURE(target.name, seed, options.memory);
      const auto both = run_both(network, *plan, *ruler, options);
      if (!both) FAIL(text(both.error()));
      CHECK(both->equal);
      program::StaticActivity expected;
      for (const auto& command : plan->program.commands) expected += program::activity_of(command, target);
      depthwise += expected[spec::Counter::kDepthwiseVectors] > 0 ? 1 : 0;
      for (const auto counter : {spec::Counter::kMatrixVectors, spec::Counter::kWeightWords, spec::Counter::kWeightSwaps, spec::Counter::kVectorRows,
                                 spec::Counter::kVectorBinaryRows, spec::Counter::kVectorTaps, spec::Counter::kLoadWords, spec::Counter::kStoreWords,
                                 spec::Counter::kAccReads, spec::Counter::kAccWrites, spec::Counter::kDepthwiseVectors, spec::Counter::kDepthwiseWeightWords,
                                 spec::Counter::kDepthwiseWeightSwaps, spec::Counter::kDepthwiseAccReads, spec::Counter::kDepthwiseAccWrites,
                                 spec::Counter::kDepthwiseRows, spec::Counter::kDbufWrites}) {
        CAPTURE(spec::kCounterNames[static_cast<std::size_t>(counter)]);
        CHECK(both->report.activity[counter] == expected[counter]);
      }
    }
  }
  CHECK(lowered >= 40);
  CHECK(depthwise >= 15);
}

TEST_CASE("A program that waits for what never comes ends by the watchdog and says who waits", "[conformance][rtl]") {
  auto network = test::any_network(1, 8, 8);
  auto plan = lower::lower(network.graph, bundled("npu3x5"));
  REQUIRE(plan);
  auto& commands = plan->program.commands;
  spec::set(commands.front(), spec::header::wait_store, 7);  // no store comes before it
  std::vector<std::byte> in(static_cast<std::size_t>(plan->program.input_bytes)), out(static_cast<std::size_t>(plan->program.output_bytes));
  auto ruler = verilator::make_rtl_ruler();
  runtime::RunOptions options;
  options.assertions = true;
  options.watchdog_cycles = 5000;
  const auto report = ruler->run(plan->program, in, out, options);
  REQUIRE_FALSE(report);
  CHECK(report.error().code == ErrorCode::kTimeout);
  CHECK(report.error().what.find("waits for store to retire 7") != std::string::npos);
}
