// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "light.hpp"

using namespace vernier::conformance;

TEST_CASE("SqueezeNet with generated weights runs on the accelerator and agrees with ONNX Runtime", "[conformance][data]") {
  if (light_networks_present()) check_light_runs("squeezenet");
}

TEST_CASE("ResNet-50 and Inception with generated weights quantise and lower", "[conformance][data]") {
  const auto* name = GENERATE("resnet50", "inception_v1", "inception_v2");
  if (light_networks_present()) check_light_lowers(name);
}
