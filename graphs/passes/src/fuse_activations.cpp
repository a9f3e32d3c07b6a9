// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include <vernier/passes/passes.hpp>

#include "rewrite.hpp"

namespace vernier::graph {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool can_clamp(OpKind kind) {
  return kind == OpKind::kConv || kind == OpKind::kGemm || kind == OpKind::kAdd || kind == OpKind::kAveragePool;
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
    const auto before = graph.producer(node.inputs[0]);
    if (!before || !can_clamp(graph.node(*before).kind) || only_reader(graph, node.inputs[0]) != id) continue;
    auto& target = graph.node(*before);
    const Clamp inner = target.clamp.value_or(Clamp{-kInfinity, kInfinity});
    const auto outer = *node.clamp;
    target.clamp = Clamp{std::min(std::max(inner.lo, outer.lo), outer.hi), std::min(std::max(inner.hi, outer.lo), outer.hi)};
    target.fused.push_back(node.name);
    target.fused.insert(target.fused.end(), node.fused.begin(), node.fused.end());
    target.outputs = node.outputs;
    graph.remove_node(id);
  }
  return {};
}

}  // namespace vernier::graph
