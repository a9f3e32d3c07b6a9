// SPDX-License-Identifier: Apache-2.0
#include "measure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include <vernier/core/interrupt.hpp>
#include <vernier/golden/evaluator.hpp>
#include <vernier/ort/model.hpp>
#include <vernier/ort/session.hpp>

namespace vernier::cli {
namespace {

using graph::Graph;

double element(const Tensor& t, std::size_t i) {
  switch (t.type()) {
    case DType::kInt8: return t.as<std::int8_t>()[i];
    case DType::kUint8: return t.as<std::uint8_t>()[i];
    case DType::kInt32: return t.as<std::int32_t>()[i];
    case DType::kInt64: return static_cast<double>(t.as<std::int64_t>()[i]);
    case DType::kFloat32: return static_cast<double>(t.as<float>()[i]);
    case DType::kFloat64: return t.as<double>()[i];
    default: return 0;
  }
}

}  // namespace

std::int64_t top1(const Tensor& t) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < static_cast<std::size_t>(t.size()); ++i) {
    if (element(t, i) > element(t, best)) best = i;
  }
  return static_cast<std::int64_t>(best);
}

namespace {

/// Size of one step of an output: 1 for integers, the scale behind its DequantizeLinear for floats, else 0 (unknown).
double step_of(const Graph& graph, graph::ValueId output) {
  const auto& value = graph.value(output);
  if (value.type != DType::kFloat32) return 1;
  const auto writer = graph.producer(output);
  if (!writer || graph.node(*writer).kind != graph::OpKind::kDequantize) return 0;
  const auto& source = graph.value(graph.node(*writer).inputs.at(0));
  return source.quantization ? static_cast<double>(source.quantization->scale.at(0)) : 0;
}

void compare_bits(const Tensor& got, const Tensor& want, std::int64_t sample, std::size_t output, CheckTotals& totals) {
  const auto n = static_cast<std::size_t>(want.size());
  if (got.type() != want.type() || got.size() != want.size()) {
    totals.golden_differences += want.size();
    totals.first_difference = fmt::format("sample {}, output {}: {} {} for {} {}", sample, output, name_of(got.type()),
                                          to_string(got.shape()), name_of(want.type()), to_string(want.shape()));
    return;
  }
  for (std::size_t i = 0; i < n; ++i) {
    const double a = element(got, i), b = element(want, i);
    if (a == b || (std::isnan(a) && std::isnan(b))) continue;
    if (totals.golden_differences++ == 0) {
      totals.first_difference = fmt::format("sample {}, output {}, element {}: {} for {}", sample, output, i, a, b);
    }
  }
}

void compare_reference(const Tensor& got, const Tensor& want, double step, CheckTotals& totals) {
  const auto n = static_cast<std::size_t>(std::min(got.size(), want.size()));
  totals.elements += static_cast<std::int64_t>(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double difference = std::abs(element(got, i) - element(want, i));
    if (difference == 0) continue;
    ++totals.differing;
    if (step > 0) totals.max_lsb = std::max(totals.max_lsb, difference / step);
  }
}

/// Golden model and ONNX Runtime on the original file, for --check.
struct References {
  std::optional<golden::Evaluator> golden;
  std::optional<ort::Session> original;
};

Result<References> open_references(const LoadedModel& model) {
  References refs;
  auto evaluator = golden::Evaluator::prepare(model.canonical);
  if (!evaluator) return forward_error(evaluator);
  refs.golden = std::move(*evaluator);
  ort::SessionOptions options;
  options.external_folder = model.file.parent_path().string();
  auto session = ort::Session::open(model.bytes, options, model.file.string());
  if (!session) return forward_error(session);
  refs.original = std::move(*session);
  return refs;
}

/// Null where the sample has none.
const std::int64_t* label_of(const SampleSet& samples, std::int64_t i) {
  const auto at = static_cast<std::size_t>(i);
  return at < samples.labels.size() ? &samples.labels[at] : nullptr;
}

void score(const std::vector<Tensor>& outputs, const std::int64_t* label, CheckTotals& totals) {
  if (!label) return;
  ++totals.labelled;
  totals.correct += top1(outputs[0]) == *label ? 1 : 0;
}

/// `bits`: the outputs claim to be the golden model's, so they are compared to the bit as well.
Result<void> check_sample(const LoadedModel& model, std::span<const Tensor> inputs, const std::vector<Tensor>& outputs,
                          std::int64_t sample, const std::int64_t* label, bool bits, References& refs, CheckTotals& totals) {
  const auto& graph = model.canonical;
  if (bits) {
    auto golden = refs.golden->run(inputs);
    if (!golden) return forward_error(golden);
    totals.against_golden = true;
    for (std::size_t o = 0; o < outputs.size(); ++o) compare_bits(outputs[o], golden->at(graph.outputs[o]), sample, o, totals);
  }
  auto reference = refs.original->run(inputs);
  if (!reference) return forward_error(reference);
  for (std::size_t o = 0; o < outputs.size(); ++o) {
    compare_reference(outputs[o], (*reference)[o], step_of(graph, graph.outputs[o]), totals);
  }
  const auto want = top1((*reference)[0]);
  totals.top1_agree += top1(outputs[0]) == want ? 1 : 0;
  if (label) totals.reference_correct += want == *label ? 1 : 0;
  return {};
}

/// The tensors of `samples` one behind the other, input by input.
std::vector<Tensor> joined(const std::vector<std::vector<Tensor>>& samples) {
  if (samples.size() == 1) return samples[0];
  std::vector<Tensor> batch;
  for (std::size_t i = 0; i < samples[0].size(); ++i) {
    auto shape = samples[0][i].shape();
    shape.at(0) *= static_cast<std::int64_t>(samples.size());
    Tensor all(samples[0][i].type(), std::move(shape));
    auto to = all.bytes().begin();
    for (const auto& sample : samples) to = std::ranges::copy(sample[i].bytes(), to).out;
    batch.push_back(std::move(all));
  }
  return batch;
}

/// What a batch of `count` gave for its sample `n`.
std::vector<Tensor> part_of(const std::vector<Tensor>& batch, std::size_t n, std::size_t count) {
  if (count == 1) return batch;
  std::vector<Tensor> sample;
  for (const auto& all : batch) {
    auto shape = all.shape();
    shape.at(0) /= static_cast<std::int64_t>(count);
    Tensor one(all.type(), std::move(shape));
    std::ranges::copy(all.bytes().subspan(n * one.bytes().size(), one.bytes().size()), one.bytes().begin());
    sample.push_back(std::move(one));
  }
  return sample;
}

/// Puts what a run cost into the measurement; the report of the first stays whole.
void add_run(runtime::Inference& run, bool first, Hertz clock, Measurement& m) {
  if (run.report) {
    m.cycles.push_back(run.report->cycles.count());
    m.total_cycles += run.report->cycles.count();
    m.wall_s += run.report->wall_s;
    m.seconds.push_back((run.report->cycles / clock).count());
  } else {
    m.seconds.push_back(run.kernel_s);
  }
  if (!first) return;
  m.report = std::move(run.report);
  m.host = run.host;
}

}  // namespace

Result<Measurement> measure(const LoadedModel& model, const SampleSet& samples, runtime::Runner& runner, Hertz clock,
                            const MeasureOptions& options) {
  Measurement m;
  References refs;
  if (options.check) {
    auto opened = open_references(model);
    if (!opened) return forward_error(opened);
    refs = std::move(*opened);
  }
  const auto queue = static_cast<std::int64_t>(runner.info().queue);
  for (std::int64_t first = 0; first < samples.count; first += queue * options.batch) {
    if (interrupted()) return fail(ErrorCode::kInterrupted, fmt::format("interrupted after {} of {} samples", first, samples.count), model.name);
    const auto last = std::min(first + queue * options.batch, samples.count);
    std::vector<std::vector<std::vector<Tensor>>> batches;  // of samples, of inputs
    for (std::int64_t i = first; i < last; ++i) {
      auto sample = samples.inputs(i);
      if (!sample) return forward_error(sample);
      if ((i - first) % options.batch == 0) batches.emplace_back();
      batches.back().push_back(std::move(*sample));
    }
    batches.back().resize(static_cast<std::size_t>(options.batch), batches.back().back());
    std::vector<std::vector<Tensor>> runs;
    for (const auto& batch : batches) runs.push_back(joined(batch));
    auto results = runner.infer_all(std::vector<std::span<const Tensor>>(runs.begin(), runs.end()), options.run);
    if (!results) return forward_error(results);
    for (std::size_t r = 0; r < results->size(); ++r) add_run((*results)[r], first == 0 && r == 0, clock, m);
    for (std::int64_t i = first; i < last; ++i) {
      const auto r = static_cast<std::size_t>((i - first) / options.batch), n = static_cast<std::size_t>((i - first) % options.batch);
      const auto outputs = part_of((*results)[r].outputs, n, batches[r].size());
      ++m.samples;
      const auto* label = label_of(samples, i);
      score(outputs, label, m.check);
      if (options.keep_outputs) m.outputs.push_back(outputs);
      if (!options.check) continue;
      if (auto ok = check_sample(model, batches[r][n], outputs, i, label, options.bits, refs, m.check); !ok) return forward_error(ok);
    }
    if (options.sample_done) options.sample_done(last, samples.count);
  }
  return m;
}

std::vector<Tensor> BaselineModel::to_model(std::vector<Tensor> graph_inputs) const {
  if (written.empty()) return graph_inputs;
  std::vector<Tensor> arranged;
  for (const auto place : inputs) arranged.push_back(std::move(graph_inputs[place]));
  return arranged;
}

std::vector<Tensor> BaselineModel::to_graph(std::vector<Tensor> model_outputs) const {
  if (written.empty()) return model_outputs;
  std::vector<Tensor> arranged(outputs.size());
  for (std::size_t i = 0; i < outputs.size(); ++i) arranged[outputs[i]] = std::move(model_outputs[i]);
  return arranged;
}

Result<BaselineModel> baseline_model(const LoadedModel& model, const std::string& precision) {
  BaselineModel baseline;
  if (precision == "float32" && !model.quantised_here) {
    return fail(ErrorCode::kUnsupported, "holds int8 weights; there is no float32 original to run", model.name);
  }
  if (precision == "float32" || !model.quantised_here) return baseline;
  const auto nodes = model.canonical.nodes();
  auto written = ort::model_of(model.canonical, nodes);
  if (!written) return forward_error(written);
  baseline.written = std::move(written->proto);
  const auto places = [](const auto& values, const auto& list) {
    std::vector<std::size_t> found;
    for (const auto v : values) found.push_back(static_cast<std::size_t>(std::ranges::find(list, v) - list.begin()));
    return found;
  };
  baseline.inputs = places(written->inputs, model.canonical.inputs);
  baseline.outputs = places(written->outputs, model.canonical.outputs);
  return baseline;
}

namespace {

/// Threads to run with: those asked for, or the fastest of a sweep.
Result<int> threads_of(std::span<const std::byte> bytes, const std::string& where, std::span<const std::vector<Tensor>> inputs,
                       const cpu::BaselineOptions& options, nlohmann::json& environment) {
  if (options.threads != 0) return options.threads;
  auto trial = options;
  trial.threads = 1;
  const auto readings = cpu::sweep_threads(bytes, where, inputs, trial);
  if (!readings) return forward_error(readings);
  std::string text;
  for (const auto& r : *readings) text += fmt::format("{}{}: {:.4g} us", text.empty() ? "" : ", ", r.threads, 1e6 * r.p50_s);
  environment["threads_swept"] = text;
  return cpu::fastest(*readings);
}

}  // namespace

Result<Measurement> measure_cpu(const LoadedModel& model, const std::string& precision, const SampleSet& samples, const cpu::BaselineOptions& wanted,
                                bool check, nlohmann::json& environment) {
  References refs;
  if (check) {
    auto opened = open_references(model);
    if (!opened) return forward_error(opened);
    refs = std::move(*opened);
  }
  const auto baseline = baseline_model(model, precision);
  if (!baseline) return forward_error(baseline);
  const auto bytes = baseline->bytes(model);
  std::vector<std::vector<Tensor>> inputs;
  for (std::int64_t i = 0; i < samples.count; ++i) {
    auto sample = samples.inputs(i);
    if (!sample) return forward_error(sample);
    inputs.push_back(baseline->to_model(std::move(*sample)));
  }
  auto options = wanted;
  options.repetitions = static_cast<int>(std::max<std::size_t>(100, inputs.size()));
  options.external_folder = model.file.parent_path().string();
  const auto threads = threads_of(bytes, model.file.string(), inputs, options, environment);
  if (!threads) return forward_error(threads);
  options.threads = *threads;
  auto result = cpu::run_baseline(bytes, model.file.string(), inputs, options);
  if (!result) return forward_error(result);
  environment.update({{"threads", result->threads}, {"pinned_cpus", fmt::format("{}", fmt::join(result->pinned_cpus, " "))},
                 {"provider", result->provider}, {"session", "all graph optimisations"}, {"warm_up_runs", options.warm_up},
                 {"timed_runs", options.repetitions}});
  Measurement m;
  m.seconds = result->latency_s;
  for (std::int64_t i = 0; i < samples.count; ++i) {
    const auto outputs = baseline->to_graph(std::move(result->outputs[static_cast<std::size_t>(i)]));
    ++m.samples;
    const auto* label = label_of(samples, i);
    score(outputs, label, m.check);
    if (!check) continue;
    const auto original = samples.inputs(i);
    if (!original) return forward_error(original);
    if (auto ok = check_sample(model, *original, outputs, i, label, false, refs, m.check); !ok) return forward_error(ok);
  }
  return m;
}

Result<std::vector<LayerCheck>> check_layers(const LoadedModel& model, const SampleSet& samples, std::int64_t count) {
  const auto& graph = model.canonical;
  auto evaluator = golden::Evaluator::prepare(graph);
  if (!evaluator) return forward_error(evaluator);
  std::vector<golden::Values> runs;
  for (std::int64_t i = 0; i < std::min(count, samples.count); ++i) {
    const auto inputs = samples.inputs(i);
    if (!inputs) return forward_error(inputs);
    auto values = evaluator->run(*inputs);
    if (!values) return forward_error(values);
    runs.push_back(std::move(*values));
  }
  std::vector<LayerCheck> checks;
  for (const auto id : graph.nodes()) {
    if (!ort::is_quantised(graph, id)) continue;
    const auto& node = graph.node(id);
    auto qdq = ort::qdq_model_of(graph, id);
    if (!qdq) return forward_error(qdq);
    auto session = ort::Session::open(qdq->bytes(), {}, node.name);
    if (!session) return forward_error(session);
    LayerCheck check{node.name, std::string(graph::name_of(node.kind))};
    for (const auto& values : runs) {
      std::vector<Tensor> inputs;
      for (const auto in : qdq->inputs) inputs.push_back(values.at(in));
      const auto want = session->run(inputs);
      if (!want) return forward_error(want);
      CheckTotals totals;
      compare_reference(values.at(qdq->outputs.at(0)), want->at(0), 1, totals);
      check.elements += totals.elements;
      check.differing += totals.differing;
      check.max_lsb = std::max(check.max_lsb, static_cast<std::int64_t>(totals.max_lsb));
    }
    checks.push_back(std::move(check));
  }
  return checks;
}

}  // namespace vernier::cli
