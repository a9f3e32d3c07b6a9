// SPDX-License-Identifier: Apache-2.0
// Operators on integers that only place elements become kMove; the reshapes around them are part of the placing.
#include <algorithm>

#include <vernier/passes/passes.hpp>

#include "integers.hpp"
#include "moves.hpp"
#include "rewrite.hpp"

namespace vernier::graph {
namespace {

void become_move(Graph& graph, NodeId id) {
  auto& node = graph.node(id);
  const auto& y = graph.value(node.outputs[0]);
  if (!is_quantised_activation(y) || !keeps_elements(node)) return;
  const auto& x = graph.value(node.inputs[0]);
  if (x.constant || x.type != y.type || x.quantization != y.quantization) return;
  node.kind = OpKind::kMove;
  node.clamp = integer_clamp(std::nullopt, y);
  node.inputs.resize(1);
  node.onnx_node.clear();
  node.attributes.clear();
}

void absorb_reshapes(Graph& graph, NodeId id) {
  for (auto& in : graph.node(id).inputs) {
    const auto before = producer_of(graph, in, OpKind::kReshape);
    if (before && graph.value(graph.node(*before).inputs[0]).quantization == graph.value(in).quantization) in = graph.node(*before).inputs[0];
  }
  const auto behind = only_reader(graph, graph.node(id).outputs[0]);
  if (!behind || graph.node(*behind).kind != OpKind::kReshape) return;
  const auto y = graph.node(*behind).outputs[0];
  if (graph.value(y).quantization != graph.value(graph.node(id).outputs[0]).quantization) return;
  graph.node(id).fused.push_back(graph.node(*behind).name);
  graph.node(id).outputs[0] = y;
  graph.remove_node(*behind);
}

/// A reshape to or from matrices as a copy of all elements in their order.
void become_copy(Graph& graph, NodeId id) {
  auto& node = graph.node(id);
  const auto& x = graph.value(node.inputs[0]);
  const auto& y = graph.value(node.outputs[0]);
  if (!is_quantised_activation(y) || x.constant || x.type != y.type || x.quantization != y.quantization) return;
  node.kind = OpKind::kMove;
  node.copies = {Copy{0, 0, 0, {{element_count(y.shape), 1, 1}}}};
  node.clamp = integer_clamp(std::nullopt, y);
  node.onnx_node.clear();
  node.attributes.clear();
}

/// A reshape in front, whose image lies otherwise in the buffer, as a copy; one to the shape that the value had before goes.
void settle_input_of_softmax(Graph& graph, NodeId id) {
  auto source = graph.node(id).inputs[0];
  const auto last = producer_of(graph, source, OpKind::kReshape);
  if (!last) return;
  for (auto reshape = last; reshape; reshape = producer_of(graph, source, OpKind::kReshape)) source = graph.node(*reshape).inputs[0];
  if (graph.value(source).quantization != graph.value(graph.node(id).inputs[0]).quantization) return;
  if (graph.value(source).shape == graph.value(graph.node(id).inputs[0]).shape) {
    graph.node(id).inputs[0] = source;
    return;
  }
  graph.node(*last).inputs[0] = source;
  become_copy(graph, *last);
}

/// The same behind, for operators on integers; what leaves the program may be a reshape, which moves nothing.
void settle_output_of_softmax(Graph& graph, NodeId id) {
  const auto behind = only_reader(graph, graph.node(id).outputs[0]);
  if (!behind || graph.node(*behind).kind != OpKind::kReshape) return;
  const auto readers = graph.consumers(graph.node(*behind).outputs[0]);
  const bool stays = std::ranges::any_of(readers, [&](NodeId r) { return graph.node(r).kind != OpKind::kOther && graph.node(r).kind != OpKind::kDequantize; });
  if (!stays) return;
  become_copy(graph, *behind);
  absorb_reshapes(graph, *behind);
}

void copy_matrices(Graph& graph, NodeId id) {
  for (const auto in : graph.node(id).inputs) {
    if (const auto before = producer_of(graph, in, OpKind::kReshape)) become_copy(graph, *before);
  }
  for (const auto reader : graph.consumers(graph.node(id).outputs[0])) {
    if (graph.node(reader).kind == OpKind::kReshape) become_copy(graph, reader);
  }
}

}  // namespace

std::size_t moved_inputs(const Node& node) {
  std::size_t count = 1;
  for (const auto& copy : node.copies) count = std::max(count, copy.input.value_or(0) + 1);
  return count;
}

bool is_move(const Node& node) { return node.kind == OpKind::kOther && !node.copies.empty(); }

bool keeps_elements(const Node& node) {
  return is_move(node) && moved_inputs(node) == 1 && std::ranges::all_of(node.copies, [](const Copy& c) { return c.input.has_value(); });
}

Result<void> run_settle_moves(Graph& graph) {
  for (const auto id : graph.nodes()) {
    if (graph.contains(id) && is_move(graph.node(id))) become_move(graph, id);
  }
  for (const auto id : graph.nodes()) {
    if (graph.contains(id) && graph.node(id).kind == OpKind::kMove) absorb_reshapes(graph, id);
  }
  for (const auto id : graph.nodes()) {
    if (!graph.contains(id) || graph.node(id).kind != OpKind::kSoftmax) continue;
    settle_input_of_softmax(graph, id);
    settle_output_of_softmax(graph, id);
  }
  for (const auto id : graph.nodes()) {
    if (graph.contains(id) && graph.node(id).kind == OpKind::kMatMul) copy_matrices(graph, id);
  }
  return {};
}

}  // namespace vernier::graph
