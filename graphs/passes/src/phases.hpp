// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vernier/ir/graph.hpp>

namespace vernier::graph {

/// One axis of an upsampling by `factor`: output index t lies at phase (t + shift) % factor of input step (t + shift) / factor - first.
struct PhaseAxis {
  std::int64_t factor = 1, shift = 0, first = 0;
};

/// Copies that put a convolution's output [N, groups * phases * channels, H, W], its channels in that order and the phases
/// row by row, into an image `to` of groups * channels channels.
[[nodiscard]] std::vector<Copy> interleave(const Shape& from, const Shape& to, std::int64_t groups, const PhaseAxis& rows, const PhaseAxis& columns);

/// Convolution `conv` and the placing of its phases in front of the value that node `id` wrote; the node goes.
void replace_by_phases(Graph& graph, NodeId id, Node conv, Shape conv_shape, std::vector<Copy> copies);

}  // namespace vernier::graph
