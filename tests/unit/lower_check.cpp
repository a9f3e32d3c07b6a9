// SPDX-License-Identifier: Apache-2.0
#include "lower_check.hpp"

#include <fmt/format.h>
#include <vernier/golden/evaluator.hpp>

namespace vernier::test {

std::string difference_from_golden(NetworkBuilder& network, const lower::Plan& plan, program::ExecutorOptions options) {
  std::vector<Tensor> inputs;
  for (const auto id : network.graph.inputs) inputs.push_back(network.random_tensor(id));
  const auto golden = golden::evaluate(network.graph, inputs);
  if (!golden) return "golden: " + to_string(golden.error());
  const auto& p = plan.program;
  std::vector<std::byte> input(static_cast<std::size_t>(p.input_bytes)), output(static_cast<std::size_t>(p.output_bytes));
  for (std::size_t i = 0; i < p.inputs.size(); ++i) program::pack(p.inputs[i], golden->at(plan.inputs[i]), input);
  const auto run = program::Executor(p, options).run(input, output);
  if (!run) return "executor: " + to_string(run.error());
  for (std::size_t o = 0; o < p.outputs.size(); ++o) {
    const auto got = program::unpack(p.outputs[o], output);
    const auto& want = golden->at(plan.outputs[o]);
    if (got.type() != want.type() || got.shape() != want.shape()) return "an output has another type or shape";
    for (std::size_t e = 0; e < got.bytes().size(); ++e) {
      if (got.bytes()[e] == want.bytes()[e]) continue;
      return fmt::format("output {} element {} of {}: {} instead of {}", p.outputs[o].name, e, got.bytes().size(), static_cast<int>(got.bytes()[e]), static_cast<int>(want.bytes()[e]));
    }
  }
  return p.outputs.empty() ? "the program has no output" : "";
}

std::string check_network(NetworkBuilder& network, const program::Target& target, const lower::Options& options) {
  const auto plan = lower::lower(network.graph, target, options);
  if (!plan) return "lower: " + to_string(plan.error());
  return difference_from_golden(network, *plan);
}

std::uint64_t array_cycles(const program::Program& program) {
  std::uint64_t cycles = 0;
  for (const auto& word : program.commands) cycles += program::matrix_pass_cycles(word, program.target);
  return cycles;
}

}  // namespace vernier::test
