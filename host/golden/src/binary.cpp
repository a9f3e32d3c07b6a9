// SPDX-License-Identifier: Apache-2.0
// Add, Sub and Mul of two activations; one of them may broadcast to the other's shape.
#include <fmt/format.h>

#include <vernier/golden/quantised.hpp>

#include "operator.hpp"

namespace vernier::golden {
namespace {

using graph::OpKind;

/// For each element of `shape` the one of `from` that NumPy's rule puts there; empty where they are the same.
std::vector<std::size_t> places_of(const Shape& from, const Shape& shape) {
  if (from == shape) return {};
  std::vector<std::size_t> places(static_cast<std::size_t>(element_count(shape)));
  for (std::size_t i = 0; i < places.size(); ++i) {
    std::size_t rest = i, place = 0, step = 1;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {  // from the last one on
      const auto size = static_cast<std::size_t>(shape[shape.size() - 1 - axis]);
      const auto own = axis < from.size() ? static_cast<std::size_t>(from[from.size() - 1 - axis]) : 1;
      if (own != 1) place += rest % size * step;
      rest /= size;
      step *= own;
    }
    places[i] = place;
  }
  return places;
}

bool broadcasts(const Shape& from, const Shape& to) {
  if (from.size() > to.size()) return false;
  for (std::size_t axis = 1; axis <= from.size(); ++axis) {
    if (from[from.size() - axis] != 1 && from[from.size() - axis] != to[to.size() - axis]) return false;
  }
  return true;
}

struct Plan {
  OpKind kind;
  Level a, b, y;
  Limits limits;
  AddMultipliers sum;  ///< Add, Sub
  Multiplier product;  ///< Mul
  Shape shape;
  std::vector<std::size_t> place_a, place_b;

  [[nodiscard]] std::int32_t operator()(std::int32_t x, std::int32_t z) const {
    switch (kind) {
      case OpKind::kMul: return quantized_mul(x, a.zero_point, z, b.zero_point, product, y.zero_point, limits.lo, limits.hi);
      case OpKind::kSub: return quantized_sub(x, a.zero_point, z, b.zero_point, sum, y.zero_point, limits.lo, limits.hi);
      default: return quantized_add(x, a.zero_point, z, b.zero_point, sum, y.zero_point, limits.lo, limits.hi);
    }
  }
};

class Binary final : public Operator {
 public:
  explicit Binary(Plan plan) : p_(std::move(plan)) {}

  Result<std::vector<Tensor>> run(std::span<const Tensor* const> inputs) override {
    std::vector<Tensor> outputs;
    auto& result = outputs.emplace_back(p_.y.type, p_.shape);
    with_elements(result, [&](auto y) {
      using T = typename decltype(y)::value_type;
      with_elements(*inputs[0], [&](auto a) {
        with_elements(*inputs[1], [&](auto b) {
          for (std::size_t i = 0; i < y.size(); ++i) {
            y[i] = static_cast<T>(p_(a[p_.place_a.empty() ? i : p_.place_a[i]], b[p_.place_b.empty() ? i : p_.place_b[i]]));
          }
        });
      });
    });
    return outputs;
  }

 private:
  Plan p_;
};

}  // namespace

PreparedOperator prepare_binary(const graph::Graph& graph, graph::NodeId id) {
  const auto& node = graph.node(id);
  if (node.inputs.size() != 2) return fail(ErrorCode::kInvalidInput, fmt::format("has {} inputs, {} has 2", node.inputs.size(), name_of(node.kind)), node.name);
  const auto ends = ends_of(graph, node);
  if (!ends) return forward_error(ends);
  const auto& [a, y, limits] = *ends;
  const auto b = level_of(graph, node.inputs[1], node);
  if (!b) return forward_error(b);
  const auto& shape = graph.value(node.outputs[0]).shape;
  const auto &of_a = graph.value(node.inputs[0]).shape, &of_b = graph.value(node.inputs[1]).shape;
  if ((of_a != shape && of_b != shape) || !broadcasts(of_a, shape) || !broadcasts(of_b, shape)) {
    return fail(ErrorCode::kUnsupported, fmt::format("{} of {} and {} into {}; one operand has the shape of the result, the other may broadcast to it", name_of(node.kind), to_string(of_a), to_string(of_b), to_string(shape)), node.name);
  }
  Plan plan{node.kind, a, *b, y, limits, {}, {}, shape, places_of(of_a, shape), places_of(of_b, shape)};
  if (node.kind == OpKind::kMul) {
    const auto m = checked_multiplier(requantization_scale(a.scale, b->scale, y.scale), node);
    if (!m) return forward_error(m);
    plan.product = *m;
  } else {
    const auto m = add_multipliers_of(a.scale, b->scale, y.scale);
    if (!m) return fail(ErrorCode::kUnsupported, fmt::format("scales {} and {} to {} have no common multiplier", a.scale, b->scale, y.scale), node.name);
    plan.sum = *m;
  }
  return std::make_unique<Binary>(std::move(plan));
}

}  // namespace vernier::golden
