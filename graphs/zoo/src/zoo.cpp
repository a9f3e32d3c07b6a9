// SPDX-License-Identifier: Apache-2.0
#include <vernier/zoo/zoo.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <functional>

#include "networks.hpp"

namespace vernier::zoo {
namespace {

struct Entry {
  Network network;
  std::function<void(QuantisedNetwork&)> write;
};

const std::vector<Entry>& entries() {
  static const std::vector<Entry> kEntries{
      {{"autoencoder", "640-128x4-8-128x4-640, as MLPerf Tiny's anomaly detection"}, autoencoder},
      {{"ds_cnn", "DS-CNN, 49 x 10 MFCCs, 12 classes, as MLPerf Tiny's keyword spotting"}, ds_cnn},
      {{"mobilenet_v1", "MobileNetV1 1.0, 224 x 224, 569 M MAC (arXiv:1704.04861)"}, [](auto& n) { mobilenet_v1(n, 1.0, 224, 1000); }},
      {{"mobilenet_v1_025", "MobileNetV1 0.25, 96 x 96, 2 classes, as MLPerf Tiny's visual wake words"}, [](auto& n) { mobilenet_v1(n, 0.25, 96, 2); }},
      {{"mobilenet_v2", "MobileNetV2 1.0, 224 x 224, 301 M MAC (arXiv:1801.04381)"}, [](auto& n) { mobilenet_v2(n, 224, 1000); }},
      {{"resnet18", "ResNet-18, 224 x 224, 1.81 G MAC (arXiv:1512.03385)"}, [](auto& n) { resnet(n, 18, 224, 1000); }},
      {{"resnet18_32", "ResNet-18, 32 x 32, 10 classes"}, [](auto& n) { resnet(n, 18, 32, 10); }},
      {{"resnet8", "ResNet-8, 32 x 32, 10 classes, as MLPerf Tiny's image classification"}, resnet8},
      {{"resnet50", "ResNet-50 v1.5, 224 x 224, 4.09 G MAC (arXiv:1512.03385)"}, [](auto& n) { resnet(n, 50, 224, 1000); }},
      {{"squeezenet1_0", "SqueezeNet 1.0, 224 x 224 (arXiv:1602.07360)"}, [](auto& n) { squeezenet(n, 0); }},
      {{"squeezenet1_1", "SqueezeNet 1.1, 224 x 224"}, [](auto& n) { squeezenet(n, 1); }},
      {{"ssd_mobilenet_v1", "SSD heads on MobileNetV1, 300 x 300, 91 classes, raw boxes and scores (arXiv:1512.02325)"}, [](auto& n) { ssd_mobilenet(n); }},
      {{"unet", "U-Net, padded, 256 x 256, 32 channels at the top (arXiv:1505.04597)"}, [](auto& n) { unet(n); }},
      {{"vgg16", "VGG-16, 224 x 224, 15.5 G MAC (arXiv:1409.1556)"}, [](auto& n) { vgg16(n); }},
  };
  return kEntries;
}

}  // namespace

const std::vector<Network>& networks() {
  static const auto kNetworks = [] {
    std::vector<Network> list;
    for (const auto& e : entries()) list.push_back(e.network);
    return list;
  }();
  return kNetworks;
}

Result<std::string> build(std::string_view name, std::uint64_t seed) {
  std::vector<std::string> names;
  for (const auto& e : entries()) {
    names.push_back(e.network.name);
    if (e.network.name != name) continue;
    QuantisedNetwork net(e.network.name, seed);
    e.write(net);
    return net.serialise();
  }
  return fail(ErrorCode::kInvalidInput, fmt::format("is not a network of the zoo; there are {}", fmt::join(names, ", ")), std::string(name));
}

}  // namespace vernier::zoo
