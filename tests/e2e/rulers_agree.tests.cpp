// SPDX-License-Identifier: Apache-2.0
// The fast rulers beside the RTL: the same bits, the same events, cycles within their bars. What the bars mean and
// where they were measured: docs/reference/parity.md.
#include <catch2/catch.hpp>
#include <cmath>
#include <fmt/format.h>
#include <fstream>
#include <nlohmann/json.hpp>

#include "../unit/onnx_builder.hpp"
#include "process.hpp"

namespace {

nlohmann::json record(const e2e::Folder& folder, const std::string& options) {
  const auto ran = e2e::vernier("run " + options + " --samples 1 --check --json " + (folder / "r.json"));
  CAPTURE(options, ran.text);
  REQUIRE(ran.code == 0);
  std::ifstream in(folder / "r.json");
  return nlohmann::json::parse(in, nullptr, false);
}

double error_of(const nlohmann::json& fast, const nlohmann::json& rtl) {
  return std::abs(fast["cycles"].get<double>() / rtl["cycles"].get<double>() - 1);
}

double energy_error_of(const nlohmann::json& fast, const nlohmann::json& rtl) {
  return std::abs(fast["energy_j"].get<double>() / rtl["energy_j"].get<double>() - 1);
}

/// Share of one refresh of the DRAM in the energy: whole events, of which a run a little shorter may have one less.
double refresh_share_of(const nlohmann::json& rtl) {
  for (const auto& term : rtl["energy"]["terms"]) {
    if (term["event"] == "refresh") return term["energy_j"].get<double>() / term["count"].get<double>() / rtl["energy_j"].get<double>();
  }
  return 0;
}

/// Events that follow from the program, whatever the timing.
constexpr const char* kExact[] = {"load_words", "store_words", "matrix_vectors", "weight_words", "weight_swaps", "acc_reads", "acc_writes", "vector_rows",
                                  "vector_binary_rows", "vector_taps", "param_reads", "depthwise_vectors", "depthwise_rows", "read_bursts", "write_bursts",
                                  "abuf_writes_load", "wbuf_writes", "pbuf_writes", "dbuf_writes", "fetch_words", "softmax_exponentials", "softmax_reciprocals"};

/// A head of attention whose result weighs the channels of an image: softmax over tokens, then over 20 classes a pixel.
void write_attention(const std::string& file) {
  vernier::test::OnnxBuilder b;
  for (const auto& [name, shape] : {std::pair{"q", vernier::Shape{1, 24, 16}}, {"k", {1, 16, 24}}, {"v", {1, 24, 20}}}) {
    b.input(name, shape, onnx::TensorProto::INT8).scale_and_zero(name, 0.05F, 3);
    b.node("DequantizeLinear", {name, std::string(name) + "_scale", std::string(name) + "_zero"}, {std::string(name) + "_dq"});
  }
  b.node("MatMul", {"q_dq", "k_dq"}, {"scores"});
  b.qdq("scores", 0.08F, -4);
  b.node("Softmax", {"scores_dq"}, {"share"});
  b.qdq("share", 1 / 256.0F, -128);
  b.node("MatMul", {"share_dq", "v_dq"}, {"mix"});
  b.qdq("mix", 0.02F, 1);
  b.node("Softmax", {"mix_dq"}, {"classes"});
  b.output("y", onnx::TensorProto::INT8).quantize("classes", "y", 1 / 256.0F, -128);
  const auto bytes = b.bytes();
  std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace

TEST_CASE("SystemC and analytic rulers have the bits and events of the RTL and its cycles within their bars", "[e2e]") {
  const e2e::Folder folder("rulers");
  struct Point {
    std::string model, target, memory;
    double systemc, analytic;
  };
  // networks of a few thousand cycles, where every start and end counts most
  const std::vector<Point> points{{"digits-int8", "npu8", "ideal", 0.005, 0.05},
                                  {"digits-int8", "npu3x5", "ideal:latency=200,bytes_per_cycle=16", 0.01, 0.05},
                                  {"mobilenet_v1_025", "npu8", "ideal", 0.005, 0.05},
                                  {"mobilenet_v1_025", "npu16", "ddr4-2400", 0.01, 0.10}};
  for (const auto& p : points) {
    const auto options = fmt::format("{} --target {} --memory {} --ruler ", p.model, p.target, p.memory);
    const auto rtl = record(folder, options + "rtl"), systemc = record(folder, options + "systemc"), analytic = record(folder, options + "analytic");
    CAPTURE(options, rtl["cycles"], systemc["cycles"], analytic["cycles"]);
    CHECK(error_of(systemc, rtl) <= p.systemc);
    CHECK(error_of(analytic, rtl) <= p.analytic);
    // equal events cost equal energy; left are static power over the error in time, and reads that a stall repeats
    CAPTURE(systemc["energy_j"], rtl["energy_j"]);
    CHECK(energy_error_of(systemc, rtl) <= error_of(systemc, rtl) + refresh_share_of(rtl) + 1e-4);
    for (const auto* fast : {&systemc, &analytic}) {
      CHECK((*fast)["check"]["bit_exact"] == true);
      for (const char* event : kExact) {
        CAPTURE(event);
        CHECK((*fast)["activity"][event] == rtl["activity"][event]);
      }
    }
  }
}

namespace {

/// The RTL's and a fast ruler's cycles of each layer, every layer on an idle machine.
struct LayerCycles {
  std::string name;
  std::int64_t rtl = 0, fast = 0;
};

std::vector<LayerCycles> layers_of(const e2e::Folder& folder, const std::string& options, const std::string& ruler) {
  const auto rtl = record(folder, options + " --fence-layers --ruler rtl"), fast = record(folder, options + " --fence-layers --ruler " + ruler);
  REQUIRE(rtl["layers"].size() == fast["layers"].size());
  std::vector<LayerCycles> layers{{"all", rtl["cycles"].get<std::int64_t>(), fast["cycles"].get<std::int64_t>()}};
  for (std::size_t i = 0; i < rtl["layers"].size(); ++i) {
    layers.push_back({rtl["layers"][i]["name"].get<std::string>(), rtl["layers"][i]["cycles"].get<std::int64_t>(), fast["layers"][i]["cycles"].get<std::int64_t>()});
  }
  return layers;
}

}  // namespace

TEST_CASE("SystemC takes the RTL's cycles for a layer that has the machine to itself", "[e2e]") {
  const e2e::Folder folder("alone");
  struct Point {
    std::string model, target, memory;
    std::int64_t cycles;  // off at most
  };
  const std::vector<Point> points{
      {"autoencoder", "npu3x5", "ideal:latency=74,bytes_per_cycle=64", 1},          // bursts of fetch among those of loads
      {"mobilenet_v1_025", "npu16", "ideal:latency=102,bytes_per_cycle=16", 1},     // windows ahead of a tile, places of the row stream
      {"ds_cnn", "npu16", "ideal", 0},                                              // the word of the last row
      {"digits-int8", "npu8", "hbm2", 0}, {"digits-int8", "npu16", "ddr4-2400", 0}};  // rows of DRAM, and ap_done
  for (const auto& p : points) {
    for (const auto& layer : layers_of(folder, fmt::format("{} --target {} --memory {}", p.model, p.target, p.memory), "systemc")) {
      if (layer.name == "all" && p.cycles > 0) continue;  // what its layers are off adds up
      CAPTURE(p.model, p.target, p.memory, layer.name, layer.rtl, layer.fast);
      CHECK(std::abs(layer.fast - layer.rtl) <= p.cycles);
    }
  }
}

TEST_CASE("SystemC takes the RTL's cycles for a network whose loads come while the last burst of others is on its way", "[e2e]") {
  const e2e::Folder folder("walker");
  const std::string options = "resnet8 --target npu8 --memory hbm2 --ruler ";
  CHECK(record(folder, options + "systemc")["cycles"] == record(folder, options + "rtl")["cycles"]);
}

TEST_CASE("The analytic ruler answers fetch and loads in the order of asking, and a store of one word in its time", "[e2e]") {
  const e2e::Folder folder("order");
  struct Point {
    std::string model, target, memory;
    double error;
  };
  const std::vector<Point> points{{"autoencoder", "npu16", "ideal:latency=42,bytes_per_cycle=16", 0.005},  // a layer waits for four bursts of fetch
                                  {"autoencoder", "npu8", "ideal:latency=80,bytes_per_cycle=64", 0.025},   // a burst of fetch goes between two loads
                                  {"digits-int8", "npu8", "hbm2", 0.05}};
  for (const auto& p : points) {
    for (const auto& layer : layers_of(folder, fmt::format("{} --target {} --memory {}", p.model, p.target, p.memory), "analytic")) {
      CAPTURE(p.model, p.target, p.memory, layer.name, layer.rtl, layer.fast);
      CHECK(std::abs(static_cast<double>(layer.fast - layer.rtl)) <= p.error * static_cast<double>(layer.rtl));
    }
  }
}

TEST_CASE("Rulers agree on attention with two softmaxes in bits and events and within half a percent in cycles", "[e2e]") {
  const e2e::Folder folder("attention");
  write_attention(folder / "attention.onnx");
  for (const auto* point : {"--target npu8 --memory ideal", "--target npu8 --memory hostile", "--target npu3x5 --memory ideal"}) {
    const auto options = fmt::format("{} {} --ruler ", folder / "attention.onnx", point);
    const auto rtl = record(folder, options + "rtl"), systemc = record(folder, options + "systemc");
    CAPTURE(point, rtl["cycles"], systemc["cycles"]);
    CHECK(rtl["check"]["bit_exact"] == true);
    CHECK(rtl["activity"]["softmax_reciprocals"] == 48);
    for (const char* event : kExact) {
      CAPTURE(event);
      CHECK(systemc["activity"][event] == rtl["activity"][event]);
    }
    if (std::string(point).find("hostile") != std::string::npos) continue;
    const auto analytic = record(folder, options + "analytic");
    CAPTURE(analytic["cycles"]);
    CHECK(error_of(systemc, rtl) <= 0.005);
    CHECK(error_of(analytic, rtl) <= 0.05);
  }
}

TEST_CASE("Time without values is the time with values", "[e2e]") {
  const e2e::Folder folder("timing");
  for (const std::string ruler : {"systemc", "analytic"}) {
    const auto options = "mobilenet_v1_025 --target npu16 --ruler " + ruler;
    const auto whole = record(folder, options);
    const auto ran = e2e::vernier("run " + options + " --timing-only --json " + (folder / "t.json"));
    REQUIRE(ran.code == 0);
    std::ifstream in(folder / "t.json");
    CHECK(nlohmann::json::parse(in, nullptr, false)["cycles"] == whole["cycles"]);
  }
  CHECK(e2e::vernier("run digits-int8 --ruler analytic --timing-only --check").code == 2);
}
