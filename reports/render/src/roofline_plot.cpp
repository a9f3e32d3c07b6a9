// SPDX-License-Identifier: Apache-2.0
#include "plots.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "format.hpp"
#include "plot_parts.hpp"

namespace vernier::render {
namespace {

using nlohmann::json;

/// Powers of ten between two values: a logarithmic axis without a thicket of minor lines.
json decades(double low, double high) {
  json out = json::array();
  for (double v = std::pow(10.0, std::ceil(std::log10(low))); v <= high; v *= 10) out.push_back(v);
  return out;
}

struct Rates {
  double intensity = 0, ops_per_s = 0;
};

/// Operations a byte and a second; nothing where no byte moves or no time is known.
std::optional<Rates> rates_of(double macs, const json& bytes, const json& cycles, const json& clock) {
  if (!bytes.is_number() || !cycles.is_number() || !clock.is_number() || bytes.get<double>() <= 0 || macs <= 0)
    return std::nullopt;
  return Rates{2 * macs / bytes.get<double>(), 2 * macs * clock.get<double>() / cycles.get<double>()};
}

std::optional<Rates> rates_of(const json& record) {
  if (!record["layers"].is_array()) return std::nullopt;
  double macs = 0, bytes = 0;
  for (const auto& l : record["layers"]) {
    macs += l["macs"].get<double>();
    bytes += l["dram_bytes"].is_number() ? l["dram_bytes"].get<double>() : 0;
  }
  return rates_of(macs, bytes, record["cycles"], record["clock_hz"]);
}

json point_of(const Rates& r, const std::string& name, const std::string& kind, const json& roof) {
  const double allowed = std::min(roof["ops_per_s"].get<double>(), roof["bytes_per_s"].get<double>() * r.intensity);
  return {{"name", name},
          {"kind", kind},
          {"intensity", r.intensity},
          {"rate", r.ops_per_s / 1e9},
          {"of_roof", percent(r.ops_per_s / allowed)}};
}

struct Points {
  json layers = json::array(), rulers = json::array();
  std::set<std::string> bounds;
  std::size_t beyond = 0;  ///< layers that have no place on the axes
};

/// Layers of the reference and whole runs of all valid rulers; the reference's run comes first.
Points points_of(Records records, const TargetGroup& group) {
  Points points;
  const auto& reference = records[*group.reference];
  const auto& roof = reference["peak"];
  for (std::size_t i = 0; reference["layers"].is_array() && i < reference["layers"].size(); ++i) {
    const auto& l = reference["layers"][i];
    const auto r = rates_of(l["macs"].get<double>(), l["dram_bytes"], l["cycles"], reference["clock_hz"]);
    if (!r) {
      ++points.beyond;
      continue;
    }
    auto p = point_of(*r, layer_name(i, l), "layer", roof);
    p["bound"] = bound_of(l);
    points.bounds.insert(bound_of(l));
    points.layers.push_back(std::move(p));
  }
  const auto add_run = [&](const json& record) {
    const auto r = record["valid"].get<bool>() ? rates_of(record) : std::nullopt;
    if (r) points.rulers.push_back(point_of(*r, label_of(record), record["fidelity"].get<std::string>(), roof));
  };
  add_run(reference);
  for (const auto i : group.records) {
    if (i != *group.reference) add_run(records[i]);
  }
  return points;
}

/// The roof in Gop/s and GB/s, and the ends of the axes.
struct Roof {
  double peak = 0, bandwidth = 0, low = 1e300, high = 0, slowest = 1e300;
};

Roof roof_of(const json& peak, const Points& points) {
  Roof roof;
  roof.peak = peak["ops_per_s"].get<double>() / 1e9;
  roof.bandwidth = peak["bytes_per_s"].get<double>() / 1e9;
  for (const auto* list : {&points.layers, &points.rulers}) {
    for (const auto& p : *list) {
      roof.low = std::min(roof.low, p["intensity"].get<double>());
      roof.high = std::max(roof.high, p["intensity"].get<double>());
      roof.slowest = std::min(roof.slowest, p["rate"].get<double>());
    }
  }
  const double ridge = roof.peak / roof.bandwidth;
  roof.low = std::min(roof.low, ridge) / 2;
  roof.high = std::max(roof.high, ridge) * 3;
  roof.slowest = std::min(roof.slowest, roof.low * roof.bandwidth) / 2;
  return roof;
}

json spec_of(const Points& points, const Roof& roof) {
  const double ridge = roof.peak / roof.bandwidth, top = 2.5 * roof.peak;
  const json line = json::array({{{"intensity", roof.low}, {"rate", roof.low * roof.bandwidth}},
                                 {{"intensity", ridge}, {"rate", roof.peak}},
                                 {{"intensity", roof.high}, {"rate", roof.peak}}});
  const json x{{"field", "intensity"},
               {"type", "quantitative"},
               {"title", "operations per byte of memory traffic"},
               {"scale", {{"type", "log"}, {"domain", {roof.low, roof.high}}, {"nice", false}}},
               {"axis", {{"format", "~s"}, {"values", decades(roof.low, roof.high)}}}};
  const json y{{"field", "rate"},
               {"type", "quantitative"},
               {"title", "Gop/s"},
               {"scale", {{"type", "log"}, {"domain", {roof.slowest, top}}, {"nice", false}}},
               {"axis", {{"format", "~s"}, {"values", decades(roof.slowest, top)}}}};
  const json colour{{"field", "bound"},
                    {"type", "nominal"},
                    {"title", "layer bound by"},
                    {"scale", scale_of(kBounds, points.bounds)},
                    {"legend", {{"orient", "top"}}}};
  const json ink{{"expr", "ink"}};
  const json tips = tooltip({{"name", "what"},
                             {"kind", "fidelity"},
                             {"intensity", "op/byte"},
                             {"rate", "Gop/s"},
                             {"of_roof", "of the roof"}});
  const json roof_layer{{"data", values(line)},
                        {"mark", {{"type", "line"}, {"strokeWidth", 2.2}, {"color", ink}}},
                        {"encoding", {{"x", x}, {"y", y}}}};
  const json layers{{"data", values(points.layers)},
                    {"mark", {{"type", "circle"}, {"size", 95}, {"opacity", 0.8}}},
                    {"encoding", {{"x", x}, {"y", y}, {"color", colour}, {"tooltip", tips}}}};
  const json runs{
      {"data", values(points.rulers)},
      {"mark",
       {{"type", "point"}, {"shape", "diamond"}, {"size", 190}, {"strokeWidth", 2}, {"filled", false}, {"color", ink}}},
      {"encoding", {{"x", x}, {"y", y}, {"tooltip", tips}}}};
  const json name{
      {"data", values(json::array({points.rulers.front()}))},
      {"mark", {{"type", "text"}, {"align", "left"}, {"dx", 14}, {"dy", 12}, {"fontWeight", "bold"}, {"color", ink}}},
      {"encoding", {{"x", x}, {"y", y}, {"text", {{"field", "name"}}}}}};
  return {{"$schema", kVegaLite}, {"width", "container"}, {"height", 340}, {"layer", {roof_layer, layers, runs, name}}};
}

}  // namespace

std::optional<Plot> roofline_plot(Records records, const TargetGroup& group) {
  if (!group.reference || !records[*group.reference].contains("peak") || records[*group.reference]["peak"].is_null())
    return std::nullopt;
  const auto& reference = records[*group.reference];
  const auto points = points_of(records, group);
  if (points.rulers.empty()) return std::nullopt;
  const auto roof = roof_of(reference["peak"], points);
  Plot plot{fmt::format("Roofline of {}: {} and {}", group.target, si(roof.peak * 1e9, "op/s"),
                        si(roof.bandwidth * 1e9, "B/s")),
            "",
            {},
            ""};
  plot.note = fmt::format("Roof: {}. Dots are layers on {}, diamonds whole runs.",
                          reference["peak"]["source"].get<std::string>(), label_of(reference));
  if (points.beyond > 0)
    plot.note += fmt::format(" {} layer(s) without multiply-accumulates or memory traffic have no place on these axes.",
                             points.beyond);
  const auto& best = points.rulers.front();
  plot.alt = fmt::format("Roofline on logarithmic axes with {} layers and {} whole runs; {} reaches {} of its roof.",
                         points.layers.size(), points.rulers.size(), best["name"].get<std::string>(),
                         best["of_roof"].get<std::string>());
  plot.spec = spec_of(points, roof);
  return plot;
}

}  // namespace vernier::render
