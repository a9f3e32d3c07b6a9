// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "cells.hpp"
#include "format.hpp"
#include "tables.hpp"

namespace vernier::render {
namespace {

using nlohmann::json;

constexpr double kOfficialSeconds = 600;

/// How it was read, and on whose clock.
Cell clocked_fidelity_cell(const json& r) {
  auto c = fidelity_cell(r);
  const auto clock = at(r, "/scenario_run/clock");
  if (clock.is_string()) c.note = clock == "virtual" ? "simulated time, not by LoadGen" : "by LoadGen on this machine";
  return c;
}

/// A published result is its submitter's, in its round and division.
Cell standing_cell(const json& r) {
  const auto& e = r["environment"];
  return {fmt::format("MLPerf {} {}", e.value("round", ""), e.value("division", "")), fmt::format("{}, {}", e.value("submitter", ""), e.value("availability", "")), "/source", Tone::kPlain};
}

Cell source_cell(const json& r) {
  const auto source = r["source"].is_string() ? r["source"].get<std::string>() : std::string();
  const auto url = source_url(source);
  if (url.empty()) return {source, "", "/source", Tone::kPlain};
  const auto path = source.substr(source.find_last_of(' ') + 1);
  return {path.substr(0, path.find(':')), path.substr(path.find_last_of('/') + 1), "/source", Tone::kPlain, url};
}

Cell throughput_cell(const json& r) {
  auto c = figure(r, "/inferences_per_s", [](const json& v) { return rate(v.get<double>()); });
  const auto count = at(r, "/environment/accelerators");
  if (c.tone != Tone::kFaint && is_published(r) && count.is_number() && count.get<double>() > 1) {
    c.note = fmt::format("{} an accelerator, {} of them", rate(r["inferences_per_s"].get<double>() / count.get<double>()), count.get<int>());
  }
  const auto bound = at(r, "/scenario_run/target_latency_s");
  if (bound.is_number()) c.note = fmt::format("p{:g} at most {}", at(r, "/scenario_run/target_percentile").get<double>(), si(bound.get<double>(), "s"));
  return c;
}

/// The percentile that the scenario is judged by, median and far tail beside it; the plot of the distribution has them all.
Cell tail_cell(const json& r) {
  if (!r["percentiles"].is_object()) return absent(r, "/percentiles");
  const bool stream = r["scenario"] == "singlestream";
  const auto wanted = std::string(stream ? "p90" : "p99");
  const auto& all = r["percentiles"];
  const auto name = all.contains(wanted) ? wanted : all.begin().key();
  Cell c{fmt::format("{} {}", name, si(all[name].get<double>(), "s")), "", "/percentiles/" + name, Tone::kPlain};
  for (const auto& [key, value] : all.items()) {
    if (key != name && (key == "p50" || key == "p99.9")) c.note += fmt::format("{}{} {}", c.note.empty() ? "" : ", ", key, si(value.get<double>(), "s"));
  }
  return c;
}

Cell metric_cell(const json& r) {
  const auto metric = at(r, "/scenario_run/metric");
  if (!metric.is_object()) return absent(r, "/scenario_run");
  const double value = metric["value"].get<double>();
  const auto unit = metric["unit"].get<std::string>();
  return {unit == "s" ? si(value, "s") : rate(value), metric["name"].get<std::string>(), "/scenario_run/metric/value", Tone::kPlain};
}

Cell per_joule_cell(const json& r) {
  if (!r["energy_j"].is_number()) return {"\u2013", "", "", Tone::kFaint};  // the columns of energy say why
  return {si(1 / r["energy_j"].get<double>(), "/J"), fmt::format("{}, scope {}", r["energy_source"].get<std::string>(), r["power_scope"].get<std::string>()), "/energy_j", Tone::kPlain};
}

/// How far a model's cycles are from the reference's, beside the figures they make.
Cell parity_cell(Records records, const Experiment& e, const json& r) {
  if (!r["cycles"].is_number() || !r["target"].is_string()) return {"\u2013", "", "", Tone::kFaint};
  for (const auto& g : e.targets) {
    if (g.target != r["target"] || !g.reference) continue;
    const auto& base = records[*g.reference];
    if (base["ruler"] == r["ruler"]) return {"reference", "", "", Tone::kFaint};
    return {signed_percent(r["cycles"].get<double>() / base["cycles"].get<double>() - 1), fmt::format("cycles against {}", base["ruler"].get<std::string>()), "/cycles", Tone::kPlain};
  }
  return {"\u2013", "no reference", "", Tone::kFaint};
}

Cell said(const std::string& value, const std::string& note, const std::string& pointer, Tone tone = Tone::kPlain) { return {value, note, pointer, tone}; }

}  // namespace

Table scenario_table(Records records, const Experiment& e) {
  Table table{"scenario",
              "Scenarios of MLPerf Inference, run here: unverified",
              {"Ruler", "Scenario", "Fidelity", "Result, unverified", "Throughput, unverified", "Latency, unverified", "Energy a sample, estimated", "Energy a sample, sensed", "Samples a joule", "Parity", "Validity"},
              {},
              "Unverified: result not verified by MLCommons Association."};
  for (const auto i : e.scenarios) {
    const auto& r = records[i];
    if (is_published(r)) continue;
    auto name = ruler_cell(r);
    name.value = r["ruler"].get<std::string>();
    name.note = name.note.substr(0, name.note.find(':'));  // the readings say which memory in full
    table.rows.push_back({i,
                          false,
                          {name, said(r["scenario"].get<std::string>(), "", "/scenario"), clocked_fidelity_cell(r), metric_cell(r), throughput_cell(r), tail_cell(r), energy_cell(r, "estimated"),
                           energy_cell(r, "sensed"), per_joule_cell(r), parity_cell(records, e, r), valid_cell(r)}});
  }
  drop_empty_columns(table);
  return table;
}

Table published_table(Records records, const Experiment& e) {
  Table table{"published",
              "Published results of MLPerf Inference",
              {"System", "Scenario", "Standing", "Throughput, published", "Latency, published", "Energy a sample, published", "Samples a joule", "Metric as logged", "Source"},
              {},
              "Published results are their submitters', under the round and division named; power of another scope is no comparison. MLPerf is a trademark of MLCommons Association."};
  for (const auto i : e.scenarios) {
    const auto& r = records[i];
    if (!is_published(r)) continue;
    auto name = ruler_cell(r);
    name.value = name.value.substr(0, name.value.rfind(' '));
    name.note = fmt::format("{} x {}", at(r, "/environment/accelerators").dump(), at(r, "/environment/accelerator").get<std::string>());
    table.rows.push_back({i,
                          false,
                          {name, said(r["scenario"].get<std::string>(), "", "/scenario"), standing_cell(r), throughput_cell(r), tail_cell(r), energy_cell(r, "published"), per_joule_cell(r),
                           said(at(r, "/environment/metric").get<std::string>(), "", "/environment/metric"), source_cell(r)}});
  }
  drop_empty_columns(table);
  return table;
}

Table division_table(Records records, const Experiment& e) {
  Table table{"division",
              "What the closed division would ask",
              {"Ruler", "Scenario", "Weights", "Quantisation", "Retraining, pruning", "Caching", "Load generator", "Shortest run", "Accuracy"},
              {},
              "A list of what was done, against the rules of the closed division: equivalent model, post-training quantisation with the given calibration set, no retraining, no pruning, "
              "no caching, unmodified LoadGen, 600 s. What Vernier cannot know (availability, ECC memory, review) is not here."};
  for (const auto i : e.scenarios) {
    const auto& r = records[i];
    if (is_published(r) || !at(r, "/scenario_run").is_object()) continue;
    const auto& env = r["environment"];
    const auto& run = r["scenario_run"];
    const bool real = run["clock"] == "real";
    const bool long_enough = run["min_duration_s"].get<double>() >= kOfficialSeconds;
    const auto top1 = at(r, "/check/top1");
    table.rows.push_back(
        {i,
         false,
         {said(r["ruler"].get<std::string>(), "", "/ruler"), said(r["scenario"].get<std::string>(), "", "/scenario"),
          env.contains("weights") ? said("\u2717 seeded", env["weights"].get<std::string>(), "/environment/weights", Tone::kBad) : said("as in the file", "by its SHA-256", "/model_sha256"),
          env.contains("quantised_after_training") ? said(r["precision"].get<std::string>(), "after training: " + env["quantised_after_training"].get<std::string>(), "/environment/quantised_after_training")
                                                   : said(r["precision"].get<std::string>(), "as in the file", "/precision"),
          said("none here", "the file's own history is unknown", "/model"),
          real ? said("none", "every sample is computed", "/scenario_run/clock", Tone::kGood) : said("service time", "read once, stands for every sample", "/scenario_run/service"),
          real ? said("\u2713 LoadGen, unmodified", "", "/scenario_run/generator", Tone::kGood) : said("\u2717 virtual time", "same rules, not LoadGen", "/scenario_run/generator", Tone::kBad),
          said((long_enough ? "\u2713 " : "\u2717 ") + si(run["min_duration_s"].get<double>(), "s"), "", "/scenario_run/min_duration_s", long_enough ? Tone::kGood : Tone::kBad),
          top1.is_number() ? said(percent(top1.get<double>(), 2), "", "/check/top1") : absent(r, "/check/top1")}});
  }
  return table;
}

}  // namespace vernier::render
