// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fmt/format.h>

#include <vernier/core/softmax.hpp>
#include <vernier/golden/quantised.hpp>

#include "operator.hpp"

namespace vernier::golden {
namespace {

/// A tensor as rows along one axis: [outer, channels, inner].
struct Rows {
  std::int64_t outer = 1, channels = 1, inner = 1;
};

class Softmax final : public Operator {
 public:
  Softmax(Level x, Level y, Limits limits, SoftmaxConstants constants, Rows rows, Shape shape)
      : x_(x), y_(y), limits_(limits), constants_(constants), rows_(rows), shape_(std::move(shape)) {}

  Result<std::vector<Tensor>> run(std::span<const Tensor* const> inputs) override {
    std::vector<Tensor> outputs;
    auto& out = outputs.emplace_back(y_.type, shape_);
    std::vector<std::uint16_t> row(static_cast<std::size_t>(rows_.channels));
    with_elements(*inputs[0], [&](auto x) {
      with_elements(out, [&](auto y) {
        for (std::int64_t o = 0; o < rows_.outer; ++o) {
          for (std::int64_t i = 0; i < rows_.inner; ++i) {
            const auto at = [&](std::size_t c) { return static_cast<std::size_t>((o * rows_.channels + static_cast<std::int64_t>(c)) * rows_.inner + i); };
            std::int32_t largest = x_.lowest();
            for (std::size_t c = 0; c < row.size(); ++c) largest = std::max<std::int32_t>(largest, x[at(c)]);
            std::uint32_t sum = 0;
            for (std::size_t c = 0; c < row.size(); ++c) sum += row[c] = constants_.exponentials[static_cast<std::size_t>(largest - x[at(c)])];
            const auto m = softmax_multiplier(constants_.scale, sum);
            for (std::size_t c = 0; c < row.size(); ++c) {
              y[at(c)] = static_cast<typename decltype(y)::value_type>(requantize(row[c], m, y_.zero_point, limits_.lo, limits_.hi));
            }
          }
        }
      });
    });
    return outputs;
  }

 private:
  Level x_, y_;
  Limits limits_;
  SoftmaxConstants constants_;
  Rows rows_;
  Shape shape_;
};

}  // namespace

PreparedOperator prepare_softmax(const graph::Graph& graph, graph::NodeId id) {
  const auto& node = graph.node(id);
  const auto ends = ends_of(graph, node);
  if (!ends) return forward_error(ends);
  const auto& [x, y, limits] = *ends;
  const auto& shape = graph.value(node.outputs[0]).shape;
  const auto axis = static_cast<std::size_t>(graph::int_attribute(node, "axis", 1));
  if (graph.value(node.inputs[0]).shape != shape || axis >= shape.size()) {
    return fail(ErrorCode::kInvalidInput, fmt::format("maps {} to {} along axis {}; it keeps the shape, which has that axis", to_string(graph.value(node.inputs[0]).shape), to_string(shape), axis), node.name);
  }
  Rows rows{.channels = shape[axis]};
  for (std::size_t a = 0; a < shape.size(); ++a) {
    if (a != axis) (a < axis ? rows.outer : rows.inner) *= shape[a];
  }
  const auto constants = softmax_constants(x.scale, y.scale);
  if (!constants || rows.channels > kMostSoftmaxChannels) {
    return fail(ErrorCode::kUnsupported, fmt::format("has {} channels of scale {} and results of scale {}; allowed are {} channels and results of {} to {}", rows.channels, x.scale, y.scale, kMostSoftmaxChannels, kLeastSoftmaxScale, kMostSoftmaxScale), node.name);
  }
  return std::make_unique<Softmax>(x, y, limits, *constants, rows, shape);
}

}  // namespace vernier::golden
