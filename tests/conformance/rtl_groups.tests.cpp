// SPDX-License-Identifier: Apache-2.0
// Stretches between fences, simulated apart, add up to the run of the whole program to the cycle and the event.
#include <catch2/catch.hpp>

#include <vernier/memory/axi_memory.hpp>
#include <vernier/verilator/model_cache.hpp>
#include <vernier/verilator/rtl_ruler.hpp>

#include "../../sim/verilator/src/buffers.hpp"
#include "../../sim/verilator/src/groups.hpp"
#include "../../sim/verilator/src/kernel_run.hpp"
#include "lowered_program.hpp"

using namespace vernier;
using runtime::RunOptions;
using runtime::RunReport;
using test::LoweredProgram;

namespace {

/// Buffers so small that activations and weights pass through memory.
program::Target small_target() {
  auto small = test::bundled_target("npu8");
  small.name = "npu8-small";
  small.activation_bytes = 8192;
  small.weight_bytes = 2048;
  small.parameter_bytes = 1024;
  small.accumulator_rows = 32;
  return small;
}

struct Ran {
  RunReport report;
  std::vector<std::byte> output;
};

Ran run(runtime::Ruler& ruler, const LoweredProgram& p, RunOptions options, int jobs) {
  options.jobs = jobs;
  Ran ran{{}, p.empty_output()};
  auto report = ruler.run(p.plan.program, p.input, ran.output, options);
  if (!report) FAIL(to_string(report.error()));
  ran.report = std::move(*report);
  return ran;
}

void check_equal(const RunReport& apart, const RunReport& whole) {
  CHECK(apart.cycles.count() == whole.cycles.count());
  for (std::size_t c = 0; c < spec::kCounters; ++c) {
    CAPTURE(spec::kCounterNames[c]);
    CHECK(apart.activity.counts[c] == whole.activity.counts[c]);
  }
  REQUIRE(apart.trace.size() == whole.trace.size());
  for (std::size_t i = 0; i < whole.trace.size(); ++i) {
    CAPTURE(i);
    REQUIRE(apart.trace[i].command == whole.trace[i].command);
    REQUIRE(apart.trace[i].issued == whole.trace[i].issued);
    REQUIRE(apart.trace[i].retired == whole.trace[i].retired);
  }
}

/// The private parts of the ruler, for runs that break a rule.
class Kernel {
 public:
  explicit Kernel(const LoweredProgram& p) : p_(p) {
    auto file = verilator::model_for(p.plan.program.target, {.assertions = true});
    REQUIRE(file);
    auto model = verilator::Model::open(*file);
    REQUIRE(model);
    model_ = std::move(*model);
    store.write(verilator::base_of(program::Region::kConstants), p.plan.program.constants);
    store.write(verilator::base_of(program::Region::kInput), p.input);
  }
  RunReport whole(memory::AxiMemory& memory) { return run({p_.plan.program.target, p_.plan.program.commands}, memory); }
  /// One group, its memory beginning as stretch `epoch`, the buffers holding `state`.
  RunReport group(const verilator::Group& g, std::uint64_t epoch, const program::MachineState& state, memory::AxiMemory& memory) {
    REQUIRE(verilator::write_buffers(*model_, p_.plan.program.target, state));
    store.write(verilator::base_of(program::Region::kOutput), state.output);
    store.write(verilator::base_of(program::Region::kScratch), state.scratch);
    const auto stream = verilator::stream_of(p_.plan.program, g);
    return run({p_.plan.program.target, stream, g.begin, epoch}, memory);
  }

  memory::SparseMemory store;

 private:
  RunReport run(const verilator::KernelRun& what, memory::AxiMemory& memory) {
    auto report = verilator::run_kernel(*model_, what, memory, store, {});
    if (!report) FAIL(to_string(report.error()));
    return std::move(*report);
  }
  const LoweredProgram& p_;
  std::unique_ptr<verilator::Model> model_;
};

/// A memory that goes on behind a fence as if there were none.
class Unrestarted final : public memory::AxiMemory {
 public:
  explicit Unrestarted(memory::AxiMemory& inner) : inner_(inner) {}
  void reset() override { inner_.reset(); }
  void restart(std::uint64_t epoch) override {
    if (epoch == 0) inner_.restart(0);
  }
  void step(const memory::AxiMaster& in, memory::AxiSlave& out) override { inner_.step(in, out); }
  [[nodiscard]] bool idle() const override { return inner_.idle(); }

 private:
  memory::AxiMemory& inner_;
};

}  // namespace

TEST_CASE("Groups simulated apart add up to the whole run, to the cycle and the event, behind every memory", "[conformance][rtl][groups]") {
  auto ruler = verilator::make_rtl_ruler();
  int several = 0;
  for (const auto& target : {test::bundled_target("npu3x5"), test::bundled_target("npu8"), small_target()}) {
    for (std::uint32_t seed = 1; seed <= 6; ++seed) {
      auto network = test::any_network(seed, 20, 12);
      if (!lower::lower(network.graph, target)) continue;
      const LoweredProgram p(network, target, {.fence_between_layers = true});
      for (const std::string memory : {"ideal", "ideal:latency=33,bytes_per_cycle=7", "hostile"}) {
        CAPTURE(target.name, seed, memory);
        RunOptions options;
        options.assertions = true;  // the models of the other tests
        options.memory = memory;
        options.seed = seed;
        const auto whole = run(*ruler, p, options, 1);
        const auto apart = run(*ruler, p, options, 2);
        check_equal(apart.report, whole.report);
        CHECK(p.is_golden(whole.output));
        CHECK(p.is_golden(apart.output));
        CHECK(whole.report.groups == 1);
        CHECK(apart.report.groups_simulated == apart.report.groups);
        several += apart.report.groups > 1 ? 1 : 0;
      }
    }
  }
  CHECK(several >= 24);
}

TEST_CASE("Every group begins and ends where the whole run passes its fence", "[conformance][rtl][groups]") {
  auto network = test::resnet8(5);
  const LoweredProgram p(network, test::bundled_target("npu8"), {.fence_between_layers = true});
  const auto& program = p.plan.program;
  const auto groups = verilator::groups_of(program);
  REQUIRE(groups.size() == program.layers.size());
  Kernel kernel(p);
  auto memory = memory::make_memory("hostile", kernel.store, 9).value();
  const auto whole = kernel.whole(*memory);
  program::Replay replay(program, p.input);
  std::int64_t begin = 0, other_seed = 0, shuffled = 0;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    CAPTURE(g);
    REQUIRE(replay.run_to(groups[g].begin));
    const auto state = replay.state().value();
    const auto report = kernel.group(groups[g], g, state, *memory);
    for (const auto& t : report.trace) {
      const auto same = std::ranges::find(whole.trace, t.command, &runtime::CommandTrace::command);
      REQUIRE(same != whole.trace.end());
      REQUIRE(t.issued + begin == same->issued);
      REQUIRE(t.retired + begin == same->retired);
    }
    begin += report.cycles.count();
    shuffled += kernel.group(groups[g], groups.size() - g, state, *memory).cycles.count();
    other_seed += kernel.group(groups[g], 0, state, *memory).cycles.count();
  }
  CHECK(begin == whole.cycles.count());
  // were the memory not of its group alone, the sums above would show it
  CHECK(shuffled != whole.cycles.count());
  CHECK(other_seed != whole.cycles.count());
  Unrestarted unrestarted(*memory);
  CHECK(kernel.whole(unrestarted).cycles.count() != whole.cycles.count());
}

TEST_CASE("A group that leaves other bytes behind than the instruction set says is named", "[conformance][rtl][groups]") {
  auto network = test::resnet8(5);
  LoweredProgram p(network, test::bundled_target("npu8"), {.fence_between_layers = true});
  auto& commands = p.plan.program.commands;
  const auto last = verilator::groups_of(p.plan.program).back();
  // its matrix commands no longer wait for their weights: right in the order of the stream, wrong in time
  for (std::size_t i = last.begin; i < last.end; ++i) {
    if (static_cast<spec::Opcode>(spec::get(commands[i], spec::header::opcode)) != spec::Opcode::kMatrix) continue;
    spec::set(commands[i], spec::header::wait_load, last.retired[static_cast<std::size_t>(spec::Unit::kLoad)]);
  }
  auto ruler = verilator::make_rtl_ruler();
  RunOptions options;
  options.assertions = true;
  options.jobs = 2;
  auto output = p.empty_output();
  const auto report = ruler->run(p.plan.program, p.input, output, options);
  REQUIRE_FALSE(report);
  CAPTURE(to_string(report.error()));
  CHECK(report.error().code == ErrorCode::kMismatch);
  CHECK(report.error().what.find("should be") != std::string::npos);
  CHECK(report.error().where.find("group 11 of 11") != std::string::npos);
}
