// SPDX-License-Identifier: Apache-2.0
// What LoadGen adds to a query of the CPU baseline: SingleStream's time a query against the same calls in a plain loop.
// The machine's own speed drifts by more than the bar within a second. So both take many short turns, each of LoadGen's between
// two direct ones, and the median of the differences counts. Usage: bench_loadgen_overhead [MODEL.onnx] [rounds]
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <random>

#include <vernier/core/files.hpp>
#include <vernier/core/home.hpp>
#include <vernier/cpu/device.hpp>
#include <vernier/ort/session.hpp>
#include <vernier/scenarios/real_time_run.hpp>

namespace sc = vernier::scenarios;
using vernier::Tensor;
using Clock = std::chrono::steady_clock;

namespace {

constexpr double kBarUs = 5;
constexpr std::size_t kSamples = 64;
constexpr std::uint64_t kMillisecondsEach = 50;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

std::vector<std::vector<Tensor>> random_samples(const std::vector<vernier::ort::Port>& ports) {
  std::mt19937 random(1);
  std::vector<std::vector<Tensor>> samples(kSamples);
  for (auto& sample : samples) {
    for (const auto& port : ports) {
      auto shape = port.shape;
      for (auto& d : shape) d = std::max<std::int64_t>(d, 1);
      Tensor t(port.type, shape);
      if (port.type == vernier::DType::kFloat32) {
        for (auto& v : t.as<float>()) v = static_cast<float>(random() % 256) / 256;
      } else {
        for (auto& b : t.bytes()) b = static_cast<std::byte>(random());
      }
      sample.push_back(std::move(t));
    }
  }
  return samples;
}

/// Seconds a query in a plain loop of the same length.
double direct(vernier::cpu::Device& device, const std::vector<std::vector<Tensor>>& samples) {
  const auto start = Clock::now();
  std::uint64_t queries = 0;
  do {
    if (!device.run(0, samples[queries % kSamples])) std::exit(EXIT_FAILURE);
    ++queries;
  } while (seconds_since(start) < 1e-3 * static_cast<double>(kMillisecondsEach));
  return seconds_since(start) / static_cast<double>(queries);
}

/// The same through LoadGen; its own rate with overhead is the time from issue to issue.
double through_loadgen(vernier::cpu::Device& device, const std::vector<std::vector<Tensor>>& samples, double expected_s) {
  sc::Settings settings;
  settings.scenario = sc::Scenario::kSingleStream;
  settings.single_stream_expected_latency_ns = 1e9 * expected_s;
  settings.min_duration_ms = kMillisecondsEach;
  sc::SystemUnderTest system{"CPU baseline", {}, {}};
  system.issue = [&](std::span<const sc::IssuedSample> issued) {
    for (const auto& s : issued) {
      const auto outputs = device.run(0, samples[s.index]);
      if (!outputs) std::exit(EXIT_FAILURE);
      const sc::Response response{s.id, outputs->at(0).bytes(), 0};
      sc::complete({&response, 1});
    }
  };
  const sc::LogOutput logs{std::filesystem::temp_directory_path() / "vernier-loadgen-overhead", "mlperf_log_", "", false};
  const auto result = sc::RealTimeRun(settings, system, {"random", {kSamples, kSamples}, {}, {}}, logs).run();
  std::filesystem::remove_all(logs.directory);
  if (!result) {
    fmt::print(stderr, "{}\n", to_string(result.error()));
    std::exit(EXIT_FAILURE);
  }
  return 1 / result->summary.qps_with_overhead;
}

}  // namespace

int main(int argc, char** argv) {
  const std::filesystem::path file = argc > 1 ? argv[1] : vernier::home() / "graphs/models/digits_int8.onnx";
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 101;
  const auto model = vernier::read_bytes(file);
  if (!model) return EXIT_FAILURE;
  const auto ports = vernier::ort::Session::open(*model, {}, file.string());
  auto device = vernier::cpu::Device::open(*model, file.string(), {});
  if (!ports || !device || !device->enter(0)) return EXIT_FAILURE;
  const auto samples = random_samples(ports->inputs());
  (void)direct(*device, samples);
  std::vector<double> added;
  std::vector<double> plain;
  double before = direct(*device, samples);
  for (int i = 0; i < rounds; ++i) {
    const double loadgen = through_loadgen(*device, samples, before);
    const double after = direct(*device, samples);
    added.push_back(1e6 * (loadgen - (before + after) / 2));
    plain.push_back(1e6 * after);
    before = after;
  }
  std::ranges::sort(added);
  std::ranges::sort(plain);
  const auto at = [](const std::vector<double>& sorted, double share) { return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))]; };
  const double median = at(added, 0.5);
  fmt::print("direct {:.3f} us a query (half of {} turns within {:.3f} to {:.3f})\n", at(plain, 0.5), plain.size(), at(plain, 0.25), at(plain, 0.75));
  fmt::print("LoadGen adds {:.3f} us a query (median of {} turns, half within {:.3f} to {:.3f}); the bar is {} us\n", median, added.size(),
             at(added, 0.25), at(added, 0.75), kBarUs);
  return median < kBarUs ? EXIT_SUCCESS : EXIT_FAILURE;
}
