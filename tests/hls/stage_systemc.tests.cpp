// SPDX-License-Identifier: Apache-2.0
// The design in SystemC: golden's bits, the interval of the formula, the cycles of the sizing simulator.
#include <catch2/catch.hpp>

#include <vernier/stages/depths.hpp>
#include <vernier/systemc/stream_simulation.hpp>

#include "stage_check.hpp"

using namespace vernier;
using namespace vernier::test;

TEST_CASE("SystemC gives the values and cycles of the sizing simulator, and its interval is the formula's") {
  for (std::uint32_t seed = 1; seed <= 25; ++seed) {
    auto n = any_network(seed, 8, 10);
    const auto streams = stages::read_network(n.graph);
    REQUIRE(streams);
    auto design = stages::build(*streams, any_folding(n, *streams, 8));
    REQUIRE(design);
    for (auto& f : design->fifos) f.depth = f.beats + 2;
    const int frames = 6;
    std::vector<std::vector<std::int8_t>> inputs;
    for (const auto t : streams->inputs) {
      auto& bytes = inputs.emplace_back();
      for (int f = 0; f < frames; ++f) {
        const auto frame = streamed(n.random_tensor(*streams->tensors[t].value), streams->tensors[t].image);
        bytes.insert(bytes.end(), frame.begin(), frame.end());
      }
    }
    const auto fast = stages::simulate_values(*design, frames, inputs);
    const auto got = systemc::simulate_stream(*design, frames, inputs);
    INFO("seed " << seed << (got ? "" : to_string(got.error())));
    REQUIRE(got);
    CHECK(got->outputs == fast->outputs);
    CHECK(got->timing.frame_done == fast->timing.frame_done);
    CHECK(got->timing.iterations == fast->timing.iterations);
    CHECK(got->timing.interval() == design->interval());
  }
}

TEST_CASE("SystemC keeps the formula's interval through up-sampling, channels that become pixels, a broadcast pixel and convolutions in groups") {
  NetworkBuilder n(3);
  auto grouped = square(3, 1, 1);
  grouped.group = 3;
  const auto x = n.conv(n.input({1, 6, 6, 5}), 12, grouped);
  const auto scaled = n.mul(x, n.average_pool(x, [] { auto w = square(6, 6, 0); w.kernel_w = w.stride_w = 5; return w; }()));
  n.output(up_sample(n, sub_pixels(n, scaled, 2, 1), 3, 2));
  const auto streams = stages::read_network(n.graph);
  REQUIRE(streams);
  for (const std::int64_t most : {1, 2, 4}) {
    auto design = stages::build(*streams, any_folding(n, *streams, most));
    REQUIRE(design);
    REQUIRE(stages::size_fifos(*design));
    const int frames = 6;
    std::vector<std::int8_t> bytes;
    for (int f = 0; f < frames; ++f) {
      const auto frame = streamed(n.random_tensor(*streams->tensors[streams->inputs[0]].value), streams->tensors[streams->inputs[0]].image);
      bytes.insert(bytes.end(), frame.begin(), frame.end());
    }
    const auto fast = stages::simulate_values(*design, frames, {bytes});
    const auto got = systemc::simulate_stream(*design, frames, {bytes});
    INFO(most << (got ? "" : to_string(got.error())));
    REQUIRE(got);
    CHECK(got->outputs == fast->outputs);
    CHECK(got->timing.frame_done == fast->timing.frame_done);
    CHECK(got->timing.interval() == design->interval());
    for (const auto& stage : design->stages) {
      if (const auto* up = std::get_if<stages::UpSampleSizes>(&stage.sizes)) {
        const auto beats = std::int64_t{up->height} * up->scale_h * up->width * up->scale_w * up->channels / up->lanes;
        CHECK(interval_of(stage.sizes) == (up->phases == 1 ? beats : beats + beats / 2));  // two rows: the first takes the time of both
      }
    }
  }
}

TEST_CASE("SystemC names the FIFO that hangs a design") {
  NetworkBuilder n(5);
  const auto x = n.conv(n.input({1, 3, 10, 10}), 8, square(3, 1, 1));
  n.output(n.add(n.conv(x, 8, square(3, 1, 1)), x));
  const auto streams = stages::read_network(n.graph);
  REQUIRE(streams);
  auto design = stages::build(*streams, {{3, 2}, {2, 2}, {2, 2}});
  REQUIRE(design);
  const std::vector<std::vector<std::int8_t>> inputs{std::vector<std::int8_t>(300)};
  const auto hung = systemc::simulate_stream(*design, 1, inputs);
  REQUIRE_FALSE(hung);
  CHECK(hung.error().code == ErrorCode::kTimeout);
  CHECK(hung.error().what.find("too small: ") != std::string::npos);
  CHECK(hung.error().what.find("fork1>") != std::string::npos);
}
