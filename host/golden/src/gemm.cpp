// SPDX-License-Identifier: Apache-2.0
// y[.., n] = requantised bias[n] + sum over k of (x[.., k] - zero) * w[n, k].
#include <fmt/format.h>

#include <vernier/golden/quantised.hpp>

#include "dot.hpp"
#include "operator.hpp"

namespace vernier::golden {
namespace {

struct GemmPlan {
  Level x, y;
  Limits limits;
  Shape output_shape;
  std::int64_t rows = 0, inner = 0;
  std::vector<std::int16_t> weights;  ///< [output][padded inner]
  std::vector<std::int32_t> bias;
  std::vector<Multiplier> multipliers;
};

class Gemm final : public Operator {
 public:
  explicit Gemm(GemmPlan plan) : p_(std::move(plan)), x_(padded_length(static_cast<std::size_t>(p_.inner)), 0), acc_(p_.bias.size()) {}

  Result<std::vector<Tensor>> run(std::span<const Tensor* const> inputs) override {
    Tensor y(p_.y.type, p_.output_shape);
    with_elements(y, [this, inputs](auto elements) {
      using T = typename decltype(elements)::value_type;
      std::size_t at = 0;
      for (std::int64_t m = 0; m < p_.rows; ++m) {
        centre(*inputs[0], m * p_.inner, std::span(x_).first(static_cast<std::size_t>(p_.inner)), p_.x.zero_point);
        dot_rows(x_, p_.weights.data(), p_.bias.data(), acc_);
        for (std::size_t n = 0; n < acc_.size(); ++n) {
          elements[at++] = static_cast<T>(requantize(acc_[n], p_.multipliers[n], p_.y.zero_point, p_.limits.lo, p_.limits.hi));
        }
      }
    });
    std::vector<Tensor> outputs;
    outputs.push_back(std::move(y));
    return outputs;
  }

 private:
  GemmPlan p_;
  std::vector<std::int16_t> x_;
  std::vector<std::int32_t> acc_;
};

}  // namespace

PreparedOperator prepare_gemm(const graph::Graph& graph, graph::NodeId id) {
  const auto& node = graph.node(id);
  const auto ends = ends_of(graph, node);
  if (!ends) return forward_error(ends);
  const auto& [x, y, limits] = *ends;
  auto weights = weights_of(graph, node, x, y);
  if (!weights) return forward_error(weights);
  const auto& w = *weights->weight;
  const auto& x_shape = graph.value(node.inputs[0]).shape;
  const auto& y_shape = graph.value(node.outputs[0]).shape;
  if (w.shape().size() != 2 || x_shape.empty() || x_shape.back() != w.shape()[1] || w.shape()[1] < 1 ||
      element_count(y_shape) != element_count(x_shape) / w.shape()[1] * w.shape()[0]) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("input {}, weight {} and output {} are not [M, K], [N, K] and [M, N]", to_string(x_shape), to_string(w.shape()), to_string(y_shape)),
                node.name);
  }
  const auto inner = w.shape()[1];
  const auto outputs = static_cast<std::size_t>(w.shape()[0]);
  const auto row = padded_length(static_cast<std::size_t>(inner));
  GemmPlan plan{x, y, limits, y_shape, element_count(x_shape) / inner, inner, std::vector<std::int16_t>(outputs * row, 0), {}, std::move(weights->multipliers)};
  const auto from = w.as<std::int8_t>();
  for (std::size_t n = 0; n < outputs; ++n) {
    for (std::size_t k = 0; k < static_cast<std::size_t>(inner); ++k) plan.weights[n * row + k] = from[n * static_cast<std::size_t>(inner) + k];
  }
  const auto bias = weights->bias->as<std::int32_t>();
  plan.bias.assign(bias.begin(), bias.end());
  return std::make_unique<Gemm>(std::move(plan));
}

}  // namespace vernier::golden
