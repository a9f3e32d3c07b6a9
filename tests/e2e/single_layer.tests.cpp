// SPDX-License-Identifier: Apache-2.0
// Layers cut out of a network whose other layers the NPU does not run: each becomes a model of its own, fed with what
// reaches it when the network reads real labelled inputs.
#include <catch2/catch.hpp>
#include <fstream>
#include <iostream>
#include <vernier/core/dataset.hpp>
#include <vernier/core/files.hpp>
#include <vernier/golden/evaluator.hpp>
#include <vernier/import/import.hpp>
#include <vernier/ort/model.hpp>
#include <vernier/passes/pipeline.hpp>

#include "process.hpp"

using namespace vernier;

namespace {

constexpr std::int64_t kSamples = 20;

/// Tensors of one shape behind each other on a new first axis.
Tensor stack(const std::vector<Tensor>& tensors) {
  Shape shape = tensors.front().shape();
  shape[0] = static_cast<std::int64_t>(tensors.size());
  Tensor all(tensors.front().type(), shape);
  auto at = all.bytes().begin();
  for (const auto& t : tensors) at = std::ranges::copy(t.bytes(), at).out;
  return all;
}

}  // namespace

TEST_CASE("First and pointwise convolutions of DS-CNN are exact on npu16", "[e2e]") {
  const std::string data = std::string(VERNIER_SOURCE_DIR) + "/../shared/data/";
  if (!std::filesystem::exists(data + "models")) {
    std::cout << "skipped: no data folder beside the project (../shared/data)\n";
    return;
  }
  auto imported = graph::import_onnx(data + "models/mlperf_tiny/kws_dscnn_int8.onnx");
  REQUIRE(imported);
  const auto canonical = graph::canonicalise(std::move(*imported));
  REQUIRE(canonical);
  const auto set = load_dataset(data + "sets/kws01/x_i8_nchw.npy");
  REQUIRE(set);
  auto golden = golden::Evaluator::prepare(*canonical);
  REQUIRE(golden);
  std::vector<golden::Values> runs;
  for (std::int64_t i = 0; i < kSamples; ++i) {
    auto input = set->sample(i, DType::kInt8);
    REQUIRE(input);
    input->reshape(canonical->value(canonical->inputs[0]).shape);
    auto values = golden->run(std::vector{*input});
    REQUIRE(values);
    runs.push_back(std::move(*values));
  }
  int layers = 0;
  for (const auto id : canonical->nodes()) {
    const auto& node = canonical->node(id);
    if (node.kind != graph::OpKind::kConv || node.window.group != 1) continue;
    const auto layer = ort::qdq_model_of(*canonical, id);
    REQUIRE(layer);
    const e2e::Folder folder("layer");
    std::ofstream(folder / "layer.onnx", std::ios::binary) << layer->proto;
    std::vector<Tensor> inputs;
    for (const auto& values : runs) inputs.push_back(values.at(layer->inputs.at(0)));
    REQUIRE(write_npy(folder / "x.npy", stack(inputs)));
    const auto ran = e2e::vernier("run " + (folder / "layer.onnx") + " --inputs " + (folder / "x.npy") + " --ruler rtl --target npu16 --check --memory hostile");
    CAPTURE(node.name, ran.text);
    CHECK(ran.code == 0);
    CHECK(ran.text.find("20 of 20 samples to the bit") != std::string::npos);
    ++layers;
  }
  CHECK(layers == 5);  // the first layer and four pointwise ones
}
