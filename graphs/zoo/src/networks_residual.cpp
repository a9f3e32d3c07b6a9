// SPDX-License-Identifier: Apache-2.0
#include "networks.hpp"

#include <fmt/format.h>

#include <array>

namespace vernier::zoo {
namespace {

constexpr auto kRelu = Activation::kRelu;
constexpr auto kNone = Activation::kNone;

Edge basic_block(QuantisedNetwork& net, const Edge& x, const std::string& name, std::int64_t channels, std::int64_t stride) {
  auto y = net.conv(x, name + ".conv1", channels, {3, stride, 1}, kRelu);
  y = net.conv(y, name + ".conv2", channels, {3, 1, 1}, kNone);
  const bool same = stride == 1 && x.channels == channels;
  return net.add(y, same ? x : net.conv(x, name + ".downsample", channels, {1, stride, 0}, kNone), name + ".add", kRelu);
}

Edge bottleneck(QuantisedNetwork& net, const Edge& x, const std::string& name, std::int64_t channels, std::int64_t stride) {
  auto y = net.conv(x, name + ".conv1", channels, {}, kRelu);
  y = net.conv(y, name + ".conv2", channels, {3, stride, 1}, kRelu);
  y = net.conv(y, name + ".conv3", 4 * channels, {}, kNone);
  const bool same = stride == 1 && x.channels == 4 * channels;
  return net.add(y, same ? x : net.conv(x, name + ".downsample", 4 * channels, {1, stride, 0}, kNone), name + ".add", kRelu);
}

}  // namespace

void resnet(QuantisedNetwork& net, int layers, std::int64_t size, std::int64_t classes) {
  auto x = net.input(3, size, size);
  if (size < 64) {
    x = net.conv(x, "conv1", 64, {3, 1, 1}, kRelu);
  } else {
    x = net.conv(x, "conv1", 64, {7, 2, 3}, kRelu);
    x = net.max_pool(x, "maxpool", 3, 2, 1);
  }
  const std::array<int, 4> blocks = layers == 18 ? std::array{2, 2, 2, 2} : std::array{3, 4, 6, 3};
  for (int stage = 0; stage < 4; ++stage) {
    for (int b = 0; b < blocks.at(static_cast<std::size_t>(stage)); ++b) {
      const auto name = fmt::format("layer{}.{}", stage + 1, b);
      const std::int64_t channels = std::int64_t{64} << stage, stride = stage > 0 && b == 0 ? 2 : 1;
      x = layers == 18 ? basic_block(net, x, name, channels, stride) : bottleneck(net, x, name, channels, stride);
    }
  }
  net.output(net.dense(net.global_average(x, "avgpool"), "fc", classes));
}

}  // namespace vernier::zoo
