// SPDX-License-Identifier: Apache-2.0
#include "phases.hpp"

#include "rewrite.hpp"

namespace vernier::graph {
namespace {

/// Output indices t, t + factor, ... of one phase and the input step of the first.
struct Phase {
  std::int64_t to = 0, from = 0, count = 0;
};
Phase phase_of(const PhaseAxis& axis, std::int64_t phase, std::int64_t outputs) {
  const auto to = ((phase - axis.shift) % axis.factor + axis.factor) % axis.factor;
  return {to, (to + axis.shift) / axis.factor - axis.first, to < outputs ? (outputs - 1 - to) / axis.factor + 1 : 0};
}

}  // namespace

std::vector<Copy> interleave(const Shape& from, const Shape& to, std::int64_t groups, const PhaseAxis& rows, const PhaseAxis& columns) {
  const auto plane = from[2] * from[3], image = to[2] * to[3], channels = to[1] / groups;
  std::vector<Copy> copies;
  for (std::int64_t ry = 0; ry < rows.factor; ++ry) {
    for (std::int64_t rx = 0; rx < columns.factor; ++rx) {
      const auto y = phase_of(rows, ry, to[2]), x = phase_of(columns, rx, to[3]);
      if (y.count == 0 || x.count == 0) continue;
      const auto phases = rows.factor * columns.factor;
      Copy copy{0, (ry * columns.factor + rx) * channels * plane + y.from * from[3] + x.from, y.to * to[3] + x.to, {}};
      const auto loop = [&](std::int64_t count, std::int64_t from_step, std::int64_t to_step) {
        if (count > 1) copy.loops.push_back({count, from_step, to_step});
      };
      loop(to[0], from[1] * plane, to[1] * image);
      loop(groups, phases * channels * plane, channels * image);
      loop(channels, plane, image);
      loop(y.count, from[3], rows.factor * to[3]);
      loop(x.count, 1, columns.factor);
      copies.push_back(std::move(copy));
    }
  }
  return copies;
}

void replace_by_phases(Graph& graph, NodeId id, Node conv, Shape conv_shape, std::vector<Copy> copies) {
  const auto y = graph.node(id).outputs[0];
  Node place{.name = conv.name + "/pixels", .op_type = conv.op_type};
  const auto phases = add_like(graph, y, "_phases");
  graph.value(phases).shape = std::move(conv_shape);
  conv.outputs = {phases};
  place.copies = std::move(copies);
  place.inputs = {phases};
  place.outputs = {y};
  graph.remove_node(id);
  graph.add_node(std::move(conv));
  graph.add_node(std::move(place));
}

}  // namespace vernier::graph
