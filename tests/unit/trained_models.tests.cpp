// SPDX-License-Identifier: Apache-2.0
// Trained models that are not bundled: the reference session and the data set reader give their published accuracy.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <unistd.h>
#include <vernier/core/dataset.hpp>
#include <vernier/core/files.hpp>
#include <vernier/ort/session.hpp>

using namespace vernier;
namespace fs = std::filesystem;

namespace {

const fs::path kData = VERNIER_SOURCE_DIR "/../shared/data";

struct Case {
  const char* name;
  const char* model;
  const char* inputs;
  const char* labels;
  const char* more;   ///< further keys of the data set
  std::int64_t samples;
  int right;          ///< known number of right answers, ONNX Runtime without graph optimisations
};

std::int64_t top1(const Tensor& t) {
  if (t.type() == DType::kInt8) return std::ranges::max_element(t.as<std::int8_t>()) - t.as<std::int8_t>().begin();
  return std::ranges::max_element(t.as<float>()) - t.as<float>().begin();
}

Result<Dataset> describe(const Case& c) {
  const auto file = fs::temp_directory_path() / ("vernier-trained-" + std::to_string(::getpid()) + ".toml");
  const auto path = [](const char* name) { return fs::canonical(kData / "sets" / name).string(); };
  const auto written = write_atomically(file, "inputs = '" + path(c.inputs) + "'\nlabels = '" + path(c.labels) + "'\nlicence = ''\norigin = ''\n" + c.more);
  if (!written) return forward_error(written);
  auto set = load_dataset(file);
  fs::remove(file);
  return set;
}

}  // namespace

TEST_CASE("Trained models reach their known accuracy in the reference session", "[data]") {
  if (!fs::exists(kData)) {
    std::puts("skipped: the trained models are not on this machine");
    return;
  }
  const std::vector<Case> cases{
      {"kws_dscnn_int8", "mlperf_tiny/kws_dscnn_int8.onnx", "kws01/x_i8_nchw.npy", "kws01/y.npy", "layout = 'NCHW'\n", 1000, 902},
      {"ic_resnet8_int8", "mlperf_tiny/ic_resnet8_int8.onnx", "cifar10_jpeg1000/x_u8_nchw.npy", "cifar10_jpeg1000/y.npy",
       "layout = 'NCHW'\n[input.int8]\noffset = -128\n", 1000, 753},
      {"lenet5_int8", "mnist/lenet5_int8.onnx", "mnist/t10k-images-idx3-ubyte.gz", "mnist/t10k-labels-idx1-ubyte.gz",
       "layout = 'NCHW'\nshape = [1, 28, 28]\n[input.float32]\nscale = 0.00392156862745098\n", 10000, 9861}};
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const auto model = read_bytes(kData / "models" / c.model);
    REQUIRE(model);
    auto session = ort::Session::open(*model, {}, c.name);
    REQUIRE(session);
    const auto set = describe(c);
    INFO((set ? "" : to_string(set.error())));
    REQUIRE(set);
    int right = 0;
    for (std::int64_t i = 0; i < c.samples; ++i) {
      const auto x = set->sample(i, session->inputs().at(0).type);
      REQUIRE(x);
      const auto y = session->run(std::span(&*x, 1));
      REQUIRE(y);
      right += top1(y->at(0)) == set->labels.at(static_cast<std::size_t>(i));
    }
    std::printf("%s: %d of %lld right\n", c.name, right, static_cast<long long>(c.samples));
    CHECK(std::abs(right - c.right) <= 3);  // another processor may round ties differently
  }
}
