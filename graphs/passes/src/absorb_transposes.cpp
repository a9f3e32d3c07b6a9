// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <vernier/passes/passes.hpp>

#include "rewrite.hpp"

namespace vernier::graph {
namespace {

/// Weight [N, K] for a K that is not `permuted` (axes `perm` of `original` behind the batch) but in the original order.
Tensor reordered(const Tensor& weight, const Shape& permuted, const std::vector<std::int64_t>& perm) {
  Tensor by_axis = weight;
  Shape shape{weight.shape()[0]};
  shape.insert(shape.end(), permuted.begin() + 1, permuted.end());
  by_axis.reshape(shape);
  std::vector<std::int64_t> inverse(perm.size());
  for (std::size_t i = 0; i < perm.size(); ++i) inverse[static_cast<std::size_t>(perm[i])] = static_cast<std::int64_t>(i);
  Tensor result = transposed(by_axis, inverse);
  result.reshape(weight.shape());
  return result;
}

}  // namespace

Result<void> run_absorb_transposes(Graph& graph) {
  for (const auto id : graph.nodes()) {
    if (graph.node(id).kind != OpKind::kGemm) continue;
    const auto flat = producer_of(graph, graph.node(id).inputs[0], OpKind::kReshape);
    if (!flat || only_reader(graph, graph.node(id).inputs[0]) != id) continue;
    const auto turn = graph.producer(graph.node(*flat).inputs[0]);
    if (!turn || !is_operator(graph.node(*turn), "Transpose") || !only_reader(graph, graph.node(*flat).inputs[0])) continue;
    const auto perm = ints_attribute(graph.node(*turn), "perm");
    const auto permuted = graph.value(graph.node(*turn).outputs[0]).shape;
    const auto matrix = graph.value(graph.node(id).inputs[0]).shape;
    if (perm.size() != permuted.size() || perm.empty() || perm[0] != 0 || matrix.size() != 2 || matrix[0] != permuted[0]) continue;
    const auto& weight = graph.value(graph.node(id).inputs[1]);
    if (!weight.constant) continue;
    const auto quantization = weight.quantization;
    const auto turned = add_constant(graph, weight.name + "_turned", reordered(*weight.constant, permuted, perm));
    graph.value(turned).quantization = quantization;
    graph.node(id).inputs[1] = turned;
    graph.node(id).fused.push_back(graph.node(*turn).name);
    graph.node(*flat).inputs[0] = graph.node(*turn).inputs[0];
    graph.remove_node(*turn);
  }
  return {};
}

}  // namespace vernier::graph
