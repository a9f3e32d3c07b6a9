// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <vernier/passes/passes.hpp>

#include "rewrite.hpp"

namespace vernier::graph {

Result<void> run_normalise_pools(Graph& graph) {
  for (const auto id : graph.nodes()) {
    auto& node = graph.node(id);
    const bool average = is_operator(node, "GlobalAveragePool");
    if (!average && !is_operator(node, "GlobalMaxPool")) continue;
    const auto& x = graph.value(node.inputs[0]);
    const auto rank = static_cast<std::int64_t>(x.shape.size());
    if ((rank != 3 && rank != 4) || x.type != DType::kFloat32) continue;
    node.kind = average ? OpKind::kAveragePool : OpKind::kMaxPool;
    node.window = Window{};
    node.window.kernel_h = rank == 4 ? x.shape[2] : 1;
    node.window.kernel_w = x.shape.back();
    node.inputs.resize(1);
  }
  return {};
}

}  // namespace vernier::graph
