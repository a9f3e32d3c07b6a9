// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>
#include <fstream>
#include <numeric>

#include <vernier/core/interrupt.hpp>
#include <vernier/cpu/baseline.hpp>
#include <vernier/ort/session.hpp>

namespace vernier::cpu {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// Pins the calling thread for as long as it lives, and puts the old mask back.
class Pin {
 public:
  Pin() { known_ = ::sched_getaffinity(0, sizeof before_, &before_) == 0; }
  ~Pin() {
    if (known_) (void)::sched_setaffinity(0, sizeof before_, &before_);
  }
  Pin(const Pin&) = delete;
  Pin& operator=(const Pin&) = delete;

  /// The first `count` processors this process may use.
  [[nodiscard]] std::vector<int> processors(int count) const {
    std::vector<int> found;
    for (int cpu = 0; known_ && cpu < CPU_SETSIZE && static_cast<int>(found.size()) < count; ++cpu) {
      if (CPU_ISSET(static_cast<std::size_t>(cpu), &before_)) found.push_back(cpu);
    }
    return found;
  }
  [[nodiscard]] bool to(int cpu) const {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<std::size_t>(cpu), &one);
    return ::sched_setaffinity(0, sizeof one, &one) == 0;
  }

 private:
  cpu_set_t before_{};
  bool known_ = false;
};

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
  const Pin pin;
  BaselineResult result;
  result.threads = options.threads;
  result.pinned_cpus = pin.processors(options.threads);
  if (static_cast<int>(result.pinned_cpus.size()) < options.threads) {
    return fail(ErrorCode::kUnavailable, fmt::format("{} threads asked for, this process may use {} processors", options.threads, result.pinned_cpus.size()), where);
  }
  ort::SessionOptions session_options{.optimize = true, .intra_threads = options.threads, .external_folder = options.external_folder};
  session_options.pinned_cpus.assign(result.pinned_cpus.begin() + 1, result.pinned_cpus.end());
  const auto loading = Clock::now();
  auto session = ort::Session::open(model, session_options, where);
  if (!session) return forward_error(session);
  result.load_s = seconds_since(loading);
  // after the session: its threads inherit the mask of the thread that makes them
  if (!pin.to(result.pinned_cpus[0])) return fail(ErrorCode::kUnavailable, fmt::format("cannot pin to processor {}: {}", result.pinned_cpus[0], std::strerror(errno)), where);

  result.outputs.resize(samples.size());
  for (int i = -options.warm_up; i < options.repetitions; ++i) {
    if (interrupted()) return fail(ErrorCode::kInterrupted, "interrupted", where);
    const auto sample = static_cast<std::size_t>(i < 0 ? i + options.warm_up : i) % samples.size();
    const auto start = Clock::now();
    auto outputs = session->run(samples[sample]);
    const double elapsed = seconds_since(start);
    if (!outputs) return forward_error(outputs);
    if (i >= 0) result.latency_s.push_back(elapsed);
    result.outputs[sample] = std::move(*outputs);
  }
  result.percentiles = percentiles_of(result.latency_s);
  result.provider = "CPUExecutionProvider";
  result.version = ort::runtime_version();
  result.processor = processor_name();
  result.peak_rss_bytes = peak_rss();
  return result;
}

}  // namespace vernier::cpu
