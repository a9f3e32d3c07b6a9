// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/ir/graph.hpp>
#include <vernier/program/program.hpp>

namespace vernier::lower {

struct Options {
  bool fence_between_layers = false;  ///< every layer starts on an idle machine: layer times add up exactly
  std::int64_t group_cycles = 100'000; ///< a fence where more cycles than these are predicted since the last; 0: none
  bool interleave = true;             ///< layers overlap: commands in the order in which they can start, not layer by layer
  bool fuse_add = true;               ///< a residual addition runs in the vector command of its producer
};

enum class Place : std::uint8_t { kNpu, kHost, kRefused };
[[nodiscard]] std::string_view name_of(Place place);  ///< "npu", "host", "refused"

/// Where one node of the graph runs, and why.
struct Placement {
  graph::NodeId node{};
  std::string name;                    ///< the node's name
  std::string op;                      ///< ONNX operator
  std::string shapes;                  ///< types and shapes of activations, "int8[1, 3, 32, 32] -> int8[1, 16, 32, 32]"
  Place place = Place::kHost;
  std::string reason;                  ///< one sentence; never empty
  std::int64_t macs = 0;
  std::optional<std::uint32_t> layer;  ///< index in Program::layers where it runs on the accelerator
};

/// A lowered graph: host operators in front, one program, host operators behind.
struct Plan {
  graph::Graph graph;                  ///< what was lowered; node and value ids below refer to it
  std::vector<graph::NodeId> head;     ///< host operators before the program, in order
  program::Program program;
  std::vector<graph::NodeId> tail;     ///< host operators after it, in order
  std::vector<graph::ValueId> inputs;  ///< value of each of program.inputs
  std::vector<graph::ValueId> outputs; ///< value of each of program.outputs
  std::vector<Placement> placement;    ///< every node once, in topological order
};

/// Placement of every node. An operator that the target cannot run is kRefused here, not an error.
[[nodiscard]] Result<std::vector<Placement>> explain(const graph::Graph& graph, const program::Target& target);

/// Turns a canonical quantised graph into one program.
/// @retval kUnsupported  an operator can run neither on the target nor at the graph's edge on the host, or a tensor
///                       does not fit: names node, type, shapes and reason
[[nodiscard]] Result<Plan> lower(graph::Graph graph, const program::Target& target, const Options& options = {});

}  // namespace vernier::lower
