// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <catch2/catch.hpp>
#include <cstddef>
#include <vector>

#include <vernier/golden/evaluator.hpp>
#include <vernier/lower/lower.hpp>
#include <vernier/program/target.hpp>

#include "../unit/lower_networks.hpp"

namespace vernier::test {

inline program::Target bundled_target(const std::string& name) {
  auto target = program::load_target(std::string(VERNIER_SOURCE_DIR) + "/rtl/targets/" + name + ".toml");
  REQUIRE(target);
  return *target;
}

/// A network lowered for a target with one random input and what the golden model makes of it, as region images.
struct LoweredProgram {
  lower::Plan plan;
  golden::Values golden;
  std::vector<std::byte> input;

  LoweredProgram(NetworkBuilder& network, const program::Target& target, const lower::Options& options = {}) : plan(lowered(network, target, options)), golden(evaluated(network)) {
    input.resize(static_cast<std::size_t>(plan.program.input_bytes));
    for (std::size_t i = 0; i < plan.inputs.size(); ++i) program::pack(plan.program.inputs[i], golden.at(plan.inputs[i]), input);
  }

  [[nodiscard]] std::vector<std::byte> empty_output() const { return std::vector<std::byte>(static_cast<std::size_t>(plan.program.output_bytes)); }
  [[nodiscard]] bool is_golden(const std::vector<std::byte>& output) const {
    for (std::size_t i = 0; i < plan.outputs.size(); ++i) {
      if (!(program::unpack(plan.program.outputs[i], output) == golden.at(plan.outputs[i]))) return false;
    }
    return true;
  }

 private:
  static lower::Plan lowered(NetworkBuilder& network, const program::Target& target, const lower::Options& options) {
    auto plan = lower::lower(network.graph, target, options);
    if (!plan) FAIL(to_string(plan.error()));
    return std::move(*plan);
  }
  static golden::Values evaluated(NetworkBuilder& network) {
    std::vector<Tensor> inputs;
    for (const auto id : network.graph.inputs) inputs.push_back(network.random_tensor(id));
    auto values = golden::evaluate(network.graph, inputs);
    if (!values) FAIL(to_string(values.error()));
    return std::move(*values);
  }
};

}  // namespace vernier::test
