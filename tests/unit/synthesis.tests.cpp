// SPDX-License-Identifier: Apache-2.0
#include <vernier/package/synthesis.hpp>

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sys/wait.h>
#include <unistd.h>

#include <vernier/core/interrupt.hpp>
#include <vernier/package/hls_report.hpp>
#include <vernier/package/placement.hpp>

#include "../../boards/package/src/process.hpp"

using namespace vernier;

namespace {

// Three modules in the form of Yosys' stat, counts chosen for the sums below.
constexpr const char* kStatistics = R"(
=== $paramod\vrn_fifo\Width=32'00000000000000000000000000010001 ===

   Number of wires:                 10
   Number of cells:                  9
     FDRE                            4
     LUT2                            3
     RAM32M16                        1
     RAMB18E2                        1

=== $paramod$0123abcd\vrn_array ===

   Number of cells:                 70
     CARRY4                          6
     DSP48E2                        64
     SRL16E                          5
     $paramod\vrn_fifo\Width=32'00000000000000000000000000010001      2

=== vrn_npu ===

   Number of cells:                 12
     $paramod$0123abcd\vrn_array      1
     $paramod\vrn_fifo\Width=32'00000000000000000000000000010001      3
     FDSE                            2
     RAMB36E2                        4
     URAM288                         7

=== design hierarchy ===

   vrn_npu                           1
     $paramod$0123abcd\vrn_array      1

   Number of cells:                900
     FDRE                          900
)";

}  // namespace

TEST_CASE("Statistics of a synthesis add up over the hierarchy", "[boards]") {
  const auto s = package::parse_statistics(kStatistics);
  REQUIRE(s);
  // five FIFOs: two in the array, three in the kernel
  CHECK(s->used.lut == 5 * (3 + 8) + 5);
  CHECK(s->used.ff == 5 * 4 + 2);
  CHECK(s->used.dsp == 64);
  CHECK(s->used.bram36 == 5 * 0.5 + 4);
  CHECK(s->used.uram == 7);
  CHECK(s->modules.at("vrn_fifo").lut == 11);
  CHECK(s->modules.at("vrn_array").lut == 2 * 11 + 5);
  CHECK(s->modules.at("vrn_npu").dsp == 64);
  CHECK(s->cells.at("FDRE") == 20);
  CHECK(s->cells.at("CARRY4") == 6);
  CHECK_FALSE(package::parse_statistics("=== other ===\n"));
  CHECK_FALSE(package::parse_statistics(""));
}

TEST_CASE("Areas of standard cells add up over the hierarchy", "[boards]") {
  const auto s = package::parse_statistics(R"(
=== $paramod\vrn_fifo\Width=8 ===

   Number of cells:                  2
     DFFPOSX1                        2

   Chip area for module '$paramod\vrn_fifo\Width=8': 200.500000

=== vrn_npu ===

   Number of cells:                  4
     $paramod\vrn_fifo\Width=8      3
     INVX1                           1

   Chip area for module '\vrn_npu': 16.000000
)");
  REQUIRE(s);
  CHECK(s->area_um2 == Approx(3 * 200.5 + 16));
  CHECK(s->areas.at("vrn_fifo") == Approx(200.5));
  CHECK(s->cells.at("DFFPOSX1") == 6);
}

TEST_CASE("Families are told by part and by name", "[boards]") {
  CHECK(package::family_of_part("xc7z020clg400-1") == package::Family::k7Series);
  CHECK(package::family_of_part("xcu50-fsvh2104-2-e") == package::Family::kUltraScalePlus);
  CHECK(package::family_of_part(package::placement_device().part) == package::Family::kEcp5);
  for (const char* name : {"xcup", "xc7", "ecp5", "osu018"}) CHECK(package::name_of(package::family_of(name).value()) == name);
  const auto unknown = package::family_of("ice40");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().what.find("xcup") != std::string::npos);
}

TEST_CASE("Memories of a kernel take what their sizes say", "[boards]") {
  const auto target = program::load_target(std::string(VERNIER_SOURCE_DIR) + "/rtl/targets/npu16.toml");
  REQUIRE(target);
  const auto sum = [&target](package::Family family) {
    Resources all;
    for (const auto& m : package::memories_of(*target, family)) all += m.used;
    return all;
  };
  // 4 banks of 8192 words are 2 x 8 UltraRAMs each, 4096 words of weights 8; parameters, sums and depthwise copies are block RAMs
  const auto ultra = sum(package::Family::kUltraScalePlus);
  CHECK(ultra.uram == 4 * 16 + 8);
  CHECK(ultra.bram36 == 8 + 8 + 2 * 8 + 8);
  CHECK(ultra.lut == 0);
  const auto seven = sum(package::Family::k7Series);
  CHECK(seven.uram == 0);
  CHECK(seven.bram36 == 4 * 16 * 8 + 8 * 8 + 8 + 8 + 2 * 8 + 8);
}

TEST_CASE("Memories in blocks of ECP5 are as many as Yosys makes of them", "[boards]") {
  auto target = *program::load_target(std::string(VERNIER_SOURCE_DIR) + "/rtl/targets/npu8.toml");
  target.rows = target.columns = 4;
  target.activation_bytes = 131072;
  target.weight_bytes = target.parameter_bytes = 32768;
  target.depthwise_taps = 0;
  // words of 512 bits: byte enables leave 32 of 36 bits a block, 16 blocks in each of 4 banks, else 15; sums are 128 bits wide
  double blocks = 0;
  for (const auto& m : package::memories_of(target, package::Family::kEcp5)) blocks += 2 * m.used.bram36;
  CHECK(blocks == 4 * 16 + 15 + 15 + 4);
  target.activation_bytes *= 2;
  blocks = 0;
  for (const auto& m : package::memories_of(target, package::Family::kEcp5)) blocks += 2 * m.used.bram36;
  CHECK(blocks == 8 * 16 + 15 + 15 + 4);
}

TEST_CASE("Cells of ECP5 count as the sites that they take", "[boards]") {
  const auto s = package::parse_statistics("=== vrn_npu ===\n   Number of cells: 6\n LUT4 10\n PFUMX 5\n CCU2C 3\n TRELLIS_DPR16X4 2\n TRELLIS_FF 7\n MULT18X18D 4\n DP16KD 3\n PDPW16KD 1\n");
  REQUIRE(s);
  CHECK(s->used.lut == 10 + 2 * 3 + 6 * 2);
  CHECK(s->used.ff == 7);
  CHECK(s->used.dsp == 4);
  CHECK(s->used.bram36 == 2);
}

TEST_CASE("A placement's figures are read, and what is missing is named", "[boards]") {
  const std::string text =
      "tool nextpnr-0.11.1\nclock_mhz 42.50\naimed_mhz 100.00\nharness_registers 601\nuse TRELLIS_COMB 147 83640\nuse DP16KD 98 208\npath 12.00 11.53 9\nfrom u_npu.a\nto u_npu.b\n";
  const auto p = package::parse_placement(text);
  REQUIRE(p);
  CHECK(p->tool == "nextpnr-0.11.1");
  CHECK(p->clock_mhz == 42.5);
  CHECK(p->harness_registers == 601);
  REQUIRE(p->uses.size() == 2);
  CHECK(p->uses[1].kind == "DP16KD");
  CHECK(p->uses[1].used == 98);
  CHECK(p->uses[1].available == 208);
  CHECK(p->logic_ns + p->routing_ns == Approx(1e3 / 42.5).epsilon(1e-3));
  CHECK(p->to == "u_npu.b");
  const auto refused = [](const std::string& bad, const char* why) {
    const auto r = package::parse_placement(bad);
    REQUIRE_FALSE(r);
    CHECK_THAT(r.error().what, Catch::Matchers::Contains(why));
  };
  refused("", "clock_mhz");
  refused("clock_mhz fast\n", "'clock_mhz fast'");
  refused("clock_mhz 42.5\n", "what is used");
  refused(text + "use DP16KD 98\n", "'use DP16KD 98'");
  refused(text + "speed 3\n", "'speed 3'");
}

TEST_CASE("A report of Vitis HLS gives clocks, cycles and resources, and says which figure is none", "[boards]") {
  const auto file = std::filesystem::temp_directory_path() / ("vernier-csynth-" + std::to_string(::getpid()) + ".xml");
  const auto read = [&file](const std::string& latency, const std::string& dsp, const std::string& top = "<TopModelName>streaming</TopModelName>") {
    std::ofstream(file) << "<profile><ReportVersion><Version>2022.1</Version></ReportVersion><UserAssignments><unit>ns</unit><Part>xcu50-fsvh2104-2-e</Part>" << top
                        << "<TargetClockPeriod>3.33</TargetClockPeriod></UserAssignments><PerformanceEstimates><PipelineType>dataflow</PipelineType>"
                           "<SummaryOfTimingAnalysis><unit>ns</unit><EstimatedClockPeriod>2.433</EstimatedClockPeriod></SummaryOfTimingAnalysis><SummaryOfOverallLatency>"
                           "<Best-caseLatency>12</Best-caseLatency><Worst-caseLatency>" << latency << "</Worst-caseLatency><Interval-min>12</Interval-min><Interval-max>" << latency
                        << "</Interval-max></SummaryOfOverallLatency></PerformanceEstimates><AreaEstimates><Resources><BRAM_18K>17</BRAM_18K>" << dsp
                        << "<FF>5000</FF><LUT>6000</LUT><URAM>1</URAM></Resources><AvailableResources><BRAM_18K>2688</BRAM_18K><DSP>5952</DSP><FF>1743360</FF><LUT>871680</LUT></AvailableResources>"
                           "</AreaEstimates></profile>";
    return package::read_hls_report(file);
  };
  const auto known = read("1027", "<DSP>28</DSP>");
  REQUIRE(known);
  CHECK(known->top == "streaming");
  CHECK(known->version == "2022.1");
  CHECK(known->target_ns == 3.33);
  CHECK(known->estimated_ns == 2.433);
  CHECK(known->latency == 1027);
  CHECK(known->used.bram36 == 8.5);
  CHECK(known->used.dsp == 28);
  CHECK(known->used.uram == 1);
  CHECK(known->available.lut == 871680);
  CHECK(known->available.uram == 0);
  const auto open = read("undef", "<DSP48E>28</DSP48E>");  // cycles that depend on an argument; an older name
  REQUIRE(open);
  CHECK_FALSE(open->interval);
  CHECK(open->used.dsp == 28);
  const auto refused = [](const Result<package::HlsReport>& r, const char* text) {
    REQUIRE_FALSE(r);
    INFO(r.error().what);
    CHECK(r.error().code == ErrorCode::kInvalidInput);
    CHECK(r.error().what.find(text) != std::string::npos);
  };
  refused(read("1027", ""), "AreaEstimates.Resources.DSP");
  refused(read("many", "<DSP>28</DSP>"), "'many', no number");
  refused(read("1027", "<DSP>28</DSP>", ""), "TopModelName");
  std::ofstream(file) << "<profile>";
  refused(package::read_hls_report(file), "line");
  std::filesystem::remove(file);
}

TEST_CASE("A program that runs others ends with all of them when its caller is told to") {
  const auto file = std::filesystem::temp_directory_path() / ("vernier-process-" + std::to_string(::getpid()));
  const pid_t caller = ::fork();
  REQUIRE(caller >= 0);
  if (caller == 0) {
    install_interrupt_handler();
    const auto ended = package::run_program({"sh", "-c", "sleep 60 & echo $! > " + file.string() + ".new; mv " + file.string() + ".new " + file.string() + "; wait"});
    ::_exit(ended.code == 0 ? 1 : 0);
  }
  pid_t inner = 0;
  for (int i = 0; i < 500 && inner == 0; ++i) {
    std::ifstream(file) >> inner;
    ::usleep(10'000);
  }
  REQUIRE(inner > 0);
  CHECK(::kill(inner, 0) == 0);
  ::kill(caller, SIGTERM);
  int status = 0;
  REQUIRE(::waitpid(caller, &status, 0) == caller);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  bool gone = false;  // whoever adopted it may be slow to read its end
  for (int i = 0; i < 200 && !gone; ++i) {
    std::ifstream state("/proc/" + std::to_string(inner) + "/stat");
    std::string number, name, letter;
    gone = !(state >> number >> name >> letter) || letter == "Z";
    ::usleep(10'000);
  }
  CHECK(gone);
  std::filesystem::remove(file);
}
