// SPDX-License-Identifier: Apache-2.0
#include <vernier/passes/passes.hpp>

#include "rewrite.hpp"

namespace vernier::graph {
namespace {

ValueId reshaped(Graph& graph, ValueId like, Shape shape, const std::string& suffix) {
  const auto id = add_like(graph, like, suffix);
  graph.value(id).shape = std::move(shape);
  return id;
}

/// The node's first input and output in other shapes, with reshapes between.
void surround(Graph& graph, NodeId id, Shape in, Shape out) {
  const auto x = graph.node(id).inputs[0];
  const auto y = graph.node(id).outputs[0];
  const auto name = graph.node(id).name;
  const auto inner_x = reshaped(graph, x, std::move(in), "_ranked");
  const auto inner_y = reshaped(graph, y, std::move(out), "_ranked");
  graph.node(id).inputs[0] = inner_x;
  graph.node(id).outputs[0] = inner_y;
  graph.add_node(Node{.name = name + "/in", .kind = OpKind::kReshape, .op_type = "Reshape", .inputs = {x}, .outputs = {inner_x}});
  graph.add_node(Node{.name = name + "/out", .kind = OpKind::kReshape, .op_type = "Reshape", .inputs = {inner_y}, .outputs = {y}});
}

/// Operands and result of a product of activations as [G, M, K], [G, K, N] and [G, M, N], with reshapes between.
void surround_matmul(Graph& graph, NodeId id) {
  const auto name = graph.node(id).name;
  const auto y = graph.node(id).outputs[0];
  const auto matrices = [](const Shape& s) { return Shape{element_count(s) / (s[s.size() - 2] * s.back()), s[s.size() - 2], s.back()}; };
  for (std::size_t i = 0; i < 2; ++i) {
    const auto x = graph.node(id).inputs[i];
    const auto inner = reshaped(graph, x, matrices(graph.value(x).shape), "_matrices");
    graph.node(id).inputs[i] = inner;
    graph.add_node(Node{.name = name + (i == 0 ? "/a" : "/b"), .kind = OpKind::kReshape, .op_type = "Reshape", .inputs = {x}, .outputs = {inner}});
  }
  const auto inner_y = reshaped(graph, y, matrices(graph.value(y).shape), "_matrices");
  graph.node(id).outputs[0] = inner_y;
  graph.add_node(Node{.name = name + "/out", .kind = OpKind::kReshape, .op_type = "Reshape", .inputs = {inner_y}, .outputs = {y}});
}

/// Sums along axis 1, of an image or of [outer, channels, inner].
void settle_softmax(Graph& graph, NodeId id) {
  const auto& x = graph.value(graph.node(id).inputs[0]).shape;
  const auto axis = int_attribute(graph.node(id), "axis", 1);
  if (axis == 1 && x.size() >= 2 && x.size() <= 4) return;
  const auto at = x.begin() + axis;
  Shape rows{element_count(Shape(x.begin(), at)), *at};
  if (const auto inner = element_count(Shape(at + 1, x.end())); inner > 1) rows.push_back(inner);
  graph.node(id).attributes["axis"] = std::int64_t{1};
  surround(graph, id, rows, rows);
}

Shape with_height(const Shape& s) { return {s[0], s[1], 1, s[2]}; }

void widen_weight(Graph& graph, Node& node) {
  const auto& from = graph.value(node.inputs[1]);
  if (from.shape.size() != 3 || !from.constant) return;
  Tensor weight = *from.constant;
  weight.reshape(with_height(from.shape));
  const auto quantization = from.quantization;
  const auto id = add_constant(graph, from.name + "_2d", std::move(weight));
  graph.value(id).quantization = quantization;
  node.inputs[1] = id;
}

}  // namespace

Result<void> run_settle_ranks(Graph& graph) {
  for (const auto id : graph.nodes()) {
    auto& node = graph.node(id);
    const auto x = graph.value(node.inputs.empty() ? ValueId{} : node.inputs[0]).shape;
    if (node.kind == OpKind::kGemm && x.size() > 2) {
      const auto y = graph.value(node.outputs[0]).shape;
      surround(graph, id, {element_count(x) / x.back(), x.back()}, {element_count(y) / y.back(), y.back()});
      continue;
    }
    if (node.kind == OpKind::kMatMul && x.size() != 3) {
      surround_matmul(graph, id);
      continue;
    }
    if (node.kind == OpKind::kSoftmax) {
      settle_softmax(graph, id);
      continue;
    }
    const bool windowed = node.kind == OpKind::kConv || node.kind == OpKind::kMaxPool || node.kind == OpKind::kAveragePool;
    if (!windowed || x.size() != 3) continue;
    if (node.kind == OpKind::kConv && !graph.value(node.inputs[1]).constant) continue;
    if (node.kind == OpKind::kConv) widen_weight(graph, node);
    surround(graph, id, with_height(x), with_height(graph.value(node.outputs[0]).shape));
  }
  return {};
}

}  // namespace vernier::graph
