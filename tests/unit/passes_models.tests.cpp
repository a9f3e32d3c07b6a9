// SPDX-License-Identifier: Apache-2.0
// Whole models through import, passes and quantisation after training: bundled ones, and trained ones where present.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>

#include <vernier/core/dataset.hpp>
#include <vernier/core/files.hpp>
#include <vernier/golden/comparison.hpp>
#include <vernier/golden/evaluator.hpp>
#include <vernier/import/import.hpp>
#include <vernier/passes/pipeline.hpp>
#include <vernier/passes/quantise.hpp>

#include "../trained_data.hpp"

using namespace vernier;
using namespace vernier::graph;
namespace fs = std::filesystem;

namespace {

const fs::path kBundled = VERNIER_SOURCE_DIR "/graphs/models";
using trained::absent, trained::get, trained::kData, trained::top1;

Dataset cifar() { return trained::dataset("cifar10_jpeg1000/x_u8_nchw.npy", "cifar10_jpeg1000/y.npy", trained::kCifarForm); }
Dataset mnist() { return trained::dataset("mnist/t10k-images-idx3-ubyte.gz", "mnist/t10k-labels-idx1-ubyte.gz", trained::kMnistForm); }

std::vector<std::vector<Tensor>> samples(const Dataset& set, std::int64_t first, std::int64_t step, std::int64_t count, const Graph& g) {
  std::vector<std::vector<Tensor>> list;
  for (std::int64_t i = 0; i < count; ++i) {
    auto x = get(set.sample(first + i * step, g.value(g.inputs[0]).type));
    x.reshape(g.value(g.inputs[0]).shape);
    list.push_back({std::move(x)});
  }
  return list;
}

/// Share of right answers over samples first, first + step, ...
double accuracy(const Graph& g, const Dataset& set, std::int64_t step = 1) {
  auto evaluator = get(golden::Evaluator::prepare(g));
  std::int64_t right = 0, seen = 0;
  for (std::int64_t i = 0; i < set.size(); i += step, ++seen) {
    const auto values = get(evaluator.run(samples(set, i, 1, 1, g)[0]));
    right += top1(values.at(g.outputs[0])) == set.labels.at(static_cast<std::size_t>(i));
  }
  return static_cast<double>(right) / static_cast<double>(seen);
}

Graph imported(const fs::path& file) {
  ImportOptions options;
  options.batch = 1;
  options.dims["P"] = 4;  // the decoder's past tokens
  return get(import_onnx(file, options));
}
Graph canonical_file(const fs::path& file) { return get(canonicalise(imported(file))); }

std::int64_t quantised_macs(const Graph& g) {
  std::int64_t sum = 0;
  for (const auto id : g.nodes()) sum += is_quantised_activation(g.value(g.node(id).outputs[0])) ? macs(g, id) : 0;
  return sum;
}

std::int64_t all_macs(const Graph& g) {
  std::int64_t sum = 0;
  for (const auto id : g.nodes()) sum += macs(g, id);
  return sum;
}

void check_against_reference(const fs::path& file, const Dataset& set, std::int64_t count) {
  const auto g = canonical_file(file);
  const auto bytes = get(read_bytes(file));
  auto reference = get(ort::Session::open(bytes, {}, file.string()));
  const auto list = samples(set, 0, std::max<std::int64_t>(1, set.size() / count), count, g);
  const auto result = get(golden::compare_with_reference(g, std::move(reference), list));
  std::printf("%s: %lld samples, worst layer %lld LSB, outputs differing %.2f %%, largest %g, top-1 agreement %.1f %%\n", file.stem().c_str(),
              static_cast<long long>(result.samples), static_cast<long long>(result.worst_layer_lsb()), 100 * result.differing_share(),
              result.largest_difference, 100 * result.top1_agreement());
  CHECK(result.worst_layer_lsb() <= 1);
  CHECK(result.top1_agreement() >= 0.95);
}

}  // namespace

TEST_CASE("The bundled quantised model is integers from input to scores", "[passes]") {
  const auto g = canonical_file(kBundled / "digits_int8.onnx");
  INFO(dump(g));
  CHECK(quantised_macs(g) == all_macs(g));
  std::vector<std::string> names;
  for (const auto id : get(g.topological_order())) names.emplace_back(name_of(g.node(id).kind));
  CHECK(names == std::vector<std::string>{"Quantize", "Conv", "Conv", "Add", "MaxPool", "Conv", "AveragePool", "Reshape", "Gemm", "Dequantize"});
  check_against_reference(kBundled / "digits_int8.onnx", get(load_dataset(kBundled / "digits_test.toml")), 100);
}

TEST_CASE("Quantisation after training keeps the accuracy of the bundled float model", "[passes][ptq]") {
  const auto test = get(load_dataset(kBundled / "digits_test.toml"));
  const auto calibration = get(load_dataset(kBundled / "digits_calibration.toml"));
  const auto floating = imported(kBundled / "digits_fp32.onnx");
  const double before = accuracy(get(canonicalise(floating)), test);
  for (const auto& [name, how] : {std::pair{"min-max", Calibration::kMinMax}, std::pair{"percentile", Calibration::kPercentile}, std::pair{"mse", Calibration::kMse}}) {
    const auto g = get(quantize_after_training(floating, samples(calibration, 0, 1, calibration.size(), floating), {.calibration = how}));
    INFO(dump(g));
    const double after = accuracy(g, test);
    std::printf("digits_fp32 %s: %.2f %% before, %.2f %% after\n", name, 100 * before, 100 * after);
    CHECK(after >= before - 0.005);
    CHECK(quantised_macs(g) == all_macs(g));
    CHECK(g.value(g.outputs[0]).type == DType::kFloat32);
    CHECK(g.value(g.outputs[0]).name == floating.value(floating.outputs[0]).name);
  }
}

TEST_CASE("Calibration refuses what it cannot use", "[passes][ptq]") {
  const auto g = imported(kBundled / "digits_fp32.onnx");
  CHECK_FALSE(quantize_after_training(g, {}));
  const std::vector<std::vector<Tensor>> none(1);
  CHECK_FALSE(quantize_after_training(g, none));
  const std::vector<std::vector<Tensor>> wrong{{Tensor(DType::kFloat32, {1, 1, 4, 4})}};
  CHECK_FALSE(quantize_after_training(g, wrong));
  std::vector<std::vector<Tensor>> nan{{Tensor(DType::kFloat32, {1, 1, 8, 8})}};
  CHECK(quantize_after_training(g, nan));
  CHECK_FALSE(quantize_after_training(g, nan, {.percentile = 30}));
  nan[0][0].as<float>()[3] = std::numeric_limits<float>::quiet_NaN();
  const auto r = quantize_after_training(g, nan);
  REQUIRE_FALSE(r);
  CHECK(r.error().code == ErrorCode::kInvalidInput);
}

TEST_CASE("A residual network is canonical as a table", "[passes]") {
  if (absent()) return;
  const auto g = canonical_file(kData / "models/mlperf_tiny/ic_resnet8_int8.onnx");
  const auto table = dump(g);
  std::printf("%s", table.c_str());
  CHECK(g.nodes().size() == 16);  // 9 Conv, 3 Add, pool, reshape, Gemm, Softmax
  CHECK(quantised_macs(g) == 12'501'632);  // facts of the network: 12.5 M multiply-accumulates
}

TEST_CASE("Trained quantised models compute what the reference computes", "[passes]") {
  if (absent()) return;
  check_against_reference(kData / "models/mnist/lenet5_int8.onnx", mnist(), 100);
  check_against_reference(kData / "models/mlperf_tiny/ic_resnet8_int8.onnx", cifar(), 50);
  check_against_reference(kData / "models/mlperf_tiny/kws_dscnn_int8.onnx", trained::dataset("kws01/x_i8_nchw.npy"), 100);
  check_against_reference(kData / "models/mlperf_tiny/vww_mobilenetv1_int8.onnx", trained::dataset("photos13/x96_u8_nchw.npy", "", trained::kPhotoForm), 13);
}

TEST_CASE("A model that is quantised in part is completed", "[passes][ptq]") {
  if (absent()) return;
  const auto file = kData / "models/mnist/lenet5_int8.onnx";
  const auto set = mnist();
  const auto before = canonical_file(file);
  CHECK(quantised_macs(before) == all_macs(before) - 840);  // its last product gives floats
  const auto g = get(quantize_after_training(imported(file), samples(set, 0, 50, 100, before)));
  CHECK(quantised_macs(g) == all_macs(g));
  const double was = accuracy(before, set, 20), now = accuracy(g, set, 20);
  std::printf("lenet5_int8 completed: %.2f %% before, %.2f %% after\n", 100 * was, 100 * now);
  CHECK(now >= was - 0.005);
}

TEST_CASE("Quantisation after training keeps the accuracy of trained float models", "[passes][ptq]") {
  if (absent()) return;
  const auto check = [](const char* name, const Dataset& set, std::int64_t step) {
    const auto floating = imported(kData / "models" / name);
    const auto g = get(quantize_after_training(floating, samples(set, 3, set.size() / 100, 99, floating)));
    const double before = accuracy(get(canonicalise(floating)), set, step), after = accuracy(g, set, step);
    std::printf("%s: %.2f %% before, %.2f %% after quantisation\n", name, 100 * before, 100 * after);
    CHECK(after >= before - 0.01);
    CHECK(quantised_macs(g) == all_macs(g));
  };
  check("mnist/lenet5_fp32.onnx", mnist(), 20);
  check("mlperf_tiny/ic_resnet8_fp32.onnx", cifar(), 2);
}

TEST_CASE("Quantisation after training takes models of old operator sets", "[passes][ptq]") {
  if (absent()) return;
  const auto floating = imported(kData / "models/onnx_light/light_squeezenet.onnx");  // opset 9, Concat and Softmax on the host
  REQUIRE(floating.opsets.at("") == 9);
  Tensor x(DType::kFloat32, floating.value(floating.inputs[0]).shape);
  for (std::size_t i = 0; i < static_cast<std::size_t>(x.size()); ++i) x.as<float>()[i] = static_cast<float>(i) / static_cast<float>(x.size());
  const std::vector<std::vector<Tensor>> calibration{{x}};
  const auto g = get(quantize_after_training(floating, calibration));
  CHECK(quantised_macs(g) == all_macs(g));
}

TEST_CASE("Every trained model at hand imports and becomes canonical", "[passes]") {
  if (absent()) return;
  int models = 0;
  for (const auto& entry : fs::recursive_directory_iterator(kData / "models")) {
    if (entry.path().extension() != ".onnx" || entry.path().stem() == "light_vgg19") continue;  // its constants alone take 0.6 GB
    INFO(entry.path());
    const auto g = canonical_file(entry.path());
    CHECK_FALSE(g.nodes().empty());
    const auto total = all_macs(g);
    std::printf("%-30s %4zu nodes, %6.1f %% of %11lld MACs quantised\n", entry.path().stem().c_str(), g.nodes().size(),
                total == 0 ? 0.0 : 100.0 * static_cast<double>(quantised_macs(g)) / static_cast<double>(total), static_cast<long long>(total));
    ++models;
  }
  CHECK(models >= 24);
}
