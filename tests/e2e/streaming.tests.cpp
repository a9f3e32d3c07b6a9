// SPDX-License-Identifier: Apache-2.0
// Streaming designs from the command line: bits, rate, records beside an NPU's, a project for Vitis HLS.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "../page_lines.hpp"
#include "../trained_data.hpp"
#include "process.hpp"

namespace {

nlohmann::json read_json(const std::string& file) {
  std::ifstream in(file);
  return nlohmann::json::parse(in, nullptr, false);
}

std::string read_all(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

/// Record of a checked run that found nothing.
nlohmann::json run(const std::string& options, const std::string& ruler = "systemc") {
  const e2e::Folder folder("stream");
  const auto ran = e2e::vernier("run " + options + " --ruler " + ruler + " --check --json " + (folder / "r.json"));
  CAPTURE(options, ran.text);
  REQUIRE(ran.code == 0);
  return read_json(folder / "r.json");
}

/// Golden's bits from the stitched RTL, in the cycles of the SystemC model: within 15 a stage and 1 % in all.
/// The page has this row with those cycles.
void check_twins(const std::string& options, const std::string& row) {
  const auto model = run(options), rtl = run(options, "rtl");
  auto figure = std::to_string(rtl["cycles"].get<long>());
  for (auto at = static_cast<long>(figure.size()) - 3; at > 0; at -= 3) figure.insert(static_cast<std::size_t>(at), ",");
  CHECK(page_has("streaming.md", "| " + row + " | " + figure + " |"));
  CHECK(rtl["check"]["bit_exact"] == true);
  CHECK(rtl["valid"] == true);
  CHECK(rtl["fidelity"] == "rtl");
  const auto cycles = rtl["cycles"].get<double>(), wanted = model["cycles"].get<double>();
  CHECK(std::abs(cycles - wanted) <= 0.01 * wanted);
  REQUIRE(rtl["stages"].size() == model["stages"].size());
  REQUIRE(rtl["stages"].size() == rtl["environment"]["stages"].get<std::size_t>());
  for (std::size_t i = 0; i < rtl["stages"].size(); ++i) {
    const auto &stage = rtl["stages"][i], &same = model["stages"][i];
    CAPTURE(stage.dump(), same.dump());
    CHECK(stage["name"] == same["name"]);
    CHECK(std::abs(stage["first_frame"].get<int>() - same["first_frame"].get<int>()) <= 15);
  }
}

}  // namespace

TEST_CASE("A streaming design is explained stage by stage, with the interval and resources of its runs", "[e2e]") {
  const e2e::Folder folder("stream-explain");
  const auto told = e2e::vernier("explain digits-int8 --target stream@2000fps:u50 --json " + (folder / "e.json"));
  CAPTURE(told.text);
  REQUIRE(told.code == 0);
  const auto design = read_json(folder / "e.json");
  const auto record = run("digits-int8 --target stream@2000fps:u50 --samples 1");
  CHECK(design["interval"] == record["environment"]["interval_cycles"]);
  CHECK(design["clock_hz"] == record["clock_hz"]);
  REQUIRE(design["stages"].size() == record["stages"].size());
  double lut = 0;
  long slowest = 0;
  for (std::size_t i = 0; i < design["stages"].size(); ++i) {
    const auto& stage = design["stages"][i];
    CHECK(stage["name"] == record["stages"][i]["name"]);
    CHECK(told.text.find(stage["name"].get<std::string>() + " ") != std::string::npos);
    lut += stage["used"]["lut"].get<double>();
    slowest = std::max(slowest, stage["interval"].get<long>());
  }
  CHECK(slowest == design["interval"].get<long>());
  CHECK(lut < design["used"]["lut"].get<double>());  // FIFOs come on top
  CHECK(design["used"]["lut"] == record["area"]["lut"]);
  CHECK(design["fifos"].size() >= design["stages"].size() - 1);
  CHECK(design["host"].size() == 2);  // quantise and dequantise
  CHECK(told.text.find("of board u50; scarcest ") != std::string::npos);
  CHECK(e2e::vernier("explain digits-int8 --target stream@2000000fps").code == 3);
  const auto boards = e2e::vernier("boards --target stream@board:u50");
  CHECK(boards.code == 2);
  CHECK(boards.text.find("made for one network") != std::string::npos);
}

TEST_CASE("The stitched RTL of a streaming design has golden's bits and the SystemC model's cycles", "[e2e]") { check_twins("digits-int8 --target stream@2000fps --samples 2", "digits, stream@2000fps"); }

TEST_CASE("The stitched RTL of ResNet-8 has golden's bits and the SystemC model's cycles", "[e2e]") {
  if (trained::absent()) return;
  check_twins((trained::kData / "models/mlperf_tiny/ic_resnet8_int8.onnx").string() + " --target stream@1000fps --samples 1", "ResNet-8, stream@1000fps");
}

TEST_CASE("A streaming design has golden's bits at the rate that was asked for", "[e2e]") {
  const auto r = run("digits-int8 --target stream@2000fps --samples 3");
  CHECK(r["check"]["bit_exact"] == true);
  CHECK(r["valid"] == true);
  CHECK(r["target"] == "stream@2000fps");
  CHECK(r["inferences_per_s"].get<double>() >= 2000);
  CHECK(r["latency_s"].get<double>() * r["inferences_per_s"].get<double>() > 1);  // frames overlap
  CHECK(r["energy_j"].get<double>() > 0);
  CHECK(r["layers"].size() >= 3);
  CHECK(r["memory"].is_null());
  CHECK(r["why"].contains("memory"));
  // twice the clock leaves twice the cycles
  const auto fast = run("digits-int8 --target stream@2000fps --samples 1 --clock 400");
  CHECK(fast["environment"]["interval_asked_cycles"] == 2 * r["environment"]["interval_asked_cycles"].get<int>());
}

TEST_CASE("Trained networks stream to golden's bits: ResNet-8, keywords, anomalies", "[e2e]") {
  if (trained::absent()) return;
  for (const char* model : {"ic_resnet8_int8", "kws_dscnn_int8", "ad_autoencoder_int8"}) {
    const auto r = run((trained::kData / "models/mlperf_tiny" / model).string() + ".onnx --target stream@1000fps --samples 1");
    CHECK(r["check"]["bit_exact"] == true);
    CHECK(r["inferences_per_s"].get<double>() >= 1000);
  }
}

TEST_CASE("An NPU and a streaming design stand side by side in one report", "[e2e]") {
  const e2e::Folder folder("stream-compare");
  const auto ran = e2e::vernier("compare digits-int8 --targets npu8,stream@2000fps --rulers systemc,analytic,cpu --samples 2 -o " + folder.str());
  CAPTURE(ran.text);
  REQUIRE(ran.code == 0);
  CHECK(ran.text.find("npu8") != std::string::npos);
  CHECK(ran.text.find("stream@2000fps") != std::string::npos);
  const auto page = read_all(folder / "report.md");
  CHECK(page.find("npu8") != std::string::npos);
  CHECK(page.find("stream@2000fps") != std::string::npos);
  CHECK(page.find("analytic: runs programs of the NPU; stream@2000fps is read on rtl, hw") != std::string::npos);
}

TEST_CASE("A comparison reads a streaming design on the rulers that were asked for, on systemc where none of them can", "[e2e]") {
  for (const auto& [wanted, read] : {std::pair<std::string, std::vector<std::string>>{"rtl,golden", {"rtl", "golden"}}, {"analytic,golden", {"systemc", "golden"}}}) {
    const e2e::Folder folder("stream-rulers");
    const auto ran = e2e::vernier("compare digits-int8 --targets stream@2000fps --rulers " + wanted + " --samples 1 -o " + folder.str());
    CAPTURE(wanted, ran.text);
    REQUIRE(ran.code == 0);
    std::vector<std::string> rulers;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.str())) {
      if (entry.path().extension() != ".json") continue;
      const auto record = read_json(entry.path().string());
      if (record.is_object() && record.contains("ruler")) rulers.push_back(record["ruler"]);
    }
    for (const auto& ruler : read) CHECK(std::find(rulers.begin(), rulers.end(), ruler) != rulers.end());
    CHECK(std::find(rulers.begin(), rulers.end(), read[0] == "rtl" ? "systemc" : "rtl") == rulers.end());
  }
}

TEST_CASE("A streaming design runs packed behind XRT: golden's bits, the RTL's cycles and memory's latency on top", "[e2e]") {
  const e2e::Folder folder("stream-hw-emu");
  const std::string command = "run digits-int8 --ruler hw_emu --target stream@2000fps --samples 2 --check --json " + (folder / "r.json");
  const auto ran = e2e::vernier(command);
  CAPTURE(ran.text);
  if (ran.code == 4 && ran.text.find("XRT") != std::string::npos) {
    WARN("skipped: " << ran.text);
    return;
  }
  REQUIRE(ran.code == 0);
  const auto card = read_json(folder / "r.json"), bare = run("digits-int8 --target stream@2000fps --samples 1", "rtl");
  CHECK(card["check"]["bit_exact"] == true);
  CHECK(card["fidelity"] == "rtl");
  CHECK(card["memory"] == "ideal:latency=80,bytes_per_cycle=64");
  CHECK(card["environment"]["stream_kernel"] == "RTL");
  CHECK(card["cycles"].get<long>() > bare["cycles"].get<long>() + 2 * 80);
  CHECK(card["cycles"].get<long>() < bare["cycles"].get<long>() + 2 * 80 + 60);
  const auto function = e2e::vernier(command + " --stream-function");
  CAPTURE(function.text);
  REQUIRE(function.code == 0);
  const auto estimate = read_json(folder / "r.json");
  CHECK(estimate["check"]["bit_exact"] == true);
  CHECK(estimate["fidelity"] == "systemc");  // simulated, but not cycle by cycle
  CHECK(estimate["environment"]["stream_kernel"] == "C++ function, its cycles estimated");
  CHECK(std::abs(estimate["cycles"].get<double>() / card["cycles"].get<double>() - 1) < 0.02);
  CHECK(e2e::vernier(command + " --compute-units 2").code == 3);
  const auto failing = e2e::shell("VERNIER_HWEMU_FAULTS=bus_error=write:1 " VERNIER_BINARY_DIR "/vernier " + command);
  CAPTURE(failing.text);
  CHECK(failing.code == 1);
  CHECK(failing.text.find("m_axi_gmem1: write answered SLVERR") != std::string::npos);
}

TEST_CASE("What a streaming target cannot do is refused before anything runs", "[e2e]") {
  const auto code_of = [](const std::string& options, const std::string& text) {
    const auto ran = e2e::vernier(options);
    CAPTURE(options, ran.text);
    CHECK(ran.text.find(text) != std::string::npos);
    return ran.code;
  };
  CHECK(code_of("run digits-int8 --ruler systemc --target stream@90000000fps", "cycles a frame at its widest fold") == 3);
  CHECK(code_of("run digits-int8 --ruler systemc --target stream@fastfps", "stream@RATEfps") == 2);
  CHECK(code_of("run digits-int8 --ruler analytic --target stream@30fps", "is read on rtl, hw_emu and systemc") == 3);
  CHECK(code_of("run digits-int8 --ruler systemc --target stream@30fps:nowhere", "nowhere") == 2);
  CHECK(code_of("run digits-int8 --ruler systemc --target stream@board:emulated", "no limits") == 2);
  CHECK(code_of("emit hls digits-int8 --board u50 --target stream@board:u250 -o /nowhere", "is for board u250, the project for board u50") == 2);
  CHECK(code_of("emit hls digits-int8 --board u50 --target stream@2000fps --samples 1 --rtl-stages conv9 -o /nowhere", "no stage or operator has this name; there are ") == 2);
  CHECK(code_of("emit hls digits-int8 --board u50 --target stream@2000fps --samples 1 --rtl-stages input_q -o /nowhere", "is a load") == 2);
}

TEST_CASE("The emitted project of a model passes its testbench", "[e2e]") {
  const e2e::Folder folder("stream-emit");
  const auto ran = e2e::vernier("emit hls digits-int8 --board u250 --target stream@2000fps --samples 2 -o " + folder.str());
  CAPTURE(ran.text);
  REQUIRE(ran.code == 0);
  const bool vitis = e2e::shell("command -v vitis_hls").code == 0;
  CHECK((ran.text.find("vitis_hls is not on PATH") != std::string::npos) == !vitis);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.str())) {
    if (entry.is_regular_file()) CHECK(read_all(entry.path()).find(VERNIER_SOURCE_DIR) == std::string::npos);
  }
  const auto tested = e2e::shell("make -s -C " + folder.str() + " test CXXFLAGS='-O1 -Wall -Wextra -Werror -Wno-unknown-pragmas -Wno-unused-label'");
  CAPTURE(tested.text);
  CHECK(tested.code == 0);
  CHECK(tested.text.find("PASS: 2 frames") != std::string::npos);
}

TEST_CASE("Where Vitis HLS is on PATH it is run on the emitted script and its report is read", "[e2e]") {
  const e2e::Folder folder("stream-vitis");
  // stands in for the tool: its commands as Tcl procedures, and a report as it leaves one
  const auto tool = folder / "vitis_hls";
  std::ofstream(tool) << "#!/bin/sh\ncat > stub.tcl <<'END'\nforeach c {open_project set_top open_solution set_part create_clock csim_design csynth_design export_design} { proc $c args \"puts \\\"$c \\$args\\\"\" }\n"
                         "proc add_files args { puts \"add_files $args\"; foreach a $args { if {[string match *.cpp $a] && ![file exists $a]} { error \"no $a\" } } }\n"
                         "source hls.tcl\nEND\n"
                         "if command -v tclsh >/dev/null; then tclsh stub.tcl > commands || exit 1; fi\nmkdir -p project/solution/syn/report\ncat > project/solution/syn/report/csynth.xml <<'END'\n"
                         "<profile><ReportVersion><Version>2023.2</Version></ReportVersion><UserAssignments><TopModelName>streaming</TopModelName><TargetClockPeriod>5.00</TargetClockPeriod></UserAssignments>"
                         "<PerformanceEstimates><SummaryOfTimingAnalysis><EstimatedClockPeriod>3.650</EstimatedClockPeriod></SummaryOfTimingAnalysis><SummaryOfOverallLatency>"
                         "<Worst-caseLatency>undef</Worst-caseLatency><Interval-max>undef</Interval-max></SummaryOfOverallLatency></PerformanceEstimates><AreaEstimates>"
                         "<Resources><BRAM_18K>20</BRAM_18K><DSP>31</DSP><FF>9000</FF><LUT>7000</LUT></Resources><AvailableResources><BRAM_18K>5376</BRAM_18K><DSP>12288</DSP><FF>3456000</FF>"
                         "<LUT>1728000</LUT></AvailableResources></AreaEstimates></profile>\nEND\n";
  std::filesystem::permissions(tool, std::filesystem::perms::owner_all);
  const auto ran = e2e::shell("PATH=" + folder.str() + ":$PATH " + std::string(VERNIER_BINARY_DIR) + "/vernier emit hls digits-int8 --board u250 --clock 200 --samples 1 -o " + (folder / "project"));
  CAPTURE(ran.text);
  REQUIRE(ran.code == 0);
  CHECK(ran.text.find("synthesised by Vitis HLS 2023.2: 7000.0 LUT, 9000.0 FF, 31.0 DSP, 10.0 BRAM36, 0.0 URAM; clock period 3.650 ns of 5.000") != std::string::npos);
  const auto json = read_json(folder / "project/synthesis.json");
  CHECK(json["used"]["DSP"] == 31);
  CHECK(json["interval_cycles"].is_null());
  if (e2e::shell("command -v tclsh").code != 0) {
    WARN("no tclsh: the emitted script was not run");
    return;
  }
  const auto commands = read_all(folder / "project/commands");
  CAPTURE(commands);
  for (const char* line : {"set_top streaming", "set_part xcu250-figd2104-2L-e", "create_clock -period 5.000", "csim_design", "csynth_design", "export_design -format xo -output streaming.xo"}) {
    CHECK(commands.find(line) != std::string::npos);
  }
}

TEST_CASE("A design for a board fits it and one that cannot ends with exit 3 and the scarce resource", "[e2e]") {
  const e2e::Folder folder("stream-board");
  // a small card of our own: multipliers for little more than the slowest design
  const auto board = [&folder](int dsp) {
    auto text = read_all(std::string(VERNIER_SOURCE_DIR) + "/boards/pynq-z2.toml");
    const auto at = text.find("\ndsp = ");
    REQUIRE(at != std::string::npos);
    text.replace(at + 1, text.find('\n', at + 1) - at - 1, "dsp = " + std::to_string(dsp));
    std::ofstream(folder / "small.toml") << text;
    return folder / "small.toml";
  };
  const auto fastest = [&](int dsp) {
    const auto ran = e2e::vernier("run digits-int8 --ruler systemc --samples 1 --check --target stream@board:" + board(dsp) + " --json - 2>/dev/null");
    CAPTURE(ran.text);
    REQUIRE(ran.code == 0);
    const auto r = nlohmann::json::parse(ran.text);
    CHECK(r["check"]["bit_exact"] == true);
    CHECK(r["area"]["dsp"].get<double>() <= dsp);
    CHECK(r["area"]["share"].get<double>() <= 1);
    return r["environment"]["interval_cycles"].get<std::int64_t>();
  };
  const auto wide = fastest(200), narrow = fastest(60);
  CHECK(wide < narrow);
  const auto rate = std::to_string(100e6 / static_cast<double>(wide) * 0.99);
  const auto ran = e2e::vernier("emit hls digits-int8 --clock 100 --board " + board(60) + " --target stream@" + rate + "fps -o " + (folder / "project"));
  CAPTURE(ran.text);
  CHECK(ran.code == 3);
  CHECK(ran.text.find("does not fit board") != std::string::npos);
  CHECK(ran.text.find("DSP (") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(folder / "project"));
  const auto none = e2e::vernier("run digits-int8 --ruler systemc --target stream@board:" + board(5));
  CAPTURE(none.text);
  CHECK(none.code == 3);
  CHECK(none.text.find("of 5)") != std::string::npos);
  const auto full = e2e::vernier("emit hls digits-int8 --samples 1 --board " + board(60) + " --target stream@board -o " + (folder / "project"));
  CAPTURE(full.text);
  CHECK(full.code == 0);
  CHECK(full.text.find("as fast as fits board") != std::string::npos);
  CHECK(full.text.find("of 60 DSP") != std::string::npos);
}
