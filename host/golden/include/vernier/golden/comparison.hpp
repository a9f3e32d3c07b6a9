// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/core/tensor.hpp>
#include <vernier/ir/graph.hpp>
#include <vernier/ort/session.hpp>

namespace vernier::golden {

/// One quantised operator against ONNX Runtime, both fed with golden's values of its inputs.
struct LayerDifference {
  graph::NodeId node{};
  std::string name;
  std::string op;
  std::int64_t elements = 0;   ///< over all samples
  std::int64_t differing = 0;
  std::int64_t max_lsb = 0;    ///< contract C1 allows 1
};

/// Golden against a reference session over the samples seen so far.
struct Comparison {
  std::vector<LayerDifference> layers;  ///< quantised operators in topological order; reshapes apart, they compute nothing
  std::int64_t samples = 0;
  std::int64_t elements = 0;            ///< of the graph's outputs, over all samples
  std::int64_t differing = 0;
  double largest_difference = 0;        ///< in the outputs' own unit
  std::int64_t max_lsb = 0;             ///< the same in steps of the output's scale, where it has one; else 0
  std::int64_t top1_equal = 0;          ///< samples whose largest element of the first output is at one place
  [[nodiscard]] double differing_share() const { return elements == 0 ? 0 : static_cast<double>(differing) / static_cast<double>(elements); }
  [[nodiscard]] double top1_agreement() const { return samples == 0 ? 0 : static_cast<double>(top1_equal) / static_cast<double>(samples); }
  /// Largest of the layers' max_lsb.
  [[nodiscard]] std::int64_t worst_layer_lsb() const;
};

/// Holds golden to ONNX Runtime sample by sample.
class Comparer {
 public:
  /// `graph` must outlive the comparer. `reference` takes and gives what the graph does, in its order: the model the
  /// graph was imported from, or reference_of(graph).
  [[nodiscard]] static Result<Comparer> prepare(const graph::Graph& graph, ort::Session reference);
  Comparer(Comparer&&) noexcept;
  Comparer& operator=(Comparer&&) noexcept;
  ~Comparer();

  [[nodiscard]] Result<void> add(std::span<const Tensor> inputs);
  [[nodiscard]] const Comparison& result() const;

 private:
  struct Impl;
  explicit Comparer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// The whole graph as one QDQ model in a reference session.
[[nodiscard]] Result<ort::Session> reference_of(const graph::Graph& graph);

/// All samples at once; each is one tensor a graph input.
[[nodiscard]] Result<Comparison> compare_with_reference(const graph::Graph& graph, ort::Session reference,
                                                        std::span<const std::vector<Tensor>> samples);

}  // namespace vernier::golden
