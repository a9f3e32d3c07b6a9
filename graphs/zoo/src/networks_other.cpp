// SPDX-License-Identifier: Apache-2.0
#include "networks.hpp"

#include <fmt/format.h>

#include <vector>

namespace vernier::zoo {
namespace {

constexpr auto kRelu = Activation::kRelu;

Edge fire(QuantisedNetwork& net, const Edge& x, int number, std::int64_t squeeze, std::int64_t expand) {
  const auto name = fmt::format("fire{}", number);
  const auto s = net.conv(x, name + ".squeeze1x1", squeeze, {}, kRelu);
  return net.concat({net.conv(s, name + ".expand1x1", expand, {}, kRelu), net.conv(s, name + ".expand3x3", expand, {3, 1, 1}, kRelu)}, name + ".concat");
}

Edge twice(QuantisedNetwork& net, const Edge& x, const std::string& name, std::int64_t channels) {
  return net.conv(net.conv(x, name + ".conv1", channels, {3, 1, 1}, kRelu), name + ".conv2", channels, {3, 1, 1}, kRelu);
}

}  // namespace

void squeezenet(QuantisedNetwork& net, int minor) {
  auto x = net.input(3, 224, 224);
  x = minor == 0 ? net.conv(x, "conv1", 96, {7, 2, 0}, kRelu) : net.conv(x, "conv1", 64, {3, 2, 0}, kRelu);
  x = net.max_pool(x, "pool1", 3, 2, 0, minor == 0);
  const std::vector<int> pooled = minor == 0 ? std::vector{4, 8} : std::vector{3, 5};  // a pool follows these
  for (int f = 2; f <= 9; ++f) {
    const std::int64_t squeeze = 16 * (f / 2);
    x = fire(net, x, f, squeeze, 4 * squeeze);
    if (f == pooled[0] || f == pooled[1]) x = net.max_pool(x, fmt::format("pool{}", f), 3, 2, 0, minor == 0);
  }
  net.output(net.global_average(net.conv(x, "conv10", 1000, {}, kRelu), "pool10"));
}

void unet(QuantisedNetwork& net) {
  auto x = net.input(3, 256, 256);
  std::vector<Edge> skips;
  for (int level = 0; level < 4; ++level) {
    x = twice(net, x, fmt::format("down{}", level), std::int64_t{32} << level);
    skips.push_back(x);
    x = net.max_pool(x, fmt::format("pool{}", level), 2, 2);
  }
  x = twice(net, x, "bottom", 512);
  for (int level = 3; level >= 0; --level) {
    const auto name = fmt::format("up{}", level);
    const std::int64_t channels = std::int64_t{32} << level;
    x = net.conv_transpose(x, name + ".upsample", channels, 2, 2);
    x = twice(net, net.concat({skips[static_cast<std::size_t>(level)], x}, name + ".concat"), name, channels);
  }
  net.output(net.conv(x, "classes", 2, {}, Activation::kNone));
}

void vgg16(QuantisedNetwork& net) {
  auto x = net.input(3, 224, 224);
  const std::vector<std::pair<int, std::int64_t>> stages{{2, 64}, {2, 128}, {3, 256}, {3, 512}, {3, 512}};
  for (std::size_t s = 0; s < stages.size(); ++s) {
    for (int i = 0; i < stages[s].first; ++i) x = net.conv(x, fmt::format("conv{}_{}", s + 1, i + 1), stages[s].second, {3, 1, 1}, kRelu);
    x = net.max_pool(x, fmt::format("pool{}", s + 1), 2, 2);
  }
  x = net.dense(x, "fc6", 4096, kRelu);
  x = net.dense(x, "fc7", 4096, kRelu);
  net.output(net.dense(x, "fc8", 1000));
}

}  // namespace vernier::zoo
