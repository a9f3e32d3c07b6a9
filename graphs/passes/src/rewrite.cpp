// SPDX-License-Identifier: Apache-2.0
#include "rewrite.hpp"

#include <algorithm>
#include <cstring>

namespace vernier::graph {

bool is_graph_output(const Graph& graph, ValueId value) { return std::ranges::find(graph.outputs, value) != graph.outputs.end(); }

std::optional<NodeId> only_reader(const Graph& graph, ValueId value) {
  const auto readers = graph.consumers(value);
  if (readers.size() != 1 || is_graph_output(graph, value)) return std::nullopt;
  return std::ranges::count(graph.node(readers[0]).inputs, value) == 1 ? std::optional(readers[0]) : std::nullopt;
}

std::optional<NodeId> producer_of(const Graph& graph, ValueId value, OpKind kind) {
  const auto writer = graph.producer(value);
  return writer && graph.node(*writer).kind == kind ? writer : std::nullopt;
}

bool is_operator(const Node& node, std::string_view op_type) { return node.kind == OpKind::kOther && node.op_type == op_type; }

ValueId add_constant(Graph& graph, std::string name, Tensor tensor) {
  Value value;
  value.name = std::move(name);
  value.type = tensor.type();
  value.shape = tensor.shape();
  value.constant = std::move(tensor);
  return graph.add_value(std::move(value));
}

ValueId add_like(Graph& graph, ValueId model, const std::string& suffix) {
  Value value;
  const auto& like = graph.value(model);
  value.name = like.name + suffix;
  value.type = like.type;
  value.shape = like.shape;
  value.quantization = like.quantization;
  return graph.add_value(std::move(value));
}

bool redirect(Graph& graph, ValueId from, ValueId to) {
  if (is_graph_output(graph, from)) {
    const bool input = std::ranges::find(graph.inputs, to) != graph.inputs.end();
    if (input || graph.value(to).constant || is_graph_output(graph, to)) return false;
    std::swap(graph.value(from).name, graph.value(to).name);
  }
  graph.replace_uses(from, to);
  return true;
}

std::optional<float> scalar_of(const Graph& graph, ValueId value) {
  const auto& v = graph.value(value);
  if (!v.constant || v.type != DType::kFloat32 || v.constant->size() != 1) return std::nullopt;
  return v.constant->as<float>()[0];
}

Tensor transposed(const Tensor& tensor, const std::vector<std::int64_t>& perm) {
  const auto& from = tensor.shape();
  const auto rank = from.size();
  VERNIER_ASSERT(perm.size() == rank, "one entry an axis");
  std::vector<std::int64_t> strides(rank, 1);
  for (std::size_t i = rank; i-- > 1;) strides[i - 1] = strides[i] * from[i];
  Shape shape(rank);
  std::vector<std::int64_t> steps(rank);
  for (std::size_t i = 0; i < rank; ++i) {
    shape[i] = from[static_cast<std::size_t>(perm[i])];
    steps[i] = strides[static_cast<std::size_t>(perm[i])];
  }
  Tensor result(tensor.type(), shape);
  const auto size = size_of(tensor.type());
  std::vector<std::int64_t> at(rank, 0);
  std::int64_t source = 0;
  for (std::int64_t n = 0; n < tensor.size(); ++n) {
    std::memcpy(result.bytes().data() + static_cast<std::size_t>(n) * size, tensor.bytes().data() + static_cast<std::size_t>(source) * size, size);
    for (std::size_t i = rank; i-- > 0;) {  // count up in the result's order
      source += steps[i];
      if (++at[i] < shape[i]) break;
      source -= steps[i] * shape[i];
      at[i] = 0;
    }
  }
  return result;
}

bool are_pairs_of_matrices(const Shape& a, const Shape& b) {
  return a.size() >= 2 && a.size() == b.size() && a[a.size() - 1] == b[b.size() - 2] && std::equal(a.begin(), a.end() - 2, b.begin());
}

}  // namespace vernier::graph
