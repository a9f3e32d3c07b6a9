// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <iostream>
#include <map>
#include <rapidcheck/catch.h>
#include <vernier/program/instruction.hpp>

#include "lower_check.hpp"

using namespace vernier;
using test::check_network;
using test::make_target;
using test::NetworkBuilder;

namespace {

/// With depthwise units of different widths, and without one.
std::vector<program::Target> array_shapes() {
  auto without = make_target(8, 8), single = make_target(16, 16), wide = make_target(8, 8);
  without.depthwise_taps = 0;
  single.depthwise_taps = 1;
  wide.depthwise_taps = 9;
  return {make_target(8, 8), make_target(16, 16), make_target(3, 5), make_target(5, 3), make_target(16, 4), make_target(4, 16),
          make_target(1, 1, 1 << 16, 1 << 16), make_target(32, 32, 1 << 17, 1 << 17, 1 << 14, 512), make_target(64, 64, 1 << 18, 1 << 18, 1 << 15),
          make_target(8, 8, 4096, 2048, 2048, 32), without, single, wide};
}

graph::Window any_window(NetworkBuilder& n, std::int64_t h, std::int64_t w) {
  graph::Window v;
  do {
    v = {.kernel_h = n.integer(1, 5), .kernel_w = n.integer(1, 7), .stride_h = n.integer(1, 3), .stride_w = n.integer(1, 4)};
    if (n.integer(0, 3) == 0) v.dilation_h = n.integer(1, 3);
    if (n.integer(0, 2) == 0) v.dilation_w = n.integer(1, 4);
    v.pad_top = n.integer(0, v.kernel_h);
    v.pad_left = n.integer(0, v.kernel_w);
    v.pad_bottom = n.integer(0, v.kernel_h);
    v.pad_right = n.integer(0, v.kernel_w);
  } while (output_size(v, {h, w}).h < 1 || output_size(v, {h, w}).w < 1);
  return v;
}

std::size_t commands_of(const program::Program& p, spec::Opcode opcode) {
  return static_cast<std::size_t>(std::ranges::count_if(p.commands, [&](const auto& w) { return program::instruction_of(w)->opcode == opcode; }));
}

}  // namespace

TEST_CASE("Random depthwise convolutions give the golden bits on every array shape", "[lower][property]") {
  const auto shapes = array_shapes();
  std::map<std::string, int> happened;
  rc::prop("one convolution with a kernel a channel", [&](std::uint32_t seed) {
    NetworkBuilder n(seed);
    const auto& target = shapes[seed % shapes.size()];
    const auto h = n.integer(1, 12), w = n.integer(1, 14);
    auto x = n.input({1, n.integer(2, 40), h, w}, n.any_type());
    if (n.coin()) x = n.clip(x);
    auto y = n.depthwise(x, any_window(n, h, w), n.coin(), n.any_type());
    if (n.coin()) y = n.add(y, n.input(n.shape(y)));
    n.output(y);
    RC_LOG() << target.name << " seed " << seed << " input " << to_string(n.shape(x));
    const auto plan = lower::lower(n.graph, target);
    if (!plan) {
      RC_LOG() << to_string(plan.error());
      RC_ASSERT(plan.error().what.find("one output row needs") != std::string::npos);
      return;
    }
    RC_ASSERT(test::difference_from_golden(n, *plan) == "");
    ++happened[commands_of(plan->program, spec::Opcode::kDepthwise) > 0 ? "on the depthwise unit" : "on the array"];
  });
  for (const auto& [what, count] : happened) std::cout << "  " << what << ": " << count << "\n";
  CHECK(happened["on the depthwise unit"] > 40);
  CHECK(happened["on the array"] > 0);
}

TEST_CASE("A depthwise convolution of one pixel into several and of several into one gives the golden bits", "[lower]") {
  for (const auto& target : array_shapes()) {
    NetworkBuilder n(4);
    const auto x = n.input({1, 19, 1, 1});
    const auto y = n.depthwise(x, {.kernel_h = 2, .kernel_w = 3, .pad_top = 1, .pad_left = 2, .pad_bottom = 1, .pad_right = 2});
    n.output(n.depthwise(y, {.kernel_h = n.shape(y)[2], .kernel_w = n.shape(y)[3]}));
    n.output(y);
    INFO(target.name);
    CHECK(check_network(n, target) == "");
  }
}

TEST_CASE("Random grouped convolutions give the golden bits on every array shape", "[lower][property]") {
  const auto shapes = array_shapes();
  rc::prop("one convolution in groups", [&](std::uint32_t seed) {
    NetworkBuilder n(seed);
    const auto& target = shapes[seed % shapes.size()];
    const auto h = n.integer(1, 9), w = n.integer(1, 9);
    const auto groups = n.integer(2, 6);
    const auto x = n.input({1, groups * n.integer(1, 12), h, w}, n.any_type());
    auto window = any_window(n, h, w);
    window.group = groups;
    n.output(n.conv(x, groups * n.integer(1, 12), window, n.coin(), n.any_type()));
    RC_LOG() << target.name << " seed " << seed << " input " << to_string(n.shape(x)) << " groups " << groups;
    RC_ASSERT(check_network(n, target) == "");
  });
}
