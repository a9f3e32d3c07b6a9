// SPDX-License-Identifier: Apache-2.0
// Trained and published networks through import, passes and lowering; executed and held against the golden model.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <iostream>

#include <vernier/import/import.hpp>
#include <vernier/lower/pipeline.hpp>
#include <vernier/passes/pipeline.hpp>
#include <vernier/zoo/zoo.hpp>

#include "lower_check.hpp"
#include "lower_timeline.hpp"

using namespace vernier;
namespace fs = std::filesystem;

namespace {

program::Target bundled(const std::string& name) {
  return program::load_target(std::string(VERNIER_SOURCE_DIR) + "/rtl/targets/" + name + ".toml").value();
}

/// A trained model as a quantised graph; nothing where this machine does not have it.
std::optional<graph::Graph> trained(const std::string& file) {
  const fs::path path = fs::path(VERNIER_SOURCE_DIR) / "../shared/data/models" / file;
  if (!fs::exists(path)) {
    std::puts(("skipped: " + file + " is not on this machine").c_str());
    return std::nullopt;
  }
  auto graph = graph::import_onnx(path);
  REQUIRE(graph);
  auto result = graph::canonicalise(std::move(*graph));
  REQUIRE(result);
  return std::move(*result);
}

graph::Graph of_zoo(const std::string& name) {
  const auto proto = zoo::build(name);
  REQUIRE(proto);
  auto graph = graph::import_onnx_bytes(std::as_bytes(std::span(proto->data(), proto->size())), name);
  REQUIRE(graph);
  auto result = graph::canonicalise(std::move(*graph));
  REQUIRE(result);
  return std::move(*result);
}

/// The largest of the network's programs.
const lower::Plan& main_plan(const lower::Pipeline& pipeline) {
  REQUIRE_FALSE(pipeline.plans.empty());
  return *std::ranges::max_element(pipeline.plans, {}, [](const auto& p) { return p.program.commands.size(); });
}

/// Prints what a program needs and returns its cycles.
std::int64_t report(const std::string& network, const program::Program& p) {
  const auto t = test::simulate_timeline(p);
  std::int64_t macs = 0;
  for (const auto& layer : p.layers) macs += layer.macs;
  std::printf("%-20s %-6s %9lld cycles (matrix %lld, depthwise %lld, vector %lld, load %lld), %.1f %% of the array's multiplications, %zu commands, scratch %lld\n", network.c_str(),
              p.target.name.c_str(), static_cast<long long>(t.cycles), static_cast<long long>(t.matrix_busy), static_cast<long long>(t.depthwise_busy), static_cast<long long>(t.vector_busy),
              static_cast<long long>(t.load_busy), 100.0 * static_cast<double>(macs) / (static_cast<double>(p.target.rows * p.target.columns) * static_cast<double>(t.cycles)), p.commands.size(),
              static_cast<long long>(p.scratch_bytes));
  return t.cycles;
}

void check_model(const std::string& file, const std::string& target) {
  auto graph = trained(file);
  if (!graph) return;
  test::NetworkBuilder n(1);
  n.graph = std::move(*graph);
  const auto pipeline = lower::partition(n.graph, bundled(target));
  REQUIRE(pipeline);
  for (const auto& p : pipeline->placement) {
    if (p.place != lower::Place::kNpu) std::cout << "  " << p.name << " " << p.op << ": " << p.reason << "\n";
  }
  (void)report(file, main_plan(*pipeline).program);
  CHECK(test::difference_from_golden(n, main_plan(*pipeline)) == "");
}

}  // namespace

TEST_CASE("Trained keyword and person detectors give the golden bits", "[lower][models]") {
  for (const auto* target : {"npu16", "npu32", "npu3x5"}) {
    check_model("mlperf_tiny/kws_dscnn_int8.onnx", target);
    check_model("mlperf_tiny/vww_mobilenetv1_int8.onnx", target);
  }
}

TEST_CASE("MobileNetV2 gives the golden bits", "[lower][models][slow]") {
  check_model("imagenet/mobilenet_v2_100_224_int8.onnx", "npu16");
}

TEST_CASE("Predicted cycles of networks", "[.figures]") {
  for (const auto* target : {"npu8", "npu16", "npu32"}) {
    for (const auto* file : {"mlperf_tiny/ad_autoencoder_int8.onnx", "mlperf_tiny/ic_resnet8_int8.onnx", "mlperf_tiny/kws_dscnn_int8.onnx", "mlperf_tiny/vww_mobilenetv1_int8.onnx",
                             "imagenet/mobilenet_v2_100_224_int8.onnx", "imagenet/squeezenet10_int8.onnx"}) {
      const auto graph = trained(file);
      if (!graph) continue;
      const auto pipeline = lower::partition(*graph, bundled(target));
      REQUIRE(pipeline);
      (void)report(file, main_plan(*pipeline).program);
    }
    for (const auto* name : {"mobilenet_v1", "mobilenet_v2", "resnet50"}) {
      const auto pipeline = lower::partition(of_zoo(name), bundled(target));
      REQUIRE(pipeline);
      (void)report(name, main_plan(*pipeline).program);
    }
  }
}
