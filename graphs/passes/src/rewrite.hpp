// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <vernier/ir/graph.hpp>

namespace vernier::graph {

[[nodiscard]] bool is_graph_output(const Graph& graph, ValueId value);

/// The one node that reads the value, when it is no graph output and read at one place only.
[[nodiscard]] std::optional<NodeId> only_reader(const Graph& graph, ValueId value);

/// The producer, when it is of the kind.
[[nodiscard]] std::optional<NodeId> producer_of(const Graph& graph, ValueId value, OpKind kind);

[[nodiscard]] bool is_operator(const Node& node, std::string_view op_type);

ValueId add_constant(Graph& graph, std::string name, Tensor tensor);
/// A value like another one with a name of its own.
ValueId add_like(Graph& graph, ValueId model, const std::string& suffix);

/// Reads of `from` become reads of `to`. A graph output keeps its name: `to` takes it over. False, and nothing done,
/// where `to` cannot (it is a graph input, a constant or another output).
[[nodiscard]] bool redirect(Graph& graph, ValueId from, ValueId to);

/// The constant behind a value as one float, from a scalar or a tensor of one element.
[[nodiscard]] std::optional<float> scalar_of(const Graph& graph, ValueId value);

/// Whether MatMul of these shapes is one product for each pair of matrices, without broadcasting.
[[nodiscard]] bool are_pairs_of_matrices(const Shape& a, const Shape& b);

/// `tensor` with its axes in the order of `perm`.
[[nodiscard]] Tensor transposed(const Tensor& tensor, const std::vector<std::int64_t>& perm);

}  // namespace vernier::graph
