// SPDX-License-Identifier: Apache-2.0
#include <vernier/runtime/deployment.hpp>

#include <fmt/format.h>

#include <chrono>

namespace vernier::runtime {
namespace {

using graph::ValueId;

std::size_t index(ValueId id) { return static_cast<std::size_t>(id); }

/// Seconds since the last call, for consecutive parts of one inference.
class Stopwatch {
 public:
  double lap() {
    const auto now = std::chrono::steady_clock::now();
    const double s = std::chrono::duration<double>(now - last_).count();
    last_ = now;
    return s;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace

Result<Deployment::HostPart> Deployment::open(const graph::Graph& graph, const std::vector<graph::NodeId>& nodes) {
  HostPart part;
  if (nodes.empty()) return part;
  auto model = ort::model_of(graph, nodes);
  if (!model) return forward_error(model);
  part.model = std::move(*model);
  auto session = ort::Session::open(part.model.bytes(), {}, graph.name + ": host operators");
  if (!session) return forward_error(session);
  part.session = std::move(*session);
  return part;
}

Result<void> Deployment::run(HostPart& part, std::vector<std::optional<Tensor>>& values) {
  if (!part.session) return {};
  std::vector<Tensor> inputs;
  for (const auto id : part.model.inputs) inputs.push_back(values.at(index(id)).value());
  auto outputs = part.session->run(inputs);
  if (!outputs) return forward_error(outputs);
  for (std::size_t i = 0; i < part.model.outputs.size(); ++i) values.at(index(part.model.outputs[i])) = std::move((*outputs)[i]);
  return {};
}

Result<Deployment> Deployment::prepare(graph::Graph canonical, const program::Target& target, const lower::Options& options) {
  auto plan = lower::lower(std::move(canonical), target, options);
  if (!plan) return forward_error(plan);
  Deployment d;
  d.plan_ = std::move(*plan);
  auto head = open(d.plan_.graph, d.plan_.head);
  if (!head) return forward_error(head);
  auto tail = open(d.plan_.graph, d.plan_.tail);
  if (!tail) return forward_error(tail);
  d.head_ = std::move(*head);
  d.tail_ = std::move(*tail);
  return d;
}

Result<Inference> Deployment::infer(Ruler& ruler, std::span<const Tensor> inputs, const RunOptions& options) {
  const auto& graph = plan_.graph;
  const auto& program = plan_.program;
  if (inputs.size() != graph.inputs.size()) {
    return fail(ErrorCode::kInvalidInput, fmt::format("{} input tensors given, the model has {}", inputs.size(), graph.inputs.size()), graph.name);
  }
  std::vector<std::optional<Tensor>> values(graph.value_count());
  for (std::size_t i = 0; i < inputs.size(); ++i) values.at(index(graph.inputs[i])) = inputs[i];

  Inference result;
  Stopwatch watch;
  if (auto ok = run(head_, values); !ok) return forward_error(ok);
  result.host.head_s = watch.lap();

  std::vector<std::byte> in(static_cast<std::size_t>(program.input_bytes));
  std::vector<std::byte> out(static_cast<std::size_t>(program.output_bytes));
  for (std::size_t i = 0; i < program.inputs.size(); ++i) program::pack(program.inputs[i], values.at(index(plan_.inputs[i])).value(), in);
  result.host.pack_s = watch.lap();
  auto report = ruler.run(program, in, out, options);
  if (!report) return forward_error(report);
  result.report = std::move(*report);
  watch.lap();
  for (std::size_t i = 0; i < program.outputs.size(); ++i) values.at(index(plan_.outputs[i])) = program::unpack(program.outputs[i], out);
  result.host.pack_s += watch.lap();

  if (auto ok = run(tail_, values); !ok) return forward_error(ok);
  result.host.tail_s = watch.lap();
  for (const auto id : graph.outputs) result.outputs.push_back(values.at(index(id)).value());
  return result;
}

Result<std::unique_ptr<GoldenRunner>> GoldenRunner::open(const graph::Graph& graph) {
  auto evaluator = golden::Evaluator::prepare(graph);
  if (!evaluator) return forward_error(evaluator);
  return std::unique_ptr<GoldenRunner>(new GoldenRunner(graph, std::move(*evaluator)));
}

Result<Inference> GoldenRunner::infer(std::span<const Tensor> inputs, const RunOptions&) {
  auto values = evaluator_.run(inputs);
  if (!values) return forward_error(values);
  Inference result;
  for (const auto id : graph_.outputs) result.outputs.push_back(values->at(id));
  return result;
}

}  // namespace vernier::runtime
