// SPDX-License-Identifier: Apache-2.0
#include <vernier/passes/passes.hpp>

#include "rewrite.hpp"

namespace vernier::graph {
namespace {

/// A Transpose that only moves axes of length 1 keeps the elements' order: a reshape.
void turn_trivial_transpose(const Graph& graph, Node& node) {
  if (!is_operator(node, "Transpose")) return;
  const auto& shape = graph.value(node.inputs[0]).shape;
  std::int64_t last = -1;
  const auto perm = ints_attribute(node, "perm");
  if (perm.size() != shape.size()) return;
  for (const auto axis : perm) {
    if (shape[static_cast<std::size_t>(axis)] == 1) continue;
    if (axis < last) return;
    last = axis;
  }
  node.kind = OpKind::kReshape;
}

}  // namespace

Result<void> run_remove_identities(Graph& graph) {
  for (const auto id : graph.nodes()) {
    if (!graph.contains(id)) continue;
    turn_trivial_transpose(graph, graph.node(id));
    const auto node = graph.node(id);
    if (node.kind != OpKind::kReshape) continue;
    // two reshapes in a row are the second one; the first stays where something else reads it
    if (const auto before = producer_of(graph, node.inputs[0], OpKind::kReshape)) {
      const bool alone = only_reader(graph, node.inputs[0]).has_value();
      graph.node(id).inputs = graph.node(*before).inputs;
      if (alone) {
        graph.node(id).fused.push_back(graph.node(*before).name);
        graph.remove_node(*before);
      }
    }
    const auto in = graph.node(id).inputs[0];
    const auto out = node.outputs[0];
    if (graph.value(in).shape == graph.value(out).shape && graph.value(in).quantization == graph.value(out).quantization && redirect(graph, out, in)) {
      graph.remove_node(id);
    }
  }
  return {};
}

}  // namespace vernier::graph
