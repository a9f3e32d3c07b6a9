// SPDX-License-Identifier: Apache-2.0
// Scenarios as a user runs them: simulated rulers in virtual time, the CPU baseline by LoadGen in real time.
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "process.hpp"

namespace {

const std::string kRtl = "bench digits-int8 --ruler rtl --target npu3x5 --scenario ";
const std::string kCpu = "bench digits-int8 --ruler cpu --threads 1 --duration 0.3 --scenario ";

std::string text_of(const std::string& file) {
  std::stringstream all;
  all << std::ifstream(file).rdbuf();
  return all.str();
}

/// Says that the test ends here where what it needs is not on this machine.
bool absent(const e2e::Ran& ran) {
  if (ran.code == 4) WARN("skipped: " << ran.text);
  return ran.code == 4;
}

nlohmann::json json_of(const std::string& file) { return nlohmann::json::parse(text_of(file)); }

}  // namespace

TEST_CASE("Every scenario of ten simulated minutes is VALID on the RTL and its logs say it is unverified", "[e2e]") {
  const e2e::Folder folder("bench-rtl");
  for (const std::string scenario : {"singlestream", "multistream", "server", "offline", "multistreamfixed"}) {
    const auto out = folder / scenario;
    const auto ran = e2e::vernier(kRtl + scenario + " --json " + (folder / "r.json") + " -o " + out);
    CAPTURE(scenario, ran.text);
    REQUIRE(ran.code == 0);
    const auto r = json_of(folder / "r.json");
    CHECK(r["valid"] == true);
    CHECK(r["scenario"] == scenario);
    const auto& run = r["scenario_run"];
    CHECK(run["clock"] == "virtual");
    CHECK(run["min_duration_s"] == 600.0);
    const double latency = r["latency_s"].get<double>();
    CHECK(r["inferences_per_s"].get<double>() <= 1.0001 / latency);
    CHECK(run["latency"]["min_s"].get<double>() >= 0.999 * latency);
    const auto summary = text_of(out + "/mlperf_log_summary.txt");
    CHECK(summary.find("Result is : VALID") != std::string::npos);
    CHECK(summary.find("Result not verified by MLCommons Association") != std::string::npos);
    CHECK(text_of(out + "/mlperf_log_detail.txt").find(":::MLLOG") != std::string::npos);
    // the meter beside it: chip power of the energy model, once a second
    CHECK(r["energy_source"] == "estimated");
    CHECK(run["power"]["readings"].get<int>() >= 598);
    CHECK(text_of(out + "/spl.txt").find("Watts,") != std::string::npos);
    CHECK(run["power"].contains("joules_per_query") == (scenario != "server" && scenario != "offline"));
  }
  CHECK(folder.whole());
}

TEST_CASE("Energy a query of a stream is that of its inferences and the power of Offline that of a busy device", "[e2e]") {
  const e2e::Folder folder("bench-energy");
  REQUIRE(e2e::vernier("run digits-int8 --ruler rtl --target npu3x5 --samples 1 --json " + (folder / "one.json")).code == 0);
  REQUIRE(e2e::vernier(kRtl + "singlestream --json " + (folder / "ss.json") + " -o " + (folder / "ss")).code == 0);
  REQUIRE(e2e::vernier(kRtl + "offline --json " + (folder / "off.json") + " -o " + (folder / "off")).code == 0);
  const auto one = json_of(folder / "one.json");
  const auto stream = json_of(folder / "ss.json");
  const auto offline = json_of(folder / "off.json");
  CHECK(stream["scenario_run"]["power"]["joules_per_query"].get<double>() == Approx(one["energy_j"].get<double>()).epsilon(0.01));
  CHECK(offline["power_w"].get<double>() == Approx(one["power_w"].get<double>()).epsilon(0.01));
}

TEST_CASE("Find-peak converges to a rate that meets the bound while a higher one misses it", "[e2e]") {
  const e2e::Folder folder("bench-peak");
  const std::string bound = "server --target-latency 10 --duration 60 -o " + (folder / "logs");
  const auto peak = e2e::vernier(kRtl + bound + " --mode find-peak --json " + (folder / "peak.json"));
  CAPTURE(peak.text);
  REQUIRE(peak.code == 0);
  const double qps = json_of(folder / "peak.json")["scenario_run"]["target"]["qps"].get<double>();
  // at the peak itself early stopping may still ask for more queries; just below it the run is VALID
  const auto below = e2e::vernier(kRtl + bound + " --qps " + std::to_string(0.97 * qps));
  CAPTURE(below.text);
  CHECK(below.code == 0);
  const auto above = e2e::vernier(kRtl + bound + " --qps " + std::to_string(1.2 * qps) + " --json " + (folder / "above.json"));
  CAPTURE(qps, above.text);
  CHECK(above.code == 1);
  CHECK(above.text.find("INVALID: Reduce target QPS to improve latency.") != std::string::npos);
  const auto record = json_of(folder / "above.json");
  CHECK(record["valid"] == false);
  CHECK(record["why"]["valid"].get<std::string>().find("Reduce target QPS") != std::string::npos);
}

TEST_CASE("LoadGen drives the CPU baseline in every scenario and the record is of its log", "[e2e]") {
  const e2e::Folder folder("bench-cpu");
  for (const std::string scenario : {"singlestream", "multistream", "server", "offline"}) {
    const auto out = folder / scenario;
    // a rate and a bound that a busy machine keeps too
    const auto ran = e2e::vernier(kCpu + scenario + (scenario == "server" ? " --qps 200 --target-latency 1000" : "") + " --queries 700 --json " + (folder / "r.json") + " -o " + out);
    CAPTURE(scenario, ran.text);
    REQUIRE(ran.code == 0);
    const auto r = json_of(folder / "r.json");
    CHECK(r["scenario_run"]["clock"] == "real");
    CHECK(r["scenario_run"]["generator"].get<std::string>().find("MLCommons LoadGen") == 0);
    CHECK(r["scenario_run"]["queries"].get<int>() >= (scenario == "offline" ? 1 : 662));
    CHECK(text_of(out + "/mlperf_log_summary.txt").find("Result is : VALID") != std::string::npos);
    if (r["power_w"].is_null()) CHECK(r["why"]["power_w"].get<std::string>().size() > 10);
  }
  const auto missed = e2e::vernier(kCpu + "server --qps 200 --target-latency 0.001 -o " + (folder / "missed"));
  CAPTURE(missed.text);
  CHECK(missed.code == 1);
  CHECK(missed.text.find("INVALID") != std::string::npos);
  CHECK(missed.text.find("Reduce target QPS") != std::string::npos);
}

TEST_CASE("Find-peak converges on every ruler with time", "[e2e]") {
  const e2e::Folder folder("bench-peaks");
  const std::string tail = " --scenario server --mode find-peak --json " + (folder / "r.json") + " -o " + (folder / "logs");
  double rtl = 0;
  for (const std::string ruler : {"rtl", "systemc", "analytic", "hw_emu"}) {
    const auto ran = e2e::vernier("bench digits-int8 --target npu3x5 --target-latency 10 --duration 20 --ruler " + ruler + tail);
    CAPTURE(ruler, ran.text);
    if (ruler == "hw_emu" && absent(ran)) continue;
    REQUIRE(ran.code == 0);
    const double qps = json_of(folder / "r.json")["scenario_run"]["target"]["qps"].get<double>();
    if (ruler == "rtl") rtl = qps;
    CHECK(qps == Approx(rtl).epsilon(0.002));  // their cycles differ by less
  }
  for (const std::string ruler : {"cpu --threads 1", "opencl"}) {  // from a rate and to a bound that a busy machine keeps too
    const auto ran = e2e::vernier("bench digits-int8 --qps 20 --target-latency 200 --duration 0.05 --queries 20 --ruler " + ruler + tail);
    CAPTURE(ruler, ran.text);
    if (ruler == "opencl" && absent(ran)) continue;
    REQUIRE(ran.code == 0);
    CHECK(json_of(folder / "r.json")["scenario_run"]["target"]["qps"].get<double>() > 20);
  }
}

TEST_CASE("Every scenario on the emulated card is that of the RTL", "[e2e]") {
  const e2e::Folder folder("bench-hwemu");
  for (const std::string scenario : {"singlestream", "multistream", "server", "offline"}) {
    const std::string tail = " --target npu3x5 --duration 10 --queries 700 --scenario " + scenario + " -o " + (folder / "logs") + " --json ";
    const auto ran = e2e::vernier("bench digits-int8 --ruler hw_emu" + tail + (folder / "card.json"));
    CAPTURE(scenario, ran.text);
    if (absent(ran)) return;
    REQUIRE(ran.code == 0);
    REQUIRE(e2e::vernier("bench digits-int8 --ruler rtl" + tail + (folder / "rtl.json")).code == 0);
    const auto card = json_of(folder / "card.json"), rtl = json_of(folder / "rtl.json");
    CHECK(card["cycles"] == rtl["cycles"]);
    CHECK(card["scenario_run"]["metric"] == rtl["scenario_run"]["metric"]);
    CHECK(card["percentiles"] == rtl["percentiles"]);
  }
}

TEST_CASE("Compute units of the emulated card run batches side by side in virtual time", "[e2e]") {
  const e2e::Folder folder("bench-units");
  const std::string card = "bench digits-int8 --ruler hw_emu --target npu3x5 --scenario offline --duration 5 --queries 700 -o " + (folder / "logs") + " --json " + (folder / "r.json");
  double one = 0;
  for (const int units : {1, 2}) {
    const auto ran = e2e::vernier(card + " --compute-units " + std::to_string(units));
    CAPTURE(units, ran.text);
    if (absent(ran)) return;
    REQUIRE(ran.code == 0);
    const auto r = json_of(folder / "r.json");
    const double rate = r["scenario_run"]["metric"]["value"].get<double>();
    if (units == 1) one = rate;
    CHECK(r["scenario_run"]["batching"]["instances"] == units);
    CHECK(rate == Approx(units * one).epsilon(0.01));
  }
}

TEST_CASE("A batch fills the queue of the emulated card and its compute units share it", "[e2e]") {
  const e2e::Folder folder("bench-queue");
  const auto golden = e2e::vernier("run digits-int8 --ruler golden --check --samples 24 --json " + (folder / "golden.json"));
  const auto good = static_cast<int>(24 * json_of(folder / "golden.json")["check"]["top1"].get<double>() + 0.5);
  double alone = 0;
  std::filesystem::create_directory(folder / "stand");
  for (const int units : {1, 2}) {
    const auto ran = e2e::shell("cd " + (folder / "stand") + " && " VERNIER_BINARY_DIR "/vernier bench digits-int8 --ruler hw_emu --target npu3x5 --rehearse --scenario offline --mode accuracy --samples 24 --max-batch 8 --compute-units " + std::to_string(units) + " -o " +
                                  (folder / "logs"));
    CAPTURE(units, ran.text);
    if (absent(ran)) return;
    REQUIRE(ran.code == 0);
    CHECK(text_of(folder / "logs/accuracy.txt").find("good=" + std::to_string(good) + ", total=24") != std::string::npos);
    const auto at = ran.text.find("in flight ");
    REQUIRE(at != std::string::npos);
    const double in_flight = std::stod(ran.text.substr(at + 10));
    // the calls' time holds the host's share too, so one unit is busy for less than all of it and the second counts beside that
    if (units == 1) CHECK((alone = in_flight) <= 1);
    else CHECK(in_flight > 1.2 * alone);
  }
  CHECK(std::filesystem::is_empty(folder / "stand"));  // nothing is left where the user stands
}

TEST_CASE("Rates that nobody asks for are planned so that a busy machine keeps them", "[e2e]") {
  const e2e::Folder folder("bench-planned");
  for (const std::string scenario : {"server --target-latency 1000", "offline"}) {
    const auto ran = e2e::vernier("bench digits-int8 --ruler cpu --threads 1 --duration 0.5 --queries 700 --scenario " + scenario + " --json " + (folder / "r.json") + " -o " + (folder / "logs"));
    CAPTURE(scenario, ran.text);
    CHECK(ran.code == 0);
  }
  const auto missed = e2e::vernier("bench digits-int8 --ruler cpu --threads 1 --duration 0.2 --scenario server --target-latency 0.001 --json " + (folder / "r.json") + " -o " + (folder / "logs"));
  CAPTURE(missed.text);
  CHECK(missed.code == 1);
  CHECK(missed.text.find("80 % of the device's sustained rate, as none was asked for: --qps sets a lower one, --mode find-peak") != std::string::npos);
  CHECK(json_of(folder / "r.json")["why"]["valid"].get<std::string>().find("--mode find-peak") != std::string::npos);
}

TEST_CASE("LoadGen drives the emulated card in real time by the code that drives a card", "[e2e]") {
  const e2e::Folder folder("bench-rehearsal");
  const std::string card = "bench digits-int8 --ruler hw_emu --target npu3x5 --rehearse --samples 20 -o " + (folder / "logs") + " --scenario ";
  const auto scored = e2e::vernier(card + "offline --mode accuracy");
  CAPTURE(scored.text);
  if (absent(scored)) return;
  REQUIRE(scored.code == 0);
  const auto golden = e2e::vernier("run digits-int8 --ruler golden --check --samples 20 --json " + (folder / "golden.json"));
  const auto good = static_cast<int>(20 * json_of(folder / "golden.json")["check"]["top1"].get<double>() + 0.5);
  CHECK(text_of(folder / "logs/accuracy.txt").find("good=" + std::to_string(good) + ", total=20") != std::string::npos);
  const auto timed = e2e::vernier(card + "singlestream --duration 0.2 --queries 64");
  CAPTURE(timed.text);
  CHECK(timed.code == 0);
  CHECK(timed.text.find("a rehearsal: the simulator's own time") != std::string::npos);
  CHECK(e2e::vernier(card + "singlestream --json " + (folder / "r.json")).code == 2);  // no record of a rehearsal
}

TEST_CASE("Accuracy of the logs is that of the golden model in both clocks", "[e2e]") {
  const e2e::Folder folder("bench-accuracy");
  REQUIRE(e2e::vernier("run digits-int8 --ruler golden --check --samples 40 --json " + (folder / "golden.json")).code == 0);
  const double golden = json_of(folder / "golden.json")["check"]["top1"].get<double>();
  for (const auto& run : {kRtl, kCpu}) {
    const auto ran = e2e::vernier(run + "offline --mode accuracy --samples 40 --json " + (folder / "r.json") + " -o " + (folder / "logs"));
    CAPTURE(ran.text);
    REQUIRE(ran.code == 0);
    const auto r = json_of(folder / "r.json");
    CHECK(r["check"]["top1"].get<double>() == Approx(golden).margin(0.026));  // ONNX Runtime may differ by one sample
    CHECK(r["check"]["samples"] == 40);
    CHECK(r["percentiles"].is_null());
    CHECK(text_of(folder / "logs/accuracy.txt").find("total=40\nhash=") != std::string::npos);
    CHECK(json_of(folder / "logs/mlperf_log_accuracy.json").size() == 40);
  }
}

TEST_CASE("The baseline runs on the provider asked for and an absent one is named beside those that are here", "[e2e]") {
  const e2e::Folder folder("provider");
  const auto listed = e2e::vernier("doctor");
  CHECK(listed.text.find("CPUExecutionProvider") != std::string::npos);
  const auto ran = e2e::vernier("run digits-int8 --ruler cpu --threads 1 --samples 1 --provider cpuexecutionprovider --json " + (folder / "r.json"));
  CAPTURE(ran.text);
  REQUIRE(ran.code == 0);
  CHECK(json_of(folder / "r.json")["environment"]["provider"] == "CPUExecutionProvider");
  if (listed.text.find("CUDAExecutionProvider") != std::string::npos) return;
  const auto absent = e2e::vernier("run digits-int8 --ruler cpu --threads 1 --samples 1 --provider CUDA");
  CHECK(absent.code == 4);
  CHECK(absent.text.find("provider CUDA") != std::string::npos);
  CHECK(absent.text.find("CPUExecutionProvider") != std::string::npos);
}

TEST_CASE("The curve of Server rises and a queue of preferred batches is part of the record", "[e2e]") {
  const e2e::Folder folder("bench-curve");
  const auto ran = e2e::vernier(kRtl + "server --duration 20 --curve 6 --max-batch 4 --preferred-batch 2,4 --queue-delay 100 --instances 2 --json " + (folder / "r.json") + " -o " + (folder / "logs"));
  CAPTURE(ran.text);
  REQUIRE(ran.code == 0);
  const auto run = json_of(folder / "r.json")["scenario_run"];
  REQUIRE(run["curve"].size() == 6);
  CHECK(run["curve"][5]["p99_s"].get<double>() > run["curve"][0]["p99_s"].get<double>());
  CHECK(run["curve"][5]["completed_qps"].get<double>() > 4 * run["curve"][0]["completed_qps"].get<double>());
  CHECK(run["batching"]["preferred"] == nlohmann::json::array({2, 4}));
  CHECK(run["batching"]["instances"] == 2);
  CHECK(run["service"].size() == 4);
}

TEST_CASE("The service time of a batch is that of its run and a streaming design takes frames at its interval", "[e2e]") {
  const e2e::Folder folder("bench-service");
  const std::string logs = " -o " + (folder / "logs") + " --json " + (folder / "r.json");
  REQUIRE(e2e::vernier("run digits-int8 --ruler analytic --target npu8 --batch 4 --samples 4 --json " + (folder / "four.json")).code == 0);
  REQUIRE(e2e::vernier("bench digits-int8 --ruler analytic --target npu8 --scenario server --duration 1 --max-batch 5" + logs).code == 0);
  const auto four = json_of(folder / "four.json");
  REQUIRE(four["batch"] == 4);
  const auto npu = json_of(folder / "r.json")["scenario_run"]["service"];
  const auto latency = [](const nlohmann::json& service, std::size_t batch) { return service[batch - 1]["latency_s"].get<double>(); };
  CHECK(latency(npu, 4) == Approx(four["latency_s"].get<double>()).epsilon(1e-4));
  CHECK(latency(npu, 4) < 3.9 * latency(npu, 1));  // weights are fetched once for all
  CHECK(latency(npu, 3) <= latency(npu, 2) + latency(npu, 1) + 2e-9);
  REQUIRE(e2e::vernier("bench digits-int8 --ruler systemc --target stream@2000fps --scenario offline --duration 1" + logs).code == 0);
  const auto stream = json_of(folder / "r.json");
  const double interval = stream["scenario_run"]["service"][0]["interval_s"].get<double>();
  CHECK(interval < 0.9 * stream["latency_s"].get<double>());
  CHECK(stream["inferences_per_s"].get<double>() == Approx(1 / interval).epsilon(0.01));
}

TEST_CASE("What cannot be benched ends with the documented code and its reason", "[e2e]") {
  const e2e::Folder folder("bench-bad");
  const auto fails = [&folder](const std::string& arguments, int code, const char* words) {
    const auto ran = e2e::vernier(arguments + " -o " + (folder / "logs"));
    CAPTURE(arguments, ran.text);
    CHECK(ran.code == code);
    CHECK(ran.text.find(words) != std::string::npos);
  };
  fails("bench digits-int8 --ruler golden --scenario server", 3, "values and no time");
  fails(kRtl + "pipelined", 2, "is not one of SingleStream");
  fails(kRtl + "server --mode quick", 2, "performance, accuracy");
  fails(kRtl + "server --preferred-batch 8 --max-batch 4", 2, "preferred");
  fails(kCpu + "multistreamfixed", 3, "no fixed-interval MultiStream");
  std::ofstream(folder / "user.conf") << "*.Server.target_qps == 5\n";
  fails(kRtl + "server --user-conf " + (folder / "user.conf"), 2, "user.conf:1");
  fails(kRtl + "server --batch 2", 2, "--max-batch");
  fails("bench digits-int8 --ruler board --scenario offline", 4, "--xclbin");
  fails("bench digits-int8 --ruler hw_emu --rehearse --instances 2 --scenario offline", 3, "one host thread");
  fails("bench digits-int8 --ruler cpu --instances 4096 --scenario offline --duration 1", 4, "processors");
}

TEST_CASE("Ctrl-C ends a run of LoadGen at once and leaves no record", "[e2e]") {
  const e2e::Folder folder("bench-interrupt");
  const auto ran = e2e::shell("timeout --foreground --preserve-status -s INT 4 " + std::string(VERNIER_BINARY_DIR) + "/vernier bench digits-int8 --ruler cpu --scenario server --qps 100 --duration 60 --json " +
                              (folder / "r.json") + " -o " + (folder / "logs") + " 2>&1; echo code $?");
  CAPTURE(ran.text);
  CHECK(ran.text.find("interrupted") != std::string::npos);
  CHECK(ran.text.find("code 130") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(folder / "r.json"));
}

TEST_CASE("A comparison reports on the rulers that are there and says which is not", "[e2e]") {
  const e2e::Folder folder("absent");
  const auto ran = e2e::vernier("compare digits-int8 --target npu8 --rulers analytic,gpu --scenario offline --samples 1 -o " + (folder / "out"));
  CAPTURE(ran.text);
  if (ran.code == 0) return;  // there is a GPU
  CHECK(ran.code == 4);
  std::ifstream page(folder / "out/report.html");
  const std::string text{std::istreambuf_iterator<char>(page), {}};
  CHECK(text.find("planned case") != std::string::npos);
  CHECK(text.find("no GPU or accelerator device") != std::string::npos);
}
