// SPDX-License-Identifier: Apache-2.0
// OpenCL kernels against the golden model, on whatever device is there.
#include <algorithm>
#include <catch2/catch.hpp>
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

TEST_CASE("ResNet-8 gives the golden bits on an OpenCL device", "[unit][opencl]") {
  if (!there_is_a_device()) return;
  auto network = test::resnet8(3);
  agrees(network, 3);
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
