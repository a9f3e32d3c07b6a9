// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <numeric>

#include <vernier/core/interrupt.hpp>
#include <vernier/cpu/baseline.hpp>
#include <vernier/cpu/device.hpp>
#include <vernier/ort/session.hpp>

#include "processors.hpp"

namespace vernier::cpu {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

std::string processor_name() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    const auto colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

std::int64_t peak_rss() {
  rusage usage{};
  return ::getrusage(RUSAGE_SELF, &usage) == 0 ? std::int64_t{usage.ru_maxrss} * 1024 : 0;
}

Result<void> check(const BaselineOptions& options, std::size_t samples, const std::string& where) {
  const auto bad = [&where](std::string what) { return fail(ErrorCode::kInvalidInput, std::move(what), where); };
  if (options.threads < 1) return bad(fmt::format("{} threads asked for, at least 1 is needed", options.threads));
  if (options.warm_up < 0) return bad(fmt::format("{} warm-up runs asked for, at least 0 are needed", options.warm_up));
  if (options.repetitions < 1) return bad(fmt::format("{} repetitions asked for, at least 1 is needed", options.repetitions));
  if (samples == 0) return bad("no samples to run");
  return {};
}

}  // namespace

Percentiles percentiles_of(std::vector<double> seconds) {
  if (seconds.empty()) return {};
  std::ranges::sort(seconds);
  const auto at = [&seconds](int percent) {  // nearest rank
    const auto rank = (seconds.size() * static_cast<std::size_t>(percent) + 99) / 100;
    return seconds[std::max<std::size_t>(rank, 1) - 1];
  };
  const double sum = std::accumulate(seconds.begin(), seconds.end(), 0.0);
  return {seconds.front(), at(50), at(90), at(95), at(99), seconds.back(), sum / static_cast<double>(seconds.size())};
}

Result<BaselineResult> run_baseline(std::span<const std::byte> model, const std::string& where, std::span<const std::vector<Tensor>> samples,
                                    const BaselineOptions& options) {
  if (auto r = check(options, samples.size(), where); !r) return forward_error(r);
  auto provider = ort::find_provider(options.provider);
  if (!provider) return forward_error(provider);
  const PinGuard guard;
  const auto loading = Clock::now();
  auto device = Device::open(model, where, {.threads = options.threads, .instances = 1, .provider = *provider, .external_folder = options.external_folder});
  if (!device) return forward_error(device);
  BaselineResult result;
  result.load_s = seconds_since(loading);
  result.threads = options.threads;
  result.pinned_cpus = device->processors(0);
  // after the session: its threads inherit the mask of the thread that makes them
  if (auto entered = device->enter(0); !entered) return forward_error(entered);

  result.outputs.resize(samples.size());
  for (int i = -options.warm_up; i < options.repetitions; ++i) {
    if (interrupted()) return fail(ErrorCode::kInterrupted, "interrupted", where);
    const auto sample = static_cast<std::size_t>(i < 0 ? i + options.warm_up : i) % samples.size();
    const auto start = Clock::now();
    auto outputs = device->run(0, samples[sample]);
    const double elapsed = seconds_since(start);
    if (!outputs) return forward_error(outputs);
    if (i >= 0) result.latency_s.push_back(elapsed);
    result.outputs[sample] = std::move(*outputs);
  }
  result.percentiles = percentiles_of(result.latency_s);
  result.provider = std::move(*provider);
  result.version = ort::runtime_version();
  result.processor = processor_name();
  result.peak_rss_bytes = peak_rss();
  return result;
}

Result<std::vector<ThreadReading>> sweep_threads(std::span<const std::byte> model, const std::string& where,
                                                 std::span<const std::vector<Tensor>> samples, const BaselineOptions& options) {
  constexpr int kRuns = 30;
  std::vector<ThreadReading> readings;
  const int most = usable_processors();
  for (int threads = 1; threads <= most; threads = threads < most ? std::min(2 * threads, most) : most + 1) {
    auto trial = options;
    trial.threads = threads;
    trial.repetitions = kRuns;
    const auto result = run_baseline(model, where, samples, trial);
    if (!result) return forward_error(result);
    readings.push_back({threads, result->percentiles.p50});
  }
  return readings;
}

int fastest(std::span<const ThreadReading> readings) {
  constexpr double kEqual = 1.02;
  const auto best = std::ranges::min_element(readings, {}, &ThreadReading::p50_s);
  return std::ranges::find_if(readings, [&best](const ThreadReading& r) { return r.p50_s <= kEqual * best->p50_s; })->threads;
}

}  // namespace vernier::cpu
