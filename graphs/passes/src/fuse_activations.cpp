// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include <vernier/passes/passes.hpp>

#include "moves.hpp"
#include "rewrite.hpp"

namespace vernier::graph {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool can_clamp(OpKind kind) {
  return kind == OpKind::kConv || kind == OpKind::kGemm || kind == OpKind::kAdd || kind == OpKind::kSub || kind == OpKind::kMul ||
         kind == OpKind::kMatMul || kind == OpKind::kAveragePool;
}

}  // namespace

Result<void> run_fuse_activations(Graph& graph) {
  for (const auto id : graph.nodes()) {
    auto& node = graph.node(id);
    if (node.kind == OpKind::kRelu) {  // from here on a Relu is a Clip
      node.kind = OpKind::kClip;
      node.clamp = Clamp{0, kInfinity};
    }
    if (node.kind != OpKind::kClip || !node.clamp || graph.value(node.inputs[0]).quantization) continue;
    auto before = graph.producer(node.inputs[0]);
    std::optional<NodeId> placing;  // the last of operators between that only place elements
    for (auto at = only_reader(graph, node.inputs[0]) == id ? before : std::nullopt; at && keeps_elements(graph.node(*at)); at = before) {
      if (!placing) placing = at;
      before = only_reader(graph, graph.node(*at).inputs[0]) == at ? graph.producer(graph.node(*at).inputs[0]) : std::nullopt;
    }
    if (!before || !can_clamp(graph.node(*before).kind) || only_reader(graph, node.inputs[0]) != id) continue;
    auto& target = graph.node(*before);
    const Clamp inner = target.clamp.value_or(Clamp{-kInfinity, kInfinity});
    const auto outer = *node.clamp;
    target.clamp = Clamp{std::min(std::max(inner.lo, outer.lo), outer.hi), std::min(std::max(inner.hi, outer.lo), outer.hi)};
    target.fused.push_back(node.name);
    target.fused.insert(target.fused.end(), node.fused.begin(), node.fused.end());
    (placing ? graph.node(*placing) : target).outputs = node.outputs;
    graph.remove_node(id);
  }
  return {};
}

}  // namespace vernier::graph
