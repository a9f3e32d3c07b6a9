// SPDX-License-Identifier: Apache-2.0
#include "networks.hpp"

#include <fmt/format.h>

namespace vernier::zoo {
namespace {

constexpr auto kRelu = Activation::kRelu;
constexpr auto kNone = Activation::kNone;

}  // namespace

void resnet8(QuantisedNetwork& net) {
  auto x = net.conv(net.input(3, 32, 32), "conv1", 16, {3, 1, 1}, kRelu);
  for (int stack = 0; stack < 3; ++stack) {
    const auto name = fmt::format("stack{}", stack + 1);
    const std::int64_t channels = std::int64_t{16} << stack, stride = stack == 0 ? 1 : 2;
    auto y = net.conv(x, name + ".conv1", channels, {3, stride, 1}, kRelu);
    y = net.conv(y, name + ".conv2", channels, {3, 1, 1}, kNone);
    x = net.add(y, stack == 0 ? x : net.conv(x, name + ".downsample", channels, {1, stride, 0}, kNone), name + ".add", kRelu);
  }
  net.output(net.dense(net.global_average(x, "avgpool"), "fc", 10));
}

void ds_cnn(QuantisedNetwork& net) {
  // "same" padding of 49 x 10 with a kernel of 10 x 4 and stride 2
  auto x = net.conv(net.input(1, 49, 10), "conv0", 64, {.kernel = 10, .stride = 2, .kernel_w = 4, .pads = {{4, 1, 5, 1}}}, kRelu);
  for (int block = 1; block <= 4; ++block) {
    const auto name = fmt::format("block{}", block);
    x = net.conv(x, name + ".depthwise", 64, {3, 1, 1, 64}, kRelu);
    x = net.conv(x, name + ".pointwise", 64, {}, kRelu);
  }
  net.output(net.dense(net.global_average(x, "avgpool"), "fc", 12));
}

void autoencoder(QuantisedNetwork& net) {
  auto x = net.input(640, 1, 1);
  int layer = 0;
  for (const std::int64_t features : {128, 128, 128, 128, 8, 128, 128, 128, 128}) x = net.dense(x, fmt::format("dense{}", ++layer), features, kRelu);
  net.output(net.dense(x, "dense10", 640));
}

}  // namespace vernier::zoo
