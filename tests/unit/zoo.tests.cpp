// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <map>
#include <string>

#include <vernier/import/import.hpp>
#include <vernier/ort/model.hpp>
#include <vernier/passes/pipeline.hpp>
#include <vernier/zoo/zoo.hpp>

using namespace vernier;

namespace {

graph::Graph canonical(const std::string& name) {
  const auto proto = zoo::build(name);
  REQUIRE(proto);
  auto graph = graph::import_onnx_bytes(std::as_bytes(std::span(proto->data(), proto->size())), name);
  INFO((graph ? std::string() : graph.error().what));
  REQUIRE(graph);
  auto result = graph::canonicalise(std::move(*graph));
  REQUIRE(result);
  return std::move(*result);
}

}  // namespace

TEST_CASE("Networks of the zoo have the multiply-accumulates of their papers", "[zoo]") {
  // millions, convolutions and classifier; VGG-16 is left to the command line, its weights alone take seconds
  const std::map<std::string, double> published{{"autoencoder", 0.264}, {"ds_cnn", 2.66}, {"resnet8", 12.50}, {"mobilenet_v1", 568.7}, {"mobilenet_v1_025", 7.49}, {"mobilenet_v2", 300.8},
                                                {"resnet18", 1814.1}, {"resnet18_32", 555.4}, {"resnet50", 4089.2}, {"squeezenet1_1", 349.2}};
  for (const auto& [name, millions] : published) {
    INFO(name);
    const auto graph = canonical(name);
    double macs = 0;
    for (const auto id : graph.nodes()) macs += static_cast<double>(graph::macs(graph, id));
    CHECK(macs / 1e6 == Approx(millions).epsilon(0.01));
  }
}

TEST_CASE("Every network of the zoo is quantised throughout", "[zoo]") {
  for (const auto& network : zoo::networks()) {
    if (network.name == "vgg16") continue;
    INFO(network.name);
    const auto graph = canonical(network.name);
    std::size_t floating = 0, layers = 0;
    for (const auto id : graph.nodes()) {
      const auto& node = graph.node(id);
      if (node.kind == graph::OpKind::kConv || node.kind == graph::OpKind::kGemm) {
        ++layers;
        floating += ort::is_quantised(graph, id) ? 0 : 1;
      }
    }
    CHECK(layers >= 9);
    CHECK(floating == 0);
    for (const auto id : graph.outputs) CHECK(graph.value(id).type == DType::kInt8);
  }
}

TEST_CASE("A network of the zoo is the same every time and another for another seed", "[zoo]") {
  const auto once = zoo::build("mobilenet_v1_025"), again = zoo::build("mobilenet_v1_025"), other = zoo::build("mobilenet_v1_025", 2);
  REQUIRE(once);
  CHECK(*once == *again);
  CHECK(*once != *other);
  const auto none = zoo::build("resnet49");
  REQUIRE_FALSE(none);
  CHECK(none.error().what.find("resnet50") != std::string::npos);
}
