// SPDX-License-Identifier: Apache-2.0
#include "networks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace vernier::zoo {
namespace {

constexpr auto kRelu6 = Activation::kRelu6;
constexpr auto kNone = Activation::kNone;

struct Separable {
  std::int64_t channels, stride;
};
const std::vector<Separable> kMobilenetV1{{64, 1}, {128, 2}, {128, 1}, {256, 2}, {256, 1}, {512, 2}, {512, 1}, {512, 1}, {512, 1}, {512, 1}, {512, 1}, {1024, 2}, {1024, 1}};

Edge separable(QuantisedNetwork& net, const Edge& x, const std::string& name, std::int64_t channels, std::int64_t stride) {
  const auto y = net.conv(x, name + ".depthwise", x.channels, {3, stride, 1, x.channels}, kRelu6);
  return net.conv(y, name + ".pointwise", channels, {}, kRelu6);
}

std::int64_t scaled(std::int64_t channels, double width) { return std::max<std::int64_t>(8, static_cast<std::int64_t>(static_cast<double>(channels) * width)); }

}  // namespace

void mobilenet_v1(QuantisedNetwork& net, double width, std::int64_t size, std::int64_t classes) {
  auto x = net.conv(net.input(3, size, size), "conv0", scaled(32, width), {3, 2, 1}, kRelu6);
  for (std::size_t i = 0; i < kMobilenetV1.size(); ++i) {
    x = separable(net, x, fmt::format("block{}", i + 1), scaled(kMobilenetV1[i].channels, width), kMobilenetV1[i].stride);
  }
  net.output(net.dense(net.global_average(x, "avgpool"), "fc", classes));
}

void mobilenet_v2(QuantisedNetwork& net, std::int64_t size, std::int64_t classes) {
  struct Group {
    std::int64_t expansion, channels, repeat, stride;
  };
  const std::vector<Group> groups{{1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
  auto x = net.conv(net.input(3, size, size), "conv0", 32, {3, 2, 1}, kRelu6);
  int block = 0;
  for (const auto& g : groups) {
    for (std::int64_t i = 0; i < g.repeat; ++i) {
      const auto name = fmt::format("block{}", ++block);
      const std::int64_t stride = i == 0 ? g.stride : 1;
      auto y = x;
      if (g.expansion > 1) y = net.conv(y, name + ".expand", x.channels * g.expansion, {}, kRelu6);
      y = net.conv(y, name + ".depthwise", y.channels, {3, stride, 1, y.channels}, kRelu6);
      y = net.conv(y, name + ".project", g.channels, {}, kNone);
      x = stride == 1 && x.channels == g.channels ? net.add(y, x, name + ".add", kNone) : y;
    }
  }
  x = net.conv(x, "conv_last", 1280, {}, kRelu6);
  net.output(net.dense(net.global_average(x, "avgpool"), "fc", classes));
}

void ssd_mobilenet(QuantisedNetwork& net) {
  constexpr std::int64_t kClasses = 91;
  std::vector<Edge> features;
  auto x = net.conv(net.input(3, 300, 300), "conv0", 32, {3, 2, 1}, kRelu6);
  for (std::size_t i = 0; i < kMobilenetV1.size(); ++i) {
    x = separable(net, x, fmt::format("block{}", i + 1), kMobilenetV1[i].channels, kMobilenetV1[i].stride);
    if (i == 10 || i == 12) features.push_back(x);
  }
  for (const auto& [squeeze, channels] : std::vector<std::pair<std::int64_t, std::int64_t>>{{256, 512}, {128, 256}, {128, 256}, {64, 128}}) {
    const auto name = fmt::format("extra{}", features.size() - 1);
    x = net.conv(net.conv(x, name + ".squeeze", squeeze, {}, kRelu6), name + ".expand", channels, {3, 2, 1}, kRelu6);
    features.push_back(x);
  }
  for (std::size_t i = 0; i < features.size(); ++i) {
    const std::int64_t anchors = i == 0 ? 3 : 6;
    net.output(net.conv(features[i], fmt::format("head{}.boxes", i), 4 * anchors, {}, kNone));
    net.output(net.conv(features[i], fmt::format("head{}.scores", i), kClasses * anchors, {}, kNone));
  }
}

}  // namespace vernier::zoo
