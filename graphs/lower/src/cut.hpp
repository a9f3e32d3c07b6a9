// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include <vernier/ir/graph.hpp>

namespace vernier::lower {

enum class Side : std::uint8_t { kNpu, kHost, kFree };

/// Gives every free node a side so that the fewest values pass from one side to the other (minimum cut, Boykov and
/// Kolmogorov, PAMI 26(9), 2004). `sides` holds every live node; kFree is gone afterwards.
void settle_free(const graph::Graph& graph, std::map<graph::NodeId, Side>& sides);

/// Nodes of one side that can run in one go.
struct Run {
  Side side = Side::kHost;
  std::vector<graph::NodeId> nodes;
};
/// The fewest runs, one after another, that respect the order of the graph.
[[nodiscard]] std::vector<Run> runs_of(const graph::Graph& graph, const std::vector<graph::NodeId>& order, const std::map<graph::NodeId, Side>& sides);

}  // namespace vernier::lower
