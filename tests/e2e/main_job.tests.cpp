// SPDX-License-Identifier: Apache-2.0
// The main job on bundled models.
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "process.hpp"
#include "shared_data.hpp"

using e2e::describe;
using e2e::kShared;
using e2e::shared_data;

namespace {

nlohmann::json read_json(const std::string& file) {
  std::ifstream in(file);
  return nlohmann::json::parse(in, nullptr, false);
}

}  // namespace

TEST_CASE("All bundled digits on the RTL behind hostile memory are the golden bits", "[e2e]") {
  const e2e::Folder folder("digits");
  const auto ran = e2e::vernier("run digits-int8 --ruler rtl --target npu8 --check --memory hostile --json " + (folder / "r.json"));
  CAPTURE(ran.text);
  REQUIRE(ran.code == 0);
  const auto r = read_json(folder / "r.json");
  CHECK(r["check"]["samples"] == 600);
  CHECK(r["check"]["bit_exact"] == true);
  CHECK(r["check"]["top1"].get<double>() >= 0.97);
  CHECK(std::abs(r["check"]["top1"].get<double>() - r["check"]["top1_reference"].get<double>()) <= 0.005);
  CHECK(ran.text.find("at most 0 LSB") != std::string::npos);
}

TEST_CASE("A float model quantised after training keeps its accuracy with every calibration", "[e2e]") {
  const e2e::Folder folder("float");
  for (const std::string method : {"minmax", "percentile", "mse"}) {
    const auto ran = e2e::vernier("run digits-fp32 --ruler golden --check --calibration " + method + " --json " + (folder / "r.json"));
    CAPTURE(method, ran.text);
    REQUIRE(ran.code == 0);
    const auto r = read_json(folder / "r.json");
    CHECK(r["environment"]["quantised_after_training"].get<std::string>().find(method) == 0);
    CHECK(r["check"]["samples"] == 600);
    CHECK(std::abs(r["check"]["top1"].get<double>() - r["check"]["top1_reference"].get<double>()) <= 0.005);
  }
}

TEST_CASE("The emulated card behind XRT reads the bits and the cycles of the RTL", "[e2e]") {
  const e2e::Folder folder("card");
  const std::string options = " --target npu3x5 --samples 2 --check --memory hostile:3 --json ";
  const auto rtl = e2e::vernier("run digits-int8 --ruler rtl" + options + (folder / "rtl.json"));
  CAPTURE(rtl.text);
  REQUIRE(rtl.code == 0);
  const auto card = e2e::vernier("run digits-int8 --ruler hw_emu" + options + (folder / "card.json"));
  CAPTURE(card.text);
  REQUIRE(card.code == 0);
  CHECK(read_json(folder / "card.json")["cycles"] == read_json(folder / "rtl.json")["cycles"]);
  CHECK(read_json(folder / "card.json")["activity"] == read_json(folder / "rtl.json")["activity"]);
}

TEST_CASE("Twenty hostile memories and the ideal one end alike and ideal cycles repeat", "[e2e]") {
  const e2e::Folder folder("seeds");
  const std::string run = "run digits-int8 --ruler rtl --target npu3x5 --samples 2 --check --memory ";
  for (int seed = 1; seed <= 20; ++seed) {
    const auto ran = e2e::vernier(run + "hostile:" + std::to_string(seed));
    CAPTURE(seed, ran.text);
    CHECK(ran.code == 0);
  }
  REQUIRE(e2e::vernier(run + "ideal --json " + (folder / "a.json")).code == 0);
  REQUIRE(e2e::vernier(run + "ideal --json " + (folder / "b.json")).code == 0);
  CHECK(read_json(folder / "a.json")["cycles"] == read_json(folder / "b.json")["cycles"]);
  CHECK(e2e::vernier("diff " + (folder / "a.json") + " " + (folder / "b.json") + " --fail-if 'cycles>0,|energy_j|>0'").code == 0);
}

TEST_CASE("A bus error ends with exit 1 and names channel and address", "[e2e]") {
  int failed = 0;
  for (int seed = 1; seed <= 6; ++seed) {
    const auto ran = e2e::vernier("run digits-int8 --ruler rtl --target npu3x5 --samples 1 --memory faulty:" + std::to_string(seed));
    CAPTURE(seed, ran.text);
    CHECK((ran.code == 0 || ran.code == 1));
    if (ran.code != 1) continue;
    ++failed;
    CHECK(ran.text.find("m_axi_gmem0") != std::string::npos);
    CHECK(ran.text.find("address 0x") != std::string::npos);
  }
  CHECK(failed > 0);
}

TEST_CASE("A trace and a program and a record come out of one run", "[e2e]") {
  const e2e::Folder folder("files");
  const auto ran = e2e::vernier("run digits-int8 --ruler rtl --target npu8 --trace " + (folder / "t.json") + " --program " + (folder / "p.vnp") + " --json " + (folder / "r.json"));
  CAPTURE(ran.text);
  REQUIRE(ran.code == 0);
  const auto trace = read_json(folder / "t.json");
  CHECK(trace["traceEvents"].size() > 20);
  const auto listing = e2e::vernier("disasm " + (folder / "p.vnp"));
  CHECK(listing.code == 0);
  CHECK(listing.text.find("matrix") != std::string::npos);
  std::ofstream(folder / "p.vnp", std::ios::binary | std::ios::in).seekp(100) << "damage";
  CHECK(e2e::vernier("disasm " + (folder / "p.vnp")).code == 2);
  CHECK(folder.whole());
}

TEST_CASE("Waveforms are written", "[e2e]") {
  const e2e::Folder folder("waves");
  const auto ran = e2e::vernier("run digits-int8 --ruler rtl --target npu3x5 --samples 1 --waves " + (folder / "w.fst"));
  CAPTURE(ran.text);
  REQUIRE(ran.code == 0);
  CHECK(std::filesystem::file_size(folder / "w.fst") > 10000);
}

TEST_CASE("A window of the RTL's signals is a VCD and its toggles a SAIF", "[e2e]") {
  const e2e::Folder folder("window");
  const std::string command = "run digits-int8 --ruler rtl --target npu3x5 --samples 1 --json ";
  const auto ran = e2e::vernier(command + (folder / "r.json") + " --check --vcd " + (folder / "w.vcd") + " --vcd-window 200:300 --saif " + (folder / "w.saif"));
  CAPTURE(ran.text);
  REQUIRE(ran.code == 0);
  REQUIRE(e2e::vernier(command + (folder / "plain.json")).code == 0);
  CHECK(read_json(folder / "r.json")["cycles"] == read_json(folder / "plain.json")["cycles"]);
  CHECK(read_json(folder / "r.json")["activity"] == read_json(folder / "plain.json")["activity"]);

  // target npu3x5 has a clock of 300 MHz: periods of 3333 ps, counted from ap_start
  std::ifstream vcd(folder / "w.vcd");
  std::vector<std::string> stamps;
  for (std::string line; std::getline(vcd, line);) {
    if (!line.empty() && line.front() == '#') stamps.push_back(line);
  }
  REQUIRE(stamps.size() == 201);  // two a cycle and the edge that ends the window
  CHECK(stamps.front() == "#" + std::to_string(200 * 3333));
  CHECK(stamps.back() == "#" + std::to_string(300 * 3333));

  std::ifstream saif(folder / "w.saif");
  const std::string text{std::istreambuf_iterator<char>(saif), {}};
  CHECK(text.find("(DURATION " + std::to_string(100 * 3333) + ")") != std::string::npos);
  const std::string clock = "(ap_clk (T0 " + std::to_string(100 * 1666) + ") (T1 " + std::to_string(100 * 1667) + ") (TX 0) (TC 200) (IG 0))";
  CHECK(text.find(clock) != std::string::npos);
  CHECK(text.find("(INSTANCE u_array") != std::string::npos);
  CHECK(text.find("(ap_rst_n (T0 0) (T1 " + std::to_string(100 * 3333) + ") (TX 0) (TC 0) (IG 0))") != std::string::npos);
}

TEST_CASE("A window that is none, or that the run does not reach, is refused and leaves no file", "[e2e]") {
  const e2e::Folder folder("no-window");
  const std::string command = "run digits-int8 --ruler rtl --target npu3x5 --samples 1 --vcd " + (folder / "w.vcd");
  for (const std::string window : {"", " --vcd-window 5", " --vcd-window 7:7", " --vcd-window=-1:4", " --vcd-window a:b"}) {
    const auto ran = e2e::vernier(command + window);
    CAPTURE(window, ran.text);
    CHECK(ran.code == 2);
    CHECK(ran.text.find("FROM:TO") != std::string::npos);
  }
  const auto late = e2e::vernier(command + " --vcd-window 100000000:100000001");
  CAPTURE(late.text);
  CHECK(late.code == 3);
  CHECK(late.text.find("begins behind the end of the run") != std::string::npos);
  CHECK(e2e::vernier("run digits-int8 --ruler systemc --target npu3x5 --samples 1 --vcd-window 1:2 --vcd " + (folder / "w.vcd")).code == 3);
  CHECK(folder.empty());
}

TEST_CASE("Ctrl-C in a recorded run leaves no VCD", "[e2e]") {
  const e2e::Folder folder("interrupted-window");
  const auto ran = e2e::shell("timeout --foreground --preserve-status -s INT 2 " + std::string(VERNIER_BINARY_DIR) +
                              "/vernier run digits-int8 --ruler rtl --target npu3x5 --samples 1000 --memory ideal:latency=4000,bytes_per_cycle=1 --vcd-window 0:2000 --vcd " +
                              (folder / "w.vcd"));
  CAPTURE(ran.text);
  CHECK(ran.code == 130);
  CHECK(folder.whole());
}

TEST_CASE("MobileNetV1 0.25 on npu16 as one run behind hostile memory is exact", "[e2e]") {
  const auto ran = e2e::vernier("run mobilenet_v1_025 --ruler rtl --target npu16 --check --samples 1 --memory hostile");
  CAPTURE(ran.text);
  CHECK(ran.code == 0);
  CHECK(ran.text.find("1 of 1 samples to the bit") != std::string::npos);
}
