// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <vernier/golden/quantised.hpp>

#include "operator.hpp"

namespace vernier::golden {
namespace {

class Reshape final : public Operator {
 public:
  explicit Reshape(Shape shape) : shape_(std::move(shape)) {}
  Result<std::vector<Tensor>> run(std::span<const Tensor* const> inputs) override {
    std::vector<Tensor> outputs{*inputs[0]};
    outputs[0].reshape(shape_);
    return outputs;
  }

 private:
  Shape shape_;
};

}  // namespace

PreparedOperator prepare_reshape(const graph::Graph& graph, graph::NodeId id) {
  const auto& node = graph.node(id);
  const auto& x = graph.value(node.inputs.at(0));
  const auto& y = graph.value(node.outputs.at(0));
  if (x.type != y.type || element_count(x.shape) != element_count(y.shape)) {
    return fail(ErrorCode::kInvalidInput, fmt::format("{} {} does not reshape into {} {}", name_of(x.type), to_string(x.shape), name_of(y.type), to_string(y.shape)), node.name);
  }
  if (x.quantization != y.quantization) return fail(ErrorCode::kInvalidInput, "a reshape does not change scale or zero point", node.name);
  return std::make_unique<Reshape>(y.shape);
}

}  // namespace vernier::golden
