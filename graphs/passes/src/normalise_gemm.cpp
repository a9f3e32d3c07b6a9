// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>

#include <vernier/passes/passes.hpp>

#include "rewrite.hpp"

namespace vernier::graph {
namespace {

/// Weight [N, K] of a constant [K, N]; the scales' axis turns with it. The constant itself where it is [N, K] already.
ValueId turned(Graph& graph, ValueId weight, bool is_transposed) {
  if (is_transposed) return weight;
  const auto& from = graph.value(weight);
  auto quantization = from.quantization;
  if (quantization && quantization->axis >= 0) quantization->axis = 1 - quantization->axis;
  const auto id = add_constant(graph, from.name + "_nk", transposed(*from.constant, {1, 0}));
  graph.value(id).quantization = std::move(quantization);
  return id;
}

/// The constant times a factor, in its values or, for integers, in its scales.
ValueId scaled(Graph& graph, ValueId id, float factor) {
  if (factor == 1.0F) return id;
  const auto& from = graph.value(id);
  Tensor values = *from.constant;
  auto quantization = from.quantization;
  if (quantization) {
    for (auto& s : quantization->scale) s *= factor;
  } else {
    for (auto& v : values.as<float>()) v *= factor;
  }
  const auto copy = add_constant(graph, from.name + "_scaled", std::move(values));
  graph.value(copy).quantization = std::move(quantization);
  return copy;
}

bool is_scalable(const Value& value, float factor) { return value.quantization ? std::isfinite(factor) && factor > 0.0F : value.type == DType::kFloat32; }

/// Bias [N] of a constant that broadcasts over rows: [N], [1, N], [1], a scalar. Nothing for others.
std::optional<ValueId> bias_of(Graph& graph, ValueId id, std::int64_t outputs) {
  const auto& from = graph.value(id);
  if (!from.constant || (from.type != DType::kFloat32 && !from.quantization)) return std::nullopt;
  const auto count = from.constant->size();
  if (from.shape == Shape{outputs}) return id;
  if (count != 1 && (count != outputs || from.shape.back() != outputs)) return std::nullopt;
  if (from.quantization && from.quantization->scale.size() != 1) return std::nullopt;
  Tensor row(from.type, {outputs});
  const auto size = size_of(from.type);
  for (std::int64_t i = 0; i < outputs; ++i) {
    std::memcpy(row.bytes().data() + static_cast<std::size_t>(i) * size, from.constant->bytes().data() + (count == 1 ? 0 : static_cast<std::size_t>(i) * size), size);
  }
  auto quantization = from.quantization;
  const auto copy = add_constant(graph, from.name + "_row", std::move(row));
  graph.value(copy).quantization = std::move(quantization);
  return copy;
}

/// [K, M] as [M, K].
ValueId transposed_activation(Graph& graph, ValueId id) {
  const auto shape = graph.value(id).shape;
  const auto y = add_like(graph, id, "_mk");
  graph.value(y).shape = {shape[1], shape[0]};
  Node node{.name = graph.value(y).name, .op_type = "Transpose"};
  node.copies = {Copy{0, 0, 0, {{shape[1], 1, shape[0]}, {shape[0], shape[1], 1}}}};
  node.attributes["perm"] = std::vector<std::int64_t>{1, 0};
  node.inputs = {id};
  node.outputs = {y};
  graph.add_node(std::move(node));
  return y;
}

/// Gemm's operands are matrices; a C that is not a row stays with the host.
void normalise_gemm(Graph& graph, NodeId id) {
  const auto node = graph.node(id);
  const auto alpha = float_attribute(node, "alpha", 1.0F);
  const auto beta = float_attribute(node, "beta", 1.0F);
  const auto& a = graph.value(node.inputs[0]);
  const auto& b = graph.value(node.inputs[1]);
  if (!b.constant || a.constant || a.shape.size() != 2 || b.shape.size() != 2 || !is_scalable(b, alpha)) return;
  const bool is_transposed = int_attribute(node, "transB", 0) != 0;
  const auto outputs = b.shape[is_transposed ? 0 : 1];
  std::vector<ValueId> inputs{node.inputs[0], node.inputs[1]};
  if (node.inputs.size() > 2) {
    const auto bias = bias_of(graph, node.inputs[2], outputs);
    if (!bias || !is_scalable(graph.value(*bias), beta)) return;
    inputs.push_back(scaled(graph, *bias, beta));
  }
  inputs[1] = scaled(graph, turned(graph, node.inputs[1], is_transposed), alpha);
  if (int_attribute(node, "transA", 0) != 0) inputs[0] = transposed_activation(graph, inputs[0]);
  auto& target = graph.node(id);
  target.inputs = std::move(inputs);
  target.kind = OpKind::kGemm;
}

void normalise_matmul(Graph& graph, NodeId id) {
  const auto& node = graph.node(id);
  const auto& a = graph.value(node.inputs[0]);
  const auto& b = graph.value(node.inputs[1]);
  if (!b.constant && !a.constant && a.type == DType::kFloat32 && are_pairs_of_matrices(a.shape, b.shape)) graph.node(id).kind = OpKind::kMatMul;
  if (!b.constant || a.constant || b.shape.size() != 2 || a.shape.size() < 2 || (b.type != DType::kFloat32 && !b.quantization)) return;
  const auto weight = turned(graph, node.inputs[1], false);
  graph.node(id).inputs[1] = weight;
  graph.node(id).kind = OpKind::kGemm;
}

/// MatMul + Add(constant row): the bias.
void take_bias(Graph& graph, NodeId id) {
  const auto& node = graph.node(id);
  if (node.inputs.size() > 2) return;
  const auto reader = only_reader(graph, node.outputs[0]);
  if (!reader || !is_operator(graph.node(*reader), "Add")) return;
  const auto add = graph.node(*reader);
  const auto other = add.inputs[add.inputs[0] == node.outputs[0] ? 1 : 0];
  if (graph.value(add.outputs[0]).shape != graph.value(node.outputs[0]).shape) return;
  const auto bias = bias_of(graph, other, graph.value(node.inputs[1]).shape[0]);
  if (!bias) return;
  auto& target = graph.node(id);
  target.inputs.push_back(*bias);
  target.fused.push_back(add.name);
  target.outputs = add.outputs;
  graph.remove_node(*reader);
}

}  // namespace

Result<void> run_normalise_gemm(Graph& graph) {
  for (const auto id : graph.nodes()) {
    if (is_operator(graph.node(id), "Gemm")) normalise_gemm(graph, id);
    if (is_operator(graph.node(id), "MatMul")) normalise_matmul(graph, id);
  }
  for (const auto id : graph.nodes()) {
    if (graph.contains(id) && graph.node(id).kind == OpKind::kGemm) take_bias(graph, id);
  }
  return {};
}

}  // namespace vernier::graph
