// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>
#include <rapidcheck/catch.h>

#include <vernier/scenarios/early_stopping.hpp>
#include <vernier/scenarios/random.hpp>
#include <vernier/scenarios/schedule.hpp>
#include <vernier/scenarios/sort.hpp>

using namespace vernier::scenarios;

namespace {

/// Seeds of round v6.1, 1000 samples, 64 loaded, 100 queries or one second: the vectors were taken from LoadGen 6.0.17.
Settings v61(Scenario scenario) {
  Settings s;
  s.scenario = scenario;
  s.qsl_rng_seed = 2085463073848966840u;
  s.sample_index_rng_seed = 2747215439041700203u;
  s.schedule_rng_seed = 16159082839903944936u;
  s.min_query_count = 100;
  s.min_duration_ms = 1000;
  s.server_target_qps = s.offline_expected_qps = 100;
  s.multi_stream_samples_per_query = 8;
  return s;
}
constexpr LibrarySize kLibrary{1000, 64};

using Indices = std::vector<std::uint32_t>;
Indices front(const Indices& all, std::size_t n) { return {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(n)}; }

struct Planned {
  std::vector<SampleSet> sets;
  QueryPlan plan;
};
Planned plan(const Settings& settings, Phase phase = Phase::kPerformance) {
  const auto e = effective_settings(settings, kLibrary);
  REQUIRE(e);
  Planned p{sample_sets(*e, kLibrary, phase), {}};
  auto made = plan_queries(*e, p.sets.front(), phase);
  REQUIRE(made);
  p.plan = std::move(*made);
  return p;
}

}  // namespace

TEST_CASE("Server draws the samples and times of the reference vectors", "[scenarios]") {
  const Planned p = plan(v61(Scenario::kServer));
  REQUIRE(p.sets.size() == 1);
  CHECK(front(p.sets[0].samples, 12) == Indices{1, 5, 13, 44, 11, 37, 58, 36, 60, 33, 17, 42});
  CHECK(front(p.plan.samples, 20) ==
        Indices{30, 51, 21, 56, 35, 26, 29, 18, 33, 61, 17, 9, 10, 52, 56, 1, 41, 26, 50, 37});
  CHECK(std::vector<std::int64_t>(p.plan.scheduled_ns.begin(), p.plan.scheduled_ns.begin() + 10) ==
        std::vector<std::int64_t>{0, 18436540, 23015776, 35874399, 43004346, 46868412, 69351828, 80267627, 81285096,
                                  95898565});
  CHECK(p.plan.queries() == 100);
  CHECK(p.plan.duration_ns == 1'090'293'182);
}

TEST_CASE("Streams and equal issue draw the samples of the reference vectors", "[scenarios]") {
  CHECK(front(plan(v61(Scenario::kSingleStream)).plan.samples, 8) == Indices{30, 51, 21, 56, 35, 26, 29, 18});
  CHECK(front(plan(v61(Scenario::kMultiStream)).plan.samples, 16) ==
        Indices{63, 27, 54, 23, 40, 49, 32, 50, 24, 7, 20, 47, 53, 22, 12, 43});

  Settings equal = v61(Scenario::kServer);
  equal.sample_concatenate_permutation = true;
  const Planned server = plan(equal);
  CHECK(front(server.plan.samples, 10) == Indices{29, 15, 17, 42, 59, 51, 61, 12, 37, 55});
  CHECK(server.plan.queries() == 128);
  CHECK(server.plan.duration_ns == 1'305'987'206);

  equal.scenario = Scenario::kOffline;
  const Planned offline = plan(equal);
  CHECK(offline.plan.samples_per_query == 128);
  CHECK(front(offline.plan.samples, 10) == Indices{18, 39, 26, 42, 24, 50, 38, 61, 12, 4});
}

TEST_CASE("Offline repeats the loaded set and an accuracy run issues every sample once", "[scenarios]") {
  const Planned offline = plan(v61(Scenario::kOffline));
  CHECK(offline.plan.samples_per_query == 110);
  CHECK(front(offline.plan.samples, 64) == offline.sets[0].samples);
  CHECK(offline.plan.samples[64] == offline.sets[0].samples[0]);

  const Planned accuracy = plan(v61(Scenario::kSingleStream), Phase::kAccuracy);
  CHECK(accuracy.sets.size() == 16);
  CHECK(accuracy.sets.back().samples.size() == 40);
  CHECK(front(accuracy.sets[0].samples, 6) == Indices{216, 267, 822, 906, 663, 580});
  CHECK(front(accuracy.plan.samples, 8) == Indices{306, 561, 710, 580, 351, 111, 663, 372});
  Indices all;
  for (const SampleSet& set : accuracy.sets) all.insert(all.end(), set.samples.begin(), set.samples.end());
  std::sort(all.begin(), all.end());
  Indices expected(1000);
  std::iota(expected.begin(), expected.end(), 0u);
  CHECK(all == expected);
}

TEST_CASE("A plan that would not fit into memory is refused with its size", "[scenarios]") {
  Settings s = v61(Scenario::kServer);
  s.server_target_qps = 1e8;
  s.min_duration_ms = 600'000;
  const auto e = effective_settings(s, kLibrary);
  REQUIRE(e);
  const auto refused = plan_queries(*e, sample_sets(*e, kLibrary, Phase::kPerformance).front(), Phase::kPerformance);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == vernier::ErrorCode::kUnsupported);
  CHECK(refused.error().what.find("6e+10") != std::string::npos);
}

TEST_CASE("Settings on which LoadGen crashes or never ends are refused by name", "[scenarios]") {
  const auto where = [](const Settings& s, LibrarySize library = kLibrary) {
    const auto e = effective_settings(s, library);
    return e ? std::string("accepted") : e.error().where;
  };
  Settings s = v61(Scenario::kServer);
  CHECK(where(s) == "accepted");
  s.server_target_qps = 0;
  CHECK(where(s) == "target_qps");
  s = v61(Scenario::kServer);
  s.server_target_latency_percentile = 1;
  CHECK(where(s) == "target_latency_percentile");
  s = v61(Scenario::kMultiStream);
  s.multi_stream_samples_per_query = 0;
  CHECK(where(s) == "samples_per_query");
  s = v61(Scenario::kOffline);
  s.mode = Mode::kFindPeak;
  CHECK(where(s) == "mode");
  s = v61(Scenario::kServer);
  s.performance_issue_same = true;
  s.performance_issue_same_index = 64;
  CHECK(where(s) == "performance_issue_same_index");
  s = v61(Scenario::kSingleStream);
  s.min_duration_ms = s.min_query_count = 0;
  CHECK(where(s) == "settings");
  CHECK(where(v61(Scenario::kServer), {0, 0}) == "sample library");
  CHECK(where(v61(Scenario::kServer), {10, 0}) == "sample library");
}

TEST_CASE("Early stopping needs the numbers of queries that the rules print", "[scenarios]") {
  const std::pair<double, std::vector<std::pair<std::int64_t, std::int64_t>>> rows[] = {
      {.50, {{0, 7}, {1, 11}, {10, 35}, {1000, 2108}}},
      {.90, {{0, 44}, {1, 64}, {2, 81}, {50, 681}, {1000, 10722}}},
      {.95, {{0, 90}, {3, 198}, {100, 2504}}},
      {.97, {{1, 219}, {500, 18458}}},
      {.99, {{0, 459}, {1, 662}, {5, 1307}, {100, 12571}, {1000, 107569}}},
      {.999, {{0, 4603}, {10, 20140}, {1000, 1076032}}},
  };
  for (const auto& [percentile, entries] : rows) {
    for (const auto& [over, queries] : entries) {
      CAPTURE(percentile, over);
      CHECK(min_passing_queries(over, percentile) + over == queries);
      CHECK((over == 0 || discardable_queries(queries, percentile) == over));
      CHECK((over == 0 || discardable_queries(queries - 1, percentile) == over - 1));
    }
  }
}

TEST_CASE("Long arrays of latencies sort as short ones do", "[scenarios]") {
  rc::prop("same as std::sort", [](std::uint32_t seed) {
    Engine engine(seed);
    std::vector<std::int64_t> values(1000 + uniform_below(engine, 12'000));
    const int bits = 1 + static_cast<int>(uniform_below(engine, 60));
    for (auto& v : values) {
      const auto wide = static_cast<std::int64_t>((std::uint64_t{engine()} << 32 | engine()) >> (64 - bits));
      v = wide - (std::int64_t{1} << (bits - 1));
    }
    auto expected = values;
    std::sort(expected.begin(), expected.end());
    sort_latencies(values);
    RC_ASSERT(values == expected);
  });
}

TEST_CASE("Our distributions are those of the standard library that LoadGen is built with", "[scenarios]") {
  rc::prop("equal draws", [](std::uint32_t seed, bool longer) {
    Engine ours(seed);
    Engine theirs(seed);
    const auto range = 1 + engine_of(seed)() % 0x7FFFFFFF;
    std::uniform_int_distribution<> uniform(0, static_cast<int>(range - 1));
    std::exponential_distribution<> waiting(1234.5);
    for (int i = 0; i < 20; ++i) {
      RC_ASSERT(uniform_below(ours, static_cast<std::uint32_t>(range)) == static_cast<std::uint32_t>(uniform(theirs)));
      RC_ASSERT(exponential(ours, 1234.5) == waiting(theirs));
    }
    std::vector<int> a(longer && seed % 8 == 0 ? 65'000 + seed % 1100 : seed % 300);
    std::iota(a.begin(), a.end(), 0);
    std::vector<int> b = a;
    shuffle(a, ours);
    std::shuffle(b.begin(), b.end(), theirs);
    RC_ASSERT(a == b);
    RC_ASSERT(ours == theirs);
  });
}
