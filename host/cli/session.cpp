// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <vernier/analytic/analytic_ruler.hpp>
#include <vernier/cpu/baseline.hpp>
#include <vernier/cpu/device.hpp>
#include <vernier/opencl/opencl_runner.hpp>
#include <vernier/ort/providers.hpp>
#include <vernier/passes/pipeline.hpp>
#include <vernier/systemc/stream_simulation.hpp>
#include <vernier/systemc/systemc_ruler.hpp>
#include <vernier/verilator/rtl_ruler.hpp>
#include <vernier/verilator/stream_simulation.hpp>
#include <vernier/xrt/card_ruler.hpp>
#include <vernier/xrt/stream_card.hpp>

#include "progress.hpp"
#include "record_of.hpp"

namespace vernier::cli {
namespace {

using runtime::Fidelity;

/// A runner and what it borrows.
struct Opened {
  std::unique_ptr<runtime::Ruler> ruler;
  std::unique_ptr<runtime::Runner> runner;
  nlohmann::json environment = nlohmann::json::object();
};

std::int64_t predicted_cycles(const runtime::Deployment& deployment) {
  std::int64_t cycles = 0;
  for (const auto& group : deployment.pipeline().whole.groups) cycles += group.cycles;
  return cycles;
}

std::unique_ptr<runtime::Ruler> make_program_ruler(const std::string& name, const CommonOptions& options) {
  if (name == "hw_emu") return card::make_hw_emu_ruler(options.compute_units);
  if (name == "board") return card::make_board_ruler(options.xclbin);
  if (name == "systemc") return systemc::make_systemc_ruler();
  if (name == "analytic") return analytic::make_analytic_ruler();
  return verilator::make_rtl_ruler();
}

std::string word_of(opencl::DeviceKind kind) {
  switch (kind) {
    case opencl::DeviceKind::kGpu: return "gpu";
    case opencl::DeviceKind::kAccelerator: return "accelerator";
    case opencl::DeviceKind::kCpu: break;
  }
  return "cpu";
}

/// A CPU is no GPU: ruler gpu takes nothing else than a GPU or an accelerator.
Result<Opened> open_opencl(const RulerEntry& entry, const graph::Graph& graph, const std::string& device) {
  using opencl::DeviceKind;
  const std::vector<DeviceKind> wanted = entry.name.starts_with("gpu") ? std::vector{DeviceKind::kGpu, DeviceKind::kAccelerator} : std::vector<DeviceKind>{};
  auto runner = opencl::OpenClRunner::open(graph, wanted, device);
  if (!runner) return forward_error(runner);
  Opened opened;
  const auto& info = (*runner)->device();
  const auto placement = (*runner)->placement();
  opened.environment = {{"device_kind", word_of(info.kind)}, {"device", info.title + ": " + info.name}, {"device_title", info.title}, {"driver", info.driver}, {"opencl", info.version},
                        {"operators_on_device", placement.device}, {"operators_on_host", placement.host}};
  opened.runner = std::move(*runner);
  return opened;
}

struct NamedSimulator {
  runtime::RulerInfo info;
  streaming::StreamSimulator simulate;
};

Result<NamedSimulator> stream_simulator(const RulerEntry& entry, const streaming::StreamDeployment& stream, const CommonOptions& options, bool waves) {
  if (auto why = refuses_stream(entry, stream.target().name)) return tl::unexpected<Error>(*why);
  using Frames = std::vector<std::vector<std::int8_t>>;
  if (entry.name == "systemc") {
    return NamedSimulator{{entry.name, entry.fidelity, true, "stages as SystemC modules around their HLS functions"},
                          [](const stages::Design& design, int frames, const Frames& inputs, const runtime::RunOptions&) { return systemc::simulate_stream(design, frames, inputs); }};
  }
  if (entry.name == "hw_emu") {
    if (options.compute_units > 1) return fail(ErrorCode::kUnsupported, fmt::format("{} compute units: a streaming design is one kernel", options.compute_units), "--compute-units");
    auto opened = card::open_stream_card(stream.design(), stream.target().clock, options.stream_function ? stages::KernelForm::kFunction : stages::KernelForm::kRtl);
    if (!opened) return forward_error(opened);
    const auto info = options.stream_function ? runtime::RulerInfo{entry.name, Fidelity::kSystemC, true, "the packed C++ function behind XRT on an emulated card; its cycles are estimated"}
                                              : runtime::RulerInfo{entry.name, entry.fidelity, true, "the packed RTL kernel behind XRT on an emulated card, cycle by cycle"};
    return NamedSimulator{info, [card = std::shared_ptr<card::StreamCard>(std::move(*opened))](const stages::Design&, int frames, const Frames& inputs, const runtime::RunOptions& run) {
                            return card->run(frames, inputs, run);
                          }};
  }
  auto opened = verilator::StreamModel::open(stream.design(), waves);
  if (!opened) return forward_error(opened);
  return NamedSimulator{{entry.name, entry.fidelity, true, "stages in SystemVerilog, stitched and Verilated, cycle by cycle"},
                        [model = std::shared_ptr<verilator::StreamModel>(std::move(*opened))](const stages::Design&, int frames, const Frames& inputs, const runtime::RunOptions& run) {
                          return model->run(frames, inputs, {.waves = run.waves.file});
                        }};
}

Result<Opened> open_runner(const RulerEntry& entry, const graph::Graph& graph, runtime::Deployment* deployment, streaming::StreamDeployment* stream,
                           const CommonOptions& options, bool waves) {
  if (entry.name.starts_with("opencl") || entry.name.starts_with("gpu")) return open_opencl(entry, graph, options.device);
  Opened opened;
  if (stream != nullptr && entry.runs_programs) {
    auto simulator = stream_simulator(entry, *stream, options, waves);
    if (!simulator) return forward_error(simulator);
    opened.runner = std::make_unique<streaming::StreamRunner>(*stream, std::move(simulator->info), std::move(simulator->simulate));
    return opened;
  }
  if (entry.name == "golden") {
    auto golden = runtime::GoldenRunner::open(graph);
    if (!golden) return forward_error(golden);
    opened.runner = std::move(*golden);
  } else {
    opened.ruler = make_program_ruler(entry.name, options);
    if (auto refusal = deployment->refused_by(*opened.ruler)) return tl::unexpected<Error>(*refusal);
    opened.runner = std::make_unique<runtime::NpuRunner>(*deployment, *opened.ruler);
  }
  return opened;
}

}  // namespace

const std::vector<RulerEntry>& rulers() {
  static const std::vector<RulerEntry> kRulers{
      {"rtl", Fidelity::kRtl, "the SystemVerilog kernel in Verilator, cycle by cycle", true},
      {"hw_emu", Fidelity::kRtl, "the same kernel packed as an xclbin and driven through XRT, on an emulated card", true},
      {"systemc", Fidelity::kSystemC, "the kernel's units as SystemC modules, with the same memories: cycles in a hundredth of the time", true},
      {"analytic", Fidelity::kAnalytic, "closed forms for every command along the program's waits: cycles in milliseconds", true},
      {"board", Fidelity::kMeasured, "the kernel on a card, driven through XRT (--xclbin); cycles from its own counter", true},
      {"golden", Fidelity::kFunctional, "bit-exact integer model: values, no time", false},
      {"gpu", Fidelity::kMeasured, "OpenCL on a GPU or accelerator: the device's own time, energy only where it has a sensor", false},
      {"opencl", Fidelity::kMeasured, "OpenCL on the first device of any kind, a CPU too, titled by its kind", false},
      {"gpu-fp32", Fidelity::kMeasured, "the same with the float32 original of a model that is quantised here; products by CLBlast", false, "float32"},
      {"opencl-fp32", Fidelity::kMeasured, "likewise on the first device of any kind", false, "float32"},
      {"cpu", Fidelity::kMeasured, "ONNX Runtime on this machine's processor, all optimisations on", false},
      {"cpu-fp32", Fidelity::kMeasured, "the same with the float32 original of a model that is quantised here", false, "float32"},
  };
  return kRulers;
}

bool is_baseline(const RulerEntry& ruler) { return ruler.name == "cpu" || ruler.name == "cpu-fp32"; }

bool computes_on_processor(const RulerEntry& ruler, const nlohmann::json& environment) {
  return is_baseline(ruler) ? ort::computes_on_processor(environment.value("provider", "")) : environment.value("device_kind", "") == "cpu";
}

std::optional<Error> refuses_scenarios(const RulerEntry& ruler) {
  if (ruler.fidelity == Fidelity::kFunctional) return Error{ErrorCode::kUnsupported, "has values and no time; a scenario needs a ruler with time", "ruler " + ruler.name};
  return std::nullopt;
}

std::optional<Error> refuses_stream(const RulerEntry& ruler, const std::string& target) {
  if (ruler.name == "rtl" || ruler.name == "hw_emu" || ruler.name == "systemc") return std::nullopt;
  return Error{ErrorCode::kUnsupported, fmt::format("runs programs of the NPU; {} is read on rtl, hw_emu and systemc", target), "ruler " + ruler.name};
}

Result<const RulerEntry*> find_ruler(const std::string& name) {
  std::vector<std::string> known;
  for (const auto& r : rulers()) {
    if (r.name == name) return &r;
    known.push_back(r.name);
  }
  return fail(ErrorCode::kInvalidInput, fmt::format("is not a ruler of this build; known are {}", fmt::join(known, ", ")), "ruler " + name);
}

Result<MeasureSession> MeasureSession::open(const CommonOptions& options, const std::vector<const RulerEntry*>& wanted) {
  MeasureSession s;
  s.options_ = options;
  s.asked_ = options.batch;
  auto model = load_model(options);
  if (!model) return forward_error(model);
  s.model_ = std::make_unique<LoadedModel>(std::move(*model));
  auto samples = load_samples(*s.model_, options);
  if (!samples) return forward_error(samples);
  s.samples_ = std::move(*samples);
  for (const auto* ruler : wanted) {
    if (options.batch > 1 && ruler->fidelity == Fidelity::kMeasured && !ruler->runs_programs) {
      return fail(ErrorCode::kUnsupported, fmt::format("{} images a run: it runs the file as it was exported; choose others with --ruler or --rulers", options.batch), "ruler " + ruler->name);
    }
    if (!ruler->runs_programs || s.deployment_ || s.stream_) continue;
    if (auto ok = streaming::is_stream_target(options.target) ? s.fold() : s.deploy(); !ok) return forward_error(ok);
  }
  if (s.options_.batch > 1) {
    auto batch = graph::batched(s.model_->canonical, s.options_.batch);
    if (!batch) return forward_error(batch);
    s.batch_ = std::make_unique<graph::Graph>(std::move(*batch));
  }
  return s;
}

Result<void> MeasureSession::fold() {
  if (asked_ > 1) return fail(ErrorCode::kUnsupported, fmt::format("{} images a run: frames stream one after another, of any number", asked_), "target " + options_.target);
  const auto target = streaming::stream_target_of(options_.target, options_.clock_mhz);
  if (!target) return forward_error(target);
  auto deployment = streaming::StreamDeployment::prepare(model_->canonical, *target);
  if (!deployment) return forward_error(deployment);
  stream_ = std::move(*deployment);
  return {};
}

/// Tensors of many images may not fit on chip, where those of fewer do. Of the numbers that divide the batch, the largest
/// is taken that is predicted to take no longer an image than one alone.
Result<void> MeasureSession::deploy() {
  const auto target = find_target(options_.target, options_.clock_mhz);
  if (!target) return forward_error(target);
  const auto prepare = [&](std::int64_t images) -> Result<runtime::Deployment> {
    if (images == 1) return runtime::Deployment::prepare(model_->canonical, *target, {.fence_between_layers = options_.fence_layers});
    const auto graph = graph::batched(model_->canonical, images);
    if (!graph) return forward_error(graph);
    return runtime::Deployment::prepare(*graph, *target, {.fence_between_layers = options_.fence_layers});
  };
  auto alone = prepare(1);
  if (!alone) return forward_error(alone);
  for (auto images = asked_; images > 1; --images) {
    if (asked_ % images != 0) continue;
    auto together = prepare(images);
    if (!together) return forward_error(together);
    if (predicted_cycles(*together) > images * predicted_cycles(*alone)) continue;
    options_.batch = images;
    deployment_ = std::move(*together);
    return {};
  }
  options_.batch = 1;
  deployment_ = std::move(*alone);
  return {};
}

Result<const graph::Graph*> MeasureSession::graph_of(const RulerEntry& entry) const {
  if (entry.precision == "int8") return &batch_graph();
  if (!model_->original) return fail(ErrorCode::kUnsupported, "holds int8 weights; there is no float32 original to run", model_->name);
  return &*model_->original;
}

Result<MeasureSession::Outcome> MeasureSession::run(const RulerEntry& entry, bool check, const runtime::Waves& waves) {
  Outcome outcome;
  runtime::RulerInfo info{entry.name, entry.fidelity, entry.fidelity != Fidelity::kFunctional, entry.description};
  nlohmann::json environment = nlohmann::json::object();
  Result<Measurement> measurement;
  if (is_baseline(entry)) {
    cpu::BaselineOptions baseline;
    baseline.threads = options_.threads;
    baseline.provider = options_.provider;
    measurement = measure_cpu(*model_, entry.precision, samples_, baseline, check, environment);
    if (measurement && environment["provider"] != ort::kCpuProvider) info.description = fmt::format("ONNX Runtime with {}, all optimisations on", environment["provider"].get<std::string>());
  } else {
    if (stream_ && waves.format == runtime::WaveFormat::kVcd) return fail(ErrorCode::kUnsupported, "of a streaming design --waves records the whole run, nothing a window", "--vcd");
    const auto graph = graph_of(entry);
    if (!graph) return forward_error(graph);
    auto opened = open_runner(entry, **graph, deployment_ ? &*deployment_ : nullptr, stream_ ? &*stream_ : nullptr, options_, waves.wanted());
    if (!opened) return forward_error(opened);
    environment = opened->environment;
    info.fidelity = opened->runner->info().fidelity;
    if (environment.contains("device")) info.description = environment["device"].get<std::string>();
    if (options_.batch != asked_) environment["batch_asked_for"] = asked_;
    if (entry.name == "rtl") environment["rtl_assertions"] = options_.assertions || stream_.has_value();
    if (entry.name == "hw_emu") environment["compute_units"] = options_.compute_units;
    if (entry.name == "hw_emu" && stream_) environment["stream_kernel"] = options_.stream_function ? "C++ function, its cycles estimated" : "RTL";
    measurement = simulate(*opened->runner, entry, check, waves);
  }
  if (!measurement) return forward_error(measurement);
  outcome.measurement = std::move(*measurement);
  auto record = record_of({*model_, samples_, options_, info, entry.runs_programs ? pipeline() : nullptr, entry.runs_programs ? stream() : nullptr, outcome.measurement, environment});
  if (!record) return forward_error(record);
  outcome.record = std::move(*record);
  outcome.record["precision"] = entry.precision;
  return outcome;
}

Result<Measurement> MeasureSession::simulate(runtime::Runner& runner, const RulerEntry& entry, bool check, const runtime::Waves& waves) {
  Progress progress(fmt::format("{} on {}", model_->name, entry.name));
  MeasureOptions options;
  options.check = check;
  options.bits = entry.precision == "int8";
  options.keep_outputs = options_.keep_outputs;
  options.batch = options_.batch;
  options.run.memory = options_.memory;
  options.run.seed = options_.seed;
  options.run.waves = waves;
  options.run.values = !options_.timing_only;
  options.run.assertions = options_.assertions;
  options.run.jobs = options_.jobs;
  options.run.unique_layers = options_.unique_layers;
  options.run.progress = [&progress](Cycles cycles, double share) { progress.cycles(cycles, share); };
  options.sample_done = [&progress](std::int64_t done, std::int64_t of) { progress.samples(done, of); };
  const auto clock = deployment_ ? deployment_->pipeline().whole.target.clock : (stream_ ? stream_->target().clock : Hertz{1});
  auto measurement = measure(*model_, samples_, runner, clock, options);
  progress.finish();
  return measurement;
}

Result<MeasureSession::Infer> MeasureSession::open_ruler(const RulerEntry& entry) {
  if (is_baseline(entry)) {
    const auto baseline = baseline_model(*model_, entry.precision);
    if (!baseline) return forward_error(baseline);
    cpu::DeviceOptions wanted;
    wanted.threads = std::max(1, options_.threads);
    wanted.provider = options_.provider;
    wanted.external_folder = model_->file.parent_path().string();
    auto device = cpu::Device::open(baseline->bytes(*model_), model_->file.string(), wanted);
    if (!device) return forward_error(device);
    return [baseline = *baseline, device = std::make_shared<cpu::Device>(std::move(*device))](std::span<const std::span<const Tensor>> batch) -> Result<std::vector<runtime::Inference>> {
      std::vector<runtime::Inference> inferences;
      for (const auto inputs : batch) {
        auto outputs = device->run(0, baseline.to_model({inputs.begin(), inputs.end()}));
        if (!outputs) return forward_error(outputs);
        inferences.emplace_back().outputs = baseline.to_graph(std::move(*outputs));
      }
      return inferences;
    };
  }
  const auto graph = graph_of(entry);
  if (!graph) return forward_error(graph);
  auto opened = open_runner(entry, **graph, deployment_ ? &*deployment_ : nullptr, stream_ ? &*stream_ : nullptr, options_, false);
  if (!opened) return forward_error(opened);
  runtime::RunOptions run;
  run.memory = options_.memory;
  run.seed = options_.seed;
  run.assertions = options_.assertions;
  return [opened = std::make_shared<Opened>(std::move(*opened)), run](std::span<const std::span<const Tensor>> batch) { return opened->runner->infer_all(batch, run); };
}

}  // namespace vernier::cli
