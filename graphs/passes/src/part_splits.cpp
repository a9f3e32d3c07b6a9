// SPDX-License-Identifier: Apache-2.0
#include <vernier/passes/passes.hpp>

#include "rewrite.hpp"

namespace vernier::graph {
namespace {

/// Elements from one index of `axis` to the next.
std::int64_t stride_of(const Shape& shape, std::size_t axis) {
  std::int64_t stride = 1;
  for (auto i = axis + 1; i < shape.size(); ++i) stride *= shape[i];
  return stride;
}

/// Output `part` of the split, which begins at index `start` of the axis.
Node slice_of(const Graph& graph, const Node& split, std::size_t part, std::size_t axis, std::int64_t start) {
  const auto& from = graph.value(split.inputs[0]).shape;
  const auto& to = graph.value(split.outputs[part]).shape;
  Copy copy{0, start * stride_of(from, axis), 0, {}};
  for (std::size_t i = 0; i < to.size(); ++i) {
    if (to[i] > 1) copy.loops.push_back({to[i], stride_of(from, i), stride_of(to, i)});
  }
  Node node{.name = split.name, .op_type = split.op_type};
  if (part > 0) node.name += "/" + std::to_string(part);
  node.copies = {std::move(copy)};
  node.inputs = {split.inputs[0]};
  node.outputs = {split.outputs[part]};
  return node;
}

}  // namespace

Result<void> run_part_splits(Graph& graph) {
  for (const auto id : graph.nodes()) {
    const auto split = graph.node(id);
    if (!is_operator(split, "Split") || graph.value(split.inputs[0]).type != DType::kFloat32) continue;
    const auto& from = graph.value(split.inputs[0]).shape;
    auto axis = int_attribute(split, "axis", 0);
    if (axis < 0) axis += static_cast<std::int64_t>(from.size());
    const auto at = static_cast<std::size_t>(axis);
    std::int64_t end = 0;
    bool empty = false;
    for (const auto out : split.outputs) {
      empty = empty || element_count(graph.value(out).shape) == 0;
      end += graph.value(out).shape.at(at);
    }
    if (empty || end != from.at(at)) continue;  // an output that nothing reads is not listed
    graph.remove_node(id);
    std::int64_t start = 0;
    for (std::size_t part = 0; part < split.outputs.size(); ++part) {
      graph.add_node(slice_of(graph, split, part, at, start));
      start += graph.value(split.outputs[part]).shape[at];
    }
  }
  return {};
}

}  // namespace vernier::graph
