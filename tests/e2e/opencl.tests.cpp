// SPDX-License-Identifier: Apache-2.0
// OpenCL on whatever device is there; PoCL on the machine of the tests.
#include <catch2/catch.hpp>
#include <string>

#include "process.hpp"
#include "shared_data.hpp"

namespace {

bool has(const e2e::Ran& ran, const std::string& text) { return ran.text.find(text) != std::string::npos; }

/// Devices as `vernier devices` lists them, or nothing with a line that says so.
std::string devices() {
  const auto ran = e2e::vernier("devices");
  if (ran.code != 0) WARN("skipped: " << ran.text);
  return ran.code == 0 ? ran.text : "";
}

void gives_golden_bits(const std::string& model, int samples) {
  const auto count = std::to_string(samples);
  const auto ran = e2e::vernier("run " + model + " --ruler opencl --check --layer-samples 1 --samples " + count);
  INFO(ran.text);
  CHECK(ran.code == 0);
  CHECK(has(ran, "opencl = golden: " + count + " of " + count + " samples to the bit"));
}

}  // namespace

TEST_CASE("OpenCL gives the golden bits of digits and of ResNet-8", "[e2e][opencl]") {
  if (devices().empty()) return;
  gives_golden_bits("digits-int8", 20);
  if (!e2e::shared_data()) return;
  const e2e::Folder folder("opencl");
  const auto data = e2e::describe(folder, e2e::kShared + "sets/cifar10_jpeg1000/x_u8_nchw.npy", e2e::kShared + "sets/cifar10_jpeg1000/y.npy", "[input.int8]\noffset = -128\n");
  gives_golden_bits(e2e::kShared + "models/mlperf_tiny/ic_resnet8_int8.onnx --data " + data, 3);
}

TEST_CASE("OpenCL runs the float32 original of a model that is quantised here, and refuses where there is none", "[e2e][opencl]") {
  if (devices().empty()) return;
  const auto ran = e2e::vernier("run digits-fp32 --ruler opencl-fp32 --check --samples 20 --json -");
  INFO(ran.text);
  CHECK(ran.code == 0);
  CHECK(has(ran, "\"precision\": \"float32\""));
  const auto said = e2e::vernier("run digits-fp32 --ruler opencl-fp32 --check --samples 20");
  INFO(said.text);
  CHECK(has(said, "top-1 agrees on 20 of 20"));
  CHECK_FALSE(has(said, "to the bit"));
  const auto refused = e2e::vernier("run digits-int8 --ruler opencl-fp32");
  CHECK(refused.code == 3);
  CHECK(has(refused, "there is no float32 original"));
}

TEST_CASE("LoadGen drives OpenCL in every scenario and its accuracy log has golden's bits", "[e2e][opencl]") {
  if (devices().empty()) return;
  const e2e::Folder folder("opencl-bench");
  const std::string bench = "bench digits-int8 --ruler opencl -o " + (folder / "logs") + " --json " + (folder / "r.json") + " --scenario ";
  // rates that no machine misses: whether a run is VALID must not depend on what else the machine does
  for (const std::string scenario : {"singlestream --queries 64", "multistream --samples-per-query 1 --queries 662", "offline --queries 100 --qps 20000",
                                     "server --qps 400 --target-latency 2000 --queries 700 --instances 2"}) {
    const auto ran = e2e::vernier(bench + scenario + " --duration 0.1");
    INFO(scenario << "\n" << ran.text);
    CHECK(ran.code == 0);
    CHECK(has(ran, "real time (unverified"));
    CHECK(has(e2e::shell("cat " + (folder / "r.json")), "MLCommons LoadGen"));
  }
  REQUIRE(e2e::vernier(bench + "offline --mode accuracy --samples 40").code == 0);
  const auto opencl = e2e::shell("cat " + (folder / "logs/mlperf_log_accuracy.json")).text;
  const auto rtl = e2e::vernier("bench digits-int8 --ruler systemc --target npu3x5 --scenario offline --mode accuracy --samples 40 -o " + (folder / "systemc"));
  REQUIRE(rtl.code == 0);
  CHECK(opencl == e2e::shell("cat " + (folder / "systemc/mlperf_log_accuracy.json")).text);
  const auto absent = e2e::vernier("bench digits-int8 --ruler gpu --scenario offline -o " + (folder / "gpu"));
  if (devices().find("OpenCL on GPU") == std::string::npos) CHECK(absent.code == 4);
}

TEST_CASE("A CPU behind OpenCL is titled as such and never stands for a GPU", "[e2e][opencl]") {
  const auto there = devices();
  if (there.empty() || there.find("OpenCL on GPU") != std::string::npos) return;
  const auto ran = e2e::vernier("run digits-int8 --ruler gpu --samples 1");
  INFO(ran.text);
  CHECK(ran.code == 4);
  CHECK(has(ran, "OpenCL on CPU (PoCL)"));
  const auto record = e2e::vernier("run digits-int8 --ruler opencl --samples 1 --json -");
  CHECK(has(record, "OpenCL on CPU (PoCL)"));
  CHECK(has(record, "\"ruler\": \"opencl\""));
  const e2e::Folder folder("opencl-title");
  const auto compared = e2e::vernier("compare digits-int8 --rulers opencl,cpu --samples 2 -o " + (folder / "report"));
  INFO(compared.text);
  REQUIRE(compared.code == 0);
  const auto page = e2e::shell("cat " + (folder / "report") + "/*.md");
  CHECK(has(page, "| OpenCL on CPU (PoCL) |"));
  CHECK(page.text.find("gpu") == std::string::npos);
}
