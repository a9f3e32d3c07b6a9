// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <vernier/scenarios/power_log.hpp>

using namespace vernier;
using namespace vernier::scenarios;
using namespace std::chrono_literals;

namespace {

const WallTime kStart = *parse_power_time("08-16-2021 21:57:27.139", "test");

std::vector<PowerSample> readings() {
  std::vector<PowerSample> all;
  for (int i = 0; i < 10; ++i) all.push_back({kStart + i * 1s, 100.0 + i});
  return all;
}

}  // namespace

TEST_CASE("A reading is written and read as a power meter's log has it", "[scenarios]") {
  const std::vector<PowerSample> one{{kStart, 699.3}};
  const auto text = spl_text(one, "run_1");
  CHECK(text == "Time,08-16-2021 21:57:27.139,Watts,699.300000,Volts,-1.000000,Amps,-1.000000,PF,-1.000000,Mark,run_1\n");
  // four channels behind the sum, and a mark that holds the name of a field
  const auto meter = parse_spl("Time,08-16-2021 21:57:27.139,Watts,12.5,Volts,230.1,Amps,-1.0,PF,0.98,Mark,Watts_x,Ch1,Watts,3,Volts,1\r\n" + text, "spl.txt");
  REQUIRE(meter);
  REQUIRE(meter->size() == 2);
  CHECK(meter->at(0).watts == 12.5);
  CHECK(meter->at(1).watts == 699.3);
  CHECK(meter->at(1).time == kStart);
  const auto bad = parse_spl(text + "Time,08-16-2021 21:57:28.139,Watts,many\n", "spl.txt");
  REQUIRE_FALSE(bad);
  CHECK(bad.error().where == "spl.txt:2");
  CHECK_FALSE(parse_spl("Time,2021-08-16 21:57:28,Watts,1\n", "spl.txt"));
}

TEST_CASE("Power is the mean of the readings strictly inside the window", "[scenarios]") {
  const auto all = readings();
  const auto server = power_metric(all, kStart + 1s, kStart + 5s, Scenario::kServer, 1000);
  REQUIRE(server);
  CHECK(server->readings == 3);  // those at 2, 3 and 4 s: the ends do not count
  CHECK(server->watts == Approx(103));
  CHECK(server->joules_per_query == 0);
  auto with_gap = all;
  with_gap[3].watts = 0;  // a meter that had nothing to say
  CHECK(power_metric(with_gap, kStart + 1s, kStart + 5s, Scenario::kOffline, 1)->watts == Approx(103));
  CHECK(power_metric(with_gap, kStart + 1s, kStart + 5s, Scenario::kOffline, 1)->readings == 2);
}

TEST_CASE("Streams report energy a query and runs without readings none", "[scenarios]") {
  const auto all = readings();
  const auto stream = power_metric(all, kStart + 1s, kStart + 5s, Scenario::kSingleStream, 206);
  REQUIRE(stream);
  CHECK(stream->joules_per_query == Approx(103.0 * 4 / 206));
  CHECK_FALSE(power_metric(all, kStart + 20s, kStart + 30s, Scenario::kServer, 1));
  CHECK_FALSE(power_metric(all, kStart + 1s, kStart + 5s, Scenario::kMultiStream, 0));
}
