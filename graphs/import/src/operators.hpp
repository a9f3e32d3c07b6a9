// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "source.hpp"

namespace vernier::graph {

/// The IR's kind, window and clamp of a node whose inputs and outputs are already set. Forms that the kind cannot
/// hold (3-D windows, computed limits) stay kOther.
[[nodiscard]] Result<void> set_operator(Graph& graph, Node& node, const onnx::NodeProto& proto, const Source& source);

/// Scales finite and positive, zero points of the right type, one scale or one for each index of the axis.
[[nodiscard]] Result<void> check_quantization(const Graph& graph, const Node& node, const Source& source);

}  // namespace vernier::graph
