// SPDX-License-Identifier: Apache-2.0
#include "random_tests.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace vernier::conformance {

using namespace scenarios;

void RandomTests::choose_rates(Settings& s) {
  const double period_ns = std::pow(10.0, static_cast<double>(between(35, 75)) / 10);  // 3 us to 30 ms
  s.single_stream_expected_latency_ns = period_ns;
  s.multi_stream_expected_latency_ns = period_ns;
  s.server_target_qps = s.offline_expected_qps = 1e9 / period_ns;
  s.min_duration_ms = static_cast<std::uint64_t>(period_ns * static_cast<double>(between(0, 1500)) / 1e6);
  s.min_query_count = static_cast<std::uint64_t>(between(1, 1500));
  s.multi_stream_samples_per_query = static_cast<std::uint64_t>(between(1, 16));
  s.server_target_latency_ns = static_cast<std::uint64_t>(period_ns * static_cast<double>(between(1, 40)));
  constexpr double kTargets[] = {.5, .9, .95, .97, .99, .999};
  s.single_stream_target_latency_percentile = kTargets[between(0, 5)];
  s.multi_stream_target_latency_percentile = kTargets[between(0, 5)];
  s.server_target_latency_percentile = kTargets[between(0, 5)];
}

void RandomTests::choose_limits(Settings& s) {
  if (one_in(6)) s.max_query_count = static_cast<std::uint64_t>(between(1, 1000));
  if (one_in(6)) s.max_duration_ms = static_cast<std::uint64_t>(between(1, static_cast<std::int64_t>(s.min_duration_ms) + 2));
  if (one_in(6)) s.server_max_async_queries = static_cast<std::uint64_t>(between(1, 60));
  if (one_in(4)) s.server_coalesce_queries = true;
}

void RandomTests::choose_issue(Settings& s, LibrarySize library) {
  s.qsl_rng_seed = engine_();
  s.sample_index_rng_seed = engine_();
  s.schedule_rng_seed = engine_();
  s.accuracy_log_rng_seed = engine_();
  if (one_in(4)) s.sample_concatenate_permutation = true;
  if (one_in(8)) {
    s.performance_issue_unique = true;
  } else if (one_in(8)) {
    s.performance_issue_same = true;
    s.performance_issue_same_index = static_cast<std::uint64_t>(between(0, 1000)) % std::min(library.performance, library.total);
  }
  if (one_in(5) && !s.performance_issue_same) {
    s.performance_sample_count_override =
        static_cast<std::uint64_t>(between(static_cast<std::int64_t>(library.total) / 6 + 1, static_cast<std::int64_t>(library.total)));
  }
  if (one_in(5)) s.accuracy_sample_count_override = static_cast<std::uint64_t>(between(1, static_cast<std::int64_t>(library.total) + 9));
  if (one_in(5)) s.accuracy_log_probability = 0.01 * static_cast<double>(between(0, 100));
  if (one_in(5)) s.accuracy_log_sampling_target = static_cast<std::uint64_t>(between(1, 200));
}

DeviceModel RandomTests::device(Settings& s, std::int64_t period_ns) {
  DeviceModel model;
  model.name = fmt::format("model {}", between(0, 999));
  const auto batches = static_cast<std::size_t>(one_in(2) ? 1 : between(2, 16));
  const std::int64_t one = std::max<std::int64_t>(1, period_ns * between(2, 160) / 100);
  std::vector<std::int64_t> latency;
  std::vector<std::int64_t> interval;
  for (std::size_t b = 1; b <= batches; ++b) {
    latency.push_back(one + one * static_cast<std::int64_t>(b - 1) * between(5, 60) / 100 + between(0, 99));
    interval.push_back(std::max<std::int64_t>(1, latency.back() * between(20, 100) / 100));
  }
  model.service = *Service::pipelined(latency, one_in(2) ? interval : latency);
  model.batching.max_batch_size = batches;
  model.batching.instances = static_cast<std::size_t>(one_in(3) ? between(2, 5) : 1);
  if (one_in(2)) model.batching.max_queue_delay_ns = between(0, 10 * period_ns);
  if (one_in(2)) model.batching.preferred_batch_sizes = {static_cast<std::size_t>(between(1, static_cast<std::int64_t>(batches)))};
  if (batches > 1) s.server_max_async_queries = 0;  // the modelled system answers batched Server queries at the end
  if (one_in(4)) {
    s.use_token_latencies = true;
    s.server_ttft_latency = static_cast<std::uint64_t>(period_ns * between(1, 60));
    s.server_tpot_latency = static_cast<std::uint64_t>(one * between(1, 200) / 100);
    const auto seed = static_cast<std::uint32_t>(between(1, 1000));
    std::vector<std::int64_t> per_token = latency;
    for (std::int64_t& t : per_token) t = std::max<std::int64_t>(1, t / 20);
    model.tokens = TokenService{*Service::table(latency), *Service::table(per_token),
                                [seed](std::uint32_t sample) { return std::int64_t{2} + (sample * 7919 + seed) % 60; }};
  } else if (one_in(6)) {
    s.infer_token_latencies = true;
    s.token_latency_scaling_factor = static_cast<std::uint64_t>(between(1, 99));
  }
  return model;
}

VirtualTest RandomTests::next() {
  VirtualTest test;
  Settings& s = test.settings;
  constexpr Scenario kAll[] = {Scenario::kSingleStream, Scenario::kMultiStream, Scenario::kServer, Scenario::kOffline};
  s.scenario = kAll[between(0, 3)];
  s.mode = one_in(4) ? Mode::kAccuracy : (one_in(5) ? Mode::kSubmission : Mode::kPerformance);
  test.library.total = static_cast<std::uint64_t>(one_in(20) ? between(65'530, 70'000) : between(1, 600));
  // few sets: LoadGen polls its log every 10 ms, several times a set
  const auto total = static_cast<std::int64_t>(test.library.total);
  test.library.performance = static_cast<std::uint64_t>(between(total / 6 + 1, total));
  if (test.library.total > 1000) {  // whole passes over so many samples belong in one place only
    s.mode = Mode::kPerformance;
    test.library.performance = test.library.total;
  }
  choose_rates(s);
  choose_limits(s);
  choose_issue(s, test.library);
  if (test.library.total > 1000) s.sample_concatenate_permutation = s.performance_issue_unique = false;
  if (refuse(s, test.library)) return next();  // LoadGen would crash on it
  test.device = device(s, static_cast<std::int64_t>(s.single_stream_expected_latency_ns));
  test.responses.data = [](std::uint32_t sample) {
    return std::vector<std::byte>{std::byte(sample & 0xFF), std::byte(sample >> 8 & 0xFF), std::byte{0xAB}};
  };
  test.responses.first_token = [](std::uint32_t sample) { return std::vector<std::byte>{std::byte(sample & 0x7F)}; };
  test.trace = true;
  return test;
}

}  // namespace vernier::conformance
