// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <vernier/passes/passes.hpp>

#include "integers.hpp"
#include "rewrite.hpp"

namespace vernier::graph {
namespace {

bool takes_integer_constants(const Node& node) {
  return node.kind == OpKind::kConv || node.kind == OpKind::kGemm || is_operator(node, "Gemm") || is_operator(node, "MatMul") ||
         is_operator(node, "Add") || is_operator(node, "ConvTranspose");
}

/// The constant with the node's Quantization; a copy where another DequantizeLinear reads it with another scale.
ValueId quantised_constant(Graph& graph, const Node& dq) {
  const auto id = dq.inputs[0];
  auto q = quantization_of(graph, dq);
  auto& value = graph.value(id);
  if (value.quantization && *value.quantization != q) {
    const auto copy = add_constant(graph, value.name + "_again", *value.constant);
    graph.value(copy).quantization = std::move(q);
    return copy;
  }
  value.quantization = std::move(q);
  return id;
}

}  // namespace

Result<void> run_absorb_weights(Graph& graph) {
  for (const auto id : graph.nodes()) {
    const auto& dq = graph.node(id);
    if (dq.kind != OpKind::kDequantize) continue;
    const auto& constant = graph.value(dq.inputs[0]);
    if (!constant.constant || !range_of(constant.type)) continue;
    const auto real = dq.outputs[0];
    std::optional<ValueId> integers;
    for (const auto reader : graph.consumers(real)) {
      if (!takes_integer_constants(graph.node(reader))) continue;
      if (!integers) integers = quantised_constant(graph, graph.node(id));
      std::ranges::replace(graph.node(reader).inputs, real, *integers);
    }
    if (graph.consumers(real).empty() && !is_graph_output(graph, real)) graph.remove_node(id);
  }
  return {};
}

}  // namespace vernier::graph
