// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <vernier/scenarios/config.hpp>

#include "harness.hpp"
#include "random_tests.hpp"

using namespace vernier;
using namespace vernier::scenarios;

namespace {

/// Runs both and compares everything that a log says. Returns whether the result was VALID.
bool check_equal(const VirtualTest& test) {
  const auto loadgen = conformance::run_loadgen(test);
  if (!loadgen) FAIL(to_string(loadgen.error()));
  VirtualRun run(test);
  const auto result = run.run();
  if (!result) FAIL(to_string(result.error()));
  const LogFiles& ours = run.logs();
  const LogFiles& theirs = loadgen->logs;
  using conformance::first_difference;
  using conformance::lines_of;
  using conformance::comparable_detail;
  using conformance::comparable_summary;
  using conformance::comparable_trace;
  REQUIRE(first_difference(comparable_detail(ours.detail), comparable_detail(theirs.detail)) == "");
  REQUIRE(first_difference(lines_of(comparable_summary(ours.summary)), lines_of(comparable_summary(theirs.summary))) ==
          "");
  REQUIRE(first_difference(lines_of(ours.accuracy), lines_of(theirs.accuracy)) == "");
  if (test.trace) REQUIRE(first_difference(comparable_trace(ours.trace), comparable_trace(theirs.trace)) == "");
  return result->judged && result->summary.valid;
}

}  // namespace

TEST_CASE("All four log files equal LoadGen's in 200 random tests against one device model", "[conformance]") {
  conformance::RandomTests random(6'017);
  int valid = 0;
  for (int i = 0; i < 200; ++i) {
    const VirtualTest test = random.next();
    CAPTURE(i, name_of(test.settings.scenario), name_of(test.settings.mode), test.device.batching.max_batch_size);
    valid += check_equal(test) ? 1 : 0;
  }
  CHECK(valid > 20);
  CHECK(valid < 180);
}

TEST_CASE("Finding the peak goes through the same rates as LoadGen and ends at the same one", "[conformance]") {
  for (const double start_qps : {10.0, 333.3, 900.0, 5000.0}) {  // the last misses the bound from the start
    for (const int decimals : {0, 1}) {
      VirtualTest test;
      test.settings.scenario = Scenario::kServer;
      test.settings.mode = Mode::kFindPeak;
      test.settings.server_target_qps = start_qps;
      test.settings.server_target_latency_ns = 8'000'000;
      test.settings.server_find_peak_qps_decimals_of_precision = decimals;
      test.settings.min_duration_ms = 300;
      test.library = {200, 100};
      test.device.service = Service::constant(1'000'000);
      CAPTURE(start_qps, decimals);
      check_equal(test);
    }
  }
}

TEST_CASE("A full length run of every scenario equals LoadGen's under its own mlperf.conf", "[conformance]") {
  for (const Scenario scenario :
       {Scenario::kSingleStream, Scenario::kMultiStream, Scenario::kServer, Scenario::kOffline}) {
    VirtualTest test;
    auto settings = settings_from(scenario, "resnet50");
    REQUIRE(settings);
    test.settings = *settings;  // 600 s
    test.settings.server_target_qps = 180;
    test.settings.offline_expected_qps = 400;
    test.library = {50'000, 1024};
    test.device.service = *Service::table({5'000'000, 6'000'000, 7'000'000, 8'000'000});
    test.device.batching.max_batch_size = 4;
    test.device.batching.max_queue_delay_ns = 1'000'000;
    CAPTURE(name_of(scenario));
    check_equal(test);
  }
}

TEST_CASE("A Server run that piles up ends after the same query as LoadGen's", "[conformance]") {
  for (const std::uint64_t limit : {1u, 2u, 5u, 20u, 60u}) {
    for (const std::size_t instances : {1u, 2u}) {
      VirtualTest test;
      test.settings.scenario = Scenario::kServer;
      test.settings.server_target_qps = 1000;
      test.settings.server_max_async_queries = limit;
      test.settings.schedule_rng_seed = limit;
      test.settings.min_duration_ms = 1000;
      test.library = {200, 100};
      test.device.batching.instances = instances;
      test.device.service = Service::constant(1'300'000 * static_cast<std::int64_t>(instances));
      test.trace = true;
      CAPTURE(limit, instances);
      check_equal(test);
      VirtualRun run(test);
      const auto result = run.run();
      REQUIRE(result);
      CHECK(result->errors.size() == 1);
      CHECK(result->summary.query_count < 1000);
    }
  }
}
