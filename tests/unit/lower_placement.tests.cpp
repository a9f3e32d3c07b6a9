// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>

#include "lower_check.hpp"
#include "quantised_graphs.hpp"

using namespace vernier;
using test::make_target;
using test::NetworkBuilder;

namespace {

using Build = std::function<void(NetworkBuilder&)>;

/// Lowers a network that must be refused and returns the error.
Error refused(const Build& build, const program::Target& target) {
  NetworkBuilder n(5);
  build(n);
  const auto plan = lower::lower(n.graph, target);
  REQUIRE_FALSE(plan);
  CHECK(plan.error().code == ErrorCode::kUnsupported);
  return plan.error();
}

graph::Node& node_of(NetworkBuilder& n, graph::ValueId output) { return n.graph.node(*n.graph.producer(output)); }

}  // namespace

TEST_CASE("What the accelerator cannot run is refused with node shapes and reason", "[lower]") {
  const auto conv = [](const std::function<void(NetworkBuilder&, graph::Node&)>& change) {
    return Build([change](NetworkBuilder& n) {
      const auto y = n.conv(n.input({1, 4, 6, 6}), 4, {.kernel_h = 3, .kernel_w = 3});
      change(n, node_of(n, y));
      n.output(y);
    });
  };
  const std::pair<Build, const char*> cases[] = {
      {conv([](auto&, auto& node) { node.window.group = 2; }), "do not belong to 4 input channels in 2 groups"},
      {conv([](auto&, auto& node) { node.window.stride_w = 16; }), "horizontal stride is 16"},
      {conv([](auto& n, auto& node) { n.graph.value(node.inputs[1]).quantization->zero_point[0] = 3; }), "zero point other than 0"},
      {conv([](auto& n, auto& node) { n.graph.value(node.inputs[1]).constant.reset(); }), "not constant int8"},
      {conv([](auto& n, auto& node) { n.graph.value(node.outputs[0]).quantization->scale[0] = 1e-9F; }), "multiplier of output channel"},
      {conv([](auto& n, auto& node) { auto& b = n.graph.value(node.inputs[2]).constant; b = test::with_element(b, 1, 2147483000); }), "output channel 1 can reach"},
      {conv([](auto& n, auto& node) { n.graph.value(node.inputs[0]).quantization->scale.push_back(1.0F); }), "not quantised per tensor"},
      {conv([](auto& n, auto& node) { n.graph.value(node.inputs[0]).shape[0] = 2; }), "lies as 2 images in the buffer, its output has 1"},
      {[](NetworkBuilder& n) { n.output(n.conv(n.foreign(n.conv(n.input({1, 4, 6, 6}), 4, {}), "Erf"), 4, {})); }, "stands between operators"},
      {[](NetworkBuilder& n) {
         const auto y = n.average_pool(n.input({1, 4, 6, 6}), {.kernel_h = 2, .kernel_w = 2});
         node_of(n, y).window.dilation_h = 2;
         n.output(y);
       }, "vertical dilation is 2"},
      {[](NetworkBuilder& n) { n.output(n.add(n.input({1, 4, 6, 6}), n.input({1, 4, 6, 1}))); }, "only one pixel [1, C, 1, 1] broadcasts"},
      {[](NetworkBuilder& n) {
         const auto y = n.add(n.input({1, 4, 1, 1}), n.input({1, 4, 6, 6}));
         n.graph.value(y).shape = {1, 4, 6, 6};
         node_of(n, y).kind = graph::OpKind::kSub;
         n.output(y);
       }, "a difference has an order"},
      {[](NetworkBuilder& n) {
         const auto y = n.clip(n.input({1, 4, 6, 6}));
         node_of(n, y).kind = graph::OpKind::kTable;
         n.output(y);
       }, "its table has 0 entries"},
      {[](NetworkBuilder& n) {
         const auto y = n.clip(n.input({1, 4, 6, 6}));
         node_of(n, y).kind = graph::OpKind::kMove;
         node_of(n, y).copies = {{0, 0, 0, {{20, 7, 7}}}};  // a diagonal that wraps at the rows' ends
         n.output(y);
       }, "no steps of the images"},
      {[](NetworkBuilder& n) { n.output(n.gemm(n.input({1, 4, 300, 1}), 3)); }, "larger than the largest kernel"}};
  for (const auto& [build, reason] : cases) {
    INFO(reason);
    const auto error = refused(build, make_target(8, 8));
    CHECK(error.what.find(reason) != std::string::npos);
    CHECK(error.what.find("int8[") != std::string::npos);
    CHECK_FALSE(error.where.empty());
  }
}

TEST_CASE("A layer of which not even one row fits is refused with the number of bytes", "[lower]") {
  const auto error = refused([](NetworkBuilder& n) { n.output(n.conv(n.input({1, 8, 3, 400}), 8, {.kernel_h = 3, .kernel_w = 3})); }, make_target(8, 8, 4096));
  // three input rows of 400 pixels and an output row of 398, both of 8 bytes a pixel, in whole words with slack
  CHECK(error.what.find("one output row needs ") != std::string::npos);
  const auto bytes = std::stol(error.what.substr(error.what.find("needs ") + 6));
  CHECK(bytes >= 3 * 400 * 8 + 398 * 8);
  CHECK(bytes < 3 * 400 * 8 + 398 * 8 + 512);
}

TEST_CASE("Operators at the head and the tail stay on the host and the rest is placed with its share", "[lower]") {
  NetworkBuilder n(6);
  auto x = n.foreign(n.input({1, 3, 8, 8}), "Hardmax");
  const auto inner = n.conv(x, 8, {.kernel_h = 3, .kernel_w = 3});
  const auto y = n.gemm(n.flatten(inner), 10);
  n.output(n.foreign(y, "Softmax"));
  const auto target = make_target(8, 8);
  const auto plan = lower::lower(n.graph, target);
  REQUIRE(plan);
  REQUIRE(plan->head.size() == 1);
  REQUIRE(plan->tail.size() == 1);
  CHECK(plan->graph.node(plan->head[0]).op_type == "Hardmax");
  CHECK(plan->graph.node(plan->tail[0]).op_type == "Softmax");
  CHECK(plan->inputs == std::vector<graph::ValueId>{x});
  CHECK(plan->outputs == std::vector<graph::ValueId>{y});
  CHECK(plan->program.inputs.at(0).name == n.graph.value(x).name);
  const auto placement = lower::explain(n.graph, target);
  REQUIRE(placement);
  REQUIRE(placement->size() == 5);
  std::int64_t macs = 0;
  for (const auto& p : *placement) {
    CHECK_FALSE(p.reason.empty());
    if (p.op == "Softmax") CHECK(p.reason.find("quantised input, a quantised result") != std::string::npos);
    CHECK(p.place == (p.op == "Hardmax" || p.op == "Softmax" ? lower::Place::kHost : lower::Place::kNpu));
    macs += p.macs;
  }
  CHECK(macs == 8 * 6 * 6 * 27 + 10 * 8 * 36);
  CHECK(placement->front().shapes == "int8[1, 3, 8, 8] -> int8[1, 3, 8, 8]");
}

TEST_CASE("Explaining a graph with a refused operator lists it on the host with the refusal", "[lower]") {
  NetworkBuilder n(6);
  const auto bad = n.conv(n.input({1, 4, 8, 8}), 4, {});
  node_of(n, bad).window.group = 2;
  n.output(n.conv(bad, 4, {}));
  const auto placement = lower::explain(n.graph, make_target(8, 8));
  REQUIRE(placement);
  REQUIRE(placement->size() == 2);
  CHECK((*placement)[0].place == lower::Place::kHost);
  CHECK((*placement)[0].reason == "weights of shape [4, 4, 1, 1] do not belong to 4 input channels in 2 groups and a 1 x 1 kernel");
  CHECK((*placement)[1].place == lower::Place::kNpu);
}

TEST_CASE("A graph without quantised operators is refused as a whole", "[lower]") {
  const auto error = refused([](NetworkBuilder& n) { n.output(n.foreign(n.input({1, 4}), "Erf")); }, make_target(8, 8));
  CHECK(error.what.find("no operator runs on") == 0);
}

TEST_CASE("A residual addition runs inside its producer unless it may not", "[lower]") {
  NetworkBuilder n(8);
  const auto x = n.conv(n.input({1, 4, 8, 8}), 8, {});
  const auto branch = n.conv(x, 8, {});
  const auto sum = n.add(branch, x);
  n.output(n.add(sum, x));
  const auto plan = lower::lower(n.graph, make_target(8, 8));
  REQUIRE(plan);
  // the second addition has no convolution left to run in: its first operand is an addition
  REQUIRE(plan->program.layers.size() == 3);
  CHECK(plan->program.layers[1].fused == std::vector<std::string>{node_of(n, sum).name});
  CHECK(plan->program.layers[2].op == "Add");
  n.output(branch);  // now somebody else wants the convolution's own result
  const auto apart = lower::lower(n.graph, make_target(8, 8));
  REQUIRE(apart);
  CHECK(apart->program.layers.size() == 4);
  CHECK(test::difference_from_golden(n, *apart) == "");
}
