// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include <vernier/ort/model.hpp>
#include <vernier/ort/session.hpp>
#include <vernier/passes/passes.hpp>

#include "rewrite.hpp"

namespace vernier::graph {
namespace {

constexpr std::int64_t kLargestResult = std::int64_t{256} << 20;  // bytes; a bigger constant is not worth its memory

/// Operators that give another result each time.
constexpr std::array<std::string_view, 7> kRandom{"Bernoulli", "Dropout", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform",
                                                  "RandomUniformLike"};

bool is_foldable(const Graph& graph, const Node& node) {
  if (node.inputs.empty() || node.kind == OpKind::kDequantize || std::ranges::find(kRandom, node.op_type) != kRandom.end()) return false;
  const bool constant = std::ranges::all_of(node.inputs, [&graph](ValueId v) { return graph.value(v).constant.has_value(); });
  const auto small = [&graph](ValueId v) {
    const auto& value = graph.value(v);
    return element_count(value.shape) * static_cast<std::int64_t>(size_of(value.type)) <= kLargestResult;
  };
  return constant && std::ranges::all_of(node.outputs, small);
}

/// Evaluates one node; nothing where ONNX Runtime cannot, and the node then stays for the host.
std::optional<std::vector<Tensor>> evaluate(const Graph& graph, NodeId id) {
  const auto& node = graph.node(id);
  if (node.kind == OpKind::kReshape) {
    Tensor same = *graph.value(node.inputs[0]).constant;
    same.reshape(graph.value(node.outputs[0]).shape);
    return std::vector<Tensor>{std::move(same)};
  }
  const auto model = ort::model_of(graph, std::span(&id, 1));
  if (!model || model->outputs.size() != node.outputs.size()) return std::nullopt;
  auto session = ort::Session::open(model->bytes(), {}, node.name);
  if (!session) return std::nullopt;
  auto results = session->run({});
  if (!results) return std::nullopt;
  std::vector<Tensor> ordered;
  for (const auto out : node.outputs) {
    const auto at = std::ranges::find(model->outputs, out) - model->outputs.begin();
    ordered.push_back(std::move((*results)[static_cast<std::size_t>(at)]));
  }
  return ordered;
}

/// Transpose(Dequantize(constant)) is Dequantize(Transpose(constant)): the integers move, the scales' axis with them.
void transpose_integers(Graph& graph, NodeId id) {
  const auto node = graph.node(id);
  const auto dq = producer_of(graph, node.inputs[0], OpKind::kDequantize);
  const auto perm = ints_attribute(node, "perm");
  if (!dq || perm.empty()) return;
  auto moved = graph.node(*dq);
  const auto& integers = graph.value(moved.inputs[0]);
  if (!integers.constant || integers.quantization) return;
  const auto rank = static_cast<std::int64_t>(perm.size());
  auto axis = int_attribute(moved, "axis", 1);
  if (axis < 0) axis += rank;
  moved.attributes["axis"] = static_cast<std::int64_t>(std::ranges::find(perm, axis) - perm.begin());
  moved.inputs[0] = add_constant(graph, integers.name + "_transposed", transposed(*integers.constant, perm));
  moved.outputs = node.outputs;
  moved.name = node.name;
  moved.onnx_node.clear();
  graph.remove_node(id);
  graph.add_node(std::move(moved));
}

/// Shapes are static, so Shape is a constant whatever it reads.
bool fold_shape(Graph& graph, NodeId id) {
  const auto& node = graph.node(id);
  if (!is_operator(node, "Shape") || node.attributes.contains("start") || node.attributes.contains("end")) return false;
  const auto& shape = graph.value(node.inputs[0]).shape;
  Tensor t(DType::kInt64, {static_cast<std::int64_t>(shape.size())});
  std::ranges::copy(shape, t.as<std::int64_t>().begin());
  graph.value(node.outputs[0]).constant = std::move(t);
  graph.remove_node(id);
  return true;
}

}  // namespace

Result<void> run_fold_constants(Graph& graph) {
  const auto order = graph.topological_order();
  if (!order) return forward_error(order);
  for (const auto id : *order) {
    if (fold_shape(graph, id)) continue;
    if (is_operator(graph.node(id), "Transpose")) {
      transpose_integers(graph, id);
      if (!graph.contains(id)) continue;
    }
    const auto& node = graph.node(id);
    if (!is_foldable(graph, node) || std::ranges::any_of(node.outputs, [&graph](ValueId v) { return is_graph_output(graph, v); })) continue;
    auto results = evaluate(graph, id);
    if (!results) continue;
    for (std::size_t i = 0; i < results->size(); ++i) {
      auto& value = graph.value(node.outputs[i]);
      if ((*results)[i].type() == value.type && (*results)[i].shape() == value.shape) value.constant = std::move((*results)[i]);
    }
    const bool all = std::ranges::all_of(node.outputs, [&graph](ValueId v) { return graph.value(v).constant.has_value(); });
    if (all) graph.remove_node(id);
  }
  return {};
}

}  // namespace vernier::graph
