// SPDX-License-Identifier: Apache-2.0
// The fast rulers beside the RTL: the same bits, the same events, cycles within their bars. What the bars mean and
// where they were measured: docs/reference/parity.md.
#include <catch2/catch.hpp>
#include <cmath>
#include <fmt/format.h>
#include <fstream>
#include <nlohmann/json.hpp>

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
                                  "abuf_writes_load", "wbuf_writes", "pbuf_writes", "dbuf_writes", "fetch_words"};

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
