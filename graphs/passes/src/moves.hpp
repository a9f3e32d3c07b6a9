// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vernier/ir/graph.hpp>

namespace vernier::graph {

/// An ONNX operator that only places elements: its first `moved_inputs` inputs are what it places.
[[nodiscard]] bool is_move(const Node& node);
[[nodiscard]] std::size_t moved_inputs(const Node& node);

/// One that places the elements of one tensor and nothing else, so that its output has its input's scale.
[[nodiscard]] bool keeps_elements(const Node& node);

}  // namespace vernier::graph
