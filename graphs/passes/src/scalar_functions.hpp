// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include <vernier/ir/graph.hpp>

namespace vernier::graph {

/// One float node as steps on its inputs that are not constant, in their order.
struct ScalarForm {
  std::vector<ValueId> arguments;
  /// The steps with `operands[i]` for arguments[i]; results count from `first` on.
  std::vector<ScalarStep> (*make)(const Graph&, const Node&, const std::vector<ScalarOperand>& operands, std::size_t first) = nullptr;
};

/// Elementwise operators of float32 whose constants are one number each; nothing for all others.
[[nodiscard]] std::optional<ScalarForm> scalar_form(const Graph& graph, const Node& node);

/// The one number a constant stands for, or nothing: float32, or integers behind DequantizeLinear.
[[nodiscard]] std::optional<float> number_of(const Graph& graph, ValueId value);

/// One number a channel from such a constant that broadcasts along all other axes of `image`; the channels are axis 1 of an
/// image and the last one of a matrix.
[[nodiscard]] std::optional<std::vector<double>> per_channel(const Graph& graph, ValueId value, const Shape& image);

}  // namespace vernier::graph
