// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <vernier/golden/evaluator.hpp>
#include <vernier/ort/model.hpp>

#include "operator.hpp"

namespace vernier::golden {
namespace {

using graph::OpKind;

PreparedOperator prepare_operator(const graph::Graph& graph, graph::NodeId id) {
  if (graph.node(id).kind == OpKind::kReshape) return prepare_reshape(graph, id);  // of any element type
  if (!ort::is_quantised(graph, id)) return prepare_on_host(graph, id);
  switch (graph.node(id).kind) {
    case OpKind::kConv: return prepare_conv(graph, id);
    case OpKind::kGemm: return prepare_gemm(graph, id);
    case OpKind::kMatMul: return prepare_matmul(graph, id);
    case OpKind::kAdd:
    case OpKind::kSub:
    case OpKind::kMul: return prepare_binary(graph, id);
    case OpKind::kTable: return prepare_table(graph, id);
    case OpKind::kSoftmax: return prepare_softmax(graph, id);
    case OpKind::kMove: return prepare_move(graph, id);
    case OpKind::kMaxPool: return prepare_max_pool(graph, id);
    case OpKind::kAveragePool: return prepare_average_pool(graph, id);
    case OpKind::kClip: return prepare_clip(graph, id);
    default: return fail(ErrorCode::kUnsupported, fmt::format("{} has no integer form", graph::name_of(graph.node(id).kind)), graph.node(id).name);
  }
}

}  // namespace

struct Evaluator::Impl {
  const graph::Graph* graph = nullptr;
  std::vector<graph::NodeId> order;
  std::map<graph::NodeId, std::unique_ptr<Operator>> operators;

  Result<std::vector<Tensor>> run_operator(graph::NodeId id, const Values& values) {
    const auto& node = graph->node(id);
    std::vector<const Tensor*> inputs;
    for (const auto in : node.inputs) {
      const auto& value = graph->value(in);
      const auto it = values.find(in);
      if (!value.constant && it == values.end()) return fail(ErrorCode::kInvalidInput, fmt::format("no value given for '{}'", value.name), node.name);
      const Tensor* tensor = it != values.end() ? &it->second : &*value.constant;
      if (tensor->type() != value.type || tensor->shape() != value.shape) {
        return fail(ErrorCode::kInvalidInput,
                    fmt::format("'{}' is {} {}, the graph says {} {}", value.name, name_of(tensor->type()), to_string(tensor->shape()), name_of(value.type), to_string(value.shape)),
                    node.name);
      }
      inputs.push_back(tensor);
    }
    return operators.at(id)->run(inputs);
  }

  Result<void> step(graph::NodeId id, const Values& from, Values& to) {
    auto outputs = run_operator(id, from);
    if (!outputs) return forward_error(outputs);
    const auto& node = graph->node(id);
    for (std::size_t i = 0; i < node.outputs.size(); ++i) to[node.outputs[i]] = std::move((*outputs)[i]);
    return {};
  }
};

Evaluator::Evaluator(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Evaluator::Evaluator(Evaluator&&) noexcept = default;
Evaluator& Evaluator::operator=(Evaluator&&) noexcept = default;
Evaluator::~Evaluator() = default;

Result<Evaluator> Evaluator::prepare(const graph::Graph& graph) {
  auto order = graph.topological_order();
  if (!order) return forward_error(order);
  auto impl = std::make_unique<Impl>();
  impl->graph = &graph;
  impl->order = std::move(*order);
  for (const auto id : impl->order) {
    auto prepared = prepare_operator(graph, id);
    if (!prepared) return forward_error(prepared);
    impl->operators[id] = std::move(*prepared);
  }
  return Evaluator(std::move(impl));
}

Result<Values> Evaluator::run(std::span<const Tensor> inputs) {
  const auto& graph = *impl_->graph;
  if (inputs.size() != graph.inputs.size()) {
    return fail(ErrorCode::kInvalidInput, fmt::format("{} inputs given, the graph has {}", inputs.size(), graph.inputs.size()), graph.name);
  }
  Values values;
  for (std::size_t i = 0; i < inputs.size(); ++i) values[graph.inputs[i]] = inputs[i];
  for (const auto id : impl_->order) {
    if (auto r = impl_->step(id, values, values); !r) return forward_error(r);
  }
  return values;
}

Result<Values> Evaluator::run_node(graph::NodeId node, const Values& inputs) {
  if (!impl_->operators.contains(node)) return fail(ErrorCode::kInvalidInput, "is not a node of the prepared graph", impl_->graph->name);
  Values outputs;
  if (auto r = impl_->step(node, inputs, outputs); !r) return forward_error(r);
  return outputs;
}

Result<Values> evaluate(const graph::Graph& graph, std::span<const Tensor> inputs) {
  auto evaluator = Evaluator::prepare(graph);
  if (!evaluator) return forward_error(evaluator);
  return evaluator->run(inputs);
}

}  // namespace vernier::golden
