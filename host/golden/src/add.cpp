// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "operator.hpp"
#include "quantised.hpp"

namespace vernier::golden {
namespace {

class Add final : public Operator {
 public:
  Add(Level a, Level b, Level y, Limits limits, AddMultipliers m, Shape shape)
      : a_(a), b_(b), y_(y), limits_(limits), m_(m), shape_(std::move(shape)) {}

  Result<std::vector<Tensor>> run(std::span<const Tensor* const> inputs) override {
    Tensor sum(y_.type, shape_);
    with_elements(sum, [&](auto y) {
      using T = typename decltype(y)::value_type;
      with_elements(*inputs[0], [&](auto a) {
        with_elements(*inputs[1], [&](auto b) {
          for (std::size_t i = 0; i < y.size(); ++i) {
            y[i] = static_cast<T>(quantized_add(a[i], a_.zero_point, b[i], b_.zero_point, m_, y_.zero_point, limits_.lo, limits_.hi));
          }
        });
      });
    });
    std::vector<Tensor> outputs;
    outputs.push_back(std::move(sum));
    return outputs;
  }

 private:
  Level a_, b_, y_;
  Limits limits_;
  AddMultipliers m_;
  Shape shape_;
};

}  // namespace

PreparedOperator prepare_add(const graph::Graph& graph, graph::NodeId id) {
  const auto& node = graph.node(id);
  if (node.inputs.size() != 2) return fail(ErrorCode::kInvalidInput, fmt::format("has {} inputs, an addition has 2", node.inputs.size()), node.name);
  const auto a = level_of(graph, node.inputs[0], node);
  if (!a) return forward_error(a);
  const auto b = level_of(graph, node.inputs[1], node);
  if (!b) return forward_error(b);
  const auto y = level_of(graph, node.outputs.at(0), node);
  if (!y) return forward_error(y);
  const auto limits = limits_of(node, *y);
  if (!limits) return forward_error(limits);
  const auto& shape = graph.value(node.outputs[0]).shape;
  for (const auto in : node.inputs) {
    if (graph.value(in).shape != shape) {
      return fail(ErrorCode::kUnsupported, fmt::format("adds {} into {}; quantised additions do not broadcast", to_string(graph.value(in).shape), to_string(shape)), node.name);
    }
  }
  const auto m = add_multipliers_of(a->scale, b->scale, y->scale);
  if (!m) return fail(ErrorCode::kUnsupported, fmt::format("scales {} and {} to {} have no common multiplier", a->scale, b->scale, y->scale), node.name);
  return std::make_unique<Add>(*a, *b, *y, *limits, *m, shape);
}

}  // namespace vernier::golden
