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

/// The node's first `inputs` inputs and its output in other shapes, with reshapes between.
void surround(Graph& graph, NodeId id, const Shape& in, Shape out, std::size_t inputs = 1) {
  const auto y = graph.node(id).outputs[0];
  const auto name = graph.node(id).name;
  for (std::size_t i = 0; i < inputs; ++i) {
    const auto x = graph.node(id).inputs[i];
    const auto inner = reshaped(graph, x, in, "_ranked");
    graph.node(id).inputs[i] = inner;
    graph.add_node(Node{.name = name + (i == 0 ? "/in" : "/in2"), .kind = OpKind::kReshape, .op_type = "Reshape", .inputs = {x}, .outputs = {inner}});
  }
  const auto inner_y = reshaped(graph, y, std::move(out), "_ranked");
  graph.node(id).outputs[0] = inner_y;
  graph.add_node(Node{.name = name + "/out", .kind = OpKind::kReshape, .op_type = "Reshape", .inputs = {inner_y}, .outputs = {y}});
}

/// The image that elements of any shape are to an operator that looks at each of them alone: what stands before the last
/// two axes are its channels. A shape that is an image of one sample stays.
Shape as_image(const Shape& s) {
  if (s.size() >= 2 && s.size() <= 4 && s[0] == 1) return s;
  if (s.size() < 2) return {1, element_count(s)};
  if (s.size() == 2) return {1, s[0], s[1]};
  const auto h = s[s.size() - 2], w = s.back();
  return {1, element_count(s) / (h * w), h, w};
}

/// A quantised operator on each element alone, with all operands of one shape. How many operands; 0 for others.
std::size_t elementwise_operands(const Graph& graph, const Node& node) {
  const std::size_t operands = node.kind == OpKind::kClip ? 1 : (node.kind == OpKind::kAdd ? 2 : 0);
  if (node.inputs.size() < operands || !is_quantised_activation(graph.value(node.outputs[0]))) return 0;
  for (std::size_t i = 0; i < operands; ++i) {
    if (graph.value(node.inputs[i]).shape != graph.value(node.outputs[0]).shape) return 0;
  }
  return operands;
}

Shape with_height(const Shape& s) { return {s[0], s[1], 1, s[2]}; }

/// A pool looks at each channel alone, whichever sample it belongs to.
Shape flat_batch(const Shape& s) { return {1, s[0] * s[1], s[2], s[3]}; }

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
    if (const auto operands = elementwise_operands(graph, node); operands > 0) {
      if (const auto image = as_image(x); image != x) surround(graph, id, image, image, operands);
      continue;
    }
    const bool windowed = node.kind == OpKind::kConv || node.kind == OpKind::kMaxPool || node.kind == OpKind::kAveragePool;
    if (!windowed || (x.size() != 3 && x.size() != 4)) continue;
    if (node.kind == OpKind::kConv && !graph.value(node.inputs[1]).constant) continue;
    if (node.kind == OpKind::kConv && x.size() == 3) widen_weight(graph, node);
    auto in = x.size() == 3 ? with_height(x) : x;
    const auto& y = graph.value(node.outputs[0]).shape;
    auto out = y.size() == 3 ? with_height(y) : y;
    if (node.kind != OpKind::kConv) {
      in = flat_batch(in);
      out = flat_batch(out);
    }
    if (in != x) surround(graph, id, in, out);
  }
  return {};
}

}  // namespace vernier::graph
