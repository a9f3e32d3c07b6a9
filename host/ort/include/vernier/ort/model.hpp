// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/ir/graph.hpp>

namespace vernier::ort {

/// An ONNX model made from nodes of a graph, with the graph's values its ports stand for.
struct Model {
  std::string proto;                    ///< serialised ModelProto
  std::vector<graph::ValueId> inputs;   ///< values to feed, graph inputs first and in their order; constants are inside
  std::vector<graph::ValueId> outputs;  ///< values read outside of the nodes; graph outputs first and in their order

  [[nodiscard]] std::span<const std::byte> bytes() const { return std::as_bytes(std::span(proto.data(), proto.size())); }
};

/// True where the node computes on int8/uint8 values with quantisation: contract C1 is its meaning.
[[nodiscard]] bool is_quantised(const graph::Graph& graph, graph::NodeId node);

/// The nodes as one model, in the order given, which is topological. Operators the IR describes fully are written
/// from the IR, so that folded activations and renamed values count; others run from the NodeProto they came as.
/// A quantised operator becomes DequantizeLinear, the float operator, QuantizeLinear and an integer Clip.
///
/// @retval kInvalidInput  a node has neither a NodeProto nor a known kind, or a weight is not constant
/// @retval kUnsupported   a NodeProto's operator set cannot be mixed with quantised operators (below 13)
[[nodiscard]] Result<Model> model_of(const graph::Graph& graph, std::span<const graph::NodeId> nodes);

/// Cuts the nodes into runs that one model can hold: below operator set 13, nodes that keep their NodeProto and nodes that
/// are written from the IR do not mix. From 13 on it is one run.
[[nodiscard]] std::vector<std::span<const graph::NodeId>> runs_of_one_opset(const graph::Graph& graph, std::span<const graph::NodeId> nodes);

/// model_of() for one quantised node: what ONNX Runtime takes as the reference for that node.
/// @retval kInvalidInput  the node is not quantised
[[nodiscard]] Result<Model> qdq_model_of(const graph::Graph& graph, graph::NodeId node);

}  // namespace vernier::ort
