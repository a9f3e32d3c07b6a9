// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vernier/ir/graph.hpp>

namespace vernier::graph {

/// Max or Min of a few float activations.
[[nodiscard]] bool is_extreme(const Graph& graph, const Node& node);
/// PRelu of an image with a constant slope for each channel.
[[nodiscard]] bool is_channel_prelu(const Graph& graph, const Node& node);

}  // namespace vernier::graph
