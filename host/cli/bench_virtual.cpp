// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "bench.hpp"

namespace vernier::cli {
namespace {

using scenarios::Scenario;

constexpr std::size_t kQuantiles = 101;
constexpr std::int64_t kSecond = 1'000'000'000;

/// Sizes that are read: powers of two, those that are preferred, the largest. The time of a run is no line in its images.
std::set<std::size_t> sizes_to_read(const scenarios::BatchPolicy& policy) {
  std::set<std::size_t> sizes(policy.preferred_batch_sizes.begin(), policy.preferred_batch_sizes.end());
  for (std::size_t b = 1; b <= policy.max_batch_size; b *= 2) sizes.insert(b);
  sizes.insert(policy.max_batch_size);
  return sizes;
}

/// Seconds of a run of so many images, lowered together; of several runs where fewer together are faster.
Result<double> read_batch(const BenchSubject& subject, std::size_t images) {
  auto options = static_cast<const CommonOptions&>(subject.options);
  options.batch = options.samples = static_cast<std::int64_t>(images);
  options.keep_outputs = false;
  auto session = MeasureSession::open(options, {&subject.ruler});
  if (!session) return forward_error(session);
  const auto reading = session->run(subject.ruler, false, {});
  if (!reading) return forward_error(reading);
  return reading->measurement.seconds.front() * static_cast<double>(images) / static_cast<double>(session->batch());
}

std::int64_t ns_of(double seconds) { return std::max<std::int64_t>(1, std::llround(1e9 * seconds)); }

/// An NPU runs one batch at a time. What was not read at its size runs as batches that were, back to back.
Result<scenarios::Service> npu_service(const BenchSubject& subject, double one_s) {
  const auto& policy = subject.options.batching;
  const auto sizes = sizes_to_read(policy);
  std::vector<double> seconds{0, one_s};
  for (std::size_t b = 2; b <= policy.max_batch_size; ++b) {
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t part = 1; part <= b / 2; ++part) least = std::min(least, seconds[part] + seconds[b - part]);
    if (sizes.contains(b)) {
      const auto together = read_batch(subject, b);
      if (together) least = std::min(least, *together);
      else if (together.error().code != ErrorCode::kUnsupported) return forward_error(together);
    }
    seconds.push_back(least);
  }
  std::vector<std::int64_t> latency_ns;
  for (std::size_t b = 1; b < seconds.size(); ++b) latency_ns.push_back(ns_of(seconds[b]));
  return scenarios::Service::table(std::move(latency_ns));
}

/// A streaming design takes the next frame an interval after the last one, before that one has left.
Result<scenarios::Service> stream_service(const scenarios::BatchPolicy& policy, double latency_s, double interval_s) {
  std::vector<std::int64_t> latency_ns, interval_ns;
  for (std::size_t b = 1; b <= policy.max_batch_size; ++b) {
    latency_ns.push_back(ns_of(latency_s + static_cast<double>(b - 1) * interval_s));
    interval_ns.push_back(std::min(latency_ns.back(), ns_of(static_cast<double>(b) * interval_s)));
  }
  return scenarios::Service::pipelined(std::move(latency_ns), std::move(interval_ns));
}

/// Samples a second when every batch is the best one and none waits.
double peak_of(const scenarios::Service& service, std::size_t instances) {
  double best = 0;
  for (std::size_t b = 1; b <= service.max_batch(); ++b) best = std::max(best, 1e9 * static_cast<double>(b) / static_cast<double>(service.interval_ns(b)));
  return best * static_cast<double>(instances);
}

/// Power of an instance while idle, and energy that each inference adds to it.
struct DeviceEnergy {
  double idle_w = 0, per_inference_j = 0;
};
std::optional<DeviceEnergy> energy_of(const nlohmann::json& record) {
  if (!record["energy_j"].is_number() || !record.contains("energy")) return std::nullopt;
  double background = 0;
  for (const auto& term : record["energy"]["terms"]) {
    if (term["class"] == "static") background += term["energy_j"].get<double>();
  }
  return DeviceEnergy{background * record["inferences_per_s"].get<double>(), record["energy_j"].get<double>() - background};
}

/// The meter that the simulated instances would have: one reading a step, in its middle.
std::vector<scenarios::PowerSample> meter(const DeviceEnergy& energy, std::size_t instances, const scenarios::Profile& profile, std::int64_t step_ns, scenarios::WallTime begin) {
  std::vector<scenarios::PowerSample> readings;
  const auto& done = profile.completions;
  const std::size_t whole = std::max<std::size_t>(1, done.size() - 1);  // the last step is cut short by the end of the run
  for (std::size_t i = 0; i < std::min(whole, done.size()); ++i) {
    const auto middle = std::chrono::nanoseconds(static_cast<std::int64_t>(i) * step_ns + step_ns / 2);
    readings.push_back({begin + std::chrono::duration_cast<scenarios::WallTime::duration>(middle),
                        energy.idle_w * static_cast<double>(instances) + energy.per_inference_j * static_cast<double>(done[i]) / (1e-9 * static_cast<double>(step_ns))});
  }
  return readings;
}

Result<void> add_simulated_power(const BenchSubject& subject, Benched& benched, std::int64_t step_ns) {
  const auto energy = energy_of(subject.reading.record);
  if (!energy) {
    benched.no_power = "this ruler counts no energy";
    return {};
  }
  std::vector<scenarios::PowerSample> readings;
  if (benched.result.judged) {
    const auto begin = scenarios::parse_power_time(benched.result.power_begin, "power_begin");
    if (!begin) return forward_error(begin);
    readings = meter(*energy, benched.batching.instances, benched.profile, step_ns, *begin);
  }
  return add_power(subject, benched, readings);
}

Result<std::vector<CurvePoint>> curve_of(scenarios::VirtualTest test, int points, double peak_qps) {
  std::vector<CurvePoint> curve;
  test.settings.mode = scenarios::Mode::kPerformance;
  test.profile = {};
  test.trace = false;
  // a point of the curve is no test: two thousand queries beyond its p99 place it
  constexpr double kQueriesOfCurve = 200'000;
  const auto duration_ms = test.settings.min_duration_ms;
  test.settings.min_query_count = std::min(test.settings.min_query_count, static_cast<std::uint64_t>(kQueriesOfCurve));
  for (const double load : curve_loads(points, peak_qps)) {
    test.settings.server_target_qps = load;
    test.settings.min_duration_ms = std::min(duration_ms, static_cast<std::uint64_t>(std::ceil(1e3 * kQueriesOfCurve / load)));
    const auto result = scenarios::VirtualRun(test).run();
    if (!result) return forward_error(result);
    curve.push_back(curve_point(load, result->summary));
  }
  return curve;
}

}  // namespace

Result<Benched> bench_virtual(const BenchSubject& subject) {
  const auto& o = subject.options;
  const auto& measurement = subject.reading.measurement;
  if (!measurement.report || measurement.seconds.empty()) {
    return fail(ErrorCode::kUnsupported, "reads no cycles; virtual time needs them", "ruler " + subject.ruler.name);
  }
  const double latency = measurement.seconds.front();
  const bool streams = subject.session.stream() != nullptr;
  auto service = streams ? stream_service(o.batching, latency, 1 / subject.reading.record["inferences_per_s"].get<double>()) : npu_service(subject, latency);
  if (!service) return forward_error(service);
  Benched benched;
  benched.batching = o.batching;
  // a card's compute units run a batch each
  const auto units = subject.ruler.name == "hw_emu" ? static_cast<std::size_t>(o.compute_units) : 1;
  benched.batching.instances = std::max<std::size_t>(1, o.batching.instances) * units;
  const double peak = peak_of(*service, benched.batching.instances);
  benched.virtual_time = true;
  benched.logs = subject.logs;
  auto wanted = scenarios::settings_for(o.request, {latency, peak});
  if (!wanted) return forward_error(wanted);
  benched.test = std::move(*wanted);
  benched.service = *service;

  scenarios::VirtualTest test;
  test.settings = benched.test.settings;
  test.library.total = static_cast<std::uint64_t>(subject.samples.count);
  test.library.performance = test.library.total;
  test.library_name = subject.samples.origin;
  test.device.name = fmt::format("{} on {}, simulated", subject.session.model().name, subject.ruler.name);
  test.device.service = *service;
  test.device.batching = benched.batching;
  test.trace = o.trace;
  test.begin = std::chrono::system_clock::now();
  const std::int64_t step_ns = test.settings.min_duration_ms >= 10'000 ? kSecond : kSecond / 100;
  test.profile = {kQuantiles, step_ns};
  if (!measurement.outputs.empty()) {
    test.responses.data = [&measurement](std::uint32_t sample) {
      const auto bytes = measurement.outputs.at(sample).at(0).bytes();
      return std::vector<std::byte>(bytes.begin(), bytes.end());
    };
  }
  scenarios::VirtualRun run(test);
  auto result = run.run();
  if (!result) return forward_error(result);
  benched.result = std::move(*result);
  benched.profile = run.profile();
  if (auto ok = scenarios::write_logs(benched.logs, run.logs()); !ok) return forward_error(ok);
  if (auto ok = add_simulated_power(subject, benched, step_ns); !ok) return forward_error(ok);
  if (o.curve_points > 0 && o.request.scenario == Scenario::kServer) {
    auto curve = curve_of(test, o.curve_points, peak);
    if (!curve) return forward_error(curve);
    benched.curve = std::move(*curve);
  }
  return benched;
}

}  // namespace vernier::cli
