// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <mutex>
#include <thread>

#include <vernier/core/files.hpp>
#include <vernier/core/interrupt.hpp>
#include <vernier/scenarios/dynamic_batcher.hpp>
#include <vernier/scenarios/real_time_run.hpp>

#include "bench.hpp"
#include "progress.hpp"
#include "real_time_device.hpp"

namespace vernier::cli {
namespace {

using scenarios::IssuedSample;
using scenarios::Mode;
using scenarios::Scenario;
using Clock = std::chrono::steady_clock;

/// A device behind LoadGen's callbacks. Samples are loaded when LoadGen asks for it, untimed.
class System {
 public:
  System(std::unique_ptr<RealTimeDevice> device, const SampleSet& samples, std::string name)
      : device_(std::move(device)), samples_(samples), name_(std::move(name)), loaded_(static_cast<std::size_t>(samples.count)) {}

  [[nodiscard]] scenarios::SampleLibrary library() {
    const auto count = static_cast<std::uint64_t>(samples_.count);
    return {samples_.origin, {count, count}, [this](auto indices) { load(indices); },
            [this](auto indices) { for (const auto i : indices) loaded_[i].clear(); }};
  }

  /// Seconds of one inference from call to result, the median of a few: what rates are planned from.
  [[nodiscard]] Result<double> trial() {
    constexpr std::size_t kMost = 21;
    constexpr double kEnough = 0.5;
    load(std::array<std::size_t, 1>{0});
    if (const auto failed = error()) return tl::unexpected<Error>(*failed);
    if (auto warm = device_->run(0, loaded_[0]); !warm) return forward_error(warm);
    std::vector<double> seconds;
    for (double all = 0; seconds.size() < kMost && all < kEnough; all += seconds.back()) {
      const auto begin = Clock::now();
      if (auto ran = device_->run(0, loaded_[0]); !ran) return forward_error(ran);
      seconds.push_back(std::chrono::duration<double>(Clock::now() - begin).count());
    }
    loaded_[0].clear();
    std::ranges::nth_element(seconds, seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 2));
    return seconds[seconds.size() / 2];
  }

  /// Runs a batch, one sample after another, and completes it as a whole.
  void execute(std::size_t instance, std::span<const IssuedSample> batch) {
    thread_local const System* entered = nullptr;
    if (entered != this) {
      if (auto ok = device_->enter(instance); !ok) keep(ok.error());
      entered = this;
    }
    thread_local std::vector<std::vector<Tensor>> outputs;
    thread_local std::vector<scenarios::Response> responses;
    outputs.clear();
    responses.clear();
    for (const auto& sample : batch) {
      auto result = device_->run(instance, loaded_[sample.index]);
      if (!result) keep(result.error());
      outputs.push_back(result ? std::move(*result) : std::vector<Tensor>{});
      const auto& answer = outputs.back();
      responses.push_back({sample.id, answer.empty() ? std::span<const std::byte>() : answer[0].bytes(), 0});
    }
    scenarios::complete(responses);
    done_.fetch_add(batch.size(), std::memory_order_relaxed);
  }

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::size_t instances() const { return device_->instances(); }
  [[nodiscard]] std::uint64_t done() const { return done_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::optional<Error> error() {
    const std::lock_guard lock(mutex_);
    return error_;
  }

 private:
  void load(std::span<const std::size_t> indices) {
    for (const auto i : indices) {
      auto inputs = samples_.inputs(static_cast<std::int64_t>(i));
      if (inputs) loaded_[i] = device_->prepared(std::move(*inputs));
      else keep(inputs.error());
    }
  }
  /// LoadGen's callbacks return nothing: the first error waits here until the test is over.
  void keep(const Error& error) {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = error;
  }

  std::unique_ptr<RealTimeDevice> device_;
  const SampleSet& samples_;
  std::string name_;
  std::vector<std::vector<Tensor>> loaded_;
  std::atomic<std::uint64_t> done_ = 0;
  std::mutex mutex_;
  std::optional<Error> error_;
};

/// Streams and Offline run inside LoadGen's call while there is one instance; everything else goes through the queue.
bool runs_inline(const scenarios::Settings& settings, const scenarios::BatchPolicy& batching) {
  return settings.scenario != Scenario::kServer && batching.instances == 1 && batching.max_batch_size == 1;
}

/// LoadGen plans all queries before the first one leaves, and keeps them.
Result<void> check_memory(const scenarios::Settings& settings, double peak_qps) {
  constexpr double kBytesPerQuery = 256, kBytesPerOfflineSample = 64;  // metadata of LoadGen 6 and our queue, rounded up
  const double seconds = 1e-3 * static_cast<double>(settings.min_duration_ms);
  double bytes = 0;
  switch (settings.scenario) {
    case Scenario::kSingleStream: bytes = kBytesPerQuery * 2 * seconds * 1e9 / settings.single_stream_expected_latency_ns; break;
    case Scenario::kMultiStream: bytes = 2 * kBytesPerQuery * 2 * seconds * 1e9 / settings.multi_stream_expected_latency_ns; break;
    case Scenario::kServer: bytes = kBytesPerQuery * seconds * settings.server_target_qps; break;
    case Scenario::kOffline: bytes = kBytesPerOfflineSample * 1.1 * seconds * settings.offline_expected_qps; break;
    case Scenario::kMultiStreamFixed: break;
  }
  if (settings.mode == Mode::kFindPeak) bytes = std::max(bytes, kBytesPerQuery * seconds * 2 * peak_qps);
  double available = 0;
  std::ifstream in("/proc/meminfo");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("MemAvailable:")) available = 1024 * std::strtod(line.c_str() + 13, nullptr);
  }
  if (available == 0 || bytes < 0.7 * available) return {};
  return fail(ErrorCode::kUnsupported,
              fmt::format("LoadGen would plan about {:.1f} GB of queries for {:.0f} s, {:.1f} GB of memory are free; --duration {:.0f} fits",
                          1e-9 * bytes, seconds, 1e-9 * available, std::floor(0.6 * available / bytes * seconds)),
              "duration");
}

/// Power once a second, as a meter beside the run.
class Meter {
 public:
  explicit Meter(PowerSensor sensor) : sensor_(std::move(sensor)) {}
  void poll() {
    const auto now = scenarios::WallTime::clock::now();
    if (now - last_ < std::chrono::seconds(1)) return;
    if (const auto watts = sensor_.watts()) readings_.push_back({now, *watts});
    last_ = now;
  }
  [[nodiscard]] const std::vector<scenarios::PowerSample>& readings() const { return readings_; }
  [[nodiscard]] const std::string& scope() const { return sensor_.scope; }

 private:
  PowerSensor sensor_;
  scenarios::WallTime last_ = scenarios::WallTime::clock::now();
  std::vector<scenarios::PowerSample> readings_;
};

/// Runs LoadGen on a thread of its own, which may be pinned, and shows how far it is. LoadGen cannot be stopped, so
/// Ctrl-C ends the process: the logs of this test stay incomplete and no record is written.
Result<scenarios::TestResult> drive(System& system, const scenarios::Settings& settings, const scenarios::BatchPolicy& batching, const scenarios::LogOutput& logs,
                                    Meter* meter) {
  std::optional<scenarios::DynamicBatcher> queue;
  scenarios::SystemUnderTest sut{system.name(), {}, {}};
  if (runs_inline(settings, batching)) {
    sut.issue = [&system](std::span<const IssuedSample> samples) {
      if (samples.size() == 1) return system.execute(0, samples);
      for (const auto& s : samples) system.execute(0, {&s, 1});
    };
  } else {
    queue.emplace(batching, [&system](std::size_t instance, std::span<const IssuedSample> batch) { system.execute(instance, batch); });
    sut.issue = [&queue](std::span<const IssuedSample> samples) { queue->submit(samples); };
  }
  scenarios::RealTimeRun run(settings, sut, system.library(), logs);
  Result<scenarios::TestResult> result;
  std::atomic<bool> over = false;
  std::thread loadgen([&] {
    result = run.run();
    over = true;
  });
  Progress progress(system.name());
  const auto start = Clock::now();
  while (!over) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    const double of = 1e-3 * static_cast<double>(settings.min_duration_ms);
    progress.text(fmt::format("{:.0f} s of at least {:.0f}, {} samples done", seconds, of, system.done()));
    if (meter != nullptr) meter->poll();
    if (interrupted()) {
      std::fputs(fmt::format("\nvernier: interrupted after {:.0f} s; LoadGen's logs in {} are incomplete\n", seconds, logs.directory.string()).c_str(), stderr);
      std::_Exit(static_cast<int>(ErrorCode::kInterrupted));
    }
  }
  loadgen.join();
  progress.finish();
  if (const auto failed = system.error()) return tl::unexpected<Error>(*failed);
  return result;
}

Result<std::vector<CurvePoint>> curve_of(System& system, const BenchSubject& subject, const Benched& benched, double peak_qps) {
  auto settings = benched.test.settings;
  std::vector<CurvePoint> curve;
  settings.mode = Mode::kPerformance;
  for (const double load : curve_loads(subject.options.curve_points, peak_qps)) {
    settings.server_target_qps = load;
    auto logs = subject.logs;
    logs.directory /= fmt::format("curve-{:02}", curve.size() + 1);
    const auto result = drive(system, settings, benched.batching, logs, nullptr);
    if (!result) return forward_error(result);
    curve.push_back(curve_point(load, result->summary));
  }
  return curve;
}

}  // namespace

Result<Benched> bench_real_time(const BenchSubject& subject) {
  const auto& o = subject.options;
  auto device = open_real_time_device(subject);
  if (!device) return forward_error(device);
  System system(std::move(*device), subject.samples, fmt::format("{} on {}{}", subject.session.model().name, subject.ruler.name, o.rehearse ? ", rehearsal" : ""));
  auto batching = o.batching;
  batching.instances = system.instances();
  const auto latency = system.trial();
  if (!latency) return forward_error(latency);
  const double peak = static_cast<double>(batching.instances) / *latency;
  auto test = scenarios::settings_for(o.request, {*latency, peak});
  if (!test) return forward_error(test);
  if (auto ok = check_memory(test->settings, peak); !ok) return forward_error(ok);

  Benched benched;
  benched.logs = subject.logs;
  benched.test = std::move(*test);
  benched.batching = batching;
  std::optional<Meter> meter;
  auto sensor = o.rehearse ? fail(ErrorCode::kUnavailable, "a rehearsal senses no power", "ruler " + subject.ruler.name) : open_power_sensor(subject);
  if (sensor) meter.emplace(std::move(*sensor));
  else benched.no_power = to_string(sensor.error());
  auto result = drive(system, benched.test.settings, batching, benched.logs, meter ? &*meter : nullptr);
  if (!result) return forward_error(result);
  benched.result = std::move(*result);
  if (meter) {
    benched.power_scope = meter->scope();
    if (auto ok = add_power(subject, benched, meter->readings()); !ok) return forward_error(ok);
  }
  if (o.curve_points > 0 && o.request.scenario == Scenario::kServer) {
    auto curve = curve_of(system, subject, benched, peak);
    if (!curve) return forward_error(curve);
    benched.curve = std::move(*curve);
  }
  return benched;
}

}  // namespace vernier::cli
