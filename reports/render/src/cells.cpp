// SPDX-License-Identifier: Apache-2.0
#include "cells.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "format.hpp"

namespace vernier::render {
namespace {

using nlohmann::json;

std::string dotted(const std::string& pointer) {
  auto path = pointer.substr(1);
  std::replace(path.begin(), path.end(), '/', '.');
  return path;
}

}  // namespace

Cell absent(const json& record, const std::string& pointer) {
  return {"\u2013", reason_of(record, dotted(pointer)), pointer, Tone::kFaint};
}

json at(const json& record, const std::string& pointer) {
  const json::json_pointer p(pointer);
  return record.contains(p) ? record[p] : json();
}

Cell seconds(const json& record, const std::string& pointer) {
  return figure(record, pointer, [](const json& v) { return si(v.get<double>(), "s"); });
}

Cell share(const json& record, const std::string& pointer) {
  return figure(record, pointer, [](const json& v) { return percent(v.get<double>()); });
}

Cell ruler_cell(const json& record) {
  Cell c{label_of(record), "", "/ruler", Tone::kPlain};
  if (record["target"].is_string()) c.note = record["target"].get<std::string>();
  if (record["memory"].is_string()) c.note += (c.note.empty() ? "" : ", ") + record["memory"].get<std::string>();
  return c;
}

Cell fidelity_cell(const json& record) {
  return {record["fidelity"].get<std::string>(), "", "/fidelity", Tone::kPlain};
}

Cell energy_cell(const json& record, const char* source) {
  if (record["energy_j"].is_null()) return absent(record, "/energy_j");
  if (record["energy_source"] != source) return {"\u2013", "", "", Tone::kFaint};
  Cell c{si(record["energy_j"].get<double>(), "J"), record["power_scope"].get<std::string>(), "/energy_j",
         Tone::kPlain};
  if (record["power_w"].is_number()) c.note = si(record["power_w"].get<double>(), "W") + ", " + c.note;
  const auto weakest = at(record, "/energy/weakest_row");
  if (weakest.is_string() && weakest != "verified") c.note += fmt::format(", in part {}", weakest.get<std::string>());
  return c;
}

Cell valid_cell(const json& record) {
  if (record["valid"].get<bool>()) return {"\u2713 valid", "", "/valid", Tone::kGood};
  return {"\u2717 not valid", reason_of(record, "valid"), "/why/valid", Tone::kBad};
}

}  // namespace vernier::render
