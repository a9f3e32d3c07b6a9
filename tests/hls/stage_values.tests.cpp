// SPDX-License-Identifier: Apache-2.0
// Kernels against golden, byte for byte, at random sizes, folds and levels.
#include <catch2/catch.hpp>

#include "stage_check.hpp"

using namespace vernier;
using namespace vernier::test;

namespace {

graph::Window any_window(NetworkBuilder& n, bool dilated) {
  graph::Window w;
  w.kernel_h = n.integer(1, 3);
  w.kernel_w = n.integer(1, 4);
  w.stride_h = n.integer(1, 3);
  w.stride_w = n.integer(1, 2);
  w.pad_top = n.integer(0, w.kernel_h - 1);
  w.pad_bottom = n.integer(0, w.kernel_h - 1);
  w.pad_left = n.integer(0, w.kernel_w - 1);
  w.pad_right = n.integer(0, w.kernel_w - 1);
  if (dilated) {
    w.dilation_h = n.integer(1, 2);
    w.dilation_w = n.integer(1, 2);
  }
  return w;
}

}  // namespace

TEST_CASE("streamed convolutions of any window, fold and level equal golden") {
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    NetworkBuilder n(seed);
    const auto x = n.input({1, n.integer(1, 12), n.integer(7, 12), n.integer(8, 12)}, n.any_type());
    n.output(n.conv(x, n.integer(1, 12), any_window(n, true), n.coin(), n.any_type()));
    INFO("seed " << seed);
    REQUIRE(check_streams(n, 3) == "");
  }
}

TEST_CASE("streamed convolutions in groups equal golden, with one or more channels a group in and out") {
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    NetworkBuilder n(seed);
    auto w = any_window(n, true);
    w.group = n.integer(2, 4);
    const auto x = n.input({1, w.group * n.integer(1, 6), n.integer(7, 12), n.integer(8, 12)}, n.any_type());
    n.output(n.conv(x, w.group * n.integer(1, 6), w, n.coin(), n.any_type()));
    INFO("seed " << seed);
    REQUIRE(check_streams(n, 3) == "");
  }
}

TEST_CASE("streamed up-sampling equals golden, on the output's scale, and repeats rows and pixels by factors of their own") {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    NetworkBuilder n(seed);
    const auto x = n.input({1, n.integer(1, 12), n.integer(1, 4), n.integer(1, 5)}, n.any_type());
    n.output(up_sample(n, x, n.integer(1, 3), n.integer(2, 3), n.any_type()));
    INFO("seed " << seed);
    REQUIRE(check_streams(n, 3) == "");
  }
}

TEST_CASE("channels that become pixels stream to golden's bits, by any factors") {
  for (std::uint32_t seed = 1; seed <= 30; ++seed) {
    NetworkBuilder n(seed);
    const std::int64_t down = n.integer(1, 3), across = n.integer(down == 1 ? 2 : 1, 3);
    const auto x = n.input({1, down * across * n.integer(1, 6), n.integer(1, 4), n.integer(1, 5)}, n.any_type());
    n.output(sub_pixels(n, x, down, across, n.any_type()));
    INFO("seed " << seed);
    REQUIRE(check_streams(n, 3) == "");
  }
}

TEST_CASE("a pixel that scales or shifts an image streams to golden's bits, on either side") {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    NetworkBuilder n(seed);
    const std::int64_t channels = n.integer(1, 12);
    const auto x = n.input({1, channels, n.integer(2, 5), n.integer(1, 5)}, n.any_type());
    const auto pixel = n.input({1, channels, 1, 1}, n.any_type());
    n.output(n.mul(x, pixel, n.any_type()));
    n.output(n.sub(x, pixel, n.any_type()));
    INFO("seed " << seed);
    REQUIRE(check_streams(n, 2) == "");
  }
  // squeeze and excite: what scales the image comes of all of it
  NetworkBuilder n(31);
  const auto x = n.conv(n.input({1, 6, 8, 8}), 8, square(3, 1, 1));
  auto gate = n.conv(n.average_pool(x, square(8, 8, 0)), 2, square(1, 1, 0), true);
  gate = n.table(n.conv(gate, 8, square(1, 1, 0)), graph::ScalarOp::kSigmoid);
  n.output(n.mul(x, gate));
  REQUIRE(check_streams(n, 3) == "");
}

TEST_CASE("streamed depthwise convolutions equal golden") {
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    NetworkBuilder n(seed);
    const auto x = n.input({1, n.integer(2, 12), n.integer(7, 12), n.integer(8, 12)}, n.any_type());
    n.output(n.depthwise(x, any_window(n, true), n.coin(), n.any_type()));
    INFO("seed " << seed);
    REQUIRE(check_streams(n, 3) == "");
  }
}

TEST_CASE("streamed pools equal golden, with padding, ceil mode and windows that count differently") {
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    NetworkBuilder n(seed);
    const auto x = n.input({1, n.integer(1, 12), n.integer(6, 12), n.integer(6, 12)}, n.any_type());
    auto w = any_window(n, false);
    w.ceil_mode = n.coin();
    w.count_include_pad = n.coin();
    n.output(n.coin() ? n.max_pool(x, w) : n.average_pool(x, w));
    INFO("seed " << seed);
    REQUIRE(check_streams(n, 3) == "");
  }
}

TEST_CASE("streamed sums, differences, products and tables equal golden") {
  for (std::uint32_t seed = 1; seed <= 30; ++seed) {
    NetworkBuilder n(seed);
    const auto x = n.input({1, n.integer(1, 12), 4, 5}, n.any_type());
    const auto t = n.table(x, graph::ScalarOp::kSigmoid, n.any_type());
    const auto c = n.clip(x, n.any_type());
    n.output(n.add(t, x, n.any_type()));
    n.output(n.sub(c, t, n.any_type()));
    n.output(n.mul(x, c, n.any_type()));
    INFO("seed " << seed);
    REQUIRE(check_streams(n, 2) == "");
  }
}

TEST_CASE("a dense layer behind an image takes it in the stream's order") {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    NetworkBuilder n(seed);
    const auto x = n.input({1, n.integer(1, 12), n.integer(1, 4), n.integer(1, 4)}, n.any_type());
    n.output(n.gemm(n.flatten(x), n.integer(1, 20), n.any_type()));
    INFO("seed " << seed);
    REQUIRE(check_streams(n, 2) == "");
  }
}

TEST_CASE("channels that are joined and parted arrive on the output's scale") {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    NetworkBuilder n(seed);
    const std::int64_t a = n.integer(1, 8), b = n.integer(1, 8), c = n.integer(1, 8), h = n.integer(1, 4), w = n.integer(1, 4);
    const auto x = n.input({1, a, h, w}, n.any_type());
    const auto y = n.input({1, b, h, w}, n.any_type());
    const auto z = n.input({1, c, h, w}, n.any_type());
    const auto run = [&](std::int64_t first, std::int64_t channels) { return std::vector<graph::CopyLoop>{{channels * h * w, 1, 1}}; (void)first; };
    const auto joined = n.move("Concat", {x, y, z},
                               {{0, 0, 0, run(0, a)}, {1, 0, a * h * w, run(0, b)}, {2, 0, (a + b) * h * w, run(0, c)}}, {1, a + b + c, h, w}, n.any_type());
    const auto first = n.integer(0, a), count = n.integer(1, b + c);
    n.output(n.move("Slice", {joined}, {{0, first * h * w, 0, run(0, count)}}, {1, count, h, w}, n.any_type()));
    INFO("seed " << seed);
    REQUIRE(check_streams(n, 2) == "");
  }
}

TEST_CASE("random networks with skips, several outputs and any folding stream to golden's bits") {
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    auto n = any_network(seed, 12, 11);
    INFO("seed " << seed);
    REQUIRE(check_streams(n, 2) == "");
  }
}

TEST_CASE("what cannot stream between stages is refused by its name") {
  NetworkBuilder n(7);
  auto x = n.input({1, 4, 6, 6});
  x = n.conv(x, 4, square(3, 1, 1));
  x = n.foreign(x, "Mystery");
  n.output(n.conv(x, 4, square(3, 1, 1)));
  const auto streams = stages::read_network(n.graph);
  REQUIRE_FALSE(streams);
  CHECK(streams.error().code == ErrorCode::kUnsupported);
  CHECK(streams.error().what.find("Mystery") != std::string::npos);
}

TEST_CASE("a fold that does not divide the channels is refused with its value") {
  NetworkBuilder n(8);
  n.output(n.conv(n.input({1, 6, 6, 6}), 9, square(3, 1, 1)));
  const auto streams = stages::read_network(n.graph);
  REQUIRE(streams);
  const auto bad_simd = stages::build(*streams, {{4, 3}});
  REQUIRE_FALSE(bad_simd);
  CHECK(bad_simd.error().what.find("simd is 4; a divisor of 6") != std::string::npos);
  const auto bad_pe = stages::build(*streams, {{3, 2}});
  REQUIRE_FALSE(bad_pe);
  CHECK(bad_pe.error().what.find("pe is 2; a divisor of 9") != std::string::npos);
}
