// SPDX-License-Identifier: Apache-2.0
// y[g, m, n] = requantised sum over k of (a[g, m, k] - zero_a) * (b[g, k, n] - zero_b).
#include <fmt/format.h>

#include <limits>

#include <vernier/golden/quantised.hpp>

#include "dot.hpp"
#include "operator.hpp"

namespace vernier::golden {
namespace {

struct MatMulPlan {
  Level a, b, y;
  Limits limits;
  Multiplier multiplier;
  std::int64_t groups = 1, rows = 0, depth = 0, columns = 0;
  Shape output_shape;
};

class MatMul final : public Operator {
 public:
  explicit MatMul(MatMulPlan plan)
      : p_(std::move(plan)), length_(padded_length(static_cast<std::size_t>(p_.depth))), row_(length_, 0), b_(static_cast<std::size_t>(p_.depth * p_.columns)),
        turned_(length_ * static_cast<std::size_t>(p_.columns), 0), zeros_(static_cast<std::size_t>(p_.columns), 0), acc_(zeros_.size()) {}

  Result<std::vector<Tensor>> run(std::span<const Tensor* const> inputs) override {
    std::vector<Tensor> outputs;
    auto& y = outputs.emplace_back(p_.y.type, p_.output_shape);
    with_elements(y, [&](auto elements) {
      using T = typename decltype(elements)::value_type;
      std::size_t at = 0;
      for (std::int64_t g = 0; g < p_.groups; ++g) {
        load(*inputs[1], g);
        for (std::int64_t m = 0; m < p_.rows; ++m) {
          centre(*inputs[0], (g * p_.rows + m) * p_.depth, std::span(row_).first(static_cast<std::size_t>(p_.depth)), p_.a.zero_point);
          dot_rows(row_, turned_.data(), zeros_.data(), acc_);
          for (const auto sum : acc_) elements[at++] = static_cast<T>(requantize(sum, p_.multiplier, p_.y.zero_point, p_.limits.lo, p_.limits.hi));
        }
      }
    });
    return outputs;
  }

 private:
  /// Matrix g of the second operand, centred, a column behind the other.
  void load(const Tensor& b, std::int64_t g) {
    const auto depth = static_cast<std::size_t>(p_.depth), columns = static_cast<std::size_t>(p_.columns);
    centre(b, g * p_.depth * p_.columns, b_, p_.b.zero_point);
    for (std::size_t k = 0; k < depth; ++k) {
      for (std::size_t n = 0; n < columns; ++n) turned_[n * length_ + k] = b_[k * columns + n];
    }
  }

  MatMulPlan p_;
  std::size_t length_;
  std::vector<std::int16_t> row_, b_, turned_;
  std::vector<std::int32_t> zeros_, acc_;
};

}  // namespace

PreparedOperator prepare_matmul(const graph::Graph& graph, graph::NodeId id) {
  const auto& node = graph.node(id);
  if (node.inputs.size() != 2) return fail(ErrorCode::kInvalidInput, fmt::format("has {} inputs, MatMul has 2", node.inputs.size()), node.name);
  const auto ends = ends_of(graph, node);
  if (!ends) return forward_error(ends);
  const auto& [a, y, limits] = *ends;
  const auto b = level_of(graph, node.inputs[1], node);
  if (!b) return forward_error(b);
  const auto m = checked_multiplier(requantization_scale(a.scale, b->scale, y.scale), node);
  if (!m) return forward_error(m);
  const auto &of_a = graph.value(node.inputs[0]).shape, &of_b = graph.value(node.inputs[1]).shape, &of_y = graph.value(node.outputs[0]).shape;
  const auto rank = of_a.size();
  bool fits = rank >= 2 && of_b.size() == rank && of_y.size() == rank && of_a[rank - 1] == of_b[rank - 2] && of_y[rank - 2] == of_a[rank - 2] && of_y[rank - 1] == of_b[rank - 1];
  for (std::size_t axis = 0; fits && axis + 2 < rank; ++axis) fits = of_a[axis] == of_b[axis] && of_a[axis] == of_y[axis];
  if (!fits) {
    return fail(ErrorCode::kInvalidInput, fmt::format("operands {} and {} and result {} are not [.., M, K], [.., K, N] and [.., M, N]", to_string(of_a), to_string(of_b), to_string(of_y)), node.name);
  }
  MatMulPlan plan{a, *b, y, limits, *m, 1, of_a[rank - 2], of_a[rank - 1], of_b[rank - 1], of_y};
  plan.groups = element_count(of_y) / std::max<std::int64_t>(plan.rows * plan.columns, 1);
  if (plan.depth * a.reach() * b->reach() > std::numeric_limits<std::int32_t>::max()) {
    return fail(ErrorCode::kUnsupported, fmt::format("{} products may accumulate beyond 32 bits", plan.depth), node.name);
  }
  return std::make_unique<MatMul>(std::move(plan));
}

}  // namespace vernier::golden
