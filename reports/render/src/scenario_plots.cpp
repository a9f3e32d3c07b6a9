// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <vernier/store/record_file.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

#include "cells.hpp"
#include "format.hpp"
#include "plot_parts.hpp"
#include "plots.hpp"

namespace vernier::render {
namespace {

using nlohmann::json;

constexpr std::array kColours{"#3b7dd8", "#e08a1e", "#1fa187", "#b65fcf", "#d1495b", "#7a8594", "#5f7f2b", "#9c5b2e"};

json colours(std::size_t n) {
  json range = json::array();
  for (std::size_t i = 0; i < n; ++i) range.push_back(kColours[i % kColours.size()]);
  return range;
}

std::string series_of(const json& r) { return fmt::format("{} ({})", r["ruler"].get<std::string>(), r["fidelity"].get<std::string>()); }

void add_once(std::vector<std::string>& names, const std::string& name) {
  if (std::ranges::find(names, name) == names.end()) names.push_back(name);
}

/// Every ruler with a scenario, so that a colour means the same in all plots of them.
std::vector<std::string> all_series(Records records, const Experiment& e) {
  std::vector<std::string> names;
  for (const auto i : e.scenarios) {
    if (!is_published(records[i])) add_once(names, series_of(records[i]));
  }
  return names;
}

json legend(const std::vector<std::string>& used) { return {{"orient", "top"}, {"labelLimit", 260}, {"values", used}}; }

json colour_by_series(const std::vector<std::string>& all, const std::vector<std::string>& used) {
  return {{"field", "series"}, {"type", "nominal"}, {"title", nullptr}, {"scale", {{"domain", all}, {"range", colours(all.size())}}}, {"legend", legend(used)}};
}

/// Rulers that agree lie on one another: the first is drawn solid, later ones in shorter and shorter dashes that let it through.
json dash_by_series(const std::vector<std::string>& all, const std::vector<std::string>& used) {
  constexpr std::size_t kGap = 6, kLongest = 18;
  json range = json::array({{1, 0}});
  for (std::size_t i = 1; i < all.size(); ++i) range.push_back({std::max(kGap / 2, kLongest / i), kGap});
  return {{"field", "series"}, {"type", "nominal"}, {"scale", {{"domain", all}, {"range", range}}}, {"title", nullptr}, {"legend", legend(used)}};
}

json log_seconds(const char* field, const char* title) {
  return {{"field", field}, {"type", "quantitative"}, {"title", title}, {"scale", {{"type", "log"}}}, {"axis", {{"tickCount", 6}, {"format", "~s"}}}};
}

}  // namespace

std::optional<Plot> distribution_plot(Records records, const Experiment& e) {
  json rows = json::array();
  std::vector<std::string> series;
  std::set<std::string> scenarios;
  for (const auto i : e.scenarios) {
    const auto& r = records[i];
    const auto points = at(r, "/scenario_run/distribution");
    if (!points.is_array()) continue;
    for (const auto& p : points) {
      if (p["latency_s"].get<double>() <= 0) continue;
      rows.push_back({{"record", store::record_id(r)}, {"series", series_of(r)}, {"scenario", r["scenario"]}, {"latency", p["latency_s"]}, {"share", p["share"]}, {"shown", si(p["latency_s"].get<double>(), "s")}});
    }
    add_once(series, series_of(r));
    scenarios.insert(r["scenario"].get<std::string>());
  }
  if (rows.empty()) return std::nullopt;
  Plot plot{"Distribution of the latency of a query", "", {}, "Simulated and measured latencies stand side by side; they are not added or averaged."};
  plot.alt = fmt::format("Share of queries against latency, one curve a ruler: {} curves in {} scenarios; the table of scenarios has their percentiles.", series.size(), scenarios.size());
  plot.spec = {{"$schema", kVegaLite},
               {"data", values(rows)},
               {"facet", {{"column", {{"field", "scenario"}, {"type", "nominal"}, {"title", nullptr}, {"header", {{"labelColor", {{"expr", "ink"}}}}}}}}},
               {"spec",
                {{"width", 280},
                 {"height", 220},
                 {"mark", {{"type", "line"}, {"interpolate", "step-after"}, {"point", {{"size", 40}, {"opacity", 0}}}}},
                 {"encoding",
                  {{"x", log_seconds("latency", "latency [s]")},
                   {"y", {{"field", "share"}, {"type", "quantitative"}, {"title", "share of queries"}, {"axis", {{"format", "%"}}}}},
                   {"color", colour_by_series(all_series(records, e), series)},
                   {"strokeDash", dash_by_series(all_series(records, e), series)},
                   {"tooltip", tooltip({{"series", "ruler"}, {"share", "share"}, {"shown", "latency"}})}}}}},
               {"resolve", {{"scale", {{"x", "independent"}}}}}};
  return plot;
}

std::optional<Plot> load_plot(Records records, const Experiment& e) {
  json rows = json::array(), bounds = json::array();
  std::vector<std::string> series;
  for (const auto i : e.scenarios) {
    const auto& r = records[i];
    const auto curve = at(r, "/scenario_run/curve");
    if (!curve.is_array()) continue;
    for (const auto& p : curve) {
      for (const auto& [key, name] : {std::pair{"p50_s", "p50"}, {"p99_s", "p99"}}) {
        rows.push_back({{"record", store::record_id(r)}, {"series", series_of(r)}, {"percentile", name}, {"rate", p["completed_qps"]}, {"latency", p[key]}, {"shown", si(p[key].get<double>(), "s")}, {"bound", p["meets_bound"].get<bool>() ? "met" : "missed"}});
      }
    }
    if (const auto bound = at(r, "/scenario_run/target_latency_s"); bound.is_number()) bounds.push_back({{"record", store::record_id(r)}, {"latency", bound}});
    add_once(series, series_of(r));
  }
  if (rows.empty()) return std::nullopt;
  Plot plot{"Server: latency over load", "", {}, "Dashed: the bound on the 99th percentile."};
  plot.alt = fmt::format("Median and 99th percentile of the latency against completed queries a second for {} rulers.", series.size());
  plot.spec = {{"$schema", kVegaLite},
               {"width", "container"},
               {"height", 280},
               {"layer",
                {{{"data", values(rows)},
                  {"mark", {{"type", "line"}, {"point", true}}},
                  {"encoding",
                   {{"x", {{"field", "rate"}, {"type", "quantitative"}, {"title", "completed queries/s"}, {"axis", {{"format", "~s"}}}}},
                    {"y", log_seconds("latency", "latency [s]")},
                    {"color", colour_by_series(all_series(records, e), series)},
                    {"strokeDash", dash_by_series(all_series(records, e), series)},
                    {"opacity", {{"field", "percentile"}, {"type", "ordinal"}, {"sort", {"p99", "p50"}}, {"title", nullptr}, {"scale", {{"domain", {"p99", "p50"}}, {"range", {1, 0.5}}}}, {"legend", {{"orient", "top"}}}}},
                    {"tooltip", tooltip({{"series", "ruler"}, {"percentile", "percentile"}, {"shown", "latency"}, {"rate", "queries/s"}, {"bound", "bound"}})}}}},
                 {{"data", values(bounds)},
                  {"mark", {{"type", "rule"}, {"strokeDash", {4, 4}}, {"color", {{"expr", "ink"}}}}},
                  {"encoding", {{"y", {{"field", "latency"}, {"type", "quantitative"}}}}}}}}};
  return plot;
}

std::optional<Plot> efficiency_plot(Records records, const Experiment& e) {
  json rows = json::array();
  std::set<std::string> sources;
  for (const auto i : e.scenarios) {
    const auto& r = records[i];
    if (!r["energy_j"].is_number()) continue;
    const auto kind = fmt::format("{}, scope {}", r["energy_source"].get<std::string>(), r["power_scope"].get<std::string>());
    const auto name = is_published(r) ? label_of(r) : fmt::format("{} {}", r["ruler"].get<std::string>(), r["scenario"].get<std::string>());
    const double per_joule = 1 / r["energy_j"].get<double>();
    rows.push_back({{"record", store::record_id(r)}, {"name", name}, {"scenario", r["scenario"]}, {"kind", kind}, {"value", per_joule}, {"shown", si(per_joule, "/J")}});
    sources.insert(kind);
  }
  if (rows.empty()) return std::nullopt;
  Plot plot{"Samples a joule", "", {}, "A colour is a source and a scope of power: bars of different colours are not the same quantity."};
  plot.alt = fmt::format("Bars of samples a joule for {} results of {} kinds of power.", rows.size(), sources.size());
  plot.spec = {{"$schema", kVegaLite},
               {"width", "container"},
               {"height", 24 * rows.size()},
               {"data", values(rows)},
               {"mark", {{"type", "bar"}}},
               {"encoding",
                {{"y", {{"field", "name"}, {"type", "nominal"}, {"title", nullptr}, {"sort", "-x"}, {"axis", {{"labelLimit", 300}}}}},
                 {"x", {{"field", "value"}, {"type", "quantitative"}, {"title", "samples/J"}, {"axis", {{"format", "~s"}, {"tickCount", 8}}}}},
                 {"color", {{"field", "kind"}, {"type", "nominal"}, {"title", nullptr}, {"scale", {{"domain", sources}, {"range", colours(sources.size())}}}, {"legend", {{"orient", "top"}, {"labelLimit", 260}}}}},
                 {"tooltip", tooltip({{"name", "result"}, {"kind", "power"}, {"shown", "samples a joule"}})}}}};
  return plot;
}

}  // namespace vernier::render
