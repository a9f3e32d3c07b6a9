// SPDX-License-Identifier: Apache-2.0
#include "quantised_values.hpp"

#include <algorithm>
#include <cmath>

#include "integers.hpp"
#include "moves.hpp"
#include "rewrite.hpp"

namespace vernier::graph {
namespace {

bool keeps_values(const Node& node) {
  return node.kind == OpKind::kReshape || (node.kind == OpKind::kMaxPool && node.outputs.size() == 1) || is_operator(node, "Transpose") || keeps_elements(node);
}

bool is_byte(const Value& value) { return value.type == DType::kInt8 || value.type == DType::kUint8; }

/// Hands the quantisation from one side of an integer Reshape, MaxPool or Transpose to the other. True when it did.
bool spread(Graph& graph, const Node& node) {
  auto& x = graph.value(node.inputs[0]);
  auto& y = graph.value(node.outputs[0]);
  if (!is_byte(x) || x.type != y.type || x.quantization.has_value() == y.quantization.has_value()) return false;
  const auto& known = x.quantization ? x.quantization : y.quantization;
  if (known->axis >= 0) return false;
  x.quantization = y.quantization = Quantization(*known);
  return true;
}

void spread_all(Graph& graph) {
  for (bool changed = true; changed;) {
    changed = false;
    for (const auto id : graph.nodes()) {
      if (keeps_values(graph.node(id))) changed = spread(graph, graph.node(id)) || changed;
    }
  }
}

void join_equal_quantisers(Graph& graph) {
  for (const auto id : graph.nodes()) {
    if (!graph.contains(id) || graph.node(id).kind != OpKind::kQuantize) continue;
    const auto first = graph.node(id);
    for (const auto other : graph.consumers(first.inputs[0])) {
      if (other == id || graph.node(other).kind != OpKind::kQuantize) continue;
      const auto& a = graph.value(first.outputs[0]);
      const auto& b = graph.value(graph.node(other).outputs[0]);
      if (a.type != b.type || a.quantization != b.quantization || is_graph_output(graph, graph.node(other).outputs[0])) continue;
      graph.replace_uses(graph.node(other).outputs[0], first.outputs[0]);
      graph.remove_node(other);
    }
  }
}

/// x -> DQ -> op -> y  becomes  x -> op -> integers -> DQ -> y.
void sink_dequantize(Graph& graph, NodeId id, NodeId dq_id) {
  const auto dq = graph.node(dq_id);
  const auto x = dq.inputs[0];
  const auto y = graph.node(id).outputs[0];
  const auto integers = add_like(graph, y, "_q");
  graph.value(integers).type = graph.value(x).type;
  graph.value(integers).quantization = graph.value(x).quantization;
  graph.node(id).inputs[0] = x;
  graph.node(id).outputs[0] = integers;
  Node after{.name = graph.node(id).name + "/dequantize", .kind = OpKind::kDequantize, .op_type = dq.op_type, .inputs = dq.inputs, .outputs = {y}};
  after.inputs[0] = integers;
  graph.add_node(std::move(after));
}

/// x -> Reshape -> Q -> y  becomes  x -> Q -> integers -> Reshape -> y; so with what places elements.
void raise_quantize(Graph& graph, NodeId reshape_id, NodeId q_id) {
  const auto x = graph.node(reshape_id).inputs[0];
  const auto y = graph.node(q_id).outputs[0];
  const auto integers = add_like(graph, x, "_q");
  graph.value(integers).type = graph.value(y).type;
  graph.value(integers).quantization = graph.value(y).quantization;
  graph.node(q_id).inputs[0] = x;
  graph.node(q_id).outputs[0] = integers;
  graph.node(reshape_id).inputs[0] = integers;
  graph.node(reshape_id).outputs[0] = y;
}

}  // namespace

void settle_quantised_values(Graph& graph) {
  for (const auto id : graph.nodes()) {
    const auto& node = graph.node(id);
    if (node.kind == OpKind::kQuantize) graph.value(node.outputs[0]).quantization = quantization_of(graph, node);
  }
  spread_all(graph);
  for (const auto id : graph.nodes()) {
    auto& node = graph.node(id);
    if (node.kind != OpKind::kDequantize) continue;
    auto& x = graph.value(node.inputs[0]);
    auto q = quantization_of(graph, node);
    if (!x.quantization) {
      x.quantization = std::move(q);
      spread_all(graph);
    } else if (*x.quantization != q) {
      node.kind = OpKind::kOther;
    }
  }
  join_equal_quantisers(graph);
}

void move_across(Graph& graph, NodeId id) {
  const auto& node = graph.node(id);
  if (!keeps_values(node) || node.clamp) return;
  if (const auto dq = producer_of(graph, node.inputs[0], OpKind::kDequantize)) {
    if (is_quantised_activation(graph.value(graph.node(*dq).inputs[0]))) sink_dequantize(graph, id, *dq);
    return;
  }
  if ((node.kind != OpKind::kReshape && !keeps_elements(node)) || graph.value(node.inputs[0]).type != DType::kFloat32) return;
  const auto q = only_reader(graph, node.outputs[0]);
  if (q && graph.node(*q).kind == OpKind::kQuantize && is_quantised_activation(graph.value(graph.node(*q).outputs[0]))) {
    raise_quantize(graph, id, *q);
  }
}

std::optional<ValueId> integers_of(const Graph& graph, ValueId real) {
  const auto dq = producer_of(graph, real, OpKind::kDequantize);
  if (!dq) return std::nullopt;
  const auto x = graph.node(*dq).inputs[0];
  return is_quantised_activation(graph.value(x)) ? std::optional(x) : std::nullopt;
}

std::optional<NodeId> quantiser_of(const Graph& graph, ValueId real) {
  const auto reader = only_reader(graph, real);
  if (!reader || graph.node(*reader).kind != OpKind::kQuantize) return std::nullopt;
  return is_quantised_activation(graph.value(graph.node(*reader).outputs[0])) ? reader : std::nullopt;
}

std::vector<std::int16_t> table_of(const ScalarFunction& function, const Value& x, const Value& y) {
  const auto from = *range_of(x.type), to = *range_of(y.type);
  std::vector<std::int16_t> table;
  for (auto q = from.lo; q <= from.hi; ++q) {
    const float real = function(static_cast<float>(q - x.quantization->zero_point[0]) * x.quantization->scale[0]);
    if (std::isnan(real)) return {};
    table.push_back(static_cast<std::int16_t>(quantize(static_cast<double>(real), y.quantization->scale[0], y.quantization->zero_point[0], to)));
  }
  return table;
}

}  // namespace vernier::graph
