// SPDX-License-Identifier: Apache-2.0
// Trained models that are not bundled: the reference session and the data set reader give their published accuracy.
#include <catch2/catch.hpp>
#include <cstdio>
#include <vernier/core/files.hpp>
#include <vernier/ort/session.hpp>

#include "../trained_data.hpp"

using namespace vernier;

namespace {

struct Case {
  const char* name;
  const char* model;
  const char* inputs;
  const char* labels;
  const char* more;   ///< further keys of the data set
  std::int64_t samples;
  int right;          ///< known number of right answers, ONNX Runtime without graph optimisations
};

}  // namespace

TEST_CASE("Trained models reach their known accuracy in the reference session", "[data]") {
  if (trained::absent()) return;
  const std::vector<Case> cases{
      {"kws_dscnn_int8", "mlperf_tiny/kws_dscnn_int8.onnx", "kws01/x_i8_nchw.npy", "kws01/y.npy", "", 1000, 902},
      {"ic_resnet8_int8", "mlperf_tiny/ic_resnet8_int8.onnx", "cifar10_jpeg1000/x_u8_nchw.npy", "cifar10_jpeg1000/y.npy",
       trained::kCifarForm, 1000, 753},
      {"lenet5_int8", "mnist/lenet5_int8.onnx", "mnist/t10k-images-idx3-ubyte.gz", "mnist/t10k-labels-idx1-ubyte.gz",
       trained::kMnistForm, 10000, 9861}};
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const auto model = read_bytes(trained::kData / "models" / c.model);
    REQUIRE(model);
    auto session = ort::Session::open(*model, {}, c.name);
    REQUIRE(session);
    const auto set = trained::dataset(c.inputs, c.labels, c.more);
    int right = 0;
    for (std::int64_t i = 0; i < c.samples; ++i) {
      const auto x = set.sample(i, session->inputs().at(0).type);
      REQUIRE(x);
      const auto y = session->run(std::span(&*x, 1));
      REQUIRE(y);
      right += trained::top1(y->at(0)) == set.labels.at(static_cast<std::size_t>(i));
    }
    std::printf("%s: %d of %lld right\n", c.name, right, static_cast<long long>(c.samples));
    CHECK(std::abs(right - c.right) <= 3);  // another processor may round ties differently
  }
}
