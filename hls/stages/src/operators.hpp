// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vernier/core/result.hpp>
#include <vernier/golden/quantised.hpp>
#include <vernier/stages/network.hpp>

namespace vernier::stages {

/// A level of an activation and its clamp as the streams carry them.
[[nodiscard]] inline std::int32_t carried(const golden::Level& level, std::int32_t q) { return q - (level.type == DType::kUint8 ? 128 : 0); }

/// A part of a node: all of Operator but its tensors, and which of the node's inputs it reads.
struct Reader {
  const graph::Graph& graph;
  const graph::Node& node;
  std::vector<Image> inputs;  ///< as they stream; of values that are not constant
  Image output;
};

// one a kind of node; kUnsupported says why it cannot stream
[[nodiscard]] Result<Operator> read_convolution(const Reader& reader);
[[nodiscard]] Result<Operator> read_dense(const Reader& reader);
[[nodiscard]] Result<Operator> read_pool(const Reader& reader);
[[nodiscard]] Result<Operator> read_binary(const Reader& reader);
[[nodiscard]] Result<Operator> read_table(const Reader& reader);
/// Concat and Slice along the channels, or whole repetitions of pixels: one table for each input whose levels change, and the operator that moves.
struct Move {
  Operator move;
  std::vector<std::optional<Operator>> tables;  ///< by input
};
[[nodiscard]] Result<Move> read_move(const Reader& reader);

}  // namespace vernier::stages
