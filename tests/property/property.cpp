// SPDX-License-Identifier: Apache-2.0
#include "property.hpp"

#include <fmt/format.h>

#include <vernier/core/files.hpp>
#include <vernier/golden/evaluator.hpp>
#include <vernier/lower/pipeline.hpp>
#include <vernier/ort/model.hpp>
#include <vernier/program/executor.hpp>

#include "random_graph.hpp"

namespace vernier::test {
namespace {

/// Counters whose value follows from the commands alone.
constexpr spec::Counter kStatic[] = {spec::Counter::kMatrixVectors, spec::Counter::kWeightWords, spec::Counter::kWeightSwaps, spec::Counter::kVectorRows,
                                     spec::Counter::kVectorBinaryRows, spec::Counter::kVectorTaps, spec::Counter::kLoadWords, spec::Counter::kStoreWords,
                                     spec::Counter::kAccReads, spec::Counter::kAccWrites};

std::string differing_output(const lower::Plan& plan, std::span<const std::byte> region, const golden::Values& golden) {
  for (std::size_t o = 0; o < plan.outputs.size(); ++o) {
    const auto got = program::unpack(plan.program.outputs[o], region);
    const auto& want = golden.at(plan.outputs[o]);
    if (got.type() != want.type() || got.shape() != want.shape()) return fmt::format("output {} has another type or shape", plan.program.outputs[o].name);
    for (std::size_t e = 0; e < got.bytes().size(); ++e) {
      if (got.bytes()[e] == want.bytes()[e]) continue;
      return fmt::format("output {} element {} of {}: {} instead of {}", plan.program.outputs[o].name, e, got.bytes().size(), static_cast<int>(got.bytes()[e]), static_cast<int>(want.bytes()[e]));
    }
  }
  return plan.outputs.empty() ? "a program has no output" : "";
}

std::string check_plan(const lower::Plan& plan, const golden::Values& golden, std::uint32_t seed, runtime::Ruler* rtl) {
  const auto& p = plan.program;
  std::vector<std::byte> input(static_cast<std::size_t>(p.input_bytes));
  for (std::size_t i = 0; i < p.inputs.size(); ++i) program::pack(p.inputs[i], golden.at(plan.inputs[i]), input);
  std::vector<std::byte> output(static_cast<std::size_t>(p.output_bytes));
  const auto executed = program::Executor(p, {.fill_seed = seed + 1}).run(input, output);
  if (!executed) return "executor: " + to_string(executed.error());
  if (const auto bad = differing_output(plan, output, golden); !bad.empty()) return "executor: " + bad;
  if (rtl == nullptr) return "";

  std::vector<std::byte> simulated(output.size());
  runtime::RunOptions options;
  options.memory = "hostile";
  options.seed = seed;
  options.assertions = true;
  const auto report = rtl->run(p, input, simulated, options);
  if (!report) return "rtl: " + to_string(report.error());
  if (const auto bad = differing_output(plan, simulated, golden); !bad.empty()) return "rtl: " + bad;
  for (const auto counter : kStatic) {
    if (report->activity[counter] == (*executed)[counter]) continue;
    return fmt::format("rtl: counts {} {}, the commands say {}", report->activity[counter], spec::kCounterNames[static_cast<std::size_t>(counter)], (*executed)[counter]);
  }
  return "";
}

}  // namespace

PropertyResult check_property(std::uint32_t seed, const program::Target& target, runtime::Ruler* rtl) {
  PropertyResult result;
  auto network = random_graph(seed);
  const lower::Options lowering{.fence_between_layers = seed % 5 == 0, .fuse_add = seed % 4 != 0};
  const auto pipeline = lower::partition(network.graph, target, lowering);
  if (!pipeline) {
    result.failure = "partition: " + to_string(pipeline.error());
    return result;
  }
  for (const auto& p : pipeline->placement) {
    if (network.graph.node(p.node).kind == graph::OpKind::kReshape) continue;
    ++result.operators;
    if (p.place == lower::Place::kNpu) ++result.on_npu;
    else if (p.reason.empty()) result.failure = fmt::format("{} is not on the accelerator, without a reason", p.name);
  }
  std::vector<Tensor> inputs;
  for (const auto id : network.graph.inputs) inputs.push_back(network.random_tensor(id));
  const auto golden = golden::evaluate(network.graph, inputs);
  if (!golden) result.failure = "golden: " + to_string(golden.error());
  for (const auto& plan : pipeline->plans) {
    if (result.failure.empty()) result.failure = check_plan(plan, *golden, seed, rtl);
  }
  return result;
}

Result<void> write_graph(std::uint32_t seed, const std::string& file) {
  const auto network = random_graph(seed);
  const auto order = network.graph.topological_order();
  if (!order) return forward_error(order);
  const auto model = ort::model_of(network.graph, *order);
  if (!model) return forward_error(model);
  return write_atomically(file, model->proto);
}

}  // namespace vernier::test
