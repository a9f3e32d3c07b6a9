// SPDX-License-Identifier: Apache-2.0
#include "light.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fmt/format.h>
#include <random>
#include <vernier/golden/comparison.hpp>
#include <vernier/golden/evaluator.hpp>
#include <vernier/import/import.hpp>
#include <vernier/passes/quantise.hpp>
#include <vernier/runtime/deployment.hpp>

#include "difference.hpp"
#include "executor_ruler.hpp"

namespace vernier::conformance {
namespace fs = std::filesystem;

namespace {

const fs::path kLight = VERNIER_SOURCE_DIR "/../shared/data/models/onnx_light";

template <class T>
T get(Result<T> r) {
  if (!r) FAIL(to_string(r.error()));
  return std::move(*r);
}

/// True for what a layer multiplies with and must keep in size: scales and variances of norms.
bool is_factor(const graph::Graph& g, const graph::Node& reader, std::size_t input) {
  if (reader.kind == graph::OpKind::kBatchNorm) return input == 1 || input == 4;
  if (reader.op_type != "Unsqueeze") return false;
  const auto readers = g.consumers(reader.outputs.at(0));
  return readers.size() == 1 && g.node(readers[0]).op_type == "Mul";
}

/// Small integers: weights from -8 to 8 at a scale that keeps activations in size, factors around 1.
Tensor filled(Tensor t, bool factor, std::mt19937& random) {
  std::uniform_int_distribution<int> steps(-8, 8);
  const auto fan_in = t.shape().size() < 2 ? 64.0 : static_cast<double>(t.size()) / static_cast<double>(t.shape()[0]);
  const double scale = std::sqrt(2.0 / fan_in) / 4.9;  // 4.9: standard deviation of the steps
  for (auto& v : t.as<float>()) v = static_cast<float>(factor ? 1.0 + steps(random) / 16.0 : steps(random) * scale);
  return t;
}

/// The network up to its logits, filled. Softmax only hides differences.
graph::Graph filled(const std::string& name) {
  auto g = get(graph::import_onnx(kLight / ("light_" + name + ".onnx")));
  std::mt19937 random(17);
  for (const auto id : g.nodes()) {
    const auto node = g.node(id);
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      auto& value = g.value(node.inputs[i]);
      if (value.constant && value.type == DType::kFloat32 && value.constant->size() > 1) {
        value.constant = filled(value.constant.value(), is_factor(g, node, i), random);
      }
    }
    if (node.op_type == "Softmax") {
      g.outputs = {node.inputs[0]};
      g.remove_node(id);
    }
  }
  return g;
}

std::vector<Tensor> picture(const graph::Graph& g) {
  std::mt19937 random(5);
  std::uniform_real_distribution<float> level(-1, 1);
  std::vector<Tensor> inputs;
  for (const auto id : g.inputs) {
    auto& t = inputs.emplace_back(DType::kFloat32, g.value(id).shape);
    for (auto& v : t.as<float>()) v = level(random);
  }
  return inputs;
}

program::Target npu16() { return get(program::load_target(std::string(VERNIER_SOURCE_DIR) + "/rtl/targets/npu16.toml")); }

/// Every node has a place and a reason; the share of the MACs that runs on the accelerator.
double share_on_npu(const std::string& name, const lower::Pipeline& pipeline) {
  std::int64_t all = 0, on_npu = 0;
  std::string host;
  for (const auto& p : pipeline.placement) {
    CHECK_FALSE(p.reason.empty());
    all += p.macs;
    if (p.place == lower::Place::kNpu) on_npu += p.macs;
    else if (host.find(p.op) == std::string::npos) host += " " + p.op;
  }
  WARN(fmt::format("{}: {} M MACs, {:.1f} % on the accelerator, {} programs; on the host:{}", name, all / 1'000'000, 100.0 * static_cast<double>(on_npu) / static_cast<double>(all),
                   pipeline.plans.size(), host));
  return static_cast<double>(on_npu) / static_cast<double>(all);
}

}  // namespace

bool light_networks_present() {
  if (fs::exists(kLight)) return true;
  std::puts("skipped: the networks of ../shared/data/models/onnx_light are not on this machine");
  return false;
}

void check_light_lowers(const std::string& name) {
  const auto g = filled(name);
  const std::vector<std::vector<Tensor>> samples(1, picture(g));
  const auto quantised = get(graph::quantize_after_training(g, samples));
  CHECK(share_on_npu(name, get(lower::partition(quantised, npu16()))) > 0.99);
}

void check_light_runs(const std::string& name) {
  const auto g = filled(name);
  const auto inputs = picture(g);
  const std::vector<std::vector<Tensor>> samples(1, inputs);
  const auto quantised = get(graph::quantize_after_training(g, samples));
  auto deployment = get(runtime::Deployment::prepare(quantised, npu16(), {}));
  CHECK(share_on_npu(name, deployment.pipeline()) > 0.99);
  const auto golden = get(golden::evaluate(quantised, inputs));
  std::vector<Tensor> want;
  for (const auto id : quantised.outputs) want.push_back(golden.at(id));
  const auto executor = make_executor_ruler();
  CHECK(difference(get(deployment.infer(*executor, inputs, {})).outputs, want, {0, 0}).empty());

  const auto compared = get(golden::compare_with_reference(quantised, get(golden::reference_of(quantised)), samples));
  CHECK(compared.worst_layer_lsb() <= 1);
  WARN(fmt::format("{}: worst operator {} steps, end to end {} steps, top-1 {}", name, compared.worst_layer_lsb(), compared.max_lsb, compared.top1_equal == 1 ? "equal" : "differs"));
}

}  // namespace vernier::conformance
