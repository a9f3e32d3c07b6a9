// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <string>

#include <vernier/lower/pipeline.hpp>

#include "lower_check.hpp"

using namespace vernier;
using test::make_target;
using test::NetworkBuilder;

namespace {

/// "n2 h1 n1": side and number of nodes of each stage.
std::string stages_of(const lower::Pipeline& p) {
  std::string text;
  for (const auto& s : p.stages) text += (text.empty() ? "" : " ") + std::string(s.program ? "n" : "h") + std::to_string(s.nodes.size());
  return text;
}

lower::Pipeline cut(const NetworkBuilder& n) {
  auto p = lower::partition(n.graph, make_target(8, 8));
  REQUIRE(p);
  CHECK(p->placement.size() == n.graph.nodes().size());
  for (const auto& place : p->placement) {
    CHECK_FALSE(place.reason.empty());
    CHECK((place.place == lower::Place::kNpu && place.op != "Reshape") == place.layer.has_value());
  }
  return std::move(*p);
}

}  // namespace

TEST_CASE("An operator of the host between operators of the accelerator cuts the graph in three", "[lower]") {
  NetworkBuilder n(3);
  const auto first = n.conv(n.input({1, 4, 6, 6}), 4, {});
  const auto strange = n.foreign(first, "Erf");
  n.output(n.conv(n.conv(strange, 4, {}), 4, {}));
  const auto p = cut(n);
  CHECK(stages_of(p) == "n1 h1 n2");
  REQUIRE(p.plans.size() == 2);
  CHECK(p.plans[0].outputs == std::vector{first});
  CHECK(p.plans[1].inputs == std::vector{strange});
  CHECK(p.placement[3].layer == 2);
  CHECK(p.whole.layers.size() == 3);
  CHECK(p.whole.commands.size() == p.plans[0].program.commands.size() + p.plans[1].program.commands.size());
}

TEST_CASE("Parallel branches share their stages", "[lower]") {
  NetworkBuilder n(4);
  const auto x = n.conv(n.input({1, 4, 6, 6}), 4, {});
  const auto a = n.conv(n.foreign(n.conv(x, 4, {}), "Erf"), 4, {});
  const auto b = n.conv(n.foreign(n.conv(x, 4, {}), "Erf"), 4, {});
  n.output(n.add(a, b));
  CHECK(stages_of(cut(n)) == "n3 h2 n3");
}

TEST_CASE("A value that a later stage reads as well leaves its own stage", "[lower]") {
  NetworkBuilder n(5);
  const auto x = n.conv(n.input({1, 4, 6, 6}), 4, {});
  const auto y = n.foreign(n.conv(x, 4, {}), "Erf");
  n.output(n.add(n.conv(y, 4, {}), x));
  const auto p = cut(n);
  CHECK(stages_of(p) == "n2 h1 n2");
  CHECK(p.plans[0].outputs.size() == 2);
  CHECK(p.plans[1].inputs.size() == 2);
}

TEST_CASE("A reshape goes where it moves the fewest tensors", "[lower]") {
  SECTION("between operators of the accelerator it stays there") {
    NetworkBuilder n(6);
    n.output(n.gemm(n.flatten(n.conv(n.input({1, 4, 6, 6}), 4, {})), 5));
    CHECK(stages_of(cut(n)) == "n3");
  }
  SECTION("read by two operators of the host it goes to them") {
    NetworkBuilder n(6);
    const auto flat = n.flatten(n.conv(n.input({1, 4, 6, 6}), 4, {}));
    n.output(n.foreign(flat, "Erf"));
    n.output(n.foreign(flat, "Neg"));
    CHECK(stages_of(cut(n)) == "n1 h3");
  }
}

TEST_CASE("A reshape that a window cannot read through runs on the host and the window does not", "[lower]") {
  NetworkBuilder n(7);
  const auto x = n.conv(n.input({1, 4, 6, 6}), 4, {});
  const auto y = n.flatten(x);
  n.graph.value(y).shape = {1, 9, 4, 4};
  n.output(n.conv(y, 4, {.kernel_h = 3, .kernel_w = 3}));
  const auto p = cut(n);
  CHECK(stages_of(p) == "n1 h1 n1");
  CHECK(p.placement[1].reason.find("another order") != std::string::npos);
}

TEST_CASE("What the target refuses runs on the host with the refusal as reason", "[lower]") {
  SECTION("in itself") {
    NetworkBuilder n(8);
    const auto bad = n.conv(n.input({1, 4, 32, 32}), 4, {.stride_h = 16, .stride_w = 16});
    n.output(n.conv(bad, 4, {}));
    const auto p = cut(n);
    CHECK(stages_of(p) == "h1 n1");
    CHECK(p.placement[0].reason.find("stride is 16") != std::string::npos);
  }
  SECTION("for lack of room") {
    NetworkBuilder n(9);
    const auto wide = n.conv(n.input({1, 8, 3, 400}), 8, {.kernel_h = 3, .kernel_w = 3});
    n.output(n.max_pool(wide, {.kernel_w = 100, .stride_w = 100}));
    const auto p = lower::partition(n.graph, make_target(8, 8, 4096));
    REQUIRE(p);
    CHECK(p->placement[0].place == lower::Place::kHost);
    CHECK(p->placement[0].reason.find("one output row needs") != std::string::npos);
  }
  SECTION("and nothing is left for the accelerator") {
    NetworkBuilder n(10);
    n.output(n.foreign(n.input({1, 4}), "Erf"));
    const auto p = cut(n);
    CHECK(stages_of(p) == "h1");
    CHECK(p.plans.empty());
  }
}
