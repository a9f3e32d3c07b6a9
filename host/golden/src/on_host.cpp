// SPDX-License-Identifier: Apache-2.0
// Operators outside of contract C1 (float edges, LSTM, ...) in an ONNX Runtime reference session.
#include <algorithm>

#include <vernier/ort/model.hpp>
#include <vernier/ort/session.hpp>

#include "operator.hpp"

namespace vernier::golden {
namespace {

class OnHost final : public Operator {
 public:
  OnHost(ort::Session session, std::vector<std::size_t> feeds, std::vector<std::size_t> yields, std::size_t outputs)
      : session_(std::move(session)), feeds_(std::move(feeds)), yields_(std::move(yields)), outputs_(outputs) {}

  Result<std::vector<Tensor>> run(std::span<const Tensor* const> inputs) override {
    std::vector<Tensor> fed;
    for (const auto i : feeds_) fed.push_back(*inputs[i]);
    auto results = session_.run(fed);
    if (!results) return forward_error(results);
    std::vector<Tensor> outputs(outputs_);
    for (std::size_t i = 0; i < yields_.size(); ++i) outputs[yields_[i]] = std::move((*results)[i]);
    return outputs;
  }

 private:
  ort::Session session_;
  std::vector<std::size_t> feeds_;   ///< node input of each session input
  std::vector<std::size_t> yields_;  ///< node output of each session output
  std::size_t outputs_;
};

std::vector<std::size_t> positions(const std::vector<graph::ValueId>& wanted, const std::vector<graph::ValueId>& all) {
  std::vector<std::size_t> at;
  for (const auto id : wanted) at.push_back(static_cast<std::size_t>(std::ranges::find(all, id) - all.begin()));
  return at;
}

}  // namespace

PreparedOperator prepare_on_host(const graph::Graph& graph, graph::NodeId id) {
  const auto& node = graph.node(id);
  const auto model = ort::model_of(graph, std::span(&id, 1));
  if (!model) return forward_error(model);
  auto session = ort::Session::open(model->bytes(), {}, node.name);
  if (!session) return forward_error(session);
  return std::make_unique<OnHost>(std::move(*session), positions(model->inputs, node.inputs), positions(model->outputs, node.outputs), node.outputs.size());
}

}  // namespace vernier::golden
