// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <optional>

#include <vernier/passes/passes.hpp>

#include "integers.hpp"
#include "moves.hpp"
#include "quantised_values.hpp"
#include "rewrite.hpp"

namespace vernier::graph {
namespace {

bool has_integer_weights(const Graph& graph, const Node& node) {
  const auto& w = graph.value(node.inputs[1]);
  if (!w.constant || !w.quantization || (w.type != DType::kInt8 && w.type != DType::kUint8)) return false;
  if (node.inputs.size() < 3) return true;
  const auto& b = graph.value(node.inputs[2]);
  return b.constant && (b.type == DType::kFloat32 || b.quantization);
}

std::size_t activations_of(const Node& node) {
  if (is_move(node)) return moved_inputs(node);
  return node.kind == OpKind::kAdd || node.kind == OpKind::kSub || node.kind == OpKind::kMul || node.kind == OpKind::kMatMul ? 2 : 1;
}

bool has_integer_form(const Node& node) {
  switch (node.kind) {
    case OpKind::kConv:
    case OpKind::kGemm:
    case OpKind::kAdd:
    case OpKind::kSub:
    case OpKind::kMul:
    case OpKind::kMatMul:
    case OpKind::kAveragePool:
    case OpKind::kClip:
    case OpKind::kTable: return true;
    default: return is_move(node) || is_operator(node, "Softmax");
  }
}

std::int64_t softmax_axis(const Graph& graph, const Node& node) {
  const auto set = graph.opsets.find("");
  const auto axis = int_attribute(node, "axis", set == graph.opsets.end() || set->second >= 13 ? -1 : 1);
  return axis < 0 ? axis + static_cast<std::int64_t>(graph.value(node.inputs[0]).shape.size()) : axis;
}

void become_move(Node& node, const Value& y) {
  node.kind = OpKind::kMove;
  node.inputs.resize(moved_inputs(node));
  node.attributes.clear();
  node.fill = static_cast<double>(quantize(node.fill, y.quantization->scale[0], y.quantization->zero_point[0], *range_of(y.type)));
}

/// Up to operator set 12 a Softmax took all axes from its own on together: it has an integer form where only one is longer than 1.
bool is_along_one_axis(const Graph& graph, const Node& node) {
  const auto set = graph.opsets.find("");
  if (set == graph.opsets.end() || set->second >= 13) return true;
  const auto& shape = graph.value(node.inputs[0]).shape;
  return std::all_of(shape.begin() + softmax_axis(graph, node) + 1, shape.end(), [](std::int64_t n) { return n == 1; });
}

void become_softmax(const Graph& graph, Node& node) {
  const auto axis = softmax_axis(graph, node);
  node.kind = OpKind::kSoftmax;
  node.attributes.clear();
  node.attributes["axis"] = axis;
}

Result<void> recognise(Graph& graph, NodeId id) {
  const auto kind = graph.node(id).kind;
  const bool weighted = kind == OpKind::kConv || kind == OpKind::kGemm;
  if (!has_integer_form(graph.node(id))) return {};
  const auto q = quantiser_of(graph, graph.node(id).outputs[0]);
  if (is_operator(graph.node(id), "Softmax") && !is_along_one_axis(graph, graph.node(id))) return {};
  if (!q || (weighted && !has_integer_weights(graph, graph.node(id)))) return {};
  std::vector<ValueId> inputs;
  for (std::size_t i = 0; i < activations_of(graph.node(id)); ++i) {
    const auto x = integers_of(graph, graph.node(id).inputs[i]);
    if (!x) return {};
    inputs.push_back(*x);
  }
  auto& node = graph.node(id);
  if (kind == OpKind::kTable) {
    node.table = table_of(node.function, graph.value(inputs[0]), graph.value(graph.node(*q).outputs[0]));
    if (node.table.empty()) return {};
  }
  std::ranges::copy(inputs, node.inputs.begin());
  if (is_move(node)) become_move(node, graph.value(graph.node(*q).outputs[0]));
  if (is_operator(node, "Softmax")) become_softmax(graph, node);
  if (weighted) {
    if (auto r = quantise_weights(graph, node, graph.value(inputs[0]).quantization->scale[0]); !r) return r;
  }
  node.outputs = graph.node(*q).outputs;
  node.clamp = integer_clamp(node.clamp, graph.value(node.outputs[0]));
  node.onnx_node.clear();
  graph.remove_node(*q);
  return {};
}

/// Dequantised, then quantised again: nothing, or a requantisation. At the host's border it stays as it is.
void join_pair(Graph& graph, NodeId id) {
  const auto& node = graph.node(id);
  if (node.kind != OpKind::kQuantize) return;
  const auto x = integers_of(graph, node.inputs[0]);
  const auto y = node.outputs[0];
  if (!x || !is_quantised_activation(graph.value(y))) return;
  const bool same = graph.value(*x).type == graph.value(y).type && graph.value(*x).quantization == graph.value(y).quantization;
  if (same && redirect(graph, y, *x)) {
    graph.remove_node(id);
    return;
  }
  if (producer_of(graph, *x, OpKind::kQuantize)) return;
  auto& clip = graph.node(id);
  clip.kind = OpKind::kClip;
  clip.inputs = {*x};
  clip.clamp = integer_clamp(std::nullopt, graph.value(y));
  clip.onnx_node.clear();
  clip.attributes.clear();
}

void complete_clamps(Graph& graph) {
  for (const auto id : graph.nodes()) {
    auto& node = graph.node(id);
    if (node.kind != OpKind::kMaxPool && node.kind != OpKind::kReshape) continue;
    const auto& y = graph.value(node.outputs[0]);
    if (is_quantised_activation(y)) node.clamp = integer_clamp(std::nullopt, y);
  }
}

}  // namespace

Result<void> run_recognise_qdq(Graph& graph) {
  settle_quantised_values(graph);
  auto order = graph.topological_order();
  if (!order) return forward_error(order);
  for (const auto id : *order) move_across(graph, id);
  for (const auto id : graph.nodes()) join_pair(graph, id);
  for (const auto id : graph.nodes()) {
    if (!graph.contains(id)) continue;
    if (auto r = recognise(graph, id); !r) return r;
  }
  complete_clamps(graph);
  return {};
}

}  // namespace vernier::graph
