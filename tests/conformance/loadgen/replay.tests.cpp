// SPDX-License-Identifier: Apache-2.0
// LoadGen runs in real time against a real, if small, device; the stamps in its trace go through our formulas, and
// every result must come out as LoadGen's own summary and detail log have it.
#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "harness.hpp"
#include "replay.hpp"

using namespace vernier;
using namespace vernier::conformance;
using namespace vernier::scenarios;

TEST_CASE("Stamps of 52 real LoadGen runs give LoadGen's own results through our formulas", "[conformance]") {
  std::mt19937 engine(52);
  const auto between = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(engine); };
  constexpr Scenario kAll[] = {Scenario::kSingleStream, Scenario::kMultiStream, Scenario::kServer, Scenario::kOffline};
  std::map<Scenario, std::pair<int, int>> runs;  // VALID, INVALID
  std::set<std::string> reasons;
  for (int i = 0; i < 52; ++i) {
    Replay replay;
    replay.library = {300, 100};
    replay.output = {scratch_folder("replay"), "mlperf_log_", "", true};
    replay.busy_us = between(1, 6) * 20;
    replay.policy.max_batch_size = static_cast<std::size_t>(between(1, 8));
    replay.policy.max_queue_delay_ns = between(0, 2) * 30'000;
    replay.policy.instances = static_cast<std::size_t>(between(1, 2));
    if (i % 3 == 1) replay.policy.preferred_batch_sizes = {(replay.policy.max_batch_size + 1) / 2};
    Settings& s = replay.settings;
    s.scenario = kAll[i % 4];
    s.use_token_latencies = i % 3 == 0;
    s.infer_token_latencies = i % 5 == 0;
    s.token_latency_scaling_factor = 69;
    s.min_duration_ms = static_cast<std::uint64_t>(between(0, 40));
    s.min_query_count = static_cast<std::uint64_t>(between(1, 900));
    s.single_stream_expected_latency_ns = s.multi_stream_expected_latency_ns = between(1, 10) * 20'000.0;
    s.server_target_qps = between(1, 12) * 2000.0;
    s.server_target_latency_ns = static_cast<std::uint64_t>(between(1, 60)) * 100'000;
    if (i % 8 == 2) {  // what a busy machine keeps too, and enough queries to be sure of it
      s.server_target_latency_ns = 1'000'000'000;
      s.min_query_count += 500;
    }
    s.server_ttft_latency = static_cast<std::uint64_t>(between(1, 60)) * 100'000;
    s.server_tpot_latency = static_cast<std::uint64_t>(between(1, 60)) * 10'000;
    s.offline_expected_qps = between(1, 20) * 2000.0;
    s.sample_index_rng_seed = engine();
    s.schedule_rng_seed = engine();
    const bool stream = s.scenario == Scenario::kSingleStream || s.scenario == Scenario::kMultiStream;
    replay.inside_issue = stream && i % 12 >= 4;
    // a query that changes threads waits for the scheduler: few of them, so that a busy machine does not matter
    if (stream && !replay.inside_issue) s.min_query_count = s.min_query_count % 120 + 1;
    // LoadGen takes a query's latency from the sample it records last, which two completing threads can swap
    if (s.scenario == Scenario::kMultiStream) replay.policy.instances = 1;
    if (i % 7 == 0) s.max_query_count = static_cast<std::uint64_t>(between(1, 300));
    CAPTURE(i, name_of(s.scenario), s.min_query_count, s.min_duration_ms, s.use_token_latencies);
    run_for_real(replay);
    check_replayed(replay);
    ++(replay.result.summary.valid ? runs[s.scenario].first : runs[s.scenario].second);
    if (!replay.result.summary.valid) reasons.insert(replay.result.why.substr(0, 40));
  }
  for (const auto& [scenario, count] : runs) {
    CAPTURE(name_of(scenario));
    CHECK(count.first >= 1);
    CHECK(count.second >= 1);
  }
  CHECK(reasons.size() >= 4);
}
