// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include <vernier/published/published.hpp>

namespace vernier::published {
namespace {

using nlohmann::json;

std::string lower(std::string text) {
  for (auto& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

/// "p90" of a latency metric such as early_stopping_p90_latency.
std::string percentile_in(const std::string& metric) {
  const auto at = metric.find("p9");
  return at == std::string::npos ? "" : metric.substr(at, metric.find('_', at) - at);
}

}  // namespace

std::optional<json> record_of(const Entry& e, const std::string& model, const std::string& version, const std::string& created) {
  const bool rate = is_rate(e) && e.unit != "tokens/s";
  const bool latency = e.unit == "ms" && e.metric.find("latency") != std::string::npos;
  if (!rate && !latency) return std::nullopt;
  const std::string unpublished = "not part of the published result";
  json record{{"schema_version", 1}, {"model", model}, {"ruler", "published"}, {"fidelity", "published"}, {"batch", 1}, {"valid", true},
              {"precision", "as submitted"}, {"scenario", lower(e.scenario)}, {"why", json::object()}};
  for (const char* key : {"model_sha256", "target", "board", "memory", "seed", "cycles", "clock_hz", "clock_source", "latency_s", "inferences_per_s",
                          "energy_j", "energy_source", "power_w", "power_scope", "percentiles", "mac_utilisation", "placement", "check", "sim", "time",
                          "activity", "layers"}) {
    record[key] = nullptr;
    record["why"][key] = unpublished;
  }
  const auto set = [&record](const char* key, json value) {
    record[key] = std::move(value);
    record["why"].erase(key);
  };
  if (rate) set("inferences_per_s", e.value);
  if (latency) {
    const auto name = percentile_in(e.metric);
    if (name.empty()) return std::nullopt;
    set("percentiles", {{name, 1e-3 * e.value}});
  }
  if (e.power_w && *e.power_w > 0) {
    set("power_w", *e.power_w);
    set("power_scope", e.category == "tiny" ? "board" : "wall");
    set("energy_source", "published");
    if (rate && e.value > 0) set("energy_j", *e.power_w / e.value);
  }
  record["source"] = fmt::format("MLPerf {} {}, {}; {}: {}", e.round, e.division, e.submitter, e.metric, e.source);
  record["environment"] = {{"vernier", version},       {"created", created},         {"round", e.round},        {"division", e.division},
                           {"submitter", e.submitter}, {"system", e.system},         {"accelerator", e.accelerator}, {"accelerators", e.accelerators},
                           {"availability", e.availability}, {"published_model", e.model}, {"metric", e.metric}};
  return record;
}

}  // namespace vernier::published
