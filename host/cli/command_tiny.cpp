// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <memory>
#include <thread>

#include <vernier/cpu/rapl.hpp>
#include <vernier/store/record_file.hpp>
#include <vernier/tiny/device.hpp>
#include <vernier/tiny/runner.hpp>

#include "command.hpp"
#include "session.hpp"
#include "tiny_task.hpp"

namespace vernier::cli {
namespace {

struct TinyCommand : CommonOptions {
  std::string ruler, task, mode = "performance", port;
  int baud = 115'200;
  double window_s = 10;
  bool device_only = false;
};

/// A ruler as a board: real rulers have the machine's clock and meter, simulated ones a clock and a meter that their
/// cycles and energy move. A simulated ruler runs an input once: its time and bits are the same each time.
class Board {
 public:
  Board(MeasureSession& session, MeasureSession::Infer infer, TinyTask task, const MeasureSession::Outcome& reading, const RulerEntry& ruler)
      : session_(session), infer_(std::move(infer)), task_(task), simulated_(ruler.fidelity != runtime::Fidelity::kMeasured) {
    const auto& r = reading.record;
    if (!simulated_) {
      if (!computes_on_processor(ruler, r["environment"])) no_meter_ = "no meter of what computes here is read";
      else if (auto rapl = cpu::Rapl::open()) rapl_ = std::move(*rapl);
      else no_meter_ = to_string(rapl.error());
      return;
    }
    latency_s_ = r["latency_s"].get<double>();
    if (!r["energy_j"].is_number()) {
      no_meter_ = "this ruler counts no energy";
      return;
    }
    energy_j_ = r["energy_j"].get<double>();
  }

  [[nodiscard]] tiny::Target target(const std::string& ruler, const std::string& task) {
    tiny::Target t;
    t.name = "vernier-" + ruler;
    t.model = task;
    t.input_bytes = line_bytes(task_, input());
    t.infer = [this](std::span<const std::byte> bytes, std::uint64_t times) { return infer(bytes, times); };
    t.now_us = [this] { return static_cast<std::uint64_t>(std::llround(1e6 * now_s())); };
    t.edge = [this] { edge(); };
    return t;
  }

  /// Of the window between the last two edges.
  [[nodiscard]] Result<tiny::EnergyWindow> meter() const {
    if (!no_meter_.empty()) return fail(ErrorCode::kUnavailable, no_meter_, "energy meter");
    return tiny::EnergyWindow{last_.seconds - before_.seconds, last_.joules - before_.joules};
  }

 private:
  [[nodiscard]] const graph::Value& input() const { return session_.model().canonical.value(session_.model().canonical.inputs.at(0)); }
  [[nodiscard]] const graph::Value& output() const { return session_.model().canonical.value(session_.model().canonical.outputs.at(0)); }

  [[nodiscard]] double now_s() const {
    if (simulated_) return clock_s_;
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

  void edge() {
    before_ = last_;
    last_.seconds = now_s();
    last_.joules = joules_;
    if (rapl_) {
      if (const auto now = rapl_->joules()) last_.joules = *now;
    }
  }

  Result<std::vector<float>> infer(std::span<const std::byte> bytes, std::uint64_t times) {
    const auto sample = from_line(task_, input(), bytes);
    const std::span<const Tensor> inputs(&sample, 1);
    Result<std::vector<runtime::Inference>> result;
    for (std::uint64_t i = 0; i < (simulated_ ? 1 : times); ++i) {
      result = infer_(std::span(&inputs, 1));
      if (!result) return forward_error(result);
    }
    if (simulated_) {
      clock_s_ += static_cast<double>(times) * latency_s_;
      joules_ += static_cast<double>(times) * energy_j_;
    }
    return tiny_results(task_, input(), sample, output(), result->front().outputs.at(0));
  }

  MeasureSession& session_;
  MeasureSession::Infer infer_;
  TinyTask task_;
  bool simulated_;
  double latency_s_ = 0, energy_j_ = 0;
  double clock_s_ = 0, joules_ = 0;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::optional<cpu::Rapl> rapl_;
  std::string no_meter_;
  tiny::EnergyWindow before_, last_;
};

Result<std::vector<std::vector<std::byte>>> inputs_of(const MeasureSession& session, TinyTask task, std::int64_t most) {
  const auto& graph = session.model().canonical;
  if (graph.inputs.size() != 1) return fail(ErrorCode::kUnsupported, fmt::format("has {} inputs; the protocol loads one", graph.inputs.size()), session.model().name);
  const auto& value = graph.value(graph.inputs[0]);
  std::vector<std::vector<std::byte>> all;
  for (std::int64_t i = 0; i < std::min(most, session.samples().count); ++i) {
    const auto sample = session.samples().inputs(i);
    if (!sample) return forward_error(sample);
    all.push_back(to_line(task, value, sample->at(0)));
  }
  return all;
}

void print_windows(const std::vector<tiny::Window>& windows, bool energy) {
  for (const auto& w : windows) {
    fmt::print("  {:>10} inferences in {:.3f} s{}\n", w.inferences, w.seconds, energy ? fmt::format(", {:.6g} J", w.joules) : "");
  }
}

Result<void> score(tiny::Runner& runner, const MeasureSession& session, TinyTask task, const std::string& mode, const tiny::Meter& meter) {
  constexpr std::int64_t kTimedInputs = 5;
  if (mode == "accuracy") {
    const auto& labels = session.samples().labels;
    if (labels.empty()) return fail(ErrorCode::kInvalidInput, "the inputs have no labels to score against", session.samples().origin);
    const auto inputs = inputs_of(session, task, session.samples().count);
    if (!inputs) return forward_error(inputs);
    const auto results = runner.results(*inputs);
    if (!results) return forward_error(results);
    if (task == TinyTask::kAnomaly) {
      std::vector<float> scores;
      for (const auto& r : *results) scores.push_back(r.at(0));
      fmt::print("AUC               {:.4f} of {} inputs\n", tiny::auc(scores, std::span(labels).first(scores.size())), scores.size());
    } else {
      fmt::print("top-1 accuracy    {:.2f} % of {} inputs\n", 100 * tiny::top1(*results, labels), results->size());
    }
    return {};
  }
  const auto inputs = inputs_of(session, task, kTimedInputs);
  if (!inputs) return forward_error(inputs);
  const bool energy = mode == "energy";
  const auto windows = energy ? runner.energy(*inputs, meter) : runner.performance(*inputs);
  if (!windows) return forward_error(windows);
  print_windows(*windows, energy);
  fmt::print("median throughput {:.6g} inferences/s\n", tiny::median_throughput(*windows));
  if (energy) fmt::print("median energy     {:.6g} uJ an inference\n", 1e6 * tiny::median_energy(*windows));
  return {};
}

int serve(const tiny::Target& target, tiny::Mode mode) {
  auto ends = tiny::Link::pair();
  if (!ends) return report_error(ends.error());
  fmt::print("{}\n", ends->second.path());
  std::fflush(stdout);
  tiny::Device device(target, mode);
  const auto over = device.serve(ends->first);
  return over ? 0 : report_error(over.error());
}

int drive(const TinyCommand& o, const MeasureSession& session, TinyTask task, tiny::Link& link, const tiny::Meter& meter) {
  tiny::RunnerOptions options;
  options.window_s = o.window_s;
  tiny::Runner runner(link, options);
  const auto identity = runner.identify();
  if (!identity) return report_error(identity.error());
  fmt::print("{} on {}, task {}, {} mode (MLPerf Tiny's protocol; unverified)\n", session.model().name, identity->name, identity->model, o.mode);
  const auto scored = score(runner, session, task, o.mode, meter);
  return scored ? 0 : report_error(scored.error());
}

/// A board at a serial port: the model is needed for its inputs and labels only.
int run_port(const TinyCommand& o, TinyTask task) {
  const tiny::Meter no_meter = []() -> Result<tiny::EnergyWindow> {
    return fail(ErrorCode::kUnavailable, "none is attached: energy of a board needs a meter at its supply and its timing pin", "energy meter");
  };
  auto session = MeasureSession::open(o, {});
  if (!session) return report_error(session.error());
  auto link = tiny::Link::open(o.port, o.baud);
  return link ? drive(o, *session, task, *link, no_meter) : report_error(link.error());
}

int run(const TinyCommand& o) {
  const auto task = tiny_task(o.task);
  if (!task) return report_error(task.error());
  if (!o.port.empty()) return run_port(o, *task);
  const auto ruler = find_ruler(o.ruler);
  if (!ruler) return report_error(ruler.error());
  if ((*ruler)->fidelity == runtime::Fidelity::kFunctional) return report_error({ErrorCode::kUnsupported, "has values and no time", "ruler " + o.ruler});
  auto session = MeasureSession::open(o, {*ruler});
  if (!session) return report_error(session.error());
  auto one_sample = static_cast<CommonOptions>(o);
  one_sample.samples = 1;
  auto one = MeasureSession::open(one_sample, {*ruler});
  if (!one) return report_error(one.error());
  const auto reading = one->run(**ruler, false, {});
  if (!reading) return report_error(reading.error());
  auto infer = session->open_ruler(**ruler);
  if (!infer) return report_error(infer.error());
  Board board(*session, std::move(*infer), *task, *reading, **ruler);
  const auto mode = o.mode == "energy" ? tiny::Mode::kEnergy : tiny::Mode::kPerformance;
  const auto target = board.target(o.ruler, o.task);
  if (o.device_only) return serve(target, mode);

  auto ends = tiny::Link::pair();
  if (!ends) return report_error(ends.error());
  std::optional<tiny::Link> host(std::move(ends->first));
  tiny::Device device(target, mode);
  std::thread thread([&device, peer = std::make_shared<tiny::Link>(std::move(ends->second))] { (void)device.serve(*peer); });
  const int code = drive(o, *session, *task, *host, [&board] { return board.meter(); });
  host.reset();  // the device ends with its line
  thread.join();
  return code;
}

}  // namespace

void add_tiny(CLI::App& app, Action& chosen) {
  auto o = std::make_shared<TinyCommand>();
  auto* c = app.add_subcommand("tiny", "a benchmark of MLPerf Tiny by its text protocol: runner, device, or both over a pseudo terminal");
  add_common_options(*c, *o);
  auto* ruler = c->add_option("--ruler", o->ruler, "what stands behind the device");
  c->add_option("--task", o->task, "ic01, vww01, kws01, ad01: the form of the inputs and the score")->required();
  c->add_option("--mode", o->mode, "performance, energy, accuracy")->check(CLI::IsMember({"performance", "energy", "accuracy"}))->capture_default_str();
  c->add_option("--window", o->window_s, "seconds a timed window lasts at least; the rules ask for 10")->check(CLI::PositiveNumber)->capture_default_str();
  auto* port = c->add_option("--port", o->port, "run a board at this serial port instead of the ruler");
  c->add_option("--baud", o->baud, "of the port: 115200, in energy mode 9600")->needs(port)->capture_default_str();
  ruler->excludes(port);
  c->add_flag("--device-only", o->device_only, "print the path of a pseudo terminal and answer whoever opens it")->excludes(port);
  c->callback([o, &chosen] { chosen = [o] { return run(*o); }; });
}

}  // namespace vernier::cli
