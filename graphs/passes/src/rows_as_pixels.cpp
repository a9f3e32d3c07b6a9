// SPDX-License-Identifier: Apache-2.0
// A product of many rows is a 1 x 1 convolution whose pixels are the rows: y[m, n] = x[m, :] w[n, :] for every pixel m.
// Rows turned into pixels stay turned through operators on each element, so a chain of layers turns once at either end.
#include <algorithm>
#include <map>
#include <optional>

#include <vernier/passes/passes.hpp>

#include "integers.hpp"
#include "rewrite.hpp"

namespace vernier::graph {
namespace {

Shape pixels(std::int64_t rows, std::int64_t columns) { return {1, columns, 1, rows}; }

/// Rows to columns, and back with the arguments the other way round.
Copy turn(std::int64_t rows, std::int64_t columns) { return {0, 0, 0, {{rows, columns, 1}, {columns, 1, rows}}}; }

class Turner {
 public:
  explicit Turner(Graph& graph) : graph_(graph) {}

  void product(NodeId id) {
    const auto node = graph_.node(id);
    const auto rows = graph_.value(node.inputs[0]).shape[0], depth = graph_.value(node.inputs[0]).shape[1];
    const auto outputs = graph_.value(node.outputs[0]).shape[1];
    const auto x = turned(node.inputs[0], rows, depth);
    Tensor kernel = graph_.value(node.inputs[1]).constant.value();
    kernel.reshape({outputs, depth, 1, 1});
    const auto w = add_constant(graph_, graph_.value(node.inputs[1]).name + "_1x1", std::move(kernel));
    graph_.value(w).quantization = graph_.value(node.inputs[1]).quantization;
    const auto y = turned_back(node.outputs[0], rows, outputs);
    auto& conv = graph_.node(id);
    conv.kind = OpKind::kConv;
    conv.window = Window{};
    conv.inputs[0] = x;
    conv.inputs[1] = w;
    conv.outputs[0] = y;
  }

  /// An operator on each element whose operands are all turned already.
  void elementwise(NodeId id, std::size_t operands) {
    std::vector<ValueId> inputs;
    for (std::size_t i = 0; i < operands; ++i) {
      const auto x = graph_.node(id).inputs[i];
      const auto p = pixels_of(x);
      if (!p || graph_.value(x).shape != graph_.value(graph_.node(id).outputs[0]).shape) return;
      inputs.push_back(*p);
    }
    const auto& shape = graph_.value(inputs[0]).shape;
    if (std::ranges::any_of(inputs, [&](ValueId v) { return graph_.value(v).shape != shape; })) return;
    const auto rows = shape[3], columns = shape[1];
    const auto y = turned_back(graph_.node(id).outputs[0], rows, columns);
    auto& node = graph_.node(id);
    std::ranges::copy(inputs, node.inputs.begin());
    node.outputs[0] = y;
  }

 private:
  /// The value as pixels, where it was them before; reshapes of it hold the same rows.
  std::optional<ValueId> pixels_of(ValueId value) {
    for (;;) {
      if (const auto it = pixels_.find(value); it != pixels_.end()) return it->second;
      const auto reshape = producer_of(graph_, value, OpKind::kReshape);
      if (!reshape) return std::nullopt;
      const auto &from = graph_.value(graph_.node(*reshape).inputs[0]).shape, &to = graph_.value(value).shape;
      if (from.empty() || to.empty() || from.back() != to.back()) return std::nullopt;
      value = graph_.node(*reshape).inputs[0];
    }
  }

  ValueId turned(ValueId x, std::int64_t rows, std::int64_t columns) {
    if (const auto known = pixels_of(x)) return *known;
    const auto y = add_like(graph_, x, "_pixels");
    graph_.value(y).shape = pixels(rows, columns);
    move(x, y, turn(rows, columns));
    return pixels_[x] = y;
  }

  /// A value of pixels from which `y` is made; its producer is to write it instead of `y`.
  ValueId turned_back(ValueId y, std::int64_t rows, std::int64_t columns) {
    const auto p = add_like(graph_, y, "_pixels");
    graph_.value(p).shape = pixels(rows, columns);
    move(p, y, turn(columns, rows));
    return pixels_[y] = p;
  }

  void move(ValueId from, ValueId to, Copy copy) {
    Node node{.name = graph_.value(to).name + "/turn", .kind = OpKind::kMove, .op_type = "Transpose", .clamp = integer_clamp(std::nullopt, graph_.value(to))};
    node.copies = {std::move(copy)};
    node.inputs = {from};
    node.outputs = {to};
    graph_.add_node(std::move(node));
  }

  Graph& graph_;
  std::map<ValueId, ValueId> pixels_;
};

/// The first dimension of all inputs and outputs where they have one in common: images of a batch.
std::int64_t batch_of(const Graph& graph) {
  std::optional<std::int64_t> batch;
  for (const auto* list : {&graph.inputs, &graph.outputs}) {
    for (const auto id : *list) {
      const auto& shape = graph.value(id).shape;
      if (shape.empty() || (batch && shape[0] != *batch)) return 1;
      batch = shape[0];
    }
  }
  return batch.value_or(1);
}

/// Rows that are images stay: lowering puts images below each other, and those are pixels already.
bool is_product_of_rows(const Graph& graph, const Node& node, std::int64_t batch) {
  if (node.kind != OpKind::kGemm || !is_quantised_activation(graph.value(node.outputs[0]))) return false;
  const auto& x = graph.value(node.inputs[0]);
  return x.shape.size() == 2 && x.shape[0] > 1 && x.shape[0] != batch && graph.value(node.inputs[1]).constant.has_value();
}

std::size_t elementwise_operands(const Graph& graph, const Node& node) {
  if (!is_quantised_activation(graph.value(node.outputs[0]))) return 0;
  switch (node.kind) {
    case OpKind::kClip:
    case OpKind::kTable: return 1;
    case OpKind::kSoftmax: return graph.value(node.outputs[0]).shape.size() == 2 ? 1 : 0;  // of rows, of pixels: along axis 1
    case OpKind::kAdd:
    case OpKind::kSub:
    case OpKind::kMul: return 2;
    default: return 0;
  }
}

}  // namespace

Result<void> run_rows_as_pixels(Graph& graph) {
  const auto order = graph.topological_order();
  if (!order) return forward_error(order);
  Turner turner(graph);
  const auto batch = batch_of(graph);
  for (const auto id : *order) {
    if (is_product_of_rows(graph, graph.node(id), batch)) turner.product(id);
    else if (const auto operands = elementwise_operands(graph, graph.node(id)); operands > 0) turner.elementwise(id, operands);
  }
  return {};
}

}  // namespace vernier::graph
