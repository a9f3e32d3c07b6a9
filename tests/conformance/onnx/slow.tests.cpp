// SPDX-License-Identifier: Apache-2.0
// What takes minutes: every case of the list on the RTL, and networks of hundreds of megabytes.
#include <catch2/catch.hpp>

#include "light.hpp"
#include "on_rtl.hpp"

using namespace vernier::conformance;

TEST_CASE("All cases on the accelerator give golden's bits on the RTL", "[conformance][rtl][slow]") { check_on_rtl(1); }

TEST_CASE("Networks of many weights quantise and lower", "[conformance][data][slow]") {
  const auto* name = GENERATE("bvlc_alexnet", "zfnet512", "vgg19");
  if (light_networks_present()) check_light_lowers(name);
}

TEST_CASE("ResNet-50 and Inception v2 with generated weights run and agree with ONNX Runtime", "[conformance][data][slow]") {
  const auto* name = GENERATE("resnet50", "inception_v2");
  if (light_networks_present()) check_light_runs(name);
}
