// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <vernier/scenarios/schedule.hpp>

#include "harness.hpp"
#include "random_tests.hpp"

using namespace vernier;
using namespace vernier::scenarios;
using conformance::Issue;

namespace {

/// What plan_queries() makes of the whole test, as LoadGen would issue it to a device that answers at once.
std::vector<Issue> planned_issues(const VirtualTest& test) {
  const auto settings = effective_settings(test.settings, test.library);
  REQUIRE(settings);
  const Phase phase = settings->mode == Mode::kAccuracy ? Phase::kAccuracy : Phase::kPerformance;
  std::vector<Issue> issues;
  for (const SampleSet& set : sample_sets(*settings, test.library, phase)) {
    const auto plan = plan_queries(*settings, set, phase);
    REQUIRE(plan);
    for (std::size_t q = 0; q < plan->queries(); ++q) {
      const auto samples = plan->samples_of(q);
      issues.push_back({plan->scheduled_ns[q], {samples.begin(), samples.end()}});
    }
    if (phase == Phase::kPerformance) break;
  }
  return issues;
}

}  // namespace

TEST_CASE("Sample order and Server schedule equal LoadGen's bit for bit in 200 random settings", "[conformance]") {
  conformance::RandomTests random(20'260'801);
  for (int i = 0; i < 200; ++i) {
    VirtualTest test = random.next();
    CAPTURE(i, name_of(test.settings.scenario), name_of(test.settings.mode), test.settings.min_query_count);
    if (test.settings.mode == Mode::kSubmission) test.settings.mode = Mode::kPerformance;
    test.settings.max_duration_ms = test.settings.max_query_count = test.settings.server_max_async_queries = 0;
    test.settings.server_coalesce_queries = false;
    test.settings.use_token_latencies = false;
    test.trace = false;
    test.device.batching = {};
    test.device.service = Service::constant(1'000'000);
    const auto loadgen = conformance::run_loadgen(test);
    if (!loadgen) FAIL(to_string(loadgen.error()));
    const std::vector<Issue> planned = planned_issues(test);
    const bool server = test.settings.scenario == Scenario::kServer;
    REQUIRE(planned.size() >= loadgen->issues.size());  // streams end when their minimum is met
    if (server || test.settings.mode == Mode::kAccuracy) REQUIRE(planned.size() == loadgen->issues.size());
    for (std::size_t q = 0; q < loadgen->issues.size(); ++q) {
      CAPTURE(q);
      REQUIRE(loadgen->issues[q].samples == planned[q].samples);
      if (server) REQUIRE(loadgen->issues[q].time_ns == planned[q].time_ns);
    }
  }
}
