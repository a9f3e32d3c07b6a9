// SPDX-License-Identifier: Apache-2.0
#include <vernier/runtime/deployment.hpp>

#include <fmt/format.h>

#include <algorithm>
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

/// Puts a program's report behind those of the programs that ran before it.
void append(RunReport& all, RunReport&& one, std::uint32_t commands_before) {
  for (auto t : one.trace) {
    all.trace.push_back({t.command + commands_before, t.issued + all.cycles.count(), t.retired + all.cycles.count()});
  }
  all.cycles = Cycles{all.cycles.count() + one.cycles.count()};
  all.activity += one.activity;
  if (one.dram) all.dram = all.dram ? *all.dram += *one.dram : *one.dram;
  all.wall_s += one.wall_s;
  all.transfer_s += one.transfer_s;
  all.clock_hz = one.clock_hz;
  all.sensors = std::move(one.sensors);
  all.array_body = std::move(one.array_body);
  all.jobs = std::max(all.jobs, one.jobs);
  all.groups += one.groups;
  all.groups_simulated += one.groups_simulated;
}

}  // namespace

Result<Deployment> Deployment::prepare(const graph::Graph& canonical, const program::Target& target, const lower::Options& options) {
  auto pipeline = lower::partition(canonical, target, options);
  if (!pipeline) return forward_error(pipeline);
  if (pipeline->plans.empty()) {
    std::string reasons;
    for (const auto& p : pipeline->placement) {
      if (reasons.size() < 400) reasons += fmt::format("\n  {}: {}", p.name, p.reason);
    }
    return fail(ErrorCode::kUnsupported, fmt::format("no operator runs on {}:{}", target.name, reasons), canonical.name);
  }
  Deployment d;
  d.pipeline_ = std::move(*pipeline);
  for (const auto& stage : d.pipeline_.stages) {
    auto& host = d.host_.emplace_back();
    if (stage.program) continue;
    for (const auto nodes : ort::runs_of_one_opset(d.pipeline_.graph, stage.nodes)) {
      auto model = ort::model_of(d.pipeline_.graph, nodes);
      if (!model) return forward_error(model);
      auto session = ort::Session::open(model->bytes(), {}, canonical.name + ": host operators");
      if (!session) return forward_error(session);
      host.push_back({std::move(*model), std::move(*session)});
    }
  }
  return d;
}

std::optional<Error> Deployment::refused_by(const Ruler& ruler) const {
  for (const auto& plan : pipeline_.plans) {
    if (auto refusal = ruler.refuses(plan.program)) return refusal;
  }
  return std::nullopt;
}

Result<void> Deployment::run(HostRun& run, Values& values) {
  std::vector<Tensor> inputs;
  for (const auto id : run.model.inputs) inputs.push_back(values.at(index(id)).value());
  auto outputs = run.session.run(inputs);
  if (!outputs) return forward_error(outputs);
  for (std::size_t i = 0; i < run.model.outputs.size(); ++i) values.at(index(run.model.outputs[i])) = std::move((*outputs)[i]);
  return {};
}

Result<std::vector<RunReport>> Deployment::run(const lower::Plan& plan, Ruler& ruler, std::span<Flight> flights, const RunOptions& options) {
  const auto& program = plan.program;
  std::vector<std::vector<std::byte>> in, out;
  std::vector<Job> jobs;
  for (auto& flight : flights) {
    Stopwatch watch;
    in.emplace_back(static_cast<std::size_t>(program.input_bytes));
    out.emplace_back(static_cast<std::size_t>(program.output_bytes));
    for (std::size_t i = 0; i < program.inputs.size(); ++i) program::pack(program.inputs[i], flight.values.at(index(plan.inputs[i])).value(), in.back());
    flight.result.host.pack_s += watch.lap();
  }
  for (std::size_t f = 0; f < flights.size(); ++f) jobs.push_back({in[f], out[f]});
  auto reports = ruler.run_all(program, jobs, options);
  if (!reports) return forward_error(reports);
  for (std::size_t f = 0; f < flights.size(); ++f) {
    Stopwatch watch;
    for (std::size_t i = 0; i < program.outputs.size(); ++i) flights[f].values.at(index(plan.outputs[i])) = program::unpack(program.outputs[i], out[f]);
    flights[f].result.host.pack_s += watch.lap();
  }
  return reports;
}

Result<Deployment::Flight> Deployment::begin(std::span<const Tensor> inputs) const {
  const auto& graph = pipeline_.graph;
  if (inputs.size() != graph.inputs.size()) {
    return fail(ErrorCode::kInvalidInput, fmt::format("{} input tensors given, the model has {}", inputs.size(), graph.inputs.size()), graph.name);
  }
  Flight flight;
  flight.values.resize(graph.value_count());
  for (std::size_t i = 0; i < inputs.size(); ++i) flight.values.at(index(graph.inputs[i])) = inputs[i];
  for (const auto id : graph.outputs) {  // an output may be a constant
    if (const auto& constant = graph.value(id).constant) flight.values.at(index(id)) = *constant;
  }
  flight.result.report.emplace();
  flight.result.report->groups = flight.result.report->groups_simulated = 0;
  return flight;
}

Result<Inference> Deployment::infer(Ruler& ruler, std::span<const Tensor> inputs, const RunOptions& options) {
  auto results = infer_all(ruler, std::span(&inputs, 1), options);
  if (!results) return forward_error(results);
  return std::move(results->front());
}

Result<std::vector<Inference>> Deployment::infer_all(Ruler& ruler, std::span<const std::span<const Tensor>> inputs, const RunOptions& options) {
  std::vector<Flight> flights;
  for (const auto one : inputs) {
    auto flight = begin(one);
    if (!flight) return forward_error(flight);
    flights.push_back(std::move(*flight));
  }
  std::uint32_t commands = 0;
  for (std::size_t s = 0; s < pipeline_.stages.size(); ++s) {
    if (const auto program = pipeline_.stages[s].program) {
      const auto& plan = pipeline_.plans[*program];
      auto of_program = options;
      if (*program > 0) {
        for (auto* file : {&of_program.waves.file, &of_program.waves.saif}) {
          if (!file->empty()) *file += fmt::format(".{}", *program + 1);
        }
      }
      auto reports = run(plan, ruler, flights, of_program);
      if (!reports) return forward_error(reports);
      for (std::size_t f = 0; f < flights.size(); ++f) append(*flights[f].result.report, std::move((*reports)[f]), commands);
      commands += static_cast<std::uint32_t>(plan.program.commands.size());
      continue;
    }
    for (auto& flight : flights) {
      Stopwatch watch;
      for (auto& host : host_[s]) {
        if (auto ok = run(host, flight.values); !ok) return forward_error(ok);
      }
      flight.result.host.operators_s += watch.lap();
    }
  }
  std::vector<Inference> results;
  for (auto& flight : flights) {
    for (const auto id : pipeline_.graph.outputs) flight.result.outputs.push_back(flight.values.at(index(id)).value());
    results.push_back(std::move(flight.result));
  }
  return results;
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
