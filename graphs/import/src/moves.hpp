// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "source.hpp"

namespace vernier::graph {

/// Gives a node that only places elements (Concat, Slice, Pad, Transpose, nearest Resize, ...) its copies. Where they
/// depend on what is computed, or are too many to be listed, the node stays without.
void set_copies(const Graph& graph, Node& node, const onnx::NodeProto& proto);

}  // namespace vernier::graph
