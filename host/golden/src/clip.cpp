// SPDX-License-Identifier: Apache-2.0
// Clip: x on the output's scale, clamped. 256 input levels, so a table holds the whole operator.
#include <fmt/format.h>

#include <array>

#include <vernier/golden/quantised.hpp>

#include "operator.hpp"

namespace vernier::golden {
namespace {

class Clip final : public Operator {
 public:
  Clip(Level x, Level y, Limits limits, Multiplier m, Shape shape) : x_(x), y_(y), shape_(std::move(shape)), table_(requantisation_table(x, y, limits, m)) {}

  Result<std::vector<Tensor>> run(std::span<const Tensor* const> inputs) override {
    std::vector<Tensor> outputs;
    auto& out = outputs.emplace_back(y_.type, shape_);
    with_elements(*inputs[0], [&](auto x) {
      with_elements(out, [&](auto y) {
        using T = typename decltype(y)::value_type;
        for (std::size_t i = 0; i < y.size(); ++i) y[i] = static_cast<T>(table_[static_cast<std::size_t>(x[i] - x_.lowest())]);
      });
    });
    return outputs;
  }

 private:
  Level x_, y_;
  Shape shape_;
  std::array<std::int32_t, 256> table_;
};

}  // namespace

PreparedOperator prepare_clip(const graph::Graph& graph, graph::NodeId id) {
  const auto& node = graph.node(id);
  const auto ends = ends_of(graph, node);
  if (!ends) return forward_error(ends);
  const auto& [x, y, limits] = *ends;
  const auto m = checked_multiplier(x.scale / y.scale, node);
  if (!m) return forward_error(m);
  const auto& shape = graph.value(node.outputs[0]).shape;
  if (graph.value(node.inputs[0]).shape != shape) {
    return fail(ErrorCode::kInvalidInput, fmt::format("clips {} into {}", to_string(graph.value(node.inputs[0]).shape), to_string(shape)), node.name);
  }
  return std::make_unique<Clip>(x, y, limits, *m, shape);
}

}  // namespace vernier::golden
