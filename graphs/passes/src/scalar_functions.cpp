// SPDX-License-Identifier: Apache-2.0
// Float operators as steps of a scalar function: most are one step, newer ones a few of operator set 13.
#include "scalar_functions.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "integers.hpp"
#include "rewrite.hpp"

namespace vernier::graph {
namespace {

using Operands = std::vector<ScalarOperand>;
using Steps = std::vector<ScalarStep>;

std::optional<float> uniform(const Tensor& real) {
  const auto values = real.as<float>();
  if (values.empty() || std::ranges::any_of(values, [&](float v) { return !(v == values[0]); })) return std::nullopt;
  return values[0];
}

/// Operands of all inputs, arguments and constants.
Operands all_operands(const Graph& graph, const Node& node, const Operands& arguments) {
  Operands operands;
  std::size_t next = 0;
  for (const auto in : node.inputs) {
    if (const auto number = number_of(graph, in)) operands.emplace_back(*number);
    else operands.push_back(arguments.at(next++));
  }
  return operands;
}

ScalarStep step(ScalarOp op, Operands operands, float alpha = 0, float beta = 0) { return {op, std::move(operands), alpha, beta}; }

Steps plain(const Graph& graph, const Node& node, const Operands& arguments, std::size_t first) {
  const auto& info = info_of(*scalar_op_of(node.op_type == "Sum" ? "Add" : node.op_type));
  const float alpha = info.alpha.empty() ? 0 : float_attribute(node, info.alpha, info.alpha_default);
  const float beta = info.beta.empty() ? 0 : float_attribute(node, info.beta, info.beta_default);
  const auto operands = all_operands(graph, node, arguments);
  if (info.operands == 1) return {step(info.op, operands, alpha, beta)};
  Steps steps{step(info.op, {operands[0], operands[1]})};
  for (std::size_t i = 2; i < operands.size(); ++i) steps.push_back(step(info.op, {ScalarResult{first + i - 2}, operands[i]}));
  return steps;
}

Steps clip(const Graph&, const Node& node, const Operands& x, std::size_t first) {
  Steps steps;
  const Clamp limits = node.kind == OpKind::kRelu ? Clamp{0, HUGE_VAL} : *node.clamp;
  if (std::isfinite(limits.lo)) steps.push_back(step(ScalarOp::kMax, {x[0], static_cast<float>(limits.lo)}));
  if (std::isfinite(limits.hi)) steps.push_back(step(ScalarOp::kMin, {steps.empty() ? x[0] : ScalarOperand(ScalarResult{first}), static_cast<float>(limits.hi)}));
  if (steps.empty()) steps.push_back(step(ScalarOp::kAdd, {x[0], 0.0F}));
  return steps;
}

Steps prelu(const Graph& graph, const Node& node, const Operands& x, std::size_t) {
  return {step(ScalarOp::kLeakyRelu, {x[0]}, *number_of(graph, node.inputs[1]))};
}

Steps hard_swish(const Graph&, const Node&, const Operands& x, std::size_t first) {
  return {step(ScalarOp::kHardSigmoid, {x[0]}, 1.0F / 6, 0.5F), step(ScalarOp::kMul, {x[0], ScalarResult{first}})};
}

Steps mish(const Graph&, const Node&, const Operands& x, std::size_t first) {
  return {step(ScalarOp::kSoftplus, {x[0]}), step(ScalarOp::kTanh, {ScalarResult{first}}), step(ScalarOp::kMul, {x[0], ScalarResult{first + 1}})};
}

Steps quick_gelu(const Graph&, const Node& node, const Operands& x, std::size_t first) {
  return {step(ScalarOp::kMul, {x[0], float_attribute(node, "alpha", 1.702F)}), step(ScalarOp::kSigmoid, {ScalarResult{first}}),
          step(ScalarOp::kMul, {x[0], ScalarResult{first + 1}})};
}

/// 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))
Steps tanh_gelu(const Graph&, const Node&, const Operands& x, std::size_t first) {
  const auto result = [first](std::size_t i) { return ScalarResult{first + i}; };
  return {step(ScalarOp::kPow, {x[0], 3.0F}),           step(ScalarOp::kMul, {result(0), 0.044715F}), step(ScalarOp::kAdd, {x[0], result(1)}),
          step(ScalarOp::kMul, {result(2), 0.79788456F}), step(ScalarOp::kTanh, {result(3)}),         step(ScalarOp::kAdd, {result(4), 1.0F}),
          step(ScalarOp::kMul, {x[0], result(5)}),      step(ScalarOp::kMul, {result(6), 0.5F})};
}

/// 0.5 x (1 + erf(x / sqrt(2)))
Steps gelu(const Graph& graph, const Node& node, const Operands& x, std::size_t first) {
  const auto it = node.attributes.find("approximate");
  const auto* form = it == node.attributes.end() ? nullptr : std::get_if<std::string>(&it->second);
  if (form && *form == "tanh") return tanh_gelu(graph, node, x, first);
  const auto result = [first](std::size_t i) { return ScalarResult{first + i}; };
  return {step(ScalarOp::kMul, {x[0], 0.70710678F}), step(ScalarOp::kErf, {result(0)}), step(ScalarOp::kAdd, {result(1), 1.0F}),
          step(ScalarOp::kMul, {x[0], result(2)}), step(ScalarOp::kMul, {result(3), 0.5F})};
}

using Maker = decltype(ScalarForm::make);
struct Composed {
  std::string_view op;
  Maker make;
};
constexpr auto kComposed = std::to_array<Composed>({
    {"HardSwish", hard_swish}, {"Mish", mish}, {"Gelu", gelu}, {"PRelu", prelu}, {"com.microsoft.Gelu", gelu}, {"com.microsoft.FastGelu", tanh_gelu},
    {"com.microsoft.QuickGelu", quick_gelu},
});

Maker maker_of(const Node& node) {
  if (node.kind == OpKind::kRelu || (node.kind == OpKind::kClip && node.clamp)) return clip;
  if (node.kind == OpKind::kAdd || node.kind == OpKind::kSub || node.kind == OpKind::kMul) return node.clamp ? nullptr : plain;
  if (node.kind != OpKind::kOther) return nullptr;
  if (const auto* found = std::ranges::find(kComposed, std::string_view(node.op_type), &Composed::op); found != kComposed.end()) return found->make;
  const auto op = scalar_op_of(node.op_type == "Sum" ? "Add" : node.op_type);
  if (!op) return nullptr;
  return node.inputs.size() < static_cast<std::size_t>(info_of(*op).operands) ? nullptr : plain;
}

/// What a constant stands for: float32, or integers with a scale or behind DequantizeLinear.
std::optional<Tensor> reals_of(const Graph& graph, ValueId id) {
  const auto& value = graph.value(id);
  if (value.constant && value.type == DType::kFloat32) return *value.constant;
  if (value.constant && value.quantization) return dequantized(value);
  const auto dq = producer_of(graph, id, OpKind::kDequantize);
  if (!dq || !graph.value(graph.node(*dq).inputs[0]).constant) return std::nullopt;
  Value integers = graph.value(graph.node(*dq).inputs[0]);
  if (!range_of(integers.type)) return std::nullopt;
  integers.quantization = quantization_of(graph, graph.node(*dq));
  return dequantized(integers);
}

}  // namespace

std::optional<float> number_of(const Graph& graph, ValueId id) {
  const auto reals = reals_of(graph, id);
  return reals ? uniform(*reals) : std::nullopt;
}

std::optional<std::vector<double>> per_channel(const Graph& graph, ValueId id, const Shape& image) {
  const auto real = reals_of(graph, id);
  if (!real || image.size() < 2 || real->shape().size() > image.size()) return std::nullopt;
  const auto axis = image.size() > 2 ? 1 : image.size() - 1;
  const auto channels = image[axis];
  const auto offset = image.size() - real->shape().size();
  for (std::size_t i = 0; i < real->shape().size(); ++i) {
    if (real->shape()[i] != 1 && (i + offset != axis || real->shape()[i] != channels)) return std::nullopt;
  }
  std::vector<double> numbers(static_cast<std::size_t>(channels));
  for (std::size_t c = 0; c < numbers.size(); ++c) numbers[c] = static_cast<double>(real->as<float>()[real->size() == 1 ? 0 : c]);
  return numbers;
}

std::optional<ScalarForm> scalar_form(const Graph& graph, const Node& node) {
  const auto make = maker_of(node);
  if (!make || node.outputs.size() != 1 || graph.value(node.outputs[0]).type != DType::kFloat32) return std::nullopt;
  const auto& shape = graph.value(node.outputs[0]).shape;
  ScalarForm form{{}, make};
  for (const auto in : node.inputs) {
    if (number_of(graph, in)) continue;
    const auto& value = graph.value(in);
    if (value.constant || value.type != DType::kFloat32 || value.shape != shape) return std::nullopt;
    form.arguments.push_back(in);
  }
  if (form.arguments.empty()) return std::nullopt;
  if (make == prelu && (form.arguments.size() != 1 || form.arguments[0] != node.inputs[0])) return std::nullopt;
  if (form.arguments.size() > 1 && make != plain) return std::nullopt;
  return form;
}

}  // namespace vernier::graph
