// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <vernier/ir/graph.hpp>

namespace vernier::graph {

/// Gives integer values the Quantization of the nodes that write or read them, also through Reshape, MaxPool and
/// Transpose on integers; joins equal QuantizeLinear nodes of one value. A DequantizeLinear that reads integers with
/// another scale than they were written with becomes kOther.
void settle_quantised_values(Graph& graph);

/// Order-preserving operators compute on integers as well as on floats: DequantizeLinear moves behind Reshape, MaxPool
/// and Transpose, QuantizeLinear before a float Reshape
/// and before operators that only place elements.
void move_across(Graph& graph, NodeId id);

/// The integers that a float value was dequantised from.
[[nodiscard]] std::optional<ValueId> integers_of(const Graph& graph, ValueId real);
/// The one QuantizeLinear that reads a float value, when nothing else does.
[[nodiscard]] std::optional<NodeId> quantiser_of(const Graph& graph, ValueId real);
/// The level of y for each level of x; empty where the function has no value for one of them.
[[nodiscard]] std::vector<std::int16_t> table_of(const ScalarFunction& function, const Value& x, const Value& y);

}  // namespace vernier::graph
