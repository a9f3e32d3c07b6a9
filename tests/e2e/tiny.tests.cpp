// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>

#include <vernier/tiny/runner.hpp>

#include "process.hpp"

namespace {

const std::string kModel = "digits-int8 --ruler rtl --target npu3x5 ";

double number_after(const std::string& text, const std::string& words) {
  std::smatch found;
  const bool there = std::regex_search(text, found, std::regex(words + " +([0-9.e+-]+)"));
  CAPTURE(text, words);
  REQUIRE(there);
  return std::stod(found[1]);
}

nlohmann::json one_run(const e2e::Folder& folder) {
  REQUIRE(e2e::vernier("run " + kModel + "--samples 1 --json " + (folder / "one.json")).code == 0);
  return nlohmann::json::parse(std::ifstream(folder / "one.json"));
}

}  // namespace

TEST_CASE("The runner of MLPerf Tiny reads the harness's own latency and energy over its terminal", "[e2e]") {
  const e2e::Folder folder("tiny");
  const auto one = one_run(folder);
  const auto fast = e2e::vernier("tiny " + kModel + "--task kws01");
  CAPTURE(fast.text);
  REQUIRE(fast.code == 0);
  CHECK(number_after(fast.text, "median throughput") == Approx(1 / one["latency_s"].get<double>()).epsilon(0.001));
  const auto energy = e2e::vernier("tiny " + kModel + "--task kws01 --mode energy");
  CAPTURE(energy.text);
  REQUIRE(energy.code == 0);
  CHECK(number_after(energy.text, "median energy") == Approx(1e6 * one["energy_j"].get<double>()).epsilon(0.001));
}

TEST_CASE("The runner of MLPerf Tiny scores the emulated card as the harness does", "[e2e]") {
  const e2e::Folder folder("tiny-card");
  const auto one = one_run(folder);
  const std::string card = "tiny digits-int8 --ruler hw_emu --target npu3x5 --task kws01 --mode ";
  const auto fast = e2e::vernier(card + "performance");
  CAPTURE(fast.text);
  if (fast.code == 4) {
    WARN("skipped: " << fast.text);
    return;
  }
  REQUIRE(fast.code == 0);
  CHECK(number_after(fast.text, "median throughput") == Approx(1 / one["latency_s"].get<double>()).epsilon(0.001));
  const auto energy = e2e::vernier(card + "energy");
  CAPTURE(energy.text);
  REQUIRE(energy.code == 0);
  CHECK(number_after(energy.text, "median energy") == Approx(1e6 * one["energy_j"].get<double>()).epsilon(0.001));
  REQUIRE(e2e::vernier("run digits-int8 --ruler golden --samples 15 --json " + (folder / "golden.json")).code == 0);
  const double top1 = nlohmann::json::parse(std::ifstream(folder / "golden.json"))["check"]["top1"].get<double>();
  const auto scored = e2e::vernier(card + "accuracy --samples 15");
  CAPTURE(scored.text);
  REQUIRE(scored.code == 0);
  CHECK(number_after(scored.text, "top-1 accuracy") == Approx(100 * top1).margin(0.01));
}

TEST_CASE("Accuracy over the terminal is the accuracy of the record", "[e2e]") {
  const e2e::Folder folder("tiny-accuracy");
  REQUIRE(e2e::vernier("run digits-int8 --ruler golden --samples 30 --json " + (folder / "golden.json")).code == 0);
  const double top1 = nlohmann::json::parse(std::ifstream(folder / "golden.json"))["check"]["top1"].get<double>();
  const auto ran = e2e::vernier("tiny " + kModel + "--task kws01 --mode accuracy --samples 30");
  CAPTURE(ran.text);
  REQUIRE(ran.code == 0);
  CHECK(number_after(ran.text, "top-1 accuracy") == Approx(100 * top1).margin(0.01));
}

TEST_CASE("A device alone answers another program's runner", "[e2e]") {
  const e2e::Folder folder("tiny-device");
  const auto pid = folder / "pid", path = folder / "path";
  REQUIRE(e2e::shell(std::string(VERNIER_BINARY_DIR) + "/vernier tiny " + kModel + "--samples 2 --task ic01 --device-only > " + path + " 2>/dev/null & echo $! > " + pid).code == 0);
  std::string terminal;
  for (int i = 0; i < 300 && terminal.empty(); ++i) {
    ::usleep(100'000);
    std::ifstream(path) >> terminal;
  }
  REQUIRE_FALSE(terminal.empty());
  {
    auto link = vernier::tiny::Link::open(terminal);
    REQUIRE(link);
    vernier::tiny::Runner runner(*link, {});
    const auto identity = runner.identify();
    if (!identity) FAIL(to_string(identity.error()));
    CHECK(identity->name.find("vernier-rtl") == 0);
    CHECK(identity->model == "ic01");
    const std::vector<std::vector<std::byte>> inputs{std::vector<std::byte>(64, std::byte{0})};
    const auto results = runner.results(inputs);
    if (!results) FAIL(to_string(results.error()));
    CHECK(results->at(0).size() == 10);
  }
  CHECK(e2e::shell("kill $(cat " + pid + ")").code == 0);
}

TEST_CASE("What the protocol cannot run is refused with its reason", "[e2e]") {
  const auto fails = [](const std::string& arguments, int code, const char* words) {
    const auto ran = e2e::vernier("tiny digits-int8 " + arguments);
    CAPTURE(arguments, ran.text);
    CHECK(ran.code == code);
    CHECK(ran.text.find(words) != std::string::npos);
  };
  fails("--ruler golden --task ic01", 3, "values and no time");
  fails("--ruler rtl --task xx01", 2, "ic01, vww01");
  fails("--port /dev/no-such-board --task ic01", 4, "cannot be opened");
}
