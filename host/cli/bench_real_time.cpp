// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>

#include <vernier/core/files.hpp>
#include <vernier/core/interrupt.hpp>
#include <vernier/scenarios/dynamic_batcher.hpp>
#include <vernier/scenarios/real_time_run.hpp>

#include "bench.hpp"
#include "progress.hpp"
#include "real_time_system.hpp"

namespace vernier::cli {
namespace {

using scenarios::IssuedSample;
using scenarios::Mode;
using scenarios::Scenario;
using Clock = std::chrono::steady_clock;

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
Result<scenarios::TestResult> drive(RealTimeSystem& system, const scenarios::Settings& settings, const scenarios::BatchPolicy& batching, const scenarios::LogOutput& logs,
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

Result<std::vector<CurvePoint>> curve_of(RealTimeSystem& system, const BenchSubject& subject, const Benched& benched, double peak_qps) {
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

/// Runs the test, again where its plan was too short for the device.
Result<void> run_planned(RealTimeSystem& system, Benched& benched, Meter* meter) {
  constexpr int kMostRuns = 4;
  for (int runs = 1;; ++runs) {
    auto result = drive(system, benched.test.settings, benched.batching, benched.logs, meter);
    if (!result) return forward_error(result);
    benched.result = std::move(*result);
    auto again = scenarios::planned_again(benched.test, benched.result.summary);
    if (!again || runs == kMostRuns) return {};
    fmt::print(stderr, "vernier: {} was faster than when its rate was read and ended too early; planned again from what it reached\n", system.name());
    benched.test = std::move(*again);
  }
}

/// What a test is planned from. The rate is read only where something follows from it.
Result<scenarios::DeviceSpeed> speed_of(RealTimeSystem& system, const BenchOptions& o, const scenarios::BatchPolicy& batching) {
  const auto latency = system.fastest();
  if (!latency) return forward_error(latency);
  scenarios::DeviceSpeed speed{*latency, static_cast<double>(batching.instances) / *latency, {}};
  const auto asked = scenarios::settings_for(o.request, speed);
  if (!asked) return forward_error(asked);
  const bool searched = asked->settings.mode == Mode::kFindPeak || o.curve_points > 0;
  if (!throughput_counts(o) || asked->settings.mode == Mode::kAccuracy || !(asked->planned || searched)) return speed;
  const double window_s = std::max(0.2, 3 * static_cast<double>(batching.max_batch_size) * *latency);
  const auto rate = system.rate_of(batching.max_batch_size, std::chrono::duration<double>(window_s));
  if (!rate) return forward_error(rate);
  speed.peak_qps = rate->peak();
  speed.sustained_qps = rate->sustained();
  if (asked->planned && !rate->settled()) {
    fmt::print(stderr, "vernier: the rate of {} does not settle: {:.4g} to {:.4g} samples/s in {} windows of {:.2g} s; is the machine busy? --qps sets one\n", system.name(), rate->sustained(),
               rate->peak(), rate->windows(), window_s);
  }
  return speed;
}

}  // namespace

Result<Benched> bench_real_time(const BenchSubject& subject) {
  const auto& o = subject.options;
  auto device = open_real_time_device(subject);
  if (!device) return forward_error(device);
  RealTimeSystem system(std::move(*device), subject.samples, fmt::format("{} on {}{}", subject.session.model().name, subject.ruler.name, o.rehearse ? ", rehearsal" : ""));
  auto batching = o.batching;
  batching.instances = system.instances();
  const auto speed = speed_of(system, o, batching);
  if (!speed) return forward_error(speed);
  const double peak = speed->peak_qps;
  auto test = scenarios::settings_for(o.request, *speed);
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
  if (auto ok = run_planned(system, benched, meter ? &*meter : nullptr); !ok) return forward_error(ok);
  benched.in_flight = system.in_flight();
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
