// SPDX-License-Identifier: Apache-2.0
#include <vernier/store/validate.hpp>

#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <set>

#include "sample_records.hpp"

using namespace vernier;
using nlohmann::json;

namespace {

std::string violated_key(const json& record) {
  const auto r = store::validate(record);
  if (r) return "";
  CHECK(r.error().code == ErrorCode::kInvalidInput);
  return r.error().where;
}

json changed(const std::function<void(json&)>& change) {
  auto r = samples::rtl_record();
  change(r);
  return r;
}

}  // namespace

TEST_CASE("All sample records are valid", "[records]") {
  for (const auto& record : samples::comparison()) {
    const auto r = store::validate(record);
    INFO(record["ruler"] << ": " << (r ? "" : to_string(r.error())));
    CHECK(r.has_value());
  }
}

TEST_CASE("A record without any one of its keys is refused and the key is named", "[records]") {
  const auto schema = json::parse(store::record_schema());
  const auto whole = samples::rtl_record();
  REQUIRE(schema["required"].size() >= 32);
  for (const auto& key : schema["required"]) {
    auto r = whole;
    r.erase(key.get<std::string>());
    CHECK(violated_key(r) == std::string("/").append(key.get<std::string>()));
  }
}

TEST_CASE("Keys the schema does not know are refused at every level", "[records]") {
  CHECK(violated_key(changed([](json& r) { r["cylces"] = 1; })) == "/cylces");
  CHECK(violated_key(changed([](json& r) { r["check"]["top5"] = 1; })) == "/check/top5");
  CHECK(violated_key(changed([](json& r) { r["layers"][3]["clocks"] = 1; })) == "/layers/3/clocks");
  CHECK(violated_key(changed([](json& r) { r["energy"]["terms"][2]["pj"] = 1; })) == "/energy/terms/2/pj");
}

TEST_CASE("Values outside their type or range are refused and the key is named", "[records]") {
  struct Violation {
    const char* pointer;
    json value;
  };
  const std::vector<Violation> violations{{"/schema_version", 2},
                                          {"/model", ""},
                                          {"/model_sha256", "abc"},
                                          {"/target", 16},
                                          {"/ruler", "RTL"},
                                          {"/fidelity", "simulated"},
                                          {"/batch", 0},
                                          {"/batch", 1.5},
                                          {"/seed", -1},
                                          {"/valid", "yes"},
                                          {"/why", "because"},
                                          {"/why/board", ""},
                                          {"/cycles", 0},
                                          {"/cycles", "many"},
                                          {"/clock_hz", 0},
                                          {"/clock_source", "guess"},
                                          {"/latency_s", -1.0},
                                          {"/energy_source", "guessed"},
                                          {"/power_scope", "rack"},
                                          {"/scenario", ""},
                                          {"/mac_utilisation", -0.1},
                                          {"/placement/macs_on_npu", 1.01},
                                          {"/check/samples", -1},
                                          {"/check/top1", 97.8},
                                          {"/sim/array_body", "fast"},
                                          {"/activity/cycles", 1.5},
                                          {"/layers/0/bound_by", "luck"},
                                          {"/layers/0/macs", -1},
                                          {"/energy/terms/0/status", "good"},
                                          {"/environment/created", "yesterday"},
                                          {"/peak/ops_per_s", 0},
                                          {"/power_w", std::nan("")},
                                          {"/energy_j", INFINITY}};
  for (const auto& [pointer, value] : violations) {
    auto r = samples::rtl_record();
    r[json::json_pointer(pointer)] = value;
    INFO(pointer << " = " << value.dump());
    CHECK(violated_key(r) == pointer);
  }
  auto cpu = samples::cpu_record();
  cpu["percentiles"]["median"] = 1;
  CHECK(violated_key(cpu) == "/percentiles/median");
}

TEST_CASE("Every null needs its reason and every reason its null", "[records]") {
  CHECK(violated_key(changed([](json& r) { r["why"].erase("board"); })) == "/board");
  CHECK(violated_key(changed([](json& r) { r["layers"][2]["energy_j"] = nullptr; })) == "/layers/energy_j");
  CHECK(violated_key(changed([](json& r) {
          r["layers"][2]["energy_j"] = nullptr;
          r["why"]["layers.energy_j"] = "no counters a layer";
        })).empty());
  CHECK(violated_key(changed([](json& r) { r["why"]["cycles"] = "not counted"; })) == "/why/cycles");
  auto cpu = samples::cpu_record();
  cpu["why"].erase("time.transfer_s");
  CHECK(violated_key(cpu) == "/time/transfer_s");
  cpu["why"]["time"] = "a reason for the object serves its members";
  CHECK(violated_key(cpu).empty());
}

TEST_CASE("A record says why it is not valid and only then", "[records]") {
  CHECK(violated_key(changed([](json& r) { r["valid"] = false; })) == "/why/valid");
  CHECK(violated_key(changed([](json& r) { r["why"]["valid"] = "fine"; })) == "/why/valid");
}

TEST_CASE("A figure without its source or scope is refused", "[records]") {
  const auto without = [](const char* key) {
    return changed([key](json& r) {
      r[key] = nullptr;
      r["why"][key] = "left out";
    });
  };
  CHECK(violated_key(without("energy_source")) == "/energy_source");
  CHECK(violated_key(without("power_scope")) == "/power_scope");
  CHECK(violated_key(without("clock_source")) == "/clock_source");
  CHECK(violated_key(without("clock_hz")) == "/clock_hz");
  CHECK(violated_key(changed([](json& r) { r["fidelity"] = "published"; })) == "/source");
}

TEST_CASE("A simulated record has no sensed energy and its latency is its cycles", "[records]") {
  CHECK(violated_key(changed([](json& r) { r["energy_source"] = "sensed"; })) == "/energy_source");
  CHECK(violated_key(changed([](json& r) { r["latency_s"] = r["latency_s"].get<double>() * 1.01; })) == "/latency_s");
}
