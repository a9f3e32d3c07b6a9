// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/core/tensor.hpp>
#include <vernier/ir/graph.hpp>

namespace vernier::golden {

/// One prepared node: weights packed, multipliers computed, shapes checked.
class Operator {
 public:
  virtual ~Operator() = default;
  Operator(const Operator&) = delete;
  Operator& operator=(const Operator&) = delete;
  /// `inputs` are the node's inputs in order, constants included; their types and shapes are those of the graph.
  [[nodiscard]] virtual Result<std::vector<Tensor>> run(std::span<const Tensor* const> inputs) = 0;

 protected:
  Operator() = default;
};

using PreparedOperator = Result<std::unique_ptr<Operator>>;

// one per operator file
[[nodiscard]] PreparedOperator prepare_conv(const graph::Graph& graph, graph::NodeId id);
[[nodiscard]] PreparedOperator prepare_gemm(const graph::Graph& graph, graph::NodeId id);
[[nodiscard]] PreparedOperator prepare_matmul(const graph::Graph& graph, graph::NodeId id);
[[nodiscard]] PreparedOperator prepare_binary(const graph::Graph& graph, graph::NodeId id);
[[nodiscard]] PreparedOperator prepare_table(const graph::Graph& graph, graph::NodeId id);
[[nodiscard]] PreparedOperator prepare_softmax(const graph::Graph& graph, graph::NodeId id);
[[nodiscard]] PreparedOperator prepare_move(const graph::Graph& graph, graph::NodeId id);
[[nodiscard]] PreparedOperator prepare_max_pool(const graph::Graph& graph, graph::NodeId id);
[[nodiscard]] PreparedOperator prepare_average_pool(const graph::Graph& graph, graph::NodeId id);
[[nodiscard]] PreparedOperator prepare_reshape(const graph::Graph& graph, graph::NodeId id);
[[nodiscard]] PreparedOperator prepare_clip(const graph::Graph& graph, graph::NodeId id);
[[nodiscard]] PreparedOperator prepare_on_host(const graph::Graph& graph, graph::NodeId id);

}  // namespace vernier::golden
