// SPDX-License-Identifier: Apache-2.0
// Elementwise float operators that together depend on one value become one kTable with that function.
#include <algorithm>
#include <map>
#include <set>

#include <vernier/passes/passes.hpp>

#include "rewrite.hpp"
#include "scalar_functions.hpp"

namespace vernier::graph {
namespace {

class Region {
 public:
  Region(const Graph& graph, const std::map<NodeId, std::size_t>& place, NodeId last) : graph_(graph), place_(place), nodes_{last} {}

  /// Takes in producers, the latest first, as long as nothing else reads them; keeps the largest set that reads one value.
  std::optional<std::set<NodeId>> grow() {
    std::optional<std::set<NodeId>> best;
    for (;;) {
      if (outside().size() == 1) best = nodes_;
      const auto next = latest_producer();
      if (!next) return best;
      nodes_.insert(*next);
    }
  }

 private:
  /// Values that the nodes read from elsewhere; two DequantizeLinear of one tensor count once.
  [[nodiscard]] std::set<ValueId> outside() const {
    std::set<ValueId> values;
    for (const auto id : nodes_) {
      for (const auto v : arguments_of(id)) {
        const auto producer = graph_.producer(v);
        if (!producer || !nodes_.contains(*producer)) values.insert(integers_behind(graph_, v));
      }
    }
    return values;
  }

  [[nodiscard]] std::vector<ValueId> arguments_of(NodeId id) const { return scalar_form(graph_, graph_.node(id))->arguments; }

  [[nodiscard]] std::optional<NodeId> latest_producer() const {
    std::optional<NodeId> latest;
    for (const auto id : nodes_) {
      for (const auto v : arguments_of(id)) {
        const auto producer = graph_.producer(v);
        if (!producer || nodes_.contains(*producer) || is_graph_output(graph_, v) || !scalar_form(graph_, graph_.node(*producer))) continue;
        const auto readers = graph_.consumers(v);
        if (std::ranges::any_of(readers, [this](NodeId r) { return !nodes_.contains(r); })) continue;
        if (!latest || place_.at(*producer) > place_.at(*latest)) latest = producer;
      }
    }
    return latest;
  }

  static ValueId integers_behind(const Graph& graph, ValueId v) {
    const auto dq = producer_of(graph, v, OpKind::kDequantize);
    return dq ? graph.node(*dq).inputs[0] : v;
  }

  const Graph& graph_;
  const std::map<NodeId, std::size_t>& place_;
  std::set<NodeId> nodes_;
};

/// The nodes of a region, in order, as one.
void replace(Graph& graph, const std::set<NodeId>& nodes, const std::map<NodeId, std::size_t>& place) {
  std::vector<NodeId> order(nodes.begin(), nodes.end());
  std::ranges::sort(order, {}, [&](NodeId id) { return place.at(id); });
  Node table = graph.node(order.back());
  std::map<ValueId, ScalarOperand> results;
  std::optional<ValueId> argument;
  table.kind = OpKind::kTable;
  table.fused.clear();
  for (const auto id : order) {
    const auto& node = graph.node(id);
    const auto form = *scalar_form(graph, node);
    std::vector<ScalarOperand> operands;
    for (const auto v : form.arguments) {
      if (const auto it = results.find(v); it != results.end()) {
        operands.push_back(it->second);
      } else {
        operands.emplace_back(ScalarInput{});
        argument = argument.value_or(v);
      }
    }
    for (auto& s : form.make(graph, node, operands, table.function.steps.size())) table.function.steps.push_back(std::move(s));
    results[node.outputs[0]] = ScalarResult{table.function.steps.size() - 1};
    if (id != order.back()) table.fused.push_back(node.name);
    table.fused.insert(table.fused.end(), node.fused.begin(), node.fused.end());
  }
  table.inputs = {*argument};
  table.attributes.clear();
  table.onnx_node.clear();
  table.clamp.reset();
  for (const auto id : order) graph.remove_node(id);
  graph.add_node(std::move(table));
}

/// A clamp alone, or an addition, subtraction or product of two activations, is an operator of its own.
bool is_table(const Graph& graph, const std::set<NodeId>& nodes) {
  if (nodes.size() > 1) return true;
  const auto& node = graph.node(*nodes.begin());
  return node.kind == OpKind::kOther || (node.kind != OpKind::kClip && node.kind != OpKind::kRelu && scalar_form(graph, node)->arguments.size() == 1);
}

}  // namespace

Result<void> run_fuse_scalar_functions(Graph& graph) {
  const auto order = graph.topological_order();
  if (!order) return forward_error(order);
  std::map<NodeId, std::size_t> place;
  for (const auto id : *order) place.emplace(id, place.size());
  for (auto it = order->rbegin(); it != order->rend(); ++it) {
    if (!graph.contains(*it) || !scalar_form(graph, graph.node(*it))) continue;
    const auto nodes = Region(graph, place, *it).grow();
    if (nodes && is_table(graph, *nodes)) replace(graph, *nodes, place);
  }
  return {};
}

}  // namespace vernier::graph
