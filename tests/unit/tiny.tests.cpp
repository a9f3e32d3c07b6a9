// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <thread>

#include <vernier/tiny/device.hpp>
#include <vernier/tiny/runner.hpp>

using namespace vernier;
using namespace vernier::tiny;
using Catch::Matchers::Contains;

namespace {

constexpr std::uint64_t kMicrosecondsEach = 250;

/// A device of four input bytes whose class is the first byte; its clock is its own.
struct Fake {
  std::uint64_t clock_us = 5000;
  std::uint64_t ran = 0;
  std::vector<std::uint64_t> edges;

  Target target() {
    Target t;
    t.name = "fake";
    t.model = "ic01";
    t.input_bytes = 4;
    t.infer = [this](std::span<const std::byte> input, std::uint64_t times) -> Result<std::vector<float>> {
      ran += times;
      clock_us += times * kMicrosecondsEach;
      std::vector<float> scores(3, 0.125F);
      scores.at(std::to_integer<std::size_t>(input[0])) = 0.75F;
      return scores;
    };
    t.now_us = [this] { return clock_us; };
    t.edge = [this] { edges.push_back(clock_us); };
    return t;
  }
};

std::vector<std::byte> input(int label) { return {std::byte(label), std::byte{1}, std::byte{2}, std::byte{0xAB}}; }

/// Both sides of a pseudo terminal: the device serves in a thread of its own.
class Line {
 public:
  explicit Line(Mode mode) : device_(fake.target(), mode) {
    auto ends = Link::pair();
    REQUIRE(ends);
    host = std::make_unique<Link>(std::move(ends->first));
    thread_ = std::thread([this, peer = std::make_shared<Link>(std::move(ends->second))] { CHECK(device_.serve(*peer)); });
  }
  ~Line() {
    host.reset();
    thread_.join();
  }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  Fake fake;
  std::unique_ptr<Link> host;

 private:
  Device device_;
  std::thread thread_;
};

}  // namespace

TEST_CASE("A device answers every command of the protocol and ends each answer with m-ready", "[tiny]") {
  Fake fake;
  Device device(fake.target(), Mode::kPerformance);
  CHECK(device.answer("name") == "m-name-fake-[unverified]\r\nm-ready\r\n");
  CHECK_THAT(device.answer("profile"), Contains("m-model-[ic01]"));
  CHECK(device.answer("timestamp") == "m-lap-us-5000\r\nm-ready\r\n");
  CHECK(device.answer("db load 4") == "m-[Expecting 4 bytes]\r\nm-ready\r\n");
  CHECK(device.answer("db 0201") == "m-ready\r\n");
  CHECK(device.answer("db 02ab") == "m-load-done\r\nm-ready\r\n");
  CHECK(device.answer("db print") == "m-buffer-020102AB\r\nm-ready\r\n");
  CHECK(device.answer("infer 10 2") ==
        "m-warmup-start-2\r\nm-warmup-done\r\nm-infer-start-10\r\nm-lap-us-5500\r\nm-lap-us-8000\r\nm-infer-done\r\n"
        "m-results-[0.125,0.125,0.750]\r\nm-ready\r\n");
  CHECK(device.answer("results") == "m-results-[0.125,0.125,0.750]\r\nm-ready\r\n");
}

TEST_CASE("A device names what is wrong with a command and stays usable", "[tiny]") {
  Fake fake;
  Device device(fake.target(), Mode::kPerformance);
  for (const char* bad : {"", "dance", "db load 5", "db load 0", "db load x", "infer 1", "db 00", "infer 0", "infer 1 2 3"}) {
    CAPTURE(bad);
    CHECK_THAT(device.answer(bad), Contains("e-[") && Contains("m-ready"));
  }
  (void)device.answer("db load 2");
  CHECK_THAT(device.answer("db 0g"), Contains("hexadecimal"));
  CHECK_THAT(device.answer("infer 1"), Contains("the model takes 4"));
  CHECK(fake.ran == 0);
}

TEST_CASE("The runner's windows are long enough and give the device's own rate", "[tiny]") {
  Line line(Mode::kPerformance);
  Runner runner(*line.host, {});
  const auto identity = runner.identify();
  REQUIRE(identity);
  CHECK(identity->model == "ic01");
  const std::vector<std::vector<std::byte>> inputs{input(0), input(1), input(2)};
  const auto windows = runner.performance(inputs);
  REQUIRE(windows);
  REQUIRE(windows->size() == 5);
  for (const auto& w : *windows) {
    CHECK(w.seconds >= 10);
    CHECK(w.inferences >= 40'000);
  }
  CHECK(median_throughput(*windows) == Approx(1e6 / kMicrosecondsEach));
}

TEST_CASE("In energy mode the meter counts between edges and no time is printed", "[tiny]") {
  Line line(Mode::kEnergy);
  Runner runner(*line.host, {});
  REQUIRE(runner.identify());
  const auto meter = [&fake = line.fake]() -> Result<EnergyWindow> {
    const auto n = fake.edges.size();
    const double seconds = 1e-6 * static_cast<double>(fake.edges[n - 1] - fake.edges[n - 2]);
    return EnergyWindow{seconds, 0.5 * seconds};  // half a watt
  };
  const std::vector<std::vector<std::byte>> inputs{input(0)};
  const auto windows = runner.energy(inputs, meter);
  REQUIRE(windows);
  CHECK(line.fake.edges.size() % 2 == 0);
  CHECK(median_energy(*windows) == Approx(0.5e-6 * kMicrosecondsEach));
  const auto confused = runner.performance(inputs);
  REQUIRE_FALSE(confused);
  CHECK_THAT(confused.error().what, Contains("energy mode"));
}

TEST_CASE("Results of all inputs are scored against their labels", "[tiny]") {
  Line line(Mode::kPerformance);
  Runner runner(*line.host, {});
  REQUIRE(runner.identify());
  const std::vector<std::vector<std::byte>> inputs{input(0), input(1), input(2), input(1)};
  const auto results = runner.results(inputs);
  REQUIRE(results);
  CHECK(top1(*results, std::vector<std::int64_t>{0, 1, 2, 2}) == 0.75);
  CHECK(line.fake.ran == 4);
}

TEST_CASE("The area under the curve is the share of pairs in order", "[tiny]") {
  CHECK(auc(std::vector{1.F, 2.F, 3.F, 4.F}, std::vector<std::int64_t>{0, 0, 1, 1}) == 1.0);
  CHECK(auc(std::vector{4.F, 3.F, 2.F, 1.F}, std::vector<std::int64_t>{0, 0, 1, 1}) == 0.0);
  CHECK(auc(std::vector{1.F, 3.F, 2.F, 3.F}, std::vector<std::int64_t>{0, 0, 1, 1}) == 0.625);  // 2>1, 3>1, 3=3, 2<3
}

TEST_CASE("A line that falls silent is a timeout and one that closes is said to have closed", "[tiny]") {
  auto ends = Link::pair();
  REQUIRE(ends);
  RunnerOptions options;
  options.answer_timeout_s = 0.2;
  Runner runner(ends->first, options);
  const auto silent = runner.identify();
  REQUIRE_FALSE(silent);
  CHECK(silent.error().code == ErrorCode::kTimeout);
  { const auto closed = std::move(ends->second); }
  const auto gone = runner.identify();
  REQUIRE_FALSE(gone);
  CHECK(gone.error().code != ErrorCode::kTimeout);
  CHECK_FALSE(Link::open("/dev/null"));
  CHECK_FALSE(Link::open("/dev/no-such-board"));
}
