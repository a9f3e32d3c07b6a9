// SPDX-License-Identifier: Apache-2.0
// Operands that broadcast in other ways than one pixel to an image are repeated before the operation.
#include <vernier/passes/passes.hpp>

#include "rewrite.hpp"

namespace vernier::graph {
namespace {

/// [N, C, 1, 1] of [N, C, H, W].
bool is_pixel_of(const Shape& pixel, const Shape& image) {
  if (pixel.size() != image.size() || image.size() < 3) return false;
  for (std::size_t axis = 0; axis < image.size(); ++axis) {
    if (pixel[axis] != (axis < 2 ? image[axis] : 1)) return false;
  }
  return true;
}

/// NumPy's broadcasting as one copy.
Copy broadcast(const Shape& from, const Shape& to) {
  Copy copy{0, 0, 0, {}};
  std::int64_t from_step = 1, to_step = 1;
  for (std::size_t i = 1; i <= to.size(); ++i) {
    const auto size = to[to.size() - i], own = i <= from.size() ? from[from.size() - i] : 1;
    if (size > 1) copy.loops.insert(copy.loops.begin(), {size, own == 1 ? 0 : from_step, to_step});
    from_step *= own;
    to_step *= size;
  }
  return copy;
}

}  // namespace

Result<void> run_expand_operands(Graph& graph) {
  for (const auto id : graph.nodes()) {
    const auto node = graph.node(id);
    if (node.kind != OpKind::kAdd && node.kind != OpKind::kSub && node.kind != OpKind::kMul) continue;
    if (!is_quantised_activation(graph.value(node.outputs[0]))) continue;
    const auto shape = graph.value(node.outputs[0]).shape;
    for (std::size_t i = 0; i < 2; ++i) {
      const auto& own = graph.value(node.inputs[i]);
      const bool ordered = node.kind == OpKind::kSub && i == 0;  // a difference takes its first operand whole
      if (own.shape == shape || !is_quantised_activation(own) || (is_pixel_of(own.shape, shape) && !ordered)) continue;
      Node expand{.name = node.name + (i == 0 ? "/a" : "/b"), .kind = OpKind::kMove, .op_type = "Expand"};
      expand.copies = {broadcast(own.shape, shape)};
      expand.inputs = {node.inputs[i]};
      const auto repeated = add_like(graph, node.inputs[i], "_repeated");
      graph.value(repeated).shape = shape;
      expand.outputs = {repeated};
      graph.node(id).inputs[i] = repeated;
      graph.add_node(std::move(expand));
    }
  }
  return {};
}

}  // namespace vernier::graph
