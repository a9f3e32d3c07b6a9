// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <vernier/passes/passes.hpp>

#include "rewrite.hpp"

namespace vernier::graph {

Result<void> run_part_sums(Graph& graph) {
  for (const auto id : graph.nodes()) {
    const auto node = graph.node(id);
    const auto shape = graph.value(node.outputs[0]).shape;
    const bool activations = std::ranges::all_of(node.inputs, [&](ValueId v) {
      const auto& value = graph.value(v);
      return value.type == DType::kFloat32 && !value.constant && value.shape == shape;
    });
    if (!is_operator(node, "Sum") || node.inputs.size() < 3 || !activations) continue;
    graph.remove_node(id);
    auto sum = node.inputs[0];
    for (std::size_t i = 1; i < node.inputs.size(); ++i) {
      const bool last = i + 1 == node.inputs.size();
      Node add{.name = last ? node.name : node.name + "/" + std::to_string(i), .kind = OpKind::kAdd, .op_type = "Add", .inputs = {sum, node.inputs[i]}};
      sum = last ? node.outputs[0] : add_like(graph, node.outputs[0], "_" + std::to_string(i));
      add.outputs = {sum};
      graph.add_node(std::move(add));
    }
  }
  return {};
}

}  // namespace vernier::graph
