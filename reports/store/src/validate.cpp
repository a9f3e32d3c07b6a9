// SPDX-License-Identifier: Apache-2.0
#include <vernier/store/validate.hpp>

#include <fmt/format.h>
#include <store_resources.hpp>
#include <vernier/core/assert.hpp>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "json_schema.hpp"

namespace vernier::store {
namespace {

using nlohmann::json;

const JsonSchema& schema() {
  static const auto parsed = JsonSchema::parse(resources::record_schema());
  VERNIER_ASSERT(parsed.has_value(), "reports/schema/record.schema.json uses what the checker does not know");
  return *parsed;
}

/// Dotted paths of all nulls; list indices are left out, so one reason serves all elements.
void collect_nulls(const json& value, const std::string& path, std::set<std::string>& out) {
  if (value.is_null()) {
    out.insert(path);
  } else if (value.is_object()) {
    for (const auto& [key, inner] : value.items()) collect_nulls(inner, path.empty() ? key : path + "." + key, out);
  } else if (value.is_array()) {
    for (const auto& inner : value) collect_nulls(inner, path, out);
  }
}

bool reason_given(const json& why, std::string path) {
  while (true) {
    if (why.contains(path)) return true;
    const auto dot = path.rfind('.');
    if (dot == std::string::npos) return false;
    path.resize(dot);
  }
}

std::string pointer(std::string path) {
  for (auto& c : path) c = c == '.' ? '/' : c;
  return "/" + path;
}

Result<void> check_reasons(const json& record) {
  const auto& why = record["why"];
  std::set<std::string> nulls;
  collect_nulls(record, "", nulls);
  for (const auto& path : nulls) {
    if (!reason_given(why, path))
      return fail(ErrorCode::kInvalidInput, "is null and `why` has no reason for it", pointer(path));
  }
  for (const auto& [path, reason] : why.items()) {
    const bool used = std::any_of(nulls.begin(), nulls.end(),
                                  [&p = path](const std::string& n) { return n == p || n.starts_with(p + "."); });
    if (!used && path != "valid")
      return fail(ErrorCode::kInvalidInput, "gives a reason for something that is not null", "/why/" + path);
  }
  const bool valid = record["valid"].get<bool>();
  if (valid == why.contains("valid")) {
    return fail(ErrorCode::kInvalidInput,
                valid ? "is given for a valid record" : "has no reason for a record that is not valid", "/why/valid");
  }
  return {};
}

Result<void> come_together(const json& record, const char* figure, const char* source) {
  if (record[figure].is_null() || !record[source].is_null()) return {};
  return fail(ErrorCode::kInvalidInput, fmt::format("is null although {} is not", figure), fmt::format("/{}", source));
}

Result<void> check_meaning(const json& record) {
  for (const auto& [figure, source] : {std::pair{"energy_j", "energy_source"},
                                       {"energy_j", "power_scope"},
                                       {"power_w", "energy_source"},
                                       {"power_w", "power_scope"},
                                       {"clock_hz", "clock_source"},
                                       {"cycles", "clock_hz"}}) {
    if (auto r = come_together(record, figure, source); !r) return r;
  }
  const auto fidelity = record["fidelity"].get<std::string>();
  const bool simulated = fidelity == "rtl" || fidelity == "systemc" || fidelity == "analytic";
  if (fidelity != "measured" && record["energy_source"] == "sensed") {
    return fail(ErrorCode::kInvalidInput, fmt::format("is sensed in a record of fidelity {}", fidelity),
                "/energy_source");
  }
  if (fidelity == "published" && !record.value("source", json()).is_string()) {
    return fail(ErrorCode::kInvalidInput, "is missing in a published record", "/source");
  }
  if (simulated && record["cycles"].is_number() && record["latency_s"].is_number()) {
    const double expected = record["cycles"].get<double>() / record["clock_hz"].get<double>();
    if (std::abs(record["latency_s"].get<double>() - expected) > 1e-3 * expected) {
      return fail(ErrorCode::kInvalidInput,
                  fmt::format("is {}, but cycles / clock_hz is {}", record["latency_s"].get<double>(), expected),
                  "/latency_s");
    }
  }
  return {};
}

}  // namespace

std::string_view record_schema() { return resources::record_schema(); }

Result<void> validate(const json& record) {
  if (auto r = schema().check(record); !r) return r;
  if (auto r = check_reasons(record); !r) return r;
  return check_meaning(record);
}

}  // namespace vernier::store
