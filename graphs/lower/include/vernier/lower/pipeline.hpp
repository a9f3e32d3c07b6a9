// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include <vernier/lower/lower.hpp>

namespace vernier::lower {

/// A run of operators in one place: on the host, or as one program on the accelerator.
struct Stage {
  std::vector<graph::NodeId> nodes;    ///< in topological order
  std::optional<std::size_t> program;  ///< index in Pipeline::plans; none: the host
};

/// A whole graph, cut into stages that run one after another. Whatever the accelerator does not run, the host does.
struct Pipeline {
  graph::Graph graph;                ///< what was lowered; ids below and in the plans refer to it
  std::vector<Stage> stages;
  std::vector<Plan> plans;           ///< of the stages on the accelerator, in their order; may be empty
  std::vector<Placement> placement;  ///< every node once, in topological order; layers count through all programs
  program::Program whole;            ///< commands and layers of all programs one behind another, for reports and traces;
                                     ///< to be run only when there is one plan, and then equal to its program
};

/// Cuts a graph between host and accelerator. Every operator that the target can run runs there. Operators that merely
/// rename elements (reshapes) go where that leaves the fewest tensors to move: a minimum cut. A node the target
/// refuses, in itself or in its surroundings, runs on the host with the refusal as its reason.
///
/// @retval kInvalidInput  the graph or the target is broken
/// @retval kUnsupported   more layers than commands can name
[[nodiscard]] Result<Pipeline> partition(const graph::Graph& graph, const program::Target& target, const Options& options = {});

}  // namespace vernier::lower
