// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

/// Invented records for tests of store and reports: plausible shapes, no measurement.
namespace vernier::samples {

using nlohmann::json;

inline constexpr double kClockHz = 300e6;
inline constexpr const char* kModel = "sample-resnet8";

struct SampleLayer {
  const char* name;
  const char* op;
  long long macs, cycles, dram_bytes;
  const char* bound_by;
};

inline constexpr std::array kLayers{
    SampleLayer{"conv1", "Conv", 442368, 2310, 3504, "load"},
    SampleLayer{"block1/conv_a", "Conv", 2359296, 9408, 2304, "compute"},
    SampleLayer{"block1/conv_b + add", "Conv", 2359296, 9431, 2304, "compute"},
    SampleLayer{"block2/conv_a", "Conv", 1179648, 4716, 4608, "compute"},
    SampleLayer{"block2/conv_b", "Conv", 2359296, 9320, 9216, "compute"},
    SampleLayer{"block2/skip + add", "Conv", 131072, 1064, 512, "vector"},
    SampleLayer{"block3/conv_a", "Conv", 1179648, 4701, 18432, "compute"},
    SampleLayer{"block3/conv_b", "Conv", 2359296, 9402, 36864, "compute"},
    SampleLayer{"block3/skip + add", "Conv", 131072, 620, 2048, "load"},
    SampleLayer{"pool", "GlobalAveragePool", 0, 118, 0, "vector"},
    SampleLayer{"dense", "Gemm", 640, 131, 704, "load"},
    SampleLayer{"output", "DequantizeLinear", 0, 44, 16, "store"},
};

/// A valid record of ruler rtl on npu16.
inline json rtl_record() {
  long long cycles = 0, macs = 0;
  json layers = json::array();
  for (const auto& l : kLayers) {
    cycles += l.cycles;
    macs += l.macs;
    layers.push_back({{"name", l.name},
                      {"op", l.op},
                      {"cycles", l.cycles},
                      {"macs", l.macs},
                      {"utilisation", static_cast<double>(l.macs) / 256.0 / static_cast<double>(l.cycles)},
                      {"bound_by", l.bound_by},
                      {"energy_j", 0.09e-12 * static_cast<double>(l.macs) + 60e-12 * static_cast<double>(l.dram_bytes) +
                                       12e-12 * static_cast<double>(l.cycles)},
                      {"dram_bytes", l.dram_bytes}});
  }
  const double latency = static_cast<double>(cycles) / kClockHz;
  return {{"schema_version", 1},
          {"model", kModel},
          {"model_sha256", std::string(64, 'a')},
          {"target", "npu16"},
          {"board", nullptr},
          {"ruler", "rtl"},
          {"fidelity", "rtl"},
          {"memory", "ddr4-2400"},
          {"batch", 1},
          {"seed", 1},
          {"valid", true},
          {"why",
           {{"board", "simulated"},
            {"percentiles", "a single run"},
            {"time.transfer_s", "a simulated ruler times the kernel only"},
            {"time.host_s", "a simulated ruler times the kernel only"},
            {"time.harness_s", "a simulated ruler times the kernel only"}}},
          {"cycles", cycles},
          {"clock_hz", kClockHz},
          {"clock_source", "assumed"},
          {"latency_s", latency},
          {"inferences_per_s", 1.0 / latency},
          {"energy_j", 13.4e-6},
          {"energy_source", "estimated"},
          {"power_w", 13.4e-6 / latency},
          {"power_scope", "chip"},
          {"precision", "int8"},
          {"scenario", "single"},
          {"percentiles", nullptr},
          {"mac_utilisation", static_cast<double>(macs) / 256.0 / static_cast<double>(cycles)},
          {"peak",
           {{"ops_per_s", 2 * 256 * kClockHz},
            {"bytes_per_s", 19.2e9},
            {"source", "16 x 16 multipliers at 300 MHz; DDR4-2400"}}},
          {"placement",
           {{"npu", 12},
            {"host", 2},
            {"macs_on_npu", 1.0},
            {"reasons", {{"softmax", "no float exponential on the vector unit"}}}}},
          {"check",
           {{"reference", "onnxruntime, optimisations off"},
            {"bit_exact", true},
            {"max_lsb", 1},
            {"differing_share", 0.0017},
            {"samples", 200},
            {"top1", 0.855},
            {"top1_reference", 0.86}}},
          {"sim", {{"wall_s", 0.0214}, {"cycles_per_s", 2.4e6}, {"peak_rss_bytes", 71303168}, {"array_body", "gen"}}},
          {"time", {{"kernel_s", latency}, {"transfer_s", nullptr}, {"host_s", nullptr}, {"harness_s", nullptr}}},
          {"activity", {{"cycles", cycles}, {"matrix_vectors", 48100}, {"load_words", 1340}, {"store_words", 2}}},
          {"energy",
           {{"table", "7nm + ddr4-2400"},
            {"scope", "chip"},
            {"weakest_row", "uncalibrated"},
            {"terms",
             {{{"unit", "matrix"},
               {"event", "matrix_vectors"},
               {"class", "compute"},
               {"scope", "core"},
               {"count", 48100},
               {"energy_j", 1.1e-6},
               {"status", "verified"}},
              {{"unit", "matrix"},
               {"event", "weight_words"},
               {"class", "sram"},
               {"scope", "core"},
               {"count", 9000},
               {"energy_j", 0.9e-6},
               {"status", "unverified"}},
              {{"unit", "matrix"},
               {"event", "clock"},
               {"class", "clock"},
               {"scope", "core"},
               {"count", cycles},
               {"energy_j", 2.6e-6},
               {"status", "uncalibrated"}},
              {{"unit", "vector"},
               {"event", "vector_rows"},
               {"class", "compute"},
               {"scope", "core"},
               {"count", 5400},
               {"energy_j", 0.4e-6},
               {"status", "uncalibrated"}},
              {{"unit", "vector"},
               {"event", "abuf_writes_vector"},
               {"class", "sram"},
               {"scope", "core"},
               {"count", 5400},
               {"energy_j", 0.5e-6},
               {"status", "unverified"}},
              {{"unit", "load"},
               {"event", "abuf_writes_load"},
               {"class", "sram"},
               {"scope", "core"},
               {"count", 1300},
               {"energy_j", 0.2e-6},
               {"status", "unverified"}},
              {{"unit", "dram"},
               {"event", "read"},
               {"class", "dram"},
               {"scope", "chip"},
               {"count", 1340},
               {"energy_j", 4.9e-6},
               {"status", "verified"}},
              {{"unit", "dram"},
               {"event", "background"},
               {"class", "static"},
               {"scope", "chip"},
               {"count", latency},
               {"energy_j", 2.8e-6},
               {"status", "verified"}}}}}},
          {"layers", layers},
          {"environment",
           {{"vernier", "0.1.0"},
            {"created", "2026-01-02T03:04:05Z"},
            {"host", "test data, not a measurement"},
            {"cpus", 2}}}};
}

/// The same run on a faster ruler whose cycles are off by `factor`, layer by layer in turn more and less.
inline json model_record(const char* ruler, const char* fidelity, double factor) {
  auto r = rtl_record();
  r["ruler"] = ruler;
  r["fidelity"] = fidelity;
  long long cycles = 0;
  int turn = 0;
  for (auto& l : r["layers"]) {
    const double sway = 1.0 + (factor - 1.0) * (1.0 + 1.5 * std::sin(1.7 * turn++));
    const auto c = static_cast<long long>(std::llround(l["cycles"].get<double>() * sway));
    l["cycles"] = c;
    cycles += c;
  }
  const double latency = static_cast<double>(cycles) / kClockHz;
  r["cycles"] = cycles;
  r["latency_s"] = latency;
  r["inferences_per_s"] = 1 / latency;
  r["power_w"] = r["energy_j"].get<double>() / latency;
  r["time"]["kernel_s"] = latency;
  r["sim"] = {{"wall_s", 0.0009}, {"cycles_per_s", 56e6}, {"peak_rss_bytes", 15728640}, {"array_body", nullptr}};
  r["why"]["sim.array_body"] = "no RTL was simulated";
  return r;
}

/// A measured ruler without an accelerator.
inline json cpu_record() {
  auto r = rtl_record();
  r["ruler"] = "cpu";
  r["fidelity"] = "measured";
  for (const char* key : {"target", "board", "memory", "cycles", "clock_hz", "clock_source", "mac_utilisation",
                          "placement", "sim", "activity", "layers"}) {
    r[key] = nullptr;
  }
  r.erase("peak");
  r.erase("energy");
  r["latency_s"] = 412e-6;
  r["inferences_per_s"] = 1 / 412e-6;
  r["energy_j"] = 5.2e-3;
  r["energy_source"] = "sensed";
  r["power_scope"] = "wall";
  r["power_w"] = 5.2e-3 / 412e-6;
  r["percentiles"] = {{"p50", 412e-6}, {"p90", 433e-6}, {"p99", 519e-6}};
  r["time"] = {{"kernel_s", 398e-6}, {"transfer_s", nullptr}, {"host_s", 14e-6}, {"harness_s", 3e-6}};
  r["check"]["bit_exact"] = nullptr;
  r["why"] = {{"target", "the CPU itself"},
              {"board", "no board"},
              {"memory", "the host's own"},
              {"cycles", "not counted"},
              {"clock_hz", "varies"},
              {"clock_source", "varies"},
              {"mac_utilisation", "no array"},
              {"placement", "all on the CPU"},
              {"sim", "nothing was simulated"},
              {"activity", "no counters"},
              {"layers", "not profiled"},
              {"time.transfer_s", "no transfer"},
              {"check.bit_exact", "float accumulation order differs"}};
  return r;
}

/// A board run that must not be used.
inline json invalid_board_record() {
  auto r = rtl_record();
  r["ruler"] = "board";
  r["fidelity"] = "measured";
  r["board"] = "u50";
  r["why"] = {{"percentiles", "a single run"},
              {"energy_j", "no sensor"},
              {"energy_source", "no sensor"},
              {"power_w", "no sensor"},
              {"power_scope", "no sensor"},
              {"sim", "nothing was simulated"},
              {"valid", "p99 <script>alert('x')</script> above the bar & \"quoted\""}};
  r["valid"] = false;
  for (const char* key : {"energy_j", "energy_source", "power_w", "power_scope", "sim"}) r[key] = nullptr;
  r.erase("energy");
  r["clock_source"] = "board";
  r["time"] = {{"kernel_s", r["latency_s"]}, {"transfer_s", 41e-6}, {"host_s", 9e-6}, {"harness_s", 5e-6}};
  return r;
}

/// A scenario of a ruler's single run, by our engine or by LoadGen.
inline json scenario_of(json r, const char* scenario, bool virtual_time, double rate) {
  r["scenario"] = scenario;
  r.erase("energy");
  const double base = r["latency_s"].get<double>();
  r["inferences_per_s"] = rate;
  r["energy_j"] = r["power_w"].get<double>() / rate;
  r["percentiles"] = {{"p50", base}, {"p90", 1.5 * base}, {"p99", 3 * base}, {"p99.9", 4 * base}};
  r["why"].erase("percentiles");
  const bool stream = std::string(scenario) == "singlestream";
  json run{{"clock", virtual_time ? "virtual" : "real"},
           {"generator", virtual_time ? "Vernier in virtual time" : "MLCommons LoadGen 6.0.17"},
           {"standing", "unverified: result not verified by MLCommons Association"},
           {"mode", "performance"},
           {"rules_of", kModel},
           {"target", {{"qps", rate}, {"from", "the command line"}}},
           {"min_duration_s", virtual_time ? 600 : 10},
           {"metric", {{"name", stream ? "early-stopping p90 latency" : "samples per second"}, {"value", stream ? 1.5 * base : rate}, {"unit", stream ? "s" : "samples/s"}}},
           {"queries", 5000},
           {"samples", 5000},
           {"latency", {{"min_s", base}, {"mean_s", 1.2 * base}, {"max_s", 5 * base}}},
           {"distribution", {{{"share", 0}, {"latency_s", base}}, {{"share", 0.5}, {"latency_s", base}}, {{"share", 0.99}, {"latency_s", 3 * base}}, {{"share", 1}, {"latency_s", 5 * base}}}},
           {"batching", {{"max_batch", 1}, {"preferred", json::array()}, {"max_queue_delay_s", 0}, {"instances", 1}}},
           {"logs", "out/logs"}};
  if (std::string(scenario) == "server") {
    run["target_latency_s"] = 10 * base;
    run["target_percentile"] = 99;
    run["curve"] = json::array();
    for (int i = 1; i <= 4; ++i) {
      run["curve"].push_back({{"target_qps", rate * i / 4}, {"completed_qps", rate * i / 4}, {"p50_s", base * (1 + 0.1 * i)}, {"p99_s", base * (1 + i * i)}, {"meets_bound", i < 4}});
    }
  }
  r["scenario_run"] = std::move(run);
  return r;
}

/// A result of somebody else.
inline json published_record(const char* scenario, double rate) {
  auto r = cpu_record();
  for (const char* key : {"model_sha256", "seed", "latency_s", "percentiles", "check", "time"}) r[key] = nullptr;
  r["why"].clear();
  for (const auto& [key, value] : r.items()) {
    if (value.is_null()) r["why"][key] = "not part of the published result";
  }
  r["ruler"] = "published";
  r["fidelity"] = "published";
  r["scenario"] = scenario;
  r["inferences_per_s"] = rate;
  r["power_w"] = 300;
  r["energy_j"] = 300 / rate;
  r["energy_source"] = "published";
  r["source"] = "invented for a test";
  r["environment"] = {{"vernier", "0.1.0"}, {"created", "2026-01-02T03:04:05Z"}, {"system", "Big Box x8"}, {"accelerator", "Chip"}, {"accelerators", 8},
                      {"round", "v9.9"}, {"division", "closed"}, {"submitter", "Somebody"}, {"availability", "available"}, {"metric", "samples_per_second"}};
  return r;
}

/// Single runs, their scenarios and a published result.
inline std::vector<json> benchmark() {
  return {rtl_record(), model_record("systemc", "systemc", 1.012), cpu_record(),
          scenario_of(rtl_record(), "offline", true, 5800), scenario_of(model_record("systemc", "systemc", 1.012), "offline", true, 5700),
          scenario_of(cpu_record(), "offline", false, 2400), scenario_of(rtl_record(), "server", true, 4700),
          scenario_of(cpu_record(), "server", false, 1900), scenario_of(rtl_record(), "singlestream", true, 5850), published_record("offline", 290000)};
}

/// What a comparison of one model leaves.
inline std::vector<json> comparison() {
  return {rtl_record(), model_record("systemc", "systemc", 1.012), model_record("analytic", "analytic", 0.963),
          cpu_record(), invalid_board_record()};
}

}  // namespace vernier::samples
