// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <iostream>
#include <rapidcheck/catch.h>

#include "lower_check.hpp"
#include "lower_timeline.hpp"

using namespace vernier;
using test::check_network;
using test::make_target;
using test::NetworkBuilder;

namespace {

std::vector<program::Target> array_shapes() {
  return {make_target(8, 8), make_target(16, 16), make_target(3, 5), make_target(5, 3), make_target(1, 1, 1 << 16, 1 << 16),
          make_target(16, 4), make_target(4, 16), make_target(32, 32, 1 << 17, 1 << 17, 1 << 14, 512), make_target(64, 64, 1 << 18, 1 << 18, 1 << 15)};
}

graph::Window any_window(NetworkBuilder& n, std::int64_t h, std::int64_t w, bool dilate) {
  graph::Window v;
  do {
    v = {.kernel_h = n.integer(1, 4), .kernel_w = n.integer(1, 5), .stride_h = n.integer(1, 3), .stride_w = n.integer(1, 3)};
    if (dilate && n.integer(0, 3) == 0) v.dilation_h = n.integer(1, 3);
    if (dilate && n.integer(0, 3) == 0) v.dilation_w = n.integer(1, 3);
    v.pad_top = n.integer(0, v.kernel_h - 1);
    v.pad_left = n.integer(0, v.kernel_w - 1);
    v.pad_bottom = n.integer(0, v.kernel_h - 1);
    v.pad_right = n.integer(0, v.kernel_w - 1);
  } while (output_size(v, {h, w}).h < 1 || output_size(v, {h, w}).w < 1);
  return v;
}

}  // namespace

TEST_CASE("A fully connected layer runs on every array shape", "[lower]") {
  for (const auto& target : array_shapes()) {
    for (std::uint32_t seed = 0; seed < 6; ++seed) {
      NetworkBuilder n(seed);
      const auto x = n.input({1, n.integer(1, 90)}, n.any_type());
      n.output(n.gemm(n.gemm(x, n.integer(1, 70), n.any_type()), n.integer(1, 20)));
      INFO(target.name << " seed " << seed);
      CHECK(check_network(n, target) == "");
    }
  }
}

TEST_CASE("Random convolutions give the golden bits on every array shape", "[lower][property]") {
  const auto shapes = array_shapes();
  rc::prop("one convolution", [&](std::uint32_t seed) {
    NetworkBuilder n(seed);
    const auto& target = shapes[seed % shapes.size()];
    const auto h = n.integer(1, 12), w = n.integer(1, 14);
    const auto x = n.input({1, n.integer(1, 20), h, w}, n.any_type());
    n.output(n.conv(x, n.integer(1, 20), any_window(n, h, w, true), n.coin(), n.any_type()));
    RC_LOG() << target.name << " seed " << seed << " input " << to_string(n.shape(x));
    RC_ASSERT(check_network(n, target) == "");
  });
}

TEST_CASE("Random pools additions and clips give the golden bits on every array shape", "[lower][property]") {
  const auto shapes = array_shapes();
  rc::prop("one operator without weights", [&](std::uint32_t seed) {
    NetworkBuilder n(seed);
    const auto& target = shapes[seed % shapes.size()];
    const auto h = n.integer(1, 12), w = n.integer(1, 14);
    const auto x = n.input({1, n.integer(1, 40), h, w}, n.any_type());
    auto window = any_window(n, h, w, false);
    window.ceil_mode = n.coin();
    window.count_include_pad = n.coin();
    switch (n.integer(0, 4)) {
      case 0: n.output(n.max_pool(x, window)); break;
      case 1: n.output(n.average_pool(x, window)); break;
      case 2: n.output(n.average_pool(x, {.kernel_h = h, .kernel_w = w})); break;
      case 3: n.output(n.clip(x, n.any_type())); break;
      default: n.output(n.add(x, n.input(n.shape(x), n.any_type()), n.any_type()));
    }
    RC_LOG() << target.name << " seed " << seed << " input " << to_string(n.shape(x));
    RC_ASSERT(check_network(n, target) == "");
  });
}

TEST_CASE("Flattening an image before a fully connected layer permutes its weights", "[lower]") {
  for (const auto& target : array_shapes()) {
    NetworkBuilder n(7);
    const auto x = n.input({1, 7, 4, 3}, DType::kUint8);
    n.output(n.gemm(n.flatten(n.max_pool(x, {.kernel_h = 2, .kernel_w = 1})), 11));
    INFO(target.name);
    CHECK(check_network(n, target) == "");
  }
}

namespace {

program::Target bundled(const std::string& name) {
  return program::load_target(std::string(VERNIER_SOURCE_DIR) + "/rtl/targets/" + name + ".toml").value();
}

/// Prints what a plan would cost and returns the share of the array's multiplications that are useful.
double report(const std::string& network, const lower::Plan& plan) {
  const auto& p = plan.program;
  std::int64_t macs = 0;
  for (const auto& layer : p.layers) macs += layer.macs;
  const auto timeline = test::simulate_timeline(p);
  const double places = static_cast<double>(p.target.rows * p.target.columns);
  const double utilisation = static_cast<double>(macs) / (places * static_cast<double>(test::array_cycles(p)));
  std::cout << network << " on " << p.target.name << ": " << p.commands.size() << " commands, array " << test::array_cycles(p) << " cycles (" << utilisation
            << " useful), with waits and latencies " << timeline.cycles << " (" << static_cast<double>(macs) / (places * static_cast<double>(timeline.cycles))
            << "), load words " << timeline.load_busy << ", vector " << timeline.vector_busy << ", scratch bytes " << p.scratch_bytes << "\n";
  return utilisation;
}

}  // namespace

TEST_CASE("ResNet-8 gives the golden bits and nearly fills a 16 x 16 array", "[lower]") {
  auto n = test::resnet8(3);
  const auto plan = lower::lower(n.graph, bundled("npu16"));
  REQUIRE(plan);
  CHECK(test::difference_from_golden(n, *plan) == "");
  // 12.5 M MACs on 256 multipliers are 48.8 k cycles; padding of the first and last layers may cost 6 %.
  CHECK(report("ResNet-8", *plan) > 0.94);
}

TEST_CASE("Large networks keep the array busy on all bundled targets", "[lower][slow]") {
  const auto large = test::resnet50(1);
  const auto line = test::autoencoder(1);
  for (const auto* name : {"npu8", "npu16", "npu32"}) {
    const auto target = bundled(name);
    const auto plan = lower::lower(large.graph, target);
    REQUIRE(plan);
    CHECK(report("ResNet-50", *plan) > 0.95);
    const auto vector = lower::lower(line.graph, target);
    REQUIRE(vector);
    (void)report("autoencoder", *vector);
    const auto timeline = test::simulate_timeline(vector->program);
    CHECK(static_cast<double>(timeline.load_busy) > 0.7 * static_cast<double>(timeline.cycles));  // bound by its weights
  }
}

TEST_CASE("ResNet-50 gives the golden bits with and without room for its tensors", "[lower][slow]") {
  auto n = test::resnet50(2);
  auto small = bundled("npu16");
  small.activation_bytes = 1 << 17;
  small.weight_bytes = 1 << 15;
  for (const auto& target : {bundled("npu16"), small}) {
    const auto plan = lower::lower(n.graph, target);
    REQUIRE(plan);
    (void)report("ResNet-50", *plan);
    CHECK(test::difference_from_golden(n, *plan) == "");
  }
}
