// SPDX-License-Identifier: Apache-2.0
// Bring-up on the emulated board, sound and with planted faults.
#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "hwemu_bench.hpp"

using e2e::Folder;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

const std::string kBringup = std::string(VERNIER_SOURCE_DIR) + "/boards/bringup";

/// `vernier board check`, without the network, and what it found.
struct Checked {
  e2e::Ran ran;
  std::vector<std::string> faults;
  std::string finding;
};
Checked check(const std::string& arguments, const std::string& environment = "") {
  Checked checked;
  checked.ran = e2e::shell("{ " + environment + " setsid -w " + VERNIER_BINARY_DIR + "/vernier board check --no-network --json - " + arguments + " 2>/dev/null; }");
  INFO(checked.ran.text);
  const auto document = json::parse(checked.ran.text, nullptr, false);
  REQUIRE_FALSE(document.is_discarded());
  for (const auto& step : document["steps"]) {
    if (step["fault"].is_null()) continue;
    checked.faults.push_back(step["fault"]);
    if (checked.finding.empty()) checked.finding = step["finding"];
    CHECK(step["state"] == "failed");
    CHECK_FALSE(step["try"].get<std::string>().empty());
  }
  return checked;
}

/// The bring-up kernel packed by hand, with what a test wants to be wrong.
std::string pack(const Folder& folder, const std::string& source, int units, const std::string& more = "") {
  std::string command = "kernel pack " + source + " --clock ap_clk_2=500 " + more + " -o " + (folder / "bringup.xclbin");
  for (int i = 0; i < units; ++i) {
    const auto n = std::to_string(i);
    command += " --unit bringup_" + n + " --bank 'bringup_" + n + ".memory=DDR[" + n + "]'";
  }
  const auto ran = e2e::vernier(command);
  INFO(ran.text);
  REQUIRE(ran.code == 0);
  return "--xclbin " + (folder / "bringup.xclbin");
}

void finds(const Checked& checked, const std::string& fault, const std::string& word) {
  INFO(checked.ran.text);
  CHECK(checked.ran.code == 1);
  CHECK(checked.faults == std::vector<std::string>{fault});
  INFO(checked.finding);
  CHECK(checked.finding.find(word) != std::string::npos);
}

}  // namespace

TEST_CASE("Bring-up passes on the emulated board", "[hwemu]") {
  const auto checked = check("");
  INFO(checked.ran.text);
  CHECK(checked.ran.code == 0);
  CHECK(checked.faults.empty());
  const auto document = json::parse(checked.ran.text);
  CHECK(document["passed"] == true);
  CHECK(document["steps"].size() == 10);
  const auto step = [&document](const std::string& name) { return *std::ranges::find_if(document["steps"], [&name](const json& s) { return s["step"] == name; }); };
  CHECK(step("clock")["figures"]["bringup_0_mhz"].get<double>() == Approx(300).epsilon(0.01));
  CHECK(step("bandwidth")["figures"]["DDR[4]_read_gb_per_s"].get<double>() > 15);
  // 1 s and 50 us on a machine with nothing else to do; these bounds are for one that is busy
  CHECK(step("uuid")["figures"]["load_s"].get<double>() < 10);
  CHECK(step("registers")["figures"]["register_read_us_median"].get<double>() < 1000);
  CHECK(step("sensors")["state"] == "skipped");  // an emulated card has none, and none are made up
}

TEST_CASE("Bring-up finds a fault of the card's memory and names bank and line", "[hwemu]") {
  finds(check("", "VERNIER_HWEMU_FAULTS='dead_bank=DDR[2]'"), "dead bank", "bank DDR[2]");
  finds(check("", "VERNIER_HWEMU_FAULTS='stuck_data=DDR[3]:37:1'"), "stuck data bit", "bank DDR[3]: data bit 37 is stuck at 1");
  finds(check("", "VERNIER_HWEMU_FAULTS='swapped_address=DDR[1]:13:17'"), "swapped address bits", "bank DDR[1]: address bits 13 and 17");
}

TEST_CASE("A run beside its simulation has its difference explained by terms that add up", "[hwemu]") {
  const auto ran = e2e::shell("{ " + std::string(VERNIER_BINARY_DIR) + "/vernier board run digits-int8 --target npu3x5 --memory ddr4-2400 --json - 2>/dev/null; }");
  INFO(ran.text);
  CHECK(ran.code == 0);
  const auto document = json::parse(ran.text, nullptr, false);
  REQUIRE_FALSE(document.is_discarded());
  double sum = 0;
  for (const auto& term : document["explained"]) sum += term.get<double>();
  CHECK(sum == Approx(document["difference_s"].get<double>()));
  CHECK(document["explained"]["memory_s"] == 0);  // the emulated card takes the cycles of ruler rtl
  CHECK(document["explained"]["launch_s"].get<double>() > 0);
  CHECK(document["explained"]["transfers_s"].get<double>() > 0);
  CHECK(document["records"].size() == 2);
  CHECK(document["records"][0]["cycles"] == document["records"][1]["cycles"]);
}

TEST_CASE("Bring-up finds a clock that is slow and a run that does not end and memory at a quarter of its speed", "[hwemu]") {
  finds(check("", "VERNIER_HWEMU_FAULTS=slow_clock=2"), "slow clock", "150.0 MHz, the xclbin states 300");
  finds(check("", "VERNIER_HWEMU_WATCHDOG=1000000000 VERNIER_HWEMU_FAULTS=no_done"), "no done", "bringup_0: started");
  finds(check("", "VERNIER_HWEMU_MEMORY=ideal:latency=80,bytes_per_cycle=16"), "low bandwidth", "bank DDR[0]: read 4.");
}

TEST_CASE("Bring-up finds a file that is not of its build or lacks a unit or has another register map", "[hwemu]") {
  const Folder folder("board-files");
  SECTION("UUID") {
    const auto xclbin = pack(folder, kBringup, 5);
    std::fstream file(folder / "bringup.xclbin", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(416 + 3);  // inside the header's UUID
    file.put('\x5A');
    file.close();
    finds(check(xclbin), "wrong UUID", "bringup.xclbin states");
  }
  SECTION("kernel") {
    finds(check(pack(folder, kBringup, 4)), "missing kernel", "compute unit bringup_4 is not in the xclbin");
  }
  SECTION("registers") {
    fs::copy(kBringup, folder / "rtl");
    const auto edited = e2e::shell("sed -i -e 's/offset=\"0x24\"/offset=\"0xFF\"/' -e 's/offset=\"0x2C\"/offset=\"0x24\"/' -e 's/offset=\"0xFF\"/offset=\"0x2C\"/' " + (folder / "rtl/kernel.xml"));
    REQUIRE(edited.code == 0);
    finds(check(pack(folder, folder / "rtl", 5)), "register map mismatch", "argument words is at 0x2c in the xclbin, the RTL has it at 0x24");
  }
  SECTION("results") {
    finds(check(pack(folder, kBringup, 5, "--param WrongSum=1")), "wrong results", "bringup_0: the sum of");
  }
}
