// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <vernier/passes/passes.hpp>

#include "rewrite.hpp"

namespace vernier::graph {
namespace {

/// Axes of a reduction, counted from 0; empty where they are computed or absent.
std::vector<std::int64_t> axes_of(const Graph& graph, const Node& node, std::int64_t rank) {
  auto axes = ints_attribute(node, "axes");
  if (axes.empty() && node.inputs.size() > 1) {
    const auto& given = graph.value(node.inputs[1]).constant;
    if (given && given->type() == DType::kInt64) axes.assign(given->as<std::int64_t>().begin(), given->as<std::int64_t>().end());
  }
  for (auto& a : axes) a = a < 0 ? a + rank : a;
  std::ranges::sort(axes);
  return axes;
}

}  // namespace

Result<void> run_normalise_pools(Graph& graph) {
  for (const auto id : graph.nodes()) {
    auto& node = graph.node(id);
    const bool mean = is_operator(node, "ReduceMean");
    const bool average = mean || is_operator(node, "GlobalAveragePool");
    if (!average && !is_operator(node, "GlobalMaxPool")) continue;
    const auto& x = graph.value(node.inputs[0]);
    const auto rank = static_cast<std::int64_t>(x.shape.size());
    if ((rank != 3 && rank != 4) || x.type != DType::kFloat32) continue;
    if (mean) {
      std::vector<std::int64_t> spatial{2};
      if (rank == 4) spatial.push_back(3);
      if (axes_of(graph, node, rank) != spatial) continue;
    }
    node.kind = average ? OpKind::kAveragePool : OpKind::kMaxPool;
    node.window = Window{};
    node.window.kernel_h = rank == 4 ? x.shape[2] : 1;
    node.window.kernel_w = x.shape.back();
    node.inputs.resize(1);
    const Shape pooled = rank == 4 ? Shape{x.shape[0], x.shape[1], 1, 1} : Shape{x.shape[0], x.shape[1], 1};
    const auto out = node.outputs[0];
    if (graph.value(out).shape == pooled) continue;
    // without kept dimensions: the pool, then a reshape that drops them
    const auto kept = add_like(graph, out, "_kept");
    graph.value(kept).shape = pooled;
    graph.node(id).outputs = {kept};
    graph.add_node(Node{.name = graph.node(id).name + "/squeeze", .kind = OpKind::kReshape, .op_type = "Squeeze", .inputs = {kept}, .outputs = {out}});
  }
  return {};
}

}  // namespace vernier::graph
