// SPDX-License-Identifier: Apache-2.0
#include <map>

#include <vernier/passes/passes.hpp>

#include "integers.hpp"
#include "rewrite.hpp"

namespace vernier::graph {
namespace {

bool reads_real(const Graph& graph, const Node& node) {
  const bool absorbs = node.kind == OpKind::kConv || node.kind == OpKind::kGemm || is_operator(node, "Gemm") || is_operator(node, "MatMul") ||
                       is_operator(node, "Add") || is_operator(node, "ConvTranspose");
  return absorbs && graph.value(node.outputs[0]).type == DType::kFloat32;
}

}  // namespace

Result<void> run_restore_float_weights(Graph& graph) {
  std::map<ValueId, ValueId> real;  // of integer constants
  const auto real_of = [&graph, &real](ValueId id) {
    if (const auto it = real.find(id); it != real.end()) return it->second;
    auto name = graph.value(id).name + "_real";
    return real[id] = add_constant(graph, std::move(name), dequantized(graph.value(id)));
  };
  for (const auto id : graph.nodes()) {
    const auto& node = graph.node(id);
    if (reads_real(graph, node)) {
      for (auto& in : graph.node(id).inputs) {
        if (graph.value(in).constant && graph.value(in).quantization) in = real_of(in);
      }
    }
    if (node.kind == OpKind::kDequantize && graph.value(node.inputs[0]).constant && range_of(graph.value(node.inputs[0]).type) &&
        !is_graph_output(graph, node.outputs[0])) {
      auto& value = graph.value(node.inputs[0]);
      if (!value.quantization) value.quantization = quantization_of(graph, node);
      if (*value.quantization != quantization_of(graph, node)) continue;
      graph.value(node.outputs[0]).constant = dequantized(value);
      graph.remove_node(id);
    }
  }
  return {};
}

}  // namespace vernier::graph
