// SPDX-License-Identifier: Apache-2.0
#include "operator_check.hpp"

#include <fmt/format.h>

#include <vernier/lower/pipeline.hpp>
#include <vernier/program/executor.hpp>

#include "lower_networks.hpp"
#include "passes_harness.hpp"

namespace vernier::test {
namespace {

std::string difference_on(const graph::Graph& g, const program::Target& target) {
  const auto whole = lower::partition(g, target);
  if (!whole) return "partition: " + to_string(whole.error());
  if (whole->plans.size() != 1) return fmt::format("{} programs instead of one", whole->plans.size());
  const auto* plan = &whole->plans[0];
  for (const auto& place : whole->placement) {
    const auto kind = g.node(place.node).kind;
    const bool border = kind == graph::OpKind::kQuantize || kind == graph::OpKind::kDequantize;
    if (!border && place.place != lower::Place::kNpu) return fmt::format("{} is on the {}: {}", place.name, name_of(place.place), place.reason);
  }
  std::mt19937 engine(5);
  std::vector<Tensor> inputs;
  for (const auto id : g.inputs) inputs.push_back(random_tensor(g.value(id).type, g.value(id).shape, engine));
  const auto golden = golden::evaluate(g, inputs);
  if (!golden) return "golden: " + to_string(golden.error());
  const auto& p = plan->program;
  std::vector<std::byte> input(static_cast<std::size_t>(p.input_bytes)), output(static_cast<std::size_t>(p.output_bytes));
  for (std::size_t i = 0; i < p.inputs.size(); ++i) program::pack(p.inputs[i], golden->at(plan->inputs[i]), input);
  const auto run = program::Executor(p).run(input, output);
  if (!run) return "executor: " + to_string(run.error());
  for (std::size_t o = 0; o < p.outputs.size(); ++o) {
    const auto got = program::unpack(p.outputs[o], output);
    const auto& want = golden->at(plan->outputs[o]);
    if (got.type() != want.type() || got.shape() != want.shape()) return "an output has another shape";
    for (std::size_t e = 0; e < got.bytes().size(); ++e) {
      if (got.bytes()[e] != want.bytes()[e]) return fmt::format("element {} of {} is {} instead of {}", e, got.bytes().size(), static_cast<int>(got.bytes()[e]), static_cast<int>(want.bytes()[e]));
    }
  }
  return p.outputs.empty() ? "the program has no output" : "";
}

}  // namespace

OnnxBuilder QuantisedModel::build() const {
  const int type = is_unsigned ? onnx::TensorProto::UINT8 : onnx::TensorProto::INT8;
  const int shift = is_unsigned ? 128 : 0;
  OnnxBuilder b(opset);
  if (!domain.empty()) b.domain(domain, 1);
  for (const auto& in : inputs) {
    b.input(in.name, in.shape, type).scale_and_zero(in.name, in.scale, in.zero + shift, is_unsigned);
    b.node("DequantizeLinear", {in.name, in.name + "_scale", in.name + "_zero"}, {in.name + "_dq"});
  }
  b.output("y", type);
  body(b);
  b.quantize("r", "y", scale_y, zero_y + shift, is_unsigned);
  return b;
}

graph::Graph check_operator(const QuantisedModel& model, double steps) {
  const auto bytes = model.build().bytes();
  auto g = canonical(bytes);
  INFO(dump(g));
  CHECK(difference(bytes, g) <= steps);
  CHECK(bits_differ(g) == "");
  return g;
}

std::string bits_differ(const graph::Graph& g) {
  for (const auto& target : {make_target(3, 5), make_target(8, 8), make_target(16, 16)}) {
    if (const auto difference = difference_on(g, target); !difference.empty()) return target.name + ": " + difference;
  }
  return "";
}

graph::Graph check_both_types(QuantisedModel model, double steps) {
  auto g = check_operator(model, steps);
  model.is_unsigned = true;
  check_operator(model, steps);
  return g;
}

std::string refusal_of(const graph::Graph& graph) {
  const auto p = lower::partition(graph, make_target(8, 8));
  if (!p) return to_string(p.error());
  std::string reason;
  for (const auto& place : p->placement) {
    if (place.place != lower::Place::kNpu) reason = place.reason;
  }
  return reason;
}

}  // namespace vernier::test
