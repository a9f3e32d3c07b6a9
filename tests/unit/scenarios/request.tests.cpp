// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <vernier/scenarios/rate_estimate.hpp>
#include <vernier/scenarios/request.hpp>
#include <vernier/scenarios/virtual_run.hpp>

using namespace vernier;
using namespace vernier::scenarios;

namespace {

constexpr DeviceSpeed kSpeed{50e-6, 40'000};  // two instances of 50 us

TestRequest request(Scenario scenario) {
  TestRequest r;
  r.scenario = scenario;
  r.conf_model = "my-model";
  return r;
}

class UserConf {
 public:
  explicit UserConf(const char* text) : path_(std::filesystem::temp_directory_path() / ("user-" + std::to_string(::getpid()) + ".conf")) {
    std::ofstream(path_) << text;
  }
  ~UserConf() { std::filesystem::remove(path_); }
  UserConf(const UserConf&) = delete;
  UserConf& operator=(const UserConf&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace

TEST_CASE("What nobody asks for follows from the device and the round's rules", "[scenarios]") {
  const auto stream = settings_for(request(Scenario::kSingleStream), kSpeed);
  REQUIRE(stream);
  CHECK(stream->settings.single_stream_expected_latency_ns == Approx(50'000));
  CHECK(stream->settings.min_duration_ms == 600'000);
  CHECK(stream->target_from == "the device's latency");
  const auto streams = settings_for(request(Scenario::kMultiStream), kSpeed);
  REQUIRE(streams);
  CHECK(streams->settings.multi_stream_expected_latency_ns == Approx(200'000));  // 8 samples at 40 000 a second
  const auto server = settings_for(request(Scenario::kServer), kSpeed);
  REQUIRE(server);
  CHECK(server->settings.server_target_qps == Approx(32'000));
  CHECK(server->settings.server_target_latency_ns == 10'000'000);
  const auto offline = settings_for(request(Scenario::kOffline), kSpeed);
  REQUIRE(offline);
  CHECK(offline->settings.offline_expected_qps == Approx(40'000));
  auto peak = request(Scenario::kServer);
  peak.mode = Mode::kFindPeak;
  const auto found = settings_for(peak, kSpeed);
  REQUIRE(found);
  CHECK(found->settings.server_target_qps == Approx(20'000));
}

TEST_CASE("Server is planned from what a device keeps up and Offline from the most it may reach", "[scenarios]") {
  const DeviceSpeed unsteady{50e-6, 40'000, 10'000};
  const auto server = settings_for(request(Scenario::kServer), unsteady);
  REQUIRE(server);
  CHECK(server->planned);
  CHECK(server->settings.server_target_qps == Approx(8'000));
  CHECK(server->target_from == "80 % of the device's sustained rate");
  const auto offline = settings_for(request(Scenario::kOffline), unsteady);
  REQUIRE(offline);
  CHECK(offline->settings.offline_expected_qps == Approx(60'000));
  CHECK(offline->target_from == "1.5 times the device's peak rate");
  auto asked = request(Scenario::kServer);
  asked.target_qps = 5;
  CHECK_FALSE(settings_for(asked, unsteady)->planned);
}

TEST_CASE("A run that its own plan ended too early is planned again from what it reached", "[scenarios]") {
  Summary early;
  early.min_duration_met = false;
  early.samples_per_second = 90'000;
  early.sample.mean = 30'000;
  early.query.mean = 60'000;
  const auto again = [&](Scenario scenario, std::optional<double> qps = {}) {
    auto asked = request(scenario);
    asked.target_qps = qps;
    const auto test = settings_for(asked, {50e-6, 40'000, 10'000});
    REQUIRE(test);
    return planned_again(*test, early);
  };
  CHECK(again(Scenario::kOffline)->settings.offline_expected_qps == Approx(135'000));
  CHECK(again(Scenario::kSingleStream)->settings.single_stream_expected_latency_ns == Approx(20'000));
  CHECK(again(Scenario::kMultiStream)->settings.multi_stream_expected_latency_ns == Approx(40'000));
  CHECK(again(Scenario::kOffline)->target_from == "1.5 times the rate of a run that ended early");
  CHECK_FALSE(again(Scenario::kServer));
  CHECK_FALSE(again(Scenario::kOffline, 50'000.0));  // somebody's wish
  early.samples_per_second = 0;
  CHECK_FALSE(again(Scenario::kOffline));
  early.min_duration_met = true;
  CHECK_FALSE(again(Scenario::kSingleStream));
}

TEST_CASE("A rate is settled once three windows in a row agree", "[scenarios]") {
  const auto of = [](std::initializer_list<double> windows) {
    RateEstimate estimate;
    for (const double w : windows) {
      CHECK_FALSE(estimate.over());
      estimate.add(w);
    }
    return estimate;
  };
  const auto warming = of({100, 400, 900, 1000, 980, 950});
  CHECK(warming.settled());
  CHECK(warming.sustained() == 950);
  CHECK(warming.peak() == 1000);
  CHECK_FALSE(of({1000, 500, 1000, 1000}).over());
  CHECK_FALSE(of({0, 0, 0}).settled());  // not one inference ended
}

TEST_CASE("A rate that never settles ends with the least and the greatest it has shown", "[scenarios]") {
  RateEstimate estimate;
  estimate.add(10);  // warms up
  while (!estimate.over()) estimate.add(estimate.windows() % 2 == 0 ? 500 : 1000);
  CHECK_FALSE(estimate.settled());
  CHECK(estimate.windows() == RateEstimate::kMost);
  CHECK(estimate.sustained() == 500);
  CHECK(estimate.peak() == 1000);
}

TEST_CASE("The user's file is obeyed before the device and the command line before the file", "[scenarios]") {
  const UserConf conf("my-model.Server.target_qps = 123\n*.Server.target_latency = 7\n*.Server.min_duration = 60000\n");
  auto r = request(Scenario::kServer);
  r.user_conf = conf.path();
  const auto file = settings_for(r, kSpeed);
  REQUIRE(file);
  CHECK(file->settings.server_target_qps == 123);
  CHECK(file->settings.server_target_latency_ns == 7'000'000);
  CHECK(file->settings.min_duration_ms == 60'000);
  CHECK(file->target_from == conf.path().filename().string());
  r.target_qps = 77;
  r.target_latency_s = 0.003;
  r.min_duration_s = 0.5;
  r.min_queries = 11;
  const auto line = settings_for(r, kSpeed);
  REQUIRE(line);
  CHECK(line->settings.server_target_qps == 77);
  CHECK(line->settings.server_target_latency_ns == 3'000'000);
  CHECK(line->settings.min_duration_ms == 500);
  CHECK(line->settings.min_query_count == 11);
  CHECK(line->target_from == "the command line");
}

TEST_CASE("Rules of a known model reach the settings under its name", "[scenarios]") {
  auto r = request(Scenario::kServer);
  r.conf_model = "resnet50";
  const auto test = settings_for(r, kSpeed);
  REQUIRE(test);
  CHECK(test->settings.server_target_latency_ns == 15'000'000);
  CHECK(test->settings.performance_sample_count_override == 1024);
}

TEST_CASE("Targets and speeds that are not above zero are refused by name", "[scenarios]") {
  auto r = request(Scenario::kServer);
  r.target_qps = -5;
  const auto negative = settings_for(r, kSpeed);
  REQUIRE_FALSE(negative);
  CHECK(negative.error().where == "target rate");
  CHECK_FALSE(settings_for(request(Scenario::kServer), {0, 1}));
  r = request(Scenario::kServer);
  r.user_conf = "/no/such/user.conf";
  CHECK_FALSE(settings_for(r, kSpeed));
}

TEST_CASE("A run keeps the distribution and the completions of its judged series", "[scenarios]") {
  VirtualTest test;
  test.settings = settings_for(request(Scenario::kServer), {1e-3, 1000})->settings;
  test.settings.min_duration_ms = 10'000;
  test.library = {100, 100};
  test.device.service = Service::constant(1'000'000);
  test.profile = {11, 1'000'000'000};
  VirtualRun run(test);
  const auto result = run.run();
  REQUIRE(result);
  const auto& profile = run.profile();
  REQUIRE(profile.latency_ns.size() == 11);
  CHECK(std::is_sorted(profile.latency_ns.begin(), profile.latency_ns.end()));
  CHECK(profile.latency_ns.front() == result->summary.sample.min);
  CHECK(profile.latency_ns.back() == result->summary.sample.max);
  std::uint64_t done = 0;
  for (const auto n : profile.completions) done += n;
  CHECK(done == result->summary.sample_count);
  CHECK(profile.completions[3] == Approx(800).margin(120));

  test.settings.mode = Mode::kFindPeak;
  test.settings.server_target_qps = 500;
  VirtualRun search(test);
  const auto peak = search.run();
  REQUIRE(peak);
  CHECK(peak->target_qps > 600);
  CHECK(peak->target_qps < 1000);
  CHECK(search.profile().latency_ns.back() == peak->summary.sample.max);  // of the best rate, not of the last one tried
}
