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

TEST_CASE("MobileNetV1 0.25 on npu16 as one run behind hostile memory is exact", "[e2e]") {
  const auto ran = e2e::vernier("run mobilenet_v1_025 --ruler rtl --target npu16 --check --samples 1 --memory hostile");
  CAPTURE(ran.text);
  CHECK(ran.code == 0);
  CHECK(ran.text.find("1 of 1 samples to the bit") != std::string::npos);
}
