// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>

#include <vernier/passes/passes.hpp>

#include "integers.hpp"
#include "quantised_values.hpp"
#include "rewrite.hpp"

namespace vernier::graph {
namespace {

/// The integers that a float value was dequantised from.
std::optional<ValueId> integers_of(const Graph& graph, ValueId real) {
  const auto dq = producer_of(graph, real, OpKind::kDequantize);
  if (!dq) return std::nullopt;
  const auto x = graph.node(*dq).inputs[0];
  return is_quantised_activation(graph.value(x)) ? std::optional(x) : std::nullopt;
}

/// The one QuantizeLinear that reads a float value, when nothing else does.
std::optional<NodeId> quantiser_of(const Graph& graph, ValueId real) {
  const auto reader = only_reader(graph, real);
  if (!reader || graph.node(*reader).kind != OpKind::kQuantize) return std::nullopt;
  return is_quantised_activation(graph.value(graph.node(*reader).outputs[0])) ? reader : std::nullopt;
}

bool has_integer_weights(const Graph& graph, const Node& node) {
  const auto& w = graph.value(node.inputs[1]);
  if (!w.constant || !w.quantization || (w.type != DType::kInt8 && w.type != DType::kUint8)) return false;
  if (node.inputs.size() < 3) return true;
  const auto& b = graph.value(node.inputs[2]);
  return b.constant && (b.type == DType::kFloat32 || b.quantization);
}

Result<void> recognise(Graph& graph, NodeId id) {
  const auto kind = graph.node(id).kind;
  const bool weighted = kind == OpKind::kConv || kind == OpKind::kGemm;
  if (!weighted && kind != OpKind::kAdd && kind != OpKind::kAveragePool && kind != OpKind::kClip) return {};
  const auto q = quantiser_of(graph, graph.node(id).outputs[0]);
  if (!q || (weighted && !has_integer_weights(graph, graph.node(id)))) return {};
  std::vector<ValueId> inputs;
  for (std::size_t i = 0; i < (kind == OpKind::kAdd ? 2U : 1U); ++i) {
    const auto x = integers_of(graph, graph.node(id).inputs[i]);
    if (!x) return {};
    inputs.push_back(*x);
  }
  auto& node = graph.node(id);
  std::ranges::copy(inputs, node.inputs.begin());
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
