// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include <vernier/core/files.hpp>
#include <vernier/scenarios/config.hpp>
#include <vernier/scenarios/log_reader.hpp>
#include <vernier/scenarios/virtual_run.hpp>

using namespace vernier;
using namespace vernier::scenarios;

namespace {

constexpr std::int64_t kMs = 1'000'000;

VirtualTest test_of(Scenario scenario, std::int64_t latency_ns, double qps = 100) {
  VirtualTest t;
  t.settings.scenario = scenario;
  t.settings.server_target_qps = t.settings.offline_expected_qps = qps;
  t.settings.min_duration_ms = 10'000;
  t.settings.schedule_rng_seed = 3;
  t.library = {100, 50};
  t.device.service = Service::constant(latency_ns);
  return t;
}

TestResult run(const VirtualTest& t) {
  VirtualRun r(t);
  auto result = r.run();
  if (!result) FAIL(to_string(result.error()));
  return *result;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("A constant device in SingleStream has its own latency at every percentile", "[scenarios]") {
  const TestResult r = run(test_of(Scenario::kSingleStream, 2 * kMs));
  CHECK(r.summary.valid);
  CHECK(r.why.empty());
  CHECK(r.summary.query_count == 5001);  // the query that leaves at 10 s meets the duration
  CHECK(r.summary.sample.at_target == 2 * kMs);
  CHECK(r.summary.early_stopping_latency_ss == 2 * kMs);
  CHECK(r.summary.qps_without_overhead == Approx(500));
}

TEST_CASE("A queue at eighty percent load waits as queueing theory says", "[scenarios]") {
  VirtualTest t = test_of(Scenario::kServer, 8 * kMs, 100);
  t.settings.min_duration_ms = 20'000'000;  // 2 million arrivals
  t.settings.server_target_latency_ns = 100 * kMs;
  const TestResult r = run(t);
  // M/D/1: mean time in system = s + rho s / (2 (1 - rho))
  CHECK(static_cast<double>(r.summary.sample.mean) == Approx(24e6).epsilon(0.02));
  CHECK(r.summary.scheduled_qps == Approx(100).epsilon(0.005));
}

TEST_CASE("Every reason for an INVALID result is named", "[scenarios]") {
  SECTION("latency bound") {
    VirtualTest t = test_of(Scenario::kServer, 9 * kMs);
    t.settings.server_target_latency_ns = 20 * kMs;
    const TestResult r = run(t);
    CHECK_FALSE(r.summary.valid);
    CHECK(contains(r.why, "Reduce target QPS"));
    CHECK(contains(r.why, "Early stopping: Run unsuccessful."));
  }
  SECTION("too few queries for early stopping") {
    VirtualTest t = test_of(Scenario::kMultiStream, 200 * kMs);
    const TestResult r = run(t);
    CHECK_FALSE(r.summary.early_stopping_met);
    CHECK(contains(r.why, "Need to process at least 662 queries"));
  }
  SECTION("minimum duration") {
    const TestResult r = run(test_of(Scenario::kOffline, kMs, 10));
    CHECK_FALSE(r.summary.min_duration_met);
    CHECK(contains(r.why, "Increase expected QPS"));
  }
  SECTION("query limit") {
    VirtualTest t = test_of(Scenario::kSingleStream, kMs);
    t.settings.max_query_count = 30;
    const TestResult r = run(t);
    CHECK_FALSE(r.summary.min_queries_met);
    CHECK(contains(r.why, "before enough queries were issued"));
    REQUIRE(r.errors.size() == 1);
    CHECK(contains(r.errors[0], "Max query count reached. query_count 30"));
  }
}

TEST_CASE("Fixed interval MultiStream counts the ticks that a query uses", "[scenarios]") {
  VirtualTest t = test_of(Scenario::kMultiStreamFixed, 10 * kMs);
  t.settings.multi_stream_fixed_qps = 20;
  SECTION("queries that end before the next tick use one") {
    t.settings.multi_stream_samples_per_query = 4;  // 40 ms
    const TestResult r = run(t);
    CHECK(r.summary.valid);
    CHECK(r.summary.intervals.max == 1);
    CHECK(r.summary.query.at_target == 40 * kMs);
    CHECK(r.summary.query_count == 200);  // ticks 50 ms ... 10 s
  }
  SECTION("queries that miss a tick use two and the result is INVALID") {
    t.settings.multi_stream_samples_per_query = 6;  // 60 ms
    const TestResult r = run(t);
    CHECK_FALSE(r.summary.valid);
    CHECK(r.summary.intervals.min == 2);
    CHECK(r.summary.intervals.at_target == 2);
    CHECK(r.summary.query_count == 101);  // at 50 ms, then every 100 ms, up to the first after 10 s
    CHECK(contains(r.why, "Reduce samples per query"));
  }
}

TEST_CASE("Token metrics come out as the artificial token device was built", "[scenarios]") {
  VirtualTest t = test_of(Scenario::kSingleStream, kMs);
  t.settings.use_token_latencies = true;
  t.device.tokens = TokenService{Service::constant(30 * kMs), Service::constant(2 * kMs),
                                 [](std::uint32_t sample) { return std::int64_t{2} + sample % 40; }};
  const TestResult r = run(t);
  CHECK(r.summary.first_token.min == 30 * kMs);
  CHECK(r.summary.first_token.max == 30 * kMs);
  CHECK(r.summary.per_output_token.at_target == 2 * kMs);
  CHECK(r.summary.token_count > r.summary.query_count);

  t.settings.scenario = Scenario::kServer;
  t.settings.server_target_qps = 5;
  t.settings.server_ttft_latency = 29 * kMs;
  const TestResult slow = run(t);
  CHECK(contains(slow.why, "TTFT constrain not met"));
  t.device.tokens.reset();
  CHECK_FALSE(VirtualRun(t).run());
}

TEST_CASE("Finding the peak converges to the rate the device can hold", "[scenarios]") {
  VirtualTest t = test_of(Scenario::kServer, 5 * kMs, 10);
  t.settings.mode = Mode::kFindPeak;
  t.settings.server_target_latency_ns = 50 * kMs;
  t.settings.min_duration_ms = 60'000;
  const TestResult r = run(t);
  CHECK(r.summary.perf_constraints_met);
  CHECK(r.target_qps > 120);  // below the 200 that the device does without waiting
  CHECK(r.target_qps < 200);
  t.settings.mode = Mode::kPerformance;
  t.settings.server_target_qps = r.target_qps;
  CHECK(run(t).summary.sample.at_target == r.summary.sample.at_target);
  t.settings.server_target_qps = r.target_qps + 0.11;
  CHECK_FALSE(run(t).summary.perf_constraints_met);
}

TEST_CASE("Equal tests leave equal logs and the logs say that they are not official", "[scenarios]") {
  VirtualTest t = test_of(Scenario::kServer, 2 * kMs);
  t.trace = true;
  t.begin = std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000));
  VirtualRun first(t);
  VirtualRun second(t);
  REQUIRE(first.run());
  const auto result = second.run();
  REQUIRE(result);
  CHECK(first.logs().summary == second.logs().summary);
  CHECK(first.logs().detail == second.logs().detail);
  CHECK(first.logs().trace == second.logs().trace);
  CHECK(contains(first.logs().summary, "Result not verified by MLCommons Association."));
  CHECK(contains(first.logs().detail, "Result not verified by MLCommons Association."));
  CHECK(contains(first.logs().detail, "not LoadGen"));
  CHECK(result->power_begin == "11-14-2023 22:13:20.000");
  CHECK(nlohmann::json::parse(first.logs().trace)["traceEvents"].size() == 3 * result->summary.query_count + 1);
  CHECK(nlohmann::json::parse(first.logs().accuracy).empty());
  std::istringstream lines(first.logs().detail);
  for (std::string line; std::getline(lines, line);) {
    REQUIRE(line.starts_with(":::MLLOG "));
    CHECK(nlohmann::json::parse(line.substr(9)).contains("time_ms"));
  }
}

TEST_CASE("An accuracy run logs the answer of every sample once", "[scenarios]") {
  VirtualTest t = test_of(Scenario::kOffline, kMs);
  t.settings.mode = Mode::kAccuracy;
  t.responses.data = [](std::uint32_t sample) { return std::vector<std::byte>{std::byte(sample), std::byte{0xC4}}; };
  VirtualRun r(t);
  const auto result = r.run();
  REQUIRE(result);
  CHECK_FALSE(result->judged);
  const auto log = nlohmann::json::parse(r.logs().accuracy);
  REQUIRE(log.size() == 100);
  std::vector<int> seen(100);
  for (const auto& entry : log) {
    ++seen[entry["qsl_idx"]];
    char expected[8];
    std::snprintf(expected, sizeof expected, "%02XC4", static_cast<unsigned>(entry["qsl_idx"]));
    CHECK(entry["data"] == expected);
  }
  CHECK(seen == std::vector<int>(100, 1));
}

TEST_CASE("What a log says is read back as it was written", "[scenarios]") {
  for (const Scenario scenario : {Scenario::kSingleStream, Scenario::kMultiStream, Scenario::kServer, Scenario::kOffline,
                                  Scenario::kMultiStreamFixed}) {
    VirtualTest t = test_of(scenario, 3 * kMs);
    CAPTURE(name_of(scenario));
    VirtualRun r(t);
    const auto wrote = r.run();
    REQUIRE(wrote);
    const LogOutput output{std::filesystem::path(VERNIER_BINARY_DIR) / "scratch" / "virtual logs", "mlperf_log_", "_x", false};
    REQUIRE(write_logs(output, r.logs()));
    const auto read = read_result(output);
    if (!read) FAIL(to_string(read.error()));
    CHECK(read->summary.valid == wrote->summary.valid);
    CHECK(read->summary.sample.percentiles == wrote->summary.sample.percentiles);
    CHECK(read->summary.query.percentiles == wrote->summary.query.percentiles);
    CHECK(read->summary.intervals.percentiles == wrote->summary.intervals.percentiles);
    CHECK(read->summary.completed_qps == Approx(wrote->summary.completed_qps).epsilon(1e-5));
    CHECK(read->summary.samples_per_second == Approx(wrote->summary.samples_per_second).epsilon(1e-5));
    CHECK(read->power_end == wrote->power_end);
  }
  CHECK_FALSE(result_of(":::MLLOG {\"key\": 5}\n", "", "broken"));
  CHECK_FALSE(result_of("", "", "empty"));
}

TEST_CASE("A configuration line that is not an assignment is refused with its place", "[scenarios]") {
  Settings s;
  const auto error = [&](std::string_view text) {
    const auto done = apply_config(s, text, "m", ConfigKind::kUser, "user.conf");
    return done ? std::string("accepted") : to_string(done.error());
  };
  CHECK(error("*.*.min_duration = 5\n") == "accepted");
  CHECK(s.min_duration_ms == 5);
  CHECK(contains(error("\n*.*.min_duration=5 7\n"), "user.conf:2"));
  CHECK(contains(error("*.*.min_duration = soon\n"), "'soon' is not an integer"));
  CHECK(contains(error("*.*.mode = 4\n"), "0 to 3"));
  const auto round = settings_from(Scenario::kServer, "resnet50");
  REQUIRE(round);
  CHECK(round->server_target_latency_ns == 15'000'000);
  CHECK(round->min_duration_ms == 600'000);
  CHECK(round->performance_sample_count_override == 1024);
  CHECK(settings_from(Scenario::kServer, "resnet50", "no such file").error().code == ErrorCode::kInvalidInput);
}
