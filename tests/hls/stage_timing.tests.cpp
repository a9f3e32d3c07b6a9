// SPDX-License-Identifier: Apache-2.0
// Intervals, FIFO depths and deadlocks of folded designs.
#include <catch2/catch.hpp>
#include <chrono>

#include <vernier/stages/depths.hpp>
#include <vernier/stages/folding.hpp>

#include "stage_check.hpp"

using namespace vernier;
using namespace vernier::test;

namespace {

stages::Network read(const NetworkBuilder& n) {
  auto streams = stages::read_network(n.graph);
  INFO((streams ? "" : to_string(streams.error())));
  REQUIRE(streams);
  return *streams;
}

stages::Design built(const stages::Network& streams, const std::vector<stages::Fold>& folding) {
  auto design = stages::build(streams, folding);
  INFO((design ? "" : to_string(design.error())));
  REQUIRE(design);
  return *design;
}

/// About a third of a U250.
const stages::Budget kBudget{{500'000, 4'000, 900}, "a third of a card"};

/// FINN's CIFAR-10 network CNV: convolutions without padding, two max pools, three dense layers.
NetworkBuilder cnv() {
  NetworkBuilder n(1);
  auto x = n.input({1, 3, 32, 32});
  for (const std::int64_t channels : {64, 128, 256}) {
    x = n.conv(n.conv(x, channels, square(3, 1, 0)), channels, square(3, 1, 0));
    if (channels < 256) x = n.max_pool(x, square(2, 2, 0));
  }
  x = n.flatten(x);
  for (const std::int64_t features : {512, 512, 10}) x = n.gemm(x, features);
  n.output(x);
  return n;
}

NetworkBuilder mobilenet_v1() {
  NetworkBuilder n(1);
  auto x = n.conv(n.input({1, 3, 224, 224}), 32, square(3, 2, 1), true);
  const auto block = [&n, &x](std::int64_t channels, std::int64_t stride) { x = n.conv(n.depthwise(x, square(3, stride, 1), true), channels, square(1, 1, 0), true); };
  block(64, 1);
  for (const std::int64_t channels : {128, 256, 512}) {
    block(channels, 2);
    for (int i = 0; i < (channels == 512 ? 5 : 1); ++i) block(channels, 1);
  }
  block(1024, 2);
  block(1024, 1);
  x = n.average_pool(x, square(7, 1, 0));
  n.output(n.gemm(n.flatten(x), 1000));
  return n;
}

double seconds_since(std::chrono::steady_clock::time_point begin) { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(); }

}  // namespace

TEST_CASE("in the steady state a frame leaves every interval of the slowest stage") {
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    auto n = any_network(seed, 12, 11);
    const auto streams = read(n);
    auto design = built(streams, any_folding(n, streams, 8));
    for (auto& f : design.fifos) f.depth = f.beats * 2 + 2;
    const auto timing = stages::simulate_timing(design, {8, false, 0});
    REQUIRE_FALSE(timing.deadlock);
    INFO("seed " << seed << ", slowest " << design.slowest().name);
    CHECK(timing.interval() == design.interval());
  }
}

TEST_CASE("FINN's folding of its CIFAR-10 network has FINN's interval of 32768 cycles, stage by stage") {
  auto n = cnv();
  const auto streams = read(n);
  // convolution and dense stages by SIMD and PE; the two pools have two lanes
  auto design = built(streams, {{3, 16}, {32, 32}, {2, 2}, {32, 16}, {32, 16}, {2, 2}, {32, 4}, {32, 1}, {4, 1}, {8, 1}, {1, 5}});
  std::vector<std::int64_t> intervals;
  for (const auto& s : design.stages) {
    if (std::holds_alternative<stages::MatrixVectorSizes>(s.sizes)) intervals.push_back(interval_of(s.sizes));
  }
  CHECK(intervals == std::vector<std::int64_t>{32400, 28224, 20736, 28800, 20736, 18432, 32768, 32768, 1024});
  CHECK(design.interval() == 32768);
  const auto report = stages::size_fifos(design, {4, 40'000'000});
  INFO((report ? "" : to_string(report.error())));
  REQUIRE(report);
  CHECK(stages::simulate_timing(design, {4, false, 0}).interval() == 32768);
}

TEST_CASE("MobileNetV1 folds to FINN's intervals of 112896 and 401408 cycles, and its FIFOs are sized in seconds") {
  auto n = mobilenet_v1();
  const auto streams = read(n);
  for (const std::int64_t target : {112'896, 401'408}) {
    const auto folding = stages::fold_for_interval(streams, target, kBudget);
    REQUIRE(folding);
    CHECK(folding->interval == target);
    auto design = built(streams, folding->folds);
    CHECK(design.interval() == target);
    const auto begin = std::chrono::steady_clock::now();
    const auto report = stages::size_fifos(design, {3, 40'000'000});
    INFO((report ? "" : to_string(report.error())));
    REQUIRE(report);
    CHECK(seconds_since(begin) < 10);
    const auto timing = stages::simulate_timing(design, {3, false, 0});
    CHECK(timing.interval() == target);
  }
}
