// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <span>

#include <vernier/core/result.hpp>
#include <vernier/core/tensor.hpp>
#include <vernier/ir/graph.hpp>

namespace vernier::golden {

/// Every value of one run that is not constant.
using Values = std::map<graph::ValueId, Tensor>;

/// Bit-exact evaluation of a canonical quantised graph: contract C1 with integers alone. Operators that are not
/// quantised run in an ONNX Runtime reference session. Prepared once, run many times; not thread-safe.
class Evaluator {
 public:
  /// Checks every node and packs the weights. `graph` must outlive the evaluator and stay as it is.
  /// @retval kInvalidInput  a node is not in canonical form (scales, zero points, shapes, clamp)
  /// @retval kUnsupported   a multiplier is 2^7 or more, or an accumulator may pass 32 bits
  [[nodiscard]] static Result<Evaluator> prepare(const graph::Graph& graph);
  Evaluator(Evaluator&&) noexcept;
  Evaluator& operator=(Evaluator&&) noexcept;
  ~Evaluator();

  /// @param inputs  one tensor a graph input, in the graph's order
  /// @return        graph inputs and every value a node wrote
  [[nodiscard]] Result<Values> run(std::span<const Tensor> inputs);
  /// One node on given values of its inputs; constants need not be given. Returns its outputs.
  [[nodiscard]] Result<Values> run_node(graph::NodeId node, const Values& inputs);

 private:
  struct Impl;
  explicit Evaluator(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// prepare() and run() at once.
[[nodiscard]] Result<Values> evaluate(const graph::Graph& graph, std::span<const Tensor> inputs);

}  // namespace vernier::golden
