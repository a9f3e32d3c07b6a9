// SPDX-License-Identifier: Apache-2.0
// Operators on integers that are a few of the accelerator's. Each rounds once and where the operator itself would.
#include "composites.hpp"

#include <algorithm>
#include <cmath>

#include <vernier/passes/passes.hpp>

#include "integers.hpp"
#include "quantised_values.hpp"
#include "rewrite.hpp"
#include "scalar_functions.hpp"

namespace vernier::graph {
namespace {

constexpr std::size_t kMostOperands = 15;  // rows of one window, and its stride

/// The first or second half of a PRelu needs the zero point as a limit.
double zero_of(const Value& value) { return value.quantization->zero_point[0]; }

ValueId like(Graph& graph, ValueId quantised, const std::string& suffix, Shape shape) {
  const auto id = add_like(graph, quantised, suffix);
  graph.value(id).shape = std::move(shape);
  return id;
}

NodeId add(Graph& graph, Node node) {
  node.clamp = node.clamp ? node.clamp : integer_clamp(std::nullopt, graph.value(node.outputs[0]));
  return graph.add_node(std::move(node));
}

/// -x on the scale of `y`: with the zero point on the other side of the middle, the level of -x is the complement of x's.
ValueId negated(Graph& graph, ValueId x, ValueId y, const std::string& name) {
  Node node{.name = name, .kind = OpKind::kTable, .op_type = "Neg"};
  node.function.steps = {{ScalarOp::kNeg, {ScalarInput{}}}};
  node.table = table_of(node.function, graph.value(x), graph.value(y));
  node.inputs = {x};
  node.outputs = {y};
  add(graph, std::move(node));
  return y;
}

Quantization complement(const Value& y) {
  auto q = *y.quantization;
  q.zero_point[0] = (y.type == DType::kInt8 ? -1 : 255) - q.zero_point[0];
  return q;
}

/// Where the operands of an extreme lie in one tensor: rows of them in turn.
struct Rows {
  Shape joined, pooled;
  std::int64_t length = 1;  ///< of a row
};
Rows rows_of(const Shape& y, std::int64_t operands) {
  const auto all = element_count(y);
  if (y.size() == 4) return {{y[0], y[1], y[2] * operands, y[3]}, y, y[3]};
  const auto length = y.size() > 2 ? y.back() : 1;
  return {{1, all / length, operands, length}, {1, all / length, 1, length}, length};
}

/// NumPy's broadcasting of operand i into its rows.
Copy into_rows(const Shape& from, const Shape& to, std::size_t i, std::int64_t operands, std::int64_t length) {
  Copy copy{i, 0, static_cast<std::int64_t>(i) * length, {}};
  std::int64_t from_step = 1, step = 1;
  for (std::size_t axis = 1; axis <= to.size(); ++axis) {
    const auto size = to[to.size() - axis], own = axis <= from.size() ? from[from.size() - axis] : 1;
    if (size > 1) copy.loops.insert(copy.loops.begin(), {size, own == 1 ? 0 : from_step, step >= length ? step * operands : step});
    from_step *= own;
    step *= size;
  }
  return copy;
}

/// Operands row by row in one tensor, on the result's scale, and the largest of each; the smallest is the largest of the
/// complements.
void replace_extreme(Graph& graph, NodeId id, const std::vector<ValueId>& operands, NodeId quantiser) {
  const auto node = graph.node(id);
  const bool smallest = node.op_type == "Min";
  const auto y = graph.node(quantiser).outputs[0];
  const auto shape = graph.value(y).shape;
  const auto count = static_cast<std::int64_t>(operands.size());
  const auto rows = rows_of(shape, count);
  graph.remove_node(id);
  graph.remove_node(quantiser);
  const auto quantised = [&](ValueId v) {
    if (smallest) graph.value(v).quantization = complement(graph.value(y));
    return v;
  };
  Node join{.name = node.name + "/join", .kind = OpKind::kMove, .op_type = "Concat"};
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const auto own = graph.value(operands[i]).shape;
    const auto suffix = "_negated" + std::to_string(i);
    join.inputs.push_back(smallest ? negated(graph, operands[i], quantised(like(graph, y, suffix, own)), node.name + suffix) : operands[i]);
    join.copies.push_back(into_rows(own, shape, i, count, rows.length));
  }
  const auto joined = quantised(like(graph, y, "_joined", rows.joined));
  join.outputs = {joined};
  add(graph, std::move(join));
  auto result = smallest ? quantised(like(graph, y, "_pooled", rows.pooled)) : (rows.pooled == shape ? y : like(graph, y, "_pooled", rows.pooled));
  Node pool{.name = node.name, .kind = OpKind::kMaxPool, .op_type = node.op_type, .fused = node.fused};
  pool.window = {.kernel_h = count, .stride_h = count};
  pool.inputs = {joined};
  pool.outputs = {result};
  add(graph, std::move(pool));
  if (smallest) result = negated(graph, result, rows.pooled == shape ? y : like(graph, y, "_rows", rows.pooled), node.name + "/negate");
  if (result != y) add(graph, Node{.name = node.name + "/out", .kind = OpKind::kReshape, .op_type = "Reshape", .inputs = {result}, .outputs = {y}});
}

/// max(x, 0) + slope * min(x, 0): one of the terms is 0, and the second is on the result's scale already.
Result<void> replace_prelu(Graph& graph, NodeId id, ValueId x, NodeId quantiser) {
  const auto node = graph.node(id);
  const auto y = graph.node(quantiser).outputs[0];
  const auto shape = graph.value(x).shape;
  const auto slopes = *per_channel(graph, node.inputs[1], shape);
  const auto channels = static_cast<std::int64_t>(slopes.size());
  Tensor weight(DType::kInt8, shape.size() == 4 ? Shape{channels, 1, 1, 1} : Shape{channels, 1, 1});
  Quantization q{{}, std::vector<std::int32_t>(slopes.size(), 0), 0};
  for (std::size_t c = 0; c < slopes.size(); ++c) {  // +-64 * (|slope| / 64) is exact
    weight.as<std::int8_t>()[c] = static_cast<std::int8_t>(slopes[c] < 0 ? -64 : (slopes[c] > 0 ? 64 : 0));
    q.scale.push_back(slopes[c] == 0 ? 1.0F : static_cast<float>(std::abs(slopes[c]) / 64));
  }
  graph.remove_node(id);
  graph.remove_node(quantiser);
  const auto weight_id = add_constant(graph, node.name + "_slope", std::move(weight));
  graph.value(weight_id).quantization = std::move(q);
  const auto whole = integer_clamp(std::nullopt, graph.value(x));
  const auto below = like(graph, x, "_below", shape), above = like(graph, x, "_above", shape), sloped = like(graph, y, "_sloped", shape);
  add(graph, {.name = node.name + "/below", .kind = OpKind::kClip, .op_type = "Clip", .clamp = Clamp{whole.lo, zero_of(graph.value(x))}, .inputs = {x}, .outputs = {below}});
  add(graph, {.name = node.name + "/above", .kind = OpKind::kClip, .op_type = "Clip", .clamp = Clamp{zero_of(graph.value(x)), whole.hi}, .inputs = {x}, .outputs = {above}});
  Node slope{.name = node.name + "/slope", .kind = OpKind::kConv, .op_type = node.op_type};
  slope.window.group = channels;
  slope.inputs = {below, weight_id};
  slope.outputs = {sloped};
  if (auto r = quantise_weights(graph, slope, graph.value(x).quantization->scale[0]); !r) return r;
  add(graph, std::move(slope));
  add(graph, {.name = node.name, .kind = OpKind::kAdd, .op_type = node.op_type, .inputs = {above, sloped}, .outputs = {y}, .fused = node.fused});
  return {};
}

}  // namespace

bool is_extreme(const Graph& graph, const Node& node) {
  if ((!is_operator(node, "Max") && !is_operator(node, "Min")) || node.inputs.size() < 2 || node.inputs.size() > kMostOperands) return false;
  return std::ranges::all_of(node.inputs, [&](ValueId v) { return !graph.value(v).constant && graph.value(v).type == DType::kFloat32; });
}

bool is_channel_prelu(const Graph& graph, const Node& node) {
  if (!is_operator(node, "PRelu") || node.inputs.size() != 2 || graph.value(node.inputs[0]).constant) return false;
  const auto& shape = graph.value(node.inputs[0]).shape;
  return (shape.size() == 3 || shape.size() == 4) && per_channel(graph, node.inputs[1], shape).has_value();
}

Result<void> run_recognise_composites(Graph& graph) {
  for (const auto id : graph.nodes()) {
    if (!graph.contains(id)) continue;  // a quantiser of one before
    const auto& node = graph.node(id);
    const bool extreme = is_extreme(graph, node);
    if (!extreme && !is_channel_prelu(graph, node)) continue;
    const auto q = quantiser_of(graph, node.outputs[0]);
    std::vector<ValueId> operands;
    for (std::size_t i = 0; i < (extreme ? node.inputs.size() : 1); ++i) {
      if (const auto x = integers_of(graph, node.inputs[i])) operands.push_back(*x);
    }
    if (!q || operands.size() != (extreme ? node.inputs.size() : 1)) continue;
    if (extreme) {
      replace_extreme(graph, id, operands, *q);
    } else if (auto r = replace_prelu(graph, id, operands[0], *q); !r) {
      return r;
    }
  }
  return {};
}

}  // namespace vernier::graph
