// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <vernier/golden/quantised.hpp>

#include "operator.hpp"

namespace vernier::golden {
namespace {

class Table final : public Operator {
 public:
  Table(Level x, Level y, std::vector<std::int16_t> table, Shape shape) : x_(x), y_(y), table_(std::move(table)), shape_(std::move(shape)) {}

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
  std::vector<std::int16_t> table_;
  Shape shape_;
};

}  // namespace

PreparedOperator prepare_table(const graph::Graph& graph, graph::NodeId id) {
  const auto& node = graph.node(id);
  const auto ends = ends_of(graph, node);
  if (!ends) return forward_error(ends);
  const auto &x = ends->x, &y = ends->y;
  const auto& shape = graph.value(node.outputs[0]).shape;
  if (graph.value(node.inputs[0]).shape != shape) {
    return fail(ErrorCode::kInvalidInput, fmt::format("maps {} to {}; a table keeps the shape", to_string(graph.value(node.inputs[0]).shape), to_string(shape)), node.name);
  }
  if (node.table.size() != 256) return fail(ErrorCode::kInvalidInput, fmt::format("its table has {} entries, 256 are needed", node.table.size()), node.name);
  for (const auto entry : node.table) {
    if (entry < y.lowest() || entry > y.highest()) {
      return fail(ErrorCode::kInvalidInput, fmt::format("its table holds {}, {} holds {} to {}", entry, name_of(y.type), y.lowest(), y.highest()), node.name);
    }
  }
  return std::make_unique<Table>(x, y, node.table, shape);
}

}  // namespace vernier::golden
