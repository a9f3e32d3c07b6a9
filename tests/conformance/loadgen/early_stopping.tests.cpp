// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <early_stopping.h>
#include <random>

#include <vernier/scenarios/early_stopping.hpp>

using namespace vernier::scenarios;

TEST_CASE("Early stopping counts equal LoadGen's for every small and many large numbers of slow queries", "[conformance]") {
  std::mt19937 engine(7);
  for (const double percentile : {.5, .9, .95, .97, .99, .999}) {
    for (int i = 0; i < 400; ++i) {
      const std::int64_t over = i < 200 ? i : std::uniform_int_distribution<std::int64_t>(200, 200'000)(engine);
      mlperf::loadgen::MinPassingQueriesFinder finder;  // LoadGen starts a new one for every run
      CAPTURE(percentile, over);
      REQUIRE(min_passing_queries(over, percentile) == finder(over, percentile, 0.0, kEarlyStoppingConfidence));
    }
  }
}

TEST_CASE("The slow queries that an estimate may discard equal those of LoadGen's search", "[conformance]") {
  for (const double percentile : {.5, .9, .95, .97, .99, .999}) {
    mlperf::loadgen::MinPassingQueriesFinder finder;
    // LoadGen counts up from 1 until the next one does not fit
    std::int64_t over = 0;
    std::int64_t next_needs = finder(1, percentile, 0.0, kEarlyStoppingConfidence) + 1;
    for (std::int64_t queries = 1; queries < 20'000; ++queries) {
      while (queries >= next_needs) {
        ++over;
        next_needs = finder(over + 1, percentile, 0.0, kEarlyStoppingConfidence) + over + 1;
      }
      if (queries % 7 != 0 && queries != next_needs - 1 && queries > 300) continue;
      CAPTURE(percentile, queries);
      REQUIRE(discardable_queries(queries, percentile) == over);
    }
  }
}
