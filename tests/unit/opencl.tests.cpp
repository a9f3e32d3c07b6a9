// SPDX-License-Identifier: Apache-2.0
// OpenCL kernels against the golden model, on whatever device is there.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>
#include <vernier/golden/evaluator.hpp>
#include <vernier/opencl/opencl_runner.hpp>

#include "lower_networks.hpp"

using namespace vernier;

namespace {

bool there_is_a_device() {
  const auto found = opencl::devices();
  if (!found) WARN("skipped: " << to_string(found.error()));
  return found.has_value();
}

void agrees(test::NetworkBuilder& network, std::uint32_t seed) {
  CAPTURE(seed);
  std::vector<Tensor> inputs;
  for (const auto id : network.graph.inputs) inputs.push_back(network.random_tensor(id));
  auto runner = opencl::OpenClRunner::open(network.graph, {}, "");
  if (!runner) FAIL(to_string(runner.error()));
  const auto got = (*runner)->infer(inputs, {});
  if (!got) FAIL(to_string(got.error()));
  const auto want = golden::evaluate(network.graph, inputs);
  REQUIRE(want);
  REQUIRE(got->outputs.size() == network.graph.outputs.size());
  for (std::size_t i = 0; i < got->outputs.size(); ++i) CHECK(got->outputs[i] == want->at(network.graph.outputs[i]));
  CHECK((*runner)->placement().device > 0);
  CHECK(got->kernel_s > 0);
}

}  // namespace

TEST_CASE("Any network gives the golden bits on an OpenCL device", "[unit][opencl][property]") {
  if (!there_is_a_device()) return;
  for (std::uint32_t seed = 1; seed <= 8; ++seed) {
    auto network = test::any_network(seed, 24, 14);
    agrees(network, seed);
  }
}

TEST_CASE("Average pools that count padding and that do not give the golden bits on an OpenCL device", "[unit][opencl]") {
  if (!there_is_a_device()) return;
  for (const bool count_pad : {false, true}) {
    test::NetworkBuilder network(7);
    graph::Window window = test::square(3, 2, 1);
    window.count_include_pad = count_pad;
    network.output(network.average_pool(network.input({1, 5, 9, 9}, DType::kUint8), window));
    agrees(network, 7);
  }
}

TEST_CASE("Pools whose taps lie apart and begin outside the image give the golden bits on an OpenCL device", "[unit][opencl]") {
  if (!there_is_a_device()) return;
  const auto dilation = GENERATE(2, 3);
  const auto stride = GENERATE(1, 2);
  graph::Window window = test::square(3, stride, 0);
  window.pad_top = window.pad_right = 2;
  window.pad_left = window.pad_bottom = 1;
  auto apart = window;  // maxima alone: the golden model has no averages of taps apart
  apart.dilation_h = dilation;
  apart.dilation_w = 5 - dilation;
  test::NetworkBuilder network(9);
  const auto x = network.input({1, 3, 9, 11}, DType::kInt8);
  network.output(network.max_pool(x, apart));
  network.output(network.average_pool(x, window));
  window.count_include_pad = true;
  network.output(network.average_pool(x, window));
  CAPTURE(dilation, stride);
  agrees(network, 9);
}

TEST_CASE("ResNet-8 gives the golden bits on an OpenCL device", "[unit][opencl]") {
  if (!there_is_a_device()) return;
  auto network = test::resnet8(3);
  agrees(network, 3);
}

namespace {

/// A float32 network, value by value.
class FloatNetwork {
 public:
  graph::Graph graph;
  graph::ValueId input(Shape shape) {
    const auto id = value(std::move(shape));
    graph.inputs.push_back(id);
    return id;
  }
  graph::ValueId constant(Shape shape) {
    const auto id = value(shape);
    graph.value(id).constant = random(shape);
    return id;
  }
  graph::ValueId apply(graph::OpKind kind, std::vector<graph::ValueId> inputs, Shape shape, const graph::Window& window = {}, std::optional<graph::Clamp> clamp = {}) {
    const auto out = value(std::move(shape));
    graph::Node node;
    node.kind = kind;
    node.op_type = std::string(graph::name_of(kind));
    node.name = "node " + std::to_string(graph.nodes().size());
    node.window = window;
    node.clamp = clamp;
    node.inputs = std::move(inputs);
    node.outputs = {out};
    graph.add_node(std::move(node));
    return out;
  }
  Tensor random(const Shape& shape) {
    Tensor t(DType::kFloat32, shape);
    std::normal_distribution<float> normal;
    for (auto& v : t.as<float>()) v = normal(random_);
    return t;
  }

 private:
  graph::ValueId value(Shape shape) {
    return graph.add_value({.name = "v" + std::to_string(graph.value_count()), .type = DType::kFloat32, .shape = std::move(shape), .quantization = {}, .constant = {}});
  }
  std::mt19937 random_{11};
};

}  // namespace

TEST_CASE("float32 operators on an OpenCL device are those of ONNX Runtime but for the order of sums", "[unit][opencl]") {
  if (!there_is_a_device()) return;
  using graph::OpKind;
  FloatNetwork n;
  const std::int64_t batch = GENERATE(1, 3);
  const auto x = n.input({batch, 4, 13, 11});
  const graph::Clamp relu{0, std::numeric_limits<double>::infinity()}, relu6{0, 6};
  auto y = n.apply(OpKind::kConv, {x, n.constant({8, 4, 3, 3}), n.constant({8})}, {batch, 8, 13, 11}, test::square(3, 1, 1), relu);  // CLBlast
  graph::Window uneven = test::square(3, 2, 0);
  uneven.pad_bottom = uneven.pad_right = 1;
  uneven.group = 8;
  auto a = n.apply(OpKind::kConv, {y, n.constant({8, 1, 3, 3}), n.constant({8})}, {batch, 8, 6, 5}, uneven, relu6);  // ours
  graph::Window strided = test::square(1, 2, 0);
  auto b = n.apply(OpKind::kConv, {y, n.constant({8, 8, 1, 1})}, {batch, 8, 7, 6}, strided);
  b = n.apply(OpKind::kMaxPool, {b}, {batch, 8, 6, 5}, test::square(2, 1, 0));
  y = n.apply(OpKind::kAdd, {a, b}, {batch, 8, 6, 5});
  y = n.apply(OpKind::kRelu, {y}, {batch, 8, 6, 5});
  graph::Window average = test::square(3, 2, 1);
  average.count_include_pad = GENERATE(false, true);
  y = n.apply(OpKind::kAveragePool, {y}, {batch, 8, 3, 3}, average);
  y = n.apply(OpKind::kReshape, {y}, {batch, 72});
  y = n.apply(OpKind::kGemm, {y, n.constant({10, 72}), n.constant({10})}, {batch, 10});
  n.graph.outputs = {y};
  const std::vector<Tensor> inputs{n.random({batch, 4, 13, 11})};
  auto runner = opencl::OpenClRunner::open(n.graph, {}, "");
  if (!runner) FAIL(to_string(runner.error()));
  CHECK((*runner)->placement().host == 0);
  const auto got = (*runner)->infer(inputs, {});
  if (!got) FAIL(to_string(got.error()));
  CHECK(got->kernel_s > 0);
  const auto want = golden::evaluate(n.graph, inputs);
  if (!want) FAIL(to_string(want.error()));
  const auto w = want->at(y).as<float>();
  const auto g = got->outputs.at(0).as<float>();
  REQUIRE(g.size() == w.size());
  // 72 terms of 8-term sums: rounding alone stays far below this share of the largest value
  const float largest = std::abs(*std::ranges::max_element(w, {}, [](float v) { return std::abs(v); }));
  for (std::size_t i = 0; i < g.size(); ++i) CHECK(std::abs(g[i] - w[i]) < 1e-5F * largest);
}

TEST_CASE("A CPU behind OpenCL is not taken for a GPU", "[unit][opencl]") {
  const auto found = opencl::devices();
  if (!found || std::ranges::any_of(*found, [](const auto& d) { return d.kind == opencl::DeviceKind::kGpu; })) return;
  test::NetworkBuilder network(1);
  network.output(network.gemm(network.input({1, 8}), 4));
  const auto refused = opencl::OpenClRunner::open(network.graph, {opencl::DeviceKind::kGpu}, "");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kUnavailable);
  CHECK(refused.error().what.find("OpenCL on CPU (PoCL)") != std::string::npos);
}
