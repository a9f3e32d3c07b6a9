// SPDX-License-Identifier: Apache-2.0
#include <vernier/zoo/workload.hpp>

#include <fmt/format.h>

#include <map>

#include "quantised_network.hpp"

namespace vernier::zoo {

Result<std::string> model_of(const std::string& name, const std::vector<WorkloadLayer>& layers, std::uint64_t seed) {
  QuantisedNetwork net(name, seed);
  std::map<std::string, int> seen;
  for (const auto& l : layers) {
    const int again = seen[l.name]++;
    const auto unique = again == 0 ? l.name : fmt::format("{}.{}", l.name, again + 1);
    const ConvShape shape{.kernel = l.kernel_h, .stride = l.stride_h, .dilation = l.dilation_h, .kernel_w = l.kernel_w, .stride_w = l.stride_w, .dilation_w = l.dilation_w};
    net.output(net.conv(net.input(l.channels, l.height, l.width, unique + ".input"), unique, l.filters, shape, Activation::kNone));
  }
  return net.serialise();
}

}  // namespace vernier::zoo
