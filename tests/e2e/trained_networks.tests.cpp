// SPDX-License-Identifier: Apache-2.0
// Trained networks that lie beside the project: the RTL computes golden's bits, and golden answers as ONNX Runtime does.
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include <vernier/golden/evaluator.hpp>
#include <vernier/import/import.hpp>
#include <vernier/ort/session.hpp>
#include <vernier/passes/pipeline.hpp>

#include "../trained_data.hpp"
#include "process.hpp"

using namespace vernier;

namespace {

nlohmann::json read_json(const std::string& file) {
  std::ifstream in(file);
  return nlohmann::json::parse(in, nullptr, false);
}

struct Network {
  std::string model, inputs, labels, form;
  [[nodiscard]] Dataset data() const { return trained::dataset(inputs, labels, form); }
};

const Network kResNet8{"mlperf_tiny/ic_resnet8_int8.onnx", "cifar10_jpeg1000/x_u8_nchw.npy", "cifar10_jpeg1000/y.npy", trained::kCifarForm};
const Network kLeNet5{"mnist/lenet5_int8.onnx", "mnist/t10k-images-idx3-ubyte.gz", "mnist/t10k-labels-idx1-ubyte.gz", trained::kMnistForm};
const Network kKeywords{"mlperf_tiny/kws_dscnn_int8.onnx", "kws01/x_i8_nchw.npy", "kws01/y.npy", ""};
const Network kPersons{"mlperf_tiny/vww_mobilenetv1_int8.onnx", "photos13/x96_u8_nchw.npy", "", trained::kPhotoForm};
const Network kMobileNetV2{"imagenet/mobilenet_v2_100_224_int8.onnx", "photos13/x224_u8_nchw.npy", "", ""};
const Network kSqueezeNet{"imagenet/squeezenet10_int8.onnx", "photos13/x227_u8_nchw.npy", "", trained::kCaffeForm};

/// Record of a run with --check on npu16 that found nothing.
nlohmann::json run(const Network& n, const std::string& options) {
  const e2e::Folder folder("trained");
  trained::describe(folder / "data.toml", n.inputs, n.labels, n.form);
  const auto ran = e2e::vernier("run " + (trained::kData / "models" / n.model).string() + " --data " + (folder / "data.toml") + " --target npu16 --check --json " +
                                (folder / "r.json") + " " + options);
  CAPTURE(n.model, ran.text);
  REQUIRE(ran.code == 0);
  return read_json(folder / "r.json");
}

void check_rtl(const Network& n, const std::string& options) { CHECK(run(n, "--ruler rtl " + options)["check"]["bit_exact"] == true); }

void check_accuracy(const Network& n, int samples) {
  const auto check = run(n, "--ruler golden --samples " + std::to_string(samples))["check"];
  CAPTURE(n.model, check.dump());
  CHECK(check["samples"] == samples);
  CHECK(std::abs(check["top1"].get<double>() - check["top1_reference"].get<double>()) <= 0.005);
}

/// Golden and ONNX Runtime on the same inputs, one after another.
void for_each_sample(const Network& n, const std::vector<Tensor>& inputs, const std::function<void(const Tensor& golden, const Tensor& reference)>& compare) {
  const auto file = trained::kData / "models" / n.model;
  graph::ImportOptions options;
  options.batch = 1;
  const auto g = trained::get(graph::canonicalise(trained::get(graph::import_onnx(file, options))));
  auto evaluator = trained::get(golden::Evaluator::prepare(g));
  const auto bytes = trained::get(read_bytes(file));
  auto reference = trained::get(ort::Session::open(bytes, {}, n.model));
  for (auto x : inputs) {
    x.reshape(g.value(g.inputs[0]).shape);
    const auto values = trained::get(evaluator.run(std::span(&x, 1)));
    const auto expected = trained::get(reference.run(std::span(&x, 1)));
    compare(values.at(g.outputs[0]), expected.at(0));
  }
}

/// How far the largest element lies before the second, in steps of an 8-bit output; 0 elsewhere.
int margin(const Tensor& t) {
  if (size_of(t.type()) != 1) return 0;
  std::vector<int> sorted;
  for (const auto b : t.bytes()) sorted.push_back(t.type() == DType::kInt8 ? static_cast<int>(static_cast<std::int8_t>(b)) : static_cast<int>(b));
  std::ranges::sort(sorted, std::greater<>());
  return sorted.at(0) - sorted.at(1);
}

/// Of the photographs at most one is classified in another way, and only where the reference itself is all but undecided.
void check_photographs(const Network& n, DType type) {
  const auto set = n.data();
  std::vector<Tensor> inputs;
  for (std::int64_t i = 0; i < set.size(); ++i) inputs.push_back(trained::get(set.sample(i, type)));
  int others = 0, place = 0;
  for_each_sample(n, inputs, [&](const Tensor& golden, const Tensor& reference) {
    CAPTURE(n.model, place, trained::top1(golden), trained::top1(reference));
    ++place;
    if (trained::top1(golden) == trained::top1(reference)) return;
    ++others;
    CHECK(size_of(reference.type()) == 1);
    CHECK(margin(reference) <= 2);
  });
  CHECK(place == 13);
  CHECK(others <= 1);
}

}  // namespace

TEST_CASE("ResNet-8 on npu16 is exact and as accurate as ONNX Runtime", "[e2e]") {
  if (trained::absent()) return;
  check_rtl(kResNet8, "--samples 10 --memory hostile");
  check_accuracy(kResNet8, 1000);
}

TEST_CASE("LeNet-5 on npu16 is exact and as accurate as ONNX Runtime", "[e2e]") {
  if (trained::absent()) return;
  check_rtl(kLeNet5, "--samples 20 --memory hostile");
  check_accuracy(kLeNet5, 2000);
}

TEST_CASE("The keyword network on npu16 is exact and as accurate as ONNX Runtime", "[e2e]") {
  if (trained::absent()) return;
  check_rtl(kKeywords, "--samples 20 --memory hostile");
  check_accuracy(kKeywords, 1000);
}

TEST_CASE("The person network on npu16 is exact on photographs and answers as ONNX Runtime", "[e2e]") {
  if (trained::absent()) return;
  check_rtl(kPersons, "--samples 13 --memory hostile");
  check_photographs(kPersons, DType::kInt8);
}

TEST_CASE("The autoencoder on npu16 is exact and reconstructs as well as under ONNX Runtime", "[e2e]") {
  if (trained::absent()) return;
  const Network autoencoder{"mlperf_tiny/ad_autoencoder_int8.onnx", "", "", ""};
  // 200 frames of 128 log-mel energies; a window is 5 frames. Scales and zero points as the README beside the model gives them.
  constexpr double kInScale = 0.3910152, kOutScale = 0.3644977;
  constexpr int kInZero = 89, kOutZero = 96, kFrames = 200, kBands = 128, kWindow = 5 * kBands;
  const auto bytes = trained::get(read_bytes(trained::kData / "sets/ad_sample/normal_id_01_00000000_f32_logmel.bin"));
  REQUIRE(bytes.size() == kFrames * kBands * sizeof(float));
  std::vector<float> energies(kFrames * kBands);
  std::memcpy(energies.data(), bytes.data(), bytes.size());
  std::vector<Tensor> inputs;
  for (int f = 0; f + 5 <= kFrames; ++f) {
    Tensor x(DType::kInt8, {1, kWindow});
    for (int i = 0; i < kWindow; ++i) {
      const double step = std::nearbyint(energies[static_cast<std::size_t>(f * kBands + i)] / kInScale) + kInZero;
      x.as<std::int8_t>()[static_cast<std::size_t>(i)] = static_cast<std::int8_t>(std::clamp(step, -128.0, 127.0));
    }
    inputs.push_back(std::move(x));
  }
  double ours = 0, theirs = 0;
  std::size_t window = 0;
  for_each_sample(autoencoder, inputs, [&](const Tensor& golden, const Tensor& reference) {
    const auto error = [&](const Tensor& y) {
      double sum = 0;
      for (std::size_t i = 0; i < kWindow; ++i) {
        const double d = energies[window * kBands + i] - (y.as<std::int8_t>()[i] - kOutZero) * kOutScale;
        sum += d * d / kWindow;
      }
      return sum;
    };
    ours += error(golden);
    theirs += error(reference);
    ++window;
  });
  CHECK(window == 196);
  std::printf("autoencoder: mean squared error %.4f, ONNX Runtime %.4f\n", ours / 196, theirs / 196);
  CHECK(ours == Approx(theirs).epsilon(0.01));
  CHECK(theirs / 196 < 100);  // dB^2: the windows are those that the network was trained for

  const auto ran = e2e::vernier("run " + (trained::kData / "models" / autoencoder.model).string() + " --target npu16 --check --ruler rtl --samples 1 --memory hostile");
  CAPTURE(ran.text);
  CHECK(ran.code == 0);
}

TEST_CASE("ImageNet networks answer on photographs as ONNX Runtime does", "[e2e]") {
  if (trained::absent()) return;
  check_photographs(kMobileNetV2, DType::kUint8);
  check_photographs(kSqueezeNet, DType::kFloat32);
}

TEST_CASE("ImageNet networks on npu16 are exact on a photograph", "[e2e]") {
  if (trained::absent()) return;
  check_rtl(kMobileNetV2, "--samples 1 -j 2");
  check_rtl(kSqueezeNet, "--samples 1 -j 2");
}
