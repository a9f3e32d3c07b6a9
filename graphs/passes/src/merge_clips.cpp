// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <vernier/passes/passes.hpp>

#include "integers.hpp"
#include "rewrite.hpp"

namespace vernier::graph {

Result<void> run_merge_clips(Graph& graph) {
  for (const auto id : graph.nodes()) {
    const auto node = graph.node(id);
    if (node.kind != OpKind::kClip || !node.clamp) continue;
    const auto& x = graph.value(node.inputs[0]);
    const auto& y = graph.value(node.outputs[0]);
    if (!is_quantised_activation(x) || x.type != y.type || x.quantization != y.quantization) continue;
    const bool limits = *node.clamp != integer_clamp(std::nullopt, y);
    if (!limits) {
      if (redirect(graph, node.outputs[0], node.inputs[0])) graph.remove_node(id);
      continue;
    }
    const auto before = graph.producer(node.inputs[0]);
    if (!before || only_reader(graph, node.inputs[0]) != id) continue;
    auto& target = graph.node(*before);
    const bool clamps = target.kind == OpKind::kConv || target.kind == OpKind::kGemm || target.kind == OpKind::kAdd || target.kind == OpKind::kSub ||
                        target.kind == OpKind::kMul || target.kind == OpKind::kMatMul || target.kind == OpKind::kAveragePool || target.kind == OpKind::kClip;
    if (!clamps || !target.clamp) continue;
    target.clamp = Clamp{std::clamp(target.clamp->lo, node.clamp->lo, node.clamp->hi), std::clamp(target.clamp->hi, node.clamp->lo, node.clamp->hi)};
    target.fused.push_back(node.name);
    target.outputs = node.outputs;
    graph.remove_node(id);
  }
  return {};
}

}  // namespace vernier::graph
