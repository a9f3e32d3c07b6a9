// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <vector>

#include <vernier/passes/passes.hpp>

namespace vernier::graph {

Result<void> run_remove_dead(Graph& graph) {
  std::map<ValueId, NodeId> writers;
  for (const auto id : graph.nodes()) {
    for (const auto out : graph.node(id).outputs) writers[out] = id;
  }
  std::set<ValueId> needed(graph.outputs.begin(), graph.outputs.end());
  std::set<NodeId> live;
  std::vector<ValueId> open(graph.outputs.begin(), graph.outputs.end());
  while (!open.empty()) {
    const auto it = writers.find(open.back());
    open.pop_back();
    if (it == writers.end() || !live.insert(it->second).second) continue;
    for (const auto in : graph.node(it->second).inputs) {
      needed.insert(in);
      open.push_back(in);
    }
  }
  for (const auto id : graph.nodes()) {
    if (!live.contains(id)) graph.remove_node(id);
  }
  for (std::size_t v = 0; v < graph.value_count(); ++v) {
    auto& value = graph.value(static_cast<ValueId>(v));
    if (!needed.contains(static_cast<ValueId>(v))) value.constant.reset();  // weights that were replaced are most of the memory
  }
  return {};
}

}  // namespace vernier::graph
