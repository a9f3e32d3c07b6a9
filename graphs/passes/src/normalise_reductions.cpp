// SPDX-License-Identifier: Apache-2.0
// ReduceMean, ReduceMax and ReduceSum over neighbouring axes are pools: the axes before them are channels, they are rows,
// and the axes behind them columns.
#include <algorithm>
#include <numeric>

#include <vernier/passes/passes.hpp>

#include "rewrite.hpp"

namespace vernier::graph {
namespace {

struct Reduction {
  std::size_t first = 0, end = 0;  ///< axes
};

/// The axes, which stand side by side (axes of size 1 apart); nothing where they do not or are computed.
std::optional<Reduction> reduction_of(const Graph& graph, const Node& node) {
  const auto& x = graph.value(node.inputs[0]);
  const auto rank = static_cast<std::int64_t>(x.shape.size());
  if (x.type != DType::kFloat32 || x.constant || rank == 0) return std::nullopt;
  auto axes = ints_attribute(node, "axes");
  if (axes.empty() && node.inputs.size() > 1) {
    const auto& given = graph.value(node.inputs[1]).constant;
    if (!given || given->type() != DType::kInt64) return std::nullopt;
    axes.assign(given->as<std::int64_t>().begin(), given->as<std::int64_t>().end());
  }
  if (axes.empty() && int_attribute(node, "noop_with_empty_axes", 0) != 0) return std::nullopt;
  std::vector<bool> reduced(x.shape.size(), axes.empty());
  for (const auto axis : axes) reduced.at(static_cast<std::size_t>(axis < 0 ? axis + rank : axis)) = true;
  Reduction r{x.shape.size(), 0};
  for (std::size_t axis = 0; axis < reduced.size(); ++axis) {
    if (!reduced[axis] || x.shape[axis] == 1) continue;
    r.first = std::min(r.first, axis);
    r.end = axis + 1;
  }
  if (r.end == 0) return std::nullopt;  // nothing is reduced
  for (auto axis = r.first; axis < r.end; ++axis) {
    if (!reduced[axis] && x.shape[axis] != 1) return std::nullopt;
  }
  return r;
}

std::int64_t product(const Shape& shape, std::size_t begin, std::size_t end) {
  return std::accumulate(shape.begin() + static_cast<std::ptrdiff_t>(begin), shape.begin() + static_cast<std::ptrdiff_t>(end), std::int64_t{1}, std::multiplies<>());
}

/// A value of another shape, with the reshape that makes it from `from` or into `into`.
ValueId reshape_of(Graph& graph, ValueId like, Shape shape, const std::string& name, bool into) {
  const auto image = add_like(graph, like, into ? "_image" : "_pooled");
  graph.value(image).shape = std::move(shape);
  Node reshape{.name = name + (into ? "/in" : "/out"), .kind = OpKind::kReshape, .op_type = "Reshape", .inputs = {into ? like : image}, .outputs = {into ? image : like}};
  graph.add_node(std::move(reshape));
  return image;
}

void become_pool(Graph& graph, NodeId id, const Reduction& r) {
  const auto node = graph.node(id);
  const auto shape = graph.value(node.inputs[0]).shape;
  const auto count = product(shape, r.first, r.end);
  Node pool{.name = node.name, .kind = node.op_type == "ReduceMax" ? OpKind::kMaxPool : OpKind::kAveragePool, .op_type = node.op_type};
  auto x = node.inputs[0], y = node.outputs[0];
  if (node.op_type == "ReduceSum") {
    const auto mean = add_like(graph, y, "_mean");
    Tensor factor(DType::kFloat32, {});
    factor.as<float>()[0] = static_cast<float>(count);
    Node scale{.name = node.name + "/count", .op_type = "Mul", .inputs = {mean, add_constant(graph, node.name + "_count", std::move(factor))}, .outputs = {y}};
    graph.remove_node(id);
    graph.add_node(std::move(scale));
    y = mean;
  } else {
    graph.remove_node(id);
  }
  if ((shape.size() == 3 || shape.size() == 4) && r.first >= 2) {  // rows, columns or both of an image: it stays as it is
    const bool columns = r.end == shape.size();
    pool.window.kernel_h = shape.size() == 4 && r.first == 2 ? shape[2] : 1;
    pool.window.kernel_w = columns ? shape.back() : 1;
    Shape pooled = shape;
    std::fill(pooled.begin() + static_cast<std::ptrdiff_t>(r.first), pooled.begin() + static_cast<std::ptrdiff_t>(r.end), 1);
    if (graph.value(y).shape != pooled) y = reshape_of(graph, y, pooled, node.name, false);
  } else {
    const auto outer = product(shape, 0, r.first), inner = product(shape, r.end, shape.size());
    pool.window.kernel_h = count;
    x = reshape_of(graph, x, {1, outer, count, inner}, node.name, true);
    y = reshape_of(graph, y, {1, outer, 1, inner}, node.name, false);
  }
  pool.inputs = {x};
  pool.outputs = {y};
  graph.add_node(std::move(pool));
}

}  // namespace

Result<void> run_normalise_reductions(Graph& graph) {
  for (const auto id : graph.nodes()) {
    const auto& node = graph.node(id);
    if (!is_operator(node, "ReduceMean") && !is_operator(node, "ReduceMax") && !is_operator(node, "ReduceSum")) continue;
    if (const auto r = reduction_of(graph, node)) become_pool(graph, id, *r);
  }
  return {};
}

}  // namespace vernier::graph
