// SPDX-License-Identifier: Apache-2.0
// Elements at other places, each on the output's scale.
#include <fmt/format.h>

#include <array>

#include <vernier/golden/quantised.hpp>

#include "operator.hpp"

namespace vernier::golden {
namespace {

class Move final : public Operator {
 public:
  struct Operand {
    Level level;
    std::array<std::int32_t, 256> table{};
  };
  Move(std::vector<Operand> operands, std::vector<graph::Copy> copies, std::int32_t fill, Level y, Shape shape)
      : operands_(std::move(operands)), copies_(std::move(copies)), fill_(fill), y_(y), shape_(std::move(shape)) {}

  Result<std::vector<Tensor>> run(std::span<const Tensor* const> inputs) override {
    std::vector<Tensor> outputs;
    auto& out = outputs.emplace_back(y_.type, shape_);
    with_elements(out, [&](auto y) {
      using T = typename decltype(y)::value_type;
      for (const auto& copy : copies_) {
        if (!copy.input) {
          graph::for_each_element(copy, [&](std::int64_t, std::int64_t to) { y[static_cast<std::size_t>(to)] = static_cast<T>(fill_); });
          continue;
        }
        const auto& operand = operands_[*copy.input];
        with_elements(*inputs[*copy.input], [&](auto x) {
          graph::for_each_element(copy, [&](std::int64_t from, std::int64_t to) {
            y[static_cast<std::size_t>(to)] = static_cast<T>(operand.table[static_cast<std::size_t>(x[static_cast<std::size_t>(from)] - operand.level.lowest())]);
          });
        });
      }
    });
    return outputs;
  }

 private:
  std::vector<Operand> operands_;
  std::vector<graph::Copy> copies_;
  std::int32_t fill_;
  Level y_;
  Shape shape_;
};

/// Every element of the output is written, and all reads and writes stay inside their tensors.
std::optional<std::string> fault_of(const graph::Graph& graph, const graph::Node& node) {
  const auto size = element_count(graph.value(node.outputs.at(0)).shape);
  std::vector<bool> written(static_cast<std::size_t>(size));
  std::optional<std::string> fault;
  for (const auto& copy : node.copies) {
    if (copy.input && *copy.input >= node.inputs.size()) return fmt::format("copies from input {} of {}", *copy.input, node.inputs.size());
    const auto available = copy.input ? element_count(graph.value(node.inputs[*copy.input]).shape) : 0;
    graph::for_each_element(copy, [&](std::int64_t from, std::int64_t to) {
      if (copy.input && (from < 0 || from >= available)) fault = fmt::format("reads element {} of {}", from, available);
      if (to < 0 || to >= size) fault = fmt::format("writes element {} of {}", to, size);
      else written[static_cast<std::size_t>(to)] = true;
    });
    if (fault) return fault;
  }
  const auto hole = std::ranges::find(written, false);
  if (hole != written.end()) return fmt::format("leaves element {} of its output unwritten", hole - written.begin());
  return std::nullopt;
}

}  // namespace

PreparedOperator prepare_move(const graph::Graph& graph, graph::NodeId id) {
  const auto& node = graph.node(id);
  const auto y = level_of(graph, node.outputs.at(0), node);
  if (!y) return forward_error(y);
  const auto limits = limits_of(node, *y);
  if (!limits) return forward_error(limits);
  if (auto fault = fault_of(graph, node)) return fail(ErrorCode::kInvalidInput, *fault, node.name);
  if (node.fill < y->lowest() || node.fill > y->highest()) {
    return fail(ErrorCode::kInvalidInput, fmt::format("fills with {}, {} holds {} to {}", node.fill, name_of(y->type), y->lowest(), y->highest()), node.name);
  }
  std::vector<Move::Operand> operands;
  for (const auto in : node.inputs) {
    const auto x = level_of(graph, in, node);
    if (!x) return forward_error(x);
    const auto m = checked_multiplier(x->scale / y->scale, node);
    if (!m) return forward_error(m);
    operands.push_back({*x, requantisation_table(*x, *y, *limits, *m)});
  }
  return std::make_unique<Move>(std::move(operands), node.copies, static_cast<std::int32_t>(node.fill), *y, graph.value(node.outputs[0]).shape);
}

}  // namespace vernier::golden
