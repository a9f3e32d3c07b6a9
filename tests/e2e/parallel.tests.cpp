// SPDX-License-Identifier: Apache-2.0
// -j and --unique-layers from the command line: the totals of one run, and a record that says how they came about.
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "process.hpp"

namespace {

nlohmann::json read_json(const std::string& file) {
  std::ifstream in(file);
  return nlohmann::json::parse(in, nullptr, false);
}

/// The record of a run with these options, after a --check that found nothing.
nlohmann::json record(const e2e::Folder& folder, const std::string& options) {
  const auto ran = e2e::vernier("run resnet18_32 --ruler rtl --target npu16 --samples 1 --check --json " + (folder / "r.json") + " " + options);
  CAPTURE(options, ran.text);
  REQUIRE(ran.code == 0);
  return read_json(folder / "r.json");
}

}  // namespace

TEST_CASE("A network in parallel processes has the cycles, events and layers of one run", "[e2e]") {
  const e2e::Folder folder("parallel");
  for (const std::string memory : {"--memory ideal", "--memory hostile:5"}) {
    CAPTURE(memory);
    const auto whole = record(folder, memory);
    const auto apart = record(folder, memory + " -j 2");
    CHECK(whole["sim"]["groups"] == 1);
    CHECK(apart["sim"]["groups"] > 1);
    CHECK(apart["sim"]["unique_groups"] == apart["sim"]["groups"]);
    CHECK(apart["sim"]["jobs"] == 2);
    for (const char* key : {"cycles", "activity", "layers", "energy_j", "check"}) {
      CAPTURE(key);
      CHECK(apart[key] == whole[key]);
    }
  }
}

TEST_CASE("Leaving out repeated layers is exact behind ideal memory", "[e2e]") {
  const e2e::Folder folder("unique");
  const auto whole = record(folder, "--memory ideal");
  const auto unique = record(folder, "--memory ideal --unique-layers -j 2");
  CHECK(unique["cycles"] == whole["cycles"]);
  CHECK(unique["activity"] == whole["activity"]);
  CHECK(unique["layers"] == whole["layers"]);
  CHECK(whole["check"]["bit_exact"] == true);
  CHECK(unique["sim"]["unique_groups"] < unique["sim"]["groups"]);
  CHECK(unique["check"]["bit_exact"].is_null());
  CHECK(unique["why"]["check.bit_exact"].get<std::string>().find("checked: ") == 0);
}

TEST_CASE("A bus error in one of the parallel processes ends the run with exit 1 and names the group", "[e2e]") {
  const auto ran = e2e::vernier("run resnet18_32 --ruler rtl --target npu16 --samples 1 -j 2 --memory faulty:1");
  CAPTURE(ran.text);
  CHECK(ran.code == 1);
  CHECK(ran.text.find("group 1 of ") != std::string::npos);
  CHECK(ran.text.find("address 0x") != std::string::npos);
}

TEST_CASE("Waveforms of parallel processes are refused", "[e2e]") {
  const e2e::Folder folder("waves");
  const auto ran = e2e::vernier("run resnet18_32 --ruler rtl --target npu16 -j 2 --waves " + (folder / "w.fst"));
  CAPTURE(ran.text);
  CHECK(ran.code == 3);
  CHECK(ran.text.find("-j") != std::string::npos);
  CHECK(folder.empty());
}
