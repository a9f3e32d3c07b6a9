// SPDX-License-Identifier: Apache-2.0
#include "tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "cells.hpp"
#include "format.hpp"

namespace vernier::render {
namespace {

using nlohmann::json;

Cell latency_cell(const json& record) {
  auto c = seconds(record, "/latency_s");
  if (record["cycles"].is_number()) {
    c.note = fmt::format("{} cycles, {} {}", grouped(record["cycles"].get<std::int64_t>()),
                         si(record["clock_hz"].get<double>(), "Hz"), record["clock_source"].get<std::string>());
  } else if (record["percentiles"].is_object()) {
    for (const auto& [name, value] : record["percentiles"].items()) {
      c.note += fmt::format("{}{} {}", c.note.empty() ? "" : ", ", name, si(value.get<double>(), "s"));
    }
  }
  return c;
}

Cell accuracy_cell(const json& record) {
  auto c = share(record, "/check/top1");
  const auto reference = at(record, "/check/top1_reference");
  if (c.tone != Tone::kFaint && reference.is_number()) {
    c.note = fmt::format("reference {}; {} inputs", percent(reference.get<double>()),
                         grouped(record["check"]["samples"].get<std::int64_t>()));
  }
  return c;
}

Cell check_cell(const json& record) {
  if (record["check"].is_null()) return absent(record, "/check");
  const auto& check = record["check"];
  Cell c{"\u2013", "", "/check", Tone::kFaint};
  if (check["bit_exact"].is_boolean()) {
    const bool exact = check["bit_exact"].get<bool>();
    c = {exact ? "\u2713 bit-exact" : "\u2717 bits differ", "", "/check/bit_exact", exact ? Tone::kGood : Tone::kBad};
  } else {
    c.note = reason_of(record, "check.bit_exact");
  }
  if (check["max_lsb"].is_number()) {
    c.note = fmt::format("{:g} LSB from the reference", check["max_lsb"].get<double>());
  }
  return c;
}

Cell placement_cell(const json& record) {
  auto c = share(record, "/placement/macs_on_npu");
  if (record["placement"].is_object()) {
    const auto& p = record["placement"];
    c.note = fmt::format("{} operators there, {} on the host", p["npu"].get<int>(), p["host"].get<int>());
  }
  return c;
}

Table per_record(const char* id, const char* caption, std::vector<std::string> columns, Records records,
                 const Experiment& experiment, std::vector<Cell> (*cells)(const json&)) {
  Table table{id, caption, std::move(columns), {}, ""};
  for (const auto i : experiment.records) table.rows.push_back({i, false, cells(records[i])});
  drop_empty_columns(table);
  return table;
}

Cell change_cell(double value, double reference, const char* pointer) {
  const double change = value / reference - 1;
  return {signed_percent(change), ratio(value / reference), pointer, Tone::kPlain};
}

Cell worst_layer_cell(const json& record, const json& reference) {
  const auto all = deviations(record, reference);
  if (all.empty()) return {"\u2013", "no layers in common", "", Tone::kFaint};
  const auto less = [](const LayerDeviation& a, const LayerDeviation& b) {
    return std::abs(a.share) < std::abs(b.share);
  };
  const auto& worst = *std::max_element(all.begin(), all.end(), less);
  if (worst.share == 0) return {"0 %", fmt::format("equal in all {} layers", all.size()), "/layers", Tone::kPlain};
  double mean = 0;
  for (const auto& d : all) mean += std::abs(d.share) / static_cast<double>(all.size());
  return {signed_percent(worst.share),
          fmt::format("{}; mean {} over {} layers", worst.layer, percent(mean, 2), all.size()), "/layers",
          Tone::kPlain};
}

Row difference_row(Records records, std::size_t i, std::size_t reference) {
  const auto& r = records[i];
  const auto& base = records[reference];
  auto name = ruler_cell(r);
  if (!r["valid"].get<bool>()) name = {name.value, "\u2717 not valid", "/why/valid", Tone::kBad};
  Row row{i,
          i == reference,
          {name, fidelity_cell(r), figure(r, "/cycles", [](const json& v) { return grouped(v.get<std::int64_t>()); })}};
  const bool both_cycles = r["cycles"].is_number() && base["cycles"].is_number();
  const bool both_times = r["latency_s"].is_number() && base["latency_s"].is_number();
  const Cell itself{"reference", "", "", Tone::kFaint};
  if (i == reference) {
    row.cells.insert(row.cells.end(), {itself, seconds(r, "/latency_s"), itself, itself, itself});
    return row;
  }
  row.cells.push_back(both_cycles ? change_cell(r["cycles"].get<double>(), base["cycles"].get<double>(), "/cycles")
                                  : absent(r, "/cycles"));
  row.cells.push_back(seconds(r, "/latency_s"));
  row.cells.push_back(both_times
                          ? change_cell(r["latency_s"].get<double>(), base["latency_s"].get<double>(), "/latency_s")
                          : absent(r, "/latency_s"));
  const bool mixed = is_simulated(r) != is_simulated(base);
  row.cells.push_back({mixed             ? "mixed"
                       : is_simulated(r) ? "simulated"
                                         : "measured",
                       mixed ? "a simulated and a measured time" : "", "", Tone::kPlain});
  row.cells.push_back(both_cycles ? worst_layer_cell(r, base) : Cell{"\u2013", "", "", Tone::kFaint});
  return row;
}

}  // namespace

Table headline_table(Records records, const Experiment& experiment) {
  return per_record("headline", "Readings",
                    {"Ruler", "Fidelity", "Latency", "Throughput", "Energy, estimated", "Energy, sensed",
                     "Energy, published", "Array utilisation", "Top-1", "Check", "MACs on NPU", "Validity"},
                    records, experiment, [](const json& r) {
                      const auto throughput =
                          figure(r, "/inferences_per_s", [](const json& v) { return rate(v.get<double>()); });
                      return std::vector<Cell>{ruler_cell(r),
                                               fidelity_cell(r),
                                               latency_cell(r),
                                               throughput,
                                               energy_cell(r, "estimated"),
                                               energy_cell(r, "sensed"),
                                               energy_cell(r, "published"),
                                               share(r, "/mac_utilisation"),
                                               accuracy_cell(r),
                                               check_cell(r),
                                               placement_cell(r),
                                               valid_cell(r)};
                    });
}

Table time_table(Records records, const Experiment& experiment) {
  auto table = per_record("time", "Where the time of one run goes",
                          {"Ruler", "Fidelity", "Kernel", "Transfer", "Host operators", "Harness"}, records, experiment,
                          [](const json& r) {
                            return std::vector<Cell>{ruler_cell(r),
                                                     fidelity_cell(r),
                                                     seconds(r, "/time/kernel_s"),
                                                     seconds(r, "/time/transfer_s"),
                                                     seconds(r, "/time/host_s"),
                                                     seconds(r, "/time/harness_s")};
                          });
  table.footnote = "Columns are not summed: simulated kernel time and measured host time are different kinds of time.";
  return table;
}

Table simulation_table(Records records, const Experiment& experiment) {
  auto table = per_record(
      "simulation", "What the simulation cost", {"Ruler", "Fidelity", "Host time", "Speed", "Memory", "Array body"},
      records, experiment, [](const json& r) {
        return std::vector<Cell>{
            ruler_cell(r),
            fidelity_cell(r),
            seconds(r, "/sim/wall_s"),
            figure(r, "/sim/cycles_per_s", [](const json& v) { return si(v.get<double>(), "cycles/s"); }),
            figure(r, "/sim/peak_rss_bytes", [](const json& v) { return si(v.get<double>(), "B"); }),
            figure(r, "/sim/array_body", [](const json& v) { return v.get<std::string>(); })};
      });
  std::erase_if(table.rows, [&](const Row& row) { return records[row.record]["sim"].is_null(); });
  return table;
}

Table difference_table(Records records, const Experiment& experiment, const TargetGroup& group) {
  Table table{"difference",
              "Read against each other",
              {"Ruler", "Fidelity", "Cycles", "\u0394 cycles", "Latency", "\u0394 latency", "Kind of time",
               "Worst layer, \u0394 cycles"},
              {},
              ""};
  if (!group.reference) return table;
  table.rows.push_back(difference_row(records, *group.reference, *group.reference));
  for (const auto i : experiment.records) {
    const auto& r = records[i];
    const bool other_target = r["target"].is_string() && r["target"] != group.target;
    if (i != *group.reference && !other_target) table.rows.push_back(difference_row(records, i, *group.reference));
  }
  drop_empty_columns(table);
  table.footnote = fmt::format(
      "\u0394 is against {} on {}. \u201cMixed\u201d stands beside a ratio of a simulated to a measured time.",
      label_of(records[*group.reference]), group.target);
  return table;
}

Table layer_table(Records records, std::size_t record) {
  Table table{"layers",
              "Layers",
              {"Layer", "Operator", "MACs", "Cycles", "Utilisation", "Bound by", "Energy", "Memory traffic"},
              {},
              ""};
  const auto& r = records[record];
  if (!r["layers"].is_array()) return table;
  for (std::size_t i = 0; i < r["layers"].size(); ++i) {
    const auto at_key = [i](const char* key) { return fmt::format("/layers/{}/{}", i, key); };
    const auto integer = [](const json& v) { return grouped(v.get<std::int64_t>()); };
    const auto text = [](const json& v) { return v.get<std::string>(); };
    table.rows.push_back(
        {record,
         false,
         {figure(r, at_key("name"), text), figure(r, at_key("op"), text), figure(r, at_key("macs"), integer),
          figure(r, at_key("cycles"), integer), share(r, at_key("utilisation")), figure(r, at_key("bound_by"), text),
          figure(r, at_key("energy_j"), [](const json& v) { return si(v.get<double>(), "J"); }),
          figure(r, at_key("dram_bytes"), [](const json& v) { return si(v.get<double>(), "B"); })}});
  }
  return table;
}

Table energy_table(Records records, std::size_t record) {
  Table table{"energy",
              "Energy, term by term",
              {"Unit", "Event", "Class", "Count", "Energy", "Share", "Scope", "Rows"},
              {},
              ""};
  const auto& r = records[record];
  if (!r.contains("energy") || r["energy"].is_null()) return table;
  const auto& terms = r["energy"]["terms"];
  double total = 0;
  for (const auto& t : terms) total += t["energy_j"].get<double>();
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const auto& t = terms[i];
    const auto pointer = fmt::format("/energy/terms/{}", i);
    const auto cell = [&](const std::string& text) { return Cell{text, "", pointer, Tone::kPlain}; };
    table.rows.push_back(
        {record,
         false,
         {cell(t["unit"]), cell(t["event"]), cell(t["class"]), cell(si(t["count"].get<double>(), "")),
          cell(si(t["energy_j"].get<double>(), "J")),
          cell(percent(total > 0 ? t["energy_j"].get<double>() / total : 0)), cell(t["scope"]), cell(t["status"])}});
  }
  table.footnote = provenance_of(r["energy"]);
  return table;
}

Table environment_table(Records records, const Experiment& experiment) {
  Table table{"environment", "Environment", {"Ruler", "Fidelity"}, {}, ""};
  std::vector<std::string> keys;
  for (const auto i : experiment.records) {
    for (const auto& [key, value] : records[i]["environment"].items()) {
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
    }
  }
  table.columns.insert(table.columns.end(), keys.begin(), keys.end());
  for (const auto i : experiment.records) {
    Row row{i, false, {ruler_cell(records[i]), fidelity_cell(records[i])}};
    for (const auto& key : keys) {
      const auto pointer = json::json_pointer("/environment") / key;
      const auto value = at(records[i], pointer.to_string());
      row.cells.push_back(value.is_null() ? Cell{"\u2013", "not recorded", "", Tone::kFaint}
                                          : Cell{value.is_string() ? value.get<std::string>() : value.dump(), "",
                                                 pointer.to_string(), Tone::kPlain});
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::string provenance_of(const json& energy) {
  std::map<std::string, double> by_status;
  double total = 0;
  for (const auto& t : energy["terms"]) {
    by_status[t["status"].get<std::string>()] += t["energy_j"].get<double>();
    total += t["energy_j"].get<double>();
  }
  if (total <= 0) return "";
  std::string parts;
  for (const char* status : {"verified", "fitted", "unverified", "uncalibrated"}) {
    if (by_status[status] > 0)
      parts += fmt::format("{}{} {}", parts.empty() ? "" : ", ", percent(by_status[status] / total, 0), status);
  }
  return fmt::format("Table {}, scope {}. The sum rests on rows that are: {}.", energy["table"].get<std::string>(),
                     energy["scope"].get<std::string>(), parts);
}

}  // namespace vernier::render
