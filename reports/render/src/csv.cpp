// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <vernier/render/report.hpp>
#include <vernier/store/record_file.hpp>

#include <array>

#include "experiment.hpp"
#include "format.hpp"

namespace vernier::render {
namespace {

using nlohmann::json;

constexpr std::array kColumns{"/model",
                              "/model_sha256",
                              "/target",
                              "/board",
                              "/ruler",
                              "/fidelity",
                              "/memory",
                              "/batch",
                              "/seed",
                              "/scenario",
                              "/precision",
                              "/valid",
                              "/cycles",
                              "/clock_hz",
                              "/clock_source",
                              "/latency_s",
                              "/inferences_per_s",
                              "/energy_j",
                              "/energy_source",
                              "/power_w",
                              "/power_scope",
                              "/percentiles/p50",
                              "/percentiles/p90",
                              "/percentiles/p99",
                              "/percentiles/p99.9",
                              "/scenario_run/standing",
                              "/scenario_run/mode",
                              "/scenario_run/metric/name",
                              "/scenario_run/metric/value",
                              "/scenario_run/metric/unit",
                              "/scenario_run/target/qps",
                              "/scenario_run/min_duration_s",
                              "/scenario_run/queries",
                              "/source",
                              "/mac_utilisation",
                              "/placement/npu",
                              "/placement/host",
                              "/placement/macs_on_npu",
                              "/check/bit_exact",
                              "/check/max_lsb",
                              "/check/differing_share",
                              "/check/samples",
                              "/check/top1",
                              "/check/top1_reference",
                              "/time/kernel_s",
                              "/time/transfer_s",
                              "/time/host_s",
                              "/time/harness_s",
                              "/sim/wall_s",
                              "/sim/cycles_per_s",
                              "/sim/peak_rss_bytes",
                              "/sim/array_body",
                              "/environment/vernier",
                              "/environment/created"};
constexpr std::array kLayerColumns{"name", "op", "macs", "cycles", "utilisation", "bound_by", "energy_j", "dram_bytes"};

/// Null is an empty field: what is absent is not 0.
std::string field(const json& value) {
  if (value.is_null()) return "";
  return csv(value.is_string() ? value.get<std::string>() : value.dump());
}

std::string dotted(std::string_view pointer) {
  std::string name(pointer.substr(1));
  for (auto& c : name) c = c == '/' ? '.' : c;
  return name;
}

}  // namespace

Result<std::string> render_csv(std::span<const json> records) {
  if (auto r = validate_all(records); !r) return forward_error(r);
  std::string out = "record";
  for (const auto* column : kColumns) out.append(",").append(dotted(column));
  out += ",why\n";
  for (const auto& record : records) {
    out += store::record_id(record);
    for (const auto* column : kColumns) {
      const json::json_pointer pointer(column);
      out.append(",").append(record.contains(pointer) ? field(record[pointer]) : std::string());
    }
    out.append(",").append(csv(reason_of(record, "valid"))).append("\n");
  }
  return out;
}

Result<std::string> render_layers_csv(std::span<const json> records) {
  if (auto r = validate_all(records); !r) return forward_error(r);
  std::string out = "record,model,target,ruler,fidelity,index";
  for (const auto* column : kLayerColumns) out += fmt::format(",{}", column);
  out += "\n";
  for (const auto& record : records) {
    if (record["layers"].is_null()) continue;
    std::size_t index = 0;
    for (const auto& layer : record["layers"]) {
      out += store::record_id(record);
      for (const char* key : {"model", "target", "ruler", "fidelity"}) out.append(",").append(field(record[key]));
      out += fmt::format(",{}", index++);
      for (const auto* column : kLayerColumns) out.append(",").append(field(layer[column]));
      out += "\n";
    }
  }
  return out;
}

}  // namespace vernier::render
