// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <unistd.h>

#include <vernier/core/files.hpp>
#include <vernier/scenarios/real_time_run.hpp>

using namespace vernier;
using namespace vernier::scenarios;

namespace {

Settings quick(Scenario scenario) {
  Settings s;
  s.scenario = scenario;
  s.min_duration_ms = 20;
  s.min_query_count = 100;
  s.single_stream_expected_latency_ns = 1000;
  s.server_target_qps = 5000;
  s.offline_expected_qps = 5000;
  return s;
}

LogOutput logs() {
  return {std::filesystem::path(VERNIER_BINARY_DIR) / "scratch" / ("real-time-" + std::to_string(getpid())), "mlperf_log_", "",
          false};
}

/// Answers inside issue(), with the sample's index as data.
void answer(std::span<const IssuedSample> samples) {
  for (const IssuedSample& s : samples) {
    const auto data = std::byte(s.index);
    const Response r{s.id, {&data, 1}, 0};
    complete({&r, 1});
  }
}

}  // namespace

TEST_CASE("LoadGen drives callbacks and its logs are read", "[scenarios]") {
  for (const Scenario scenario : {Scenario::kSingleStream, Scenario::kServer, Scenario::kOffline}) {
    CAPTURE(name_of(scenario));
    std::set<std::size_t> loaded;
    std::size_t issued = 0;
    bool unloaded_all = false;
    RealTimeRun run(
        quick(scenario),
        {"callback",
         [&](std::span<const IssuedSample> samples) {
           for (const IssuedSample& s : samples) CHECK(loaded.contains(s.index));
           issued += samples.size();
           answer(samples);
         },
         {}},
        {"forty of sixty", {60, 40}, [&](std::span<const std::size_t> l) { loaded = {l.begin(), l.end()}; },
         [&](std::span<const std::size_t> l) { unloaded_all = l.size() == 40; }},
        logs());
    const auto result = run.run();
    if (!result) FAIL(to_string(result.error()));
    CHECK(result->judged);
    CHECK(result->summary.sample_count == issued);
    CHECK(result->summary.min_queries_met);
    CHECK(result->summary.sample.min >= 0);
    CHECK(result->summary.sample.max >= result->summary.sample.percentiles[0]);
    CHECK(unloaded_all);
    CHECK(loaded.size() == 40);
  }
}

TEST_CASE("LoadGen's accuracy mode logs the data of the callbacks", "[scenarios]") {
  Settings s = quick(Scenario::kOffline);
  s.mode = Mode::kAccuracy;
  RealTimeRun run(s, {"callback", answer, {}}, {"sixty", {60, 40}, {}, {}}, logs());
  const auto result = run.run();
  REQUIRE(result);
  CHECK_FALSE(result->judged);
  const auto text = read_text(logs().file("accuracy", "json"));
  REQUIRE(text);
  const auto log = nlohmann::json::parse(*text);
  REQUIRE(log.size() == 60);
  for (const auto& entry : log) {
    CHECK(std::stoul(entry["data"].get<std::string>(), nullptr, 16) == entry["qsl_idx"].get<unsigned long>());
  }
}

TEST_CASE("What LoadGen cannot run is refused before it starts", "[scenarios]") {
  const auto code = [](const Settings& s, const LogOutput& output) {
    RealTimeRun run(s, {"callback", answer, {}}, {"sixty", {60, 40}, {}, {}}, output);
    const auto result = run.run();
    REQUIRE_FALSE(result);
    return result.error().code;
  };
  CHECK(code(quick(Scenario::kMultiStreamFixed), logs()) == ErrorCode::kUnsupported);
  Settings threads = quick(Scenario::kServer);
  threads.server_num_issue_query_threads = 2;
  CHECK(code(threads, logs()) == ErrorCode::kUnsupported);
  Settings endless = quick(Scenario::kServer);
  endless.server_target_qps = 0;
  CHECK(code(endless, logs()) == ErrorCode::kInvalidInput);
  LogOutput nowhere = logs();
  nowhere.directory = "/proc/no folder here";
  CHECK(code(quick(Scenario::kServer), nowhere) == ErrorCode::kIo);
}

TEST_CASE("A second run inside a run is refused and the first one goes on", "[scenarios]") {
  bool was_refused = false;
  RealTimeRun inner(quick(Scenario::kSingleStream), {"inner", answer, {}}, {"sixty", {60, 40}, {}, {}},
                    {logs().directory / "inner", "mlperf_log_", "", false});
  RealTimeRun outer(quick(Scenario::kSingleStream),
                    {"outer",
                     [&](std::span<const IssuedSample> samples) {
                       if (!was_refused) {
                         const auto result = inner.run();
                         was_refused = !result && result.error().code == ErrorCode::kUnavailable;
                         CHECK(was_refused);
                       }
                       answer(samples);
                     },
                     {}},
                    {"sixty", {60, 40}, {}, {}}, logs());
  CHECK(outer.run());
  CHECK(was_refused);
  CHECK(inner.run());
}
