// SPDX-License-Identifier: Apache-2.0
#include "experiment.hpp"

#include <fmt/format.h>
#include <vernier/store/validate.hpp>

#include <algorithm>
#include <map>

namespace vernier::render {
namespace {

using nlohmann::json;

/// Smaller is better; records without cycles are no reference.
int rank(const json& record) {
  if (record["cycles"].is_null() || !record["valid"].get<bool>()) return 99;
  const auto fidelity = record["fidelity"].get<std::string>();
  if (fidelity == "rtl") return record["sim"].is_object() && record["sim"]["array_body"] == "gen" ? 0 : 1;
  if (fidelity == "measured") return 2;
  if (fidelity == "systemc") return 3;
  return fidelity == "analytic" ? 4 : 5;
}

/// Adds a record to its target's group, and makes it the reference where it is the best so far.
void place(Records records, std::size_t i, std::vector<TargetGroup>& targets) {
  const auto& r = records[i];
  if (r["target"].is_null()) return;
  const auto target = r["target"].get<std::string>();
  auto g = std::find_if(targets.begin(), targets.end(), [&](const TargetGroup& x) { return x.target == target; });
  if (g == targets.end()) g = targets.insert(targets.end(), TargetGroup{target, {}, std::nullopt});
  g->records.push_back(i);
  if (rank(r) < (g->reference ? rank(records[*g->reference]) : 99)) g->reference = i;
}

}  // namespace

Result<void> validate_all(Records records) {
  if (records.empty()) return fail(ErrorCode::kInvalidInput, "there is no record to report", "records");
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (auto r = store::validate(records[i]); !r) {
      return fail(r.error().code, r.error().what, fmt::format("record {}: {}", i + 1, r.error().where));
    }
  }
  return {};
}

std::vector<Experiment> experiments_of(Records records) {
  std::vector<Experiment> all;
  const auto same_file = [](const json& a, const json& b) { return a.is_null() || b.is_null() || a == b; };  // published: unknown
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto& r = records[i];
    const auto model = r["model"].get<std::string>();
    const auto batch = r["batch"].get<std::int64_t>();
    auto e = std::find_if(all.begin(), all.end(), [&](const Experiment& x) {
      const auto& first = records[x.records.empty() ? x.scenarios.front() : x.records.front()];
      return x.model == model && x.batch == batch && same_file(first["model_sha256"], r["model_sha256"]);
    });
    if (e == all.end()) e = all.insert(all.end(), Experiment{model, batch, {}, {}, {}});
    (r["scenario"] == "single" ? e->records : e->scenarios).push_back(i);
  }
  for (auto& e : all) {
    if (e.records.empty()) e.records = e.scenarios;
    for (const auto i : e.records) place(records, i, e.targets);
  }
  return all;
}

std::string label_of(const json& record) {
  // what a ruler of devices ran on says more than its name: OpenCL on a CPU is no GPU
  auto label = record["environment"].value("device_title", record["ruler"].get<std::string>());
  if (is_published(record)) label = record["environment"].value("system", label);
  if (record["board"].is_string()) label.append(" ").append(record["board"].get<std::string>());
  if (record["scenario"] != "single") label.append(" ").append(record["scenario"].get<std::string>());
  return label;
}

bool is_published(const json& record) { return record["fidelity"] == "published"; }

bool is_simulated(const json& record) { return record["fidelity"] != "measured" && record["fidelity"] != "published"; }

std::string reason_of(const json& record, std::string path) {
  const auto& why = record["why"];
  while (true) {
    if (const auto r = why.find(path); r != why.end()) return r->get<std::string>();
    const auto dot = path.rfind('.');
    if (dot == std::string::npos) return "";
    path.resize(dot);
  }
}

std::vector<LayerDeviation> deviations(const json& record, const json& reference) {
  std::vector<LayerDeviation> out;
  if (!record["layers"].is_array() || !reference["layers"].is_array()) return out;
  std::map<std::string, double> mine;
  for (const auto& l : record["layers"]) {
    if (l["cycles"].is_number()) mine[l["name"].get<std::string>()] = l["cycles"].get<double>();
  }
  for (const auto& l : reference["layers"]) {
    const auto m = mine.find(l["name"].get<std::string>());
    if (m == mine.end() || !l["cycles"].is_number() || l["cycles"].get<double>() <= 0) continue;
    out.push_back({m->first, m->second / l["cycles"].get<double>() - 1});
  }
  return out;
}

}  // namespace vernier::render
