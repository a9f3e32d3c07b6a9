// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

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
  INFO(first_difference(conformance::comparable_detail(ours.detail), conformance::comparable_detail(theirs.detail)));
  INFO(first_difference(lines_of(conformance::comparable_summary(ours.summary)), lines_of(conformance::comparable_summary(theirs.summary))));
  INFO(first_difference(lines_of(ours.accuracy), lines_of(theirs.accuracy)));
  INFO(first_difference(conformance::comparable_trace(ours.trace), conformance::comparable_trace(theirs.trace)));
  REQUIRE(conformance::comparable_detail(ours.detail) == conformance::comparable_detail(theirs.detail));
  REQUIRE(conformance::comparable_summary(ours.summary) == conformance::comparable_summary(theirs.summary));
  REQUIRE(ours.accuracy == theirs.accuracy);
  REQUIRE(conformance::comparable_trace(ours.trace) == conformance::comparable_trace(theirs.trace));
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
