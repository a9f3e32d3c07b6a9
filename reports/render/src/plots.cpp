// SPDX-License-Identifier: Apache-2.0
#include "plots.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "format.hpp"

namespace vernier::render {
namespace {

using nlohmann::json;

constexpr const char* kSchema = "https://vega.github.io/schema/vega-lite/v5.json";
constexpr int kLayerStep = 21;

struct Hue {
  const char* name;
  const char* colour;
};
constexpr std::array kBounds{Hue{"compute", "#3b7dd8"}, Hue{"load", "#e08a1e"}, Hue{"store", "#b65fcf"}, Hue{"vector", "#1fa187"},
                             Hue{"depthwise", "#d1495b"}, Hue{"host", "#7a8594"}, Hue{"unknown", "#aab2bd"}};
constexpr std::array kClasses{Hue{"compute", "#3b7dd8"}, Hue{"sram", "#1fa187"}, Hue{"dram", "#e08a1e"}, Hue{"clock", "#b65fcf"},
                              Hue{"static", "#7a8594"}, Hue{"rest", "#aab2bd"}};

/// Colours of the names in use, in a fixed order, so that a colour means the same in every report.
template <std::size_t N>
json scale_of(const std::array<Hue, N>& hues, const std::set<std::string>& used) {
  json domain = json::array(), range = json::array();
  for (const auto& h : hues) {
    if (!used.contains(h.name)) continue;
    domain.push_back(h.name);
    range.push_back(h.colour);
  }
  return {{"domain", domain}, {"range", range}};
}

json values(json rows) { return {{"values", std::move(rows)}}; }

std::string bound_of(const json& layer) { return layer["bound_by"].is_string() ? layer["bound_by"].get<std::string>() : "unknown"; }

/// "03 conv1": keeps order and tells layers of one name apart.
std::string layer_name(std::size_t index, const json& layer) { return fmt::format("{:02} {}", index + 1, layer["name"].get<std::string>()); }

json tooltip(std::initializer_list<std::pair<const char*, const char*>> fields) {
  json out = json::array();
  for (const auto& [field, title] : fields) out.push_back({{"field", field}, {"title", title}});
  return out;
}

json layer_axis(const json& order, bool labels) {
  return {{"field", "layer"}, {"type", "nominal"}, {"sort", order}, {"title", nullptr},
          {"axis", labels ? json{{"labelLimit", 210}, {"labelPadding", 8}, {"ticks", false}, {"domain", false}} : json(nullptr)}};
}

json layer_rows(const json& record, json& order, std::set<std::string>& bounds) {
  json rows = json::array();
  for (std::size_t i = 0; i < record["layers"].size(); ++i) {
    const auto& l = record["layers"][i];
    const auto name = layer_name(i, l);
    order.push_back(name);
    bounds.insert(bound_of(l));
    json row{{"layer", name}, {"operator", l["op"]}, {"cycles", l["cycles"]}, {"utilisation", l["utilisation"]}, {"bound", bound_of(l)}};
    row["shown"] = l["cycles"].is_number() ? json(grouped(l["cycles"].get<std::int64_t>())) : json(nullptr);
    row["energy"] = l["energy_j"].is_number() ? json(l["energy_j"].get<double>() * 1e6) : json(nullptr);
    rows.push_back(std::move(row));
  }
  return rows;
}

/// Cycles of the other rulers' layers, named as the reference names them.
json other_ticks(Records records, const TargetGroup& group, const json& reference) {
  json rows = json::array();
  for (const auto i : group.records) {
    const auto& r = records[i];
    if (i == *group.reference || !r["valid"].get<bool>() || !r["layers"].is_array()) continue;
    for (std::size_t k = 0; k < reference["layers"].size(); ++k) {
      const auto& l = reference["layers"][k];
      const auto same = std::find_if(r["layers"].begin(), r["layers"].end(), [&](const json& o) { return o["name"] == l["name"]; });
      if (same == r["layers"].end() || !(*same)["cycles"].is_number()) continue;
      rows.push_back({{"layer", layer_name(k, l)}, {"cycles", (*same)["cycles"]}, {"ruler", label_of(r)}, {"fidelity", r["fidelity"]}});
    }
  }
  return rows;
}

json column_plot(const json& rows, const json& order, const json& colours, const char* field, const char* title, const char* format, int width) {
  return {{"width", width}, {"height", {{"step", kLayerStep}}}, {"data", values(rows)},
          {"mark", {{"type", "bar"}, {"cornerRadiusEnd", 2}, {"height", {{"band", 0.66}}}}},
          {"encoding", {{"y", layer_axis(order, false)},
                        {"x", {{"field", field}, {"type", "quantitative"}, {"title", title}, {"axis", {{"format", format}, {"tickCount", 3}}}}},
                        {"color", {{"field", "bound"}, {"type", "nominal"}, {"scale", colours}, {"legend", nullptr}}},
                        {"tooltip", tooltip({{"layer", "layer"}, {field, title}, {"bound", "bound by"}})}}}};
}

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
  if (!bytes.is_number() || !cycles.is_number() || !clock.is_number() || bytes.get<double>() <= 0 || macs <= 0) return std::nullopt;
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
  return {{"name", name}, {"kind", kind}, {"intensity", r.intensity}, {"rate", r.ops_per_s / 1e9}, {"of_roof", percent(r.ops_per_s / allowed)}};
}

}  // namespace

std::optional<Plot> layer_plot(Records records, const TargetGroup& group) {
  if (!group.reference || !records[*group.reference]["layers"].is_array() || records[*group.reference]["layers"].empty()) return std::nullopt;
  const auto& reference = records[*group.reference];
  json order = json::array();
  std::set<std::string> bounds;
  const auto rows = layer_rows(reference, order, bounds);
  const auto ticks = other_ticks(records, group, reference);
  const auto colours = scale_of(kBounds, bounds);
  const json bar{{"data", values(rows)}, {"mark", {{"type", "bar"}, {"cornerRadiusEnd", 2}, {"height", {{"band", 0.66}}}}},
                 {"encoding", {{"x", {{"field", "cycles"}, {"type", "quantitative"}, {"title", "cycles"}, {"axis", {{"format", "~s"}}}}},
                               {"color", {{"field", "bound"}, {"type", "nominal"}, {"scale", colours}, {"title", "bound by"}, {"legend", {{"orient", "top"}}}}},
                               {"tooltip", tooltip({{"layer", "layer"}, {"operator", "operator"}, {"shown", "cycles"}, {"bound", "bound by"}})}}}};
  json layers = json::array({bar});
  if (!ticks.empty()) {
    layers.push_back({{"data", values(ticks)}, {"mark", {{"type", "point"}, {"size", 52}, {"strokeWidth", 1.6}, {"filled", false}, {"opacity", 1}}},
                      {"encoding", {{"x", {{"field", "cycles"}, {"type", "quantitative"}}},
                                    {"shape", {{"field", "ruler"}, {"type", "nominal"}, {"title", "other rulers"}, {"legend", {{"orient", "top"}}}}},
                                    {"color", {{"value", {{"expr", "ink"}}}}},
                                    {"tooltip", tooltip({{"layer", "layer"}, {"ruler", "ruler"}, {"fidelity", "fidelity"}, {"cycles", "cycles"}})}}}});
  }
  json columns = json::array({{{"width", 560}, {"height", {{"step", kLayerStep}}}, {"encoding", {{"y", layer_axis(order, true)}}}, {"layer", layers}}});
  columns.push_back(column_plot(rows, order, colours, "utilisation", "array utilisation", ".0%", 185));
  const bool energy = std::any_of(rows.begin(), rows.end(), [](const json& r) { return r["energy"].is_number(); });
  if (energy) columns.push_back(column_plot(rows, order, colours, "energy", "energy [\u00b5J], estimated", "~g", 185));
  const auto label = label_of(reference);
  const auto fidelity = reference["fidelity"].get<std::string>();
  Plot plot{fmt::format("Layers on {}: bars are {} ({}), outlined marks the other rulers", group.target, label, fidelity), "", {}, ""};
  const auto slowest = std::max_element(rows.begin(), rows.end(), [](const json& a, const json& b) {
    return (a["cycles"].is_number() ? a["cycles"].get<double>() : 0) < (b["cycles"].is_number() ? b["cycles"].get<double>() : 0);
  });
  plot.alt = fmt::format("Bar chart of {} layers on {}: cycles, array utilisation{}, coloured by what bounds each layer. The longest is {} with {} cycles. The layer table holds the figures.",
                         rows.size(), group.target, energy ? " and estimated energy" : "", (*slowest)["layer"].get<std::string>(),
                         (*slowest)["shown"].is_string() ? (*slowest)["shown"].get<std::string>() : "unknown");
  plot.spec = {{"$schema", kSchema}, {"spacing", 18}, {"hconcat", columns}, {"resolve", {{"scale", {{"color", "independent"}}}}}};
  return plot;
}

std::optional<Plot> deviation_plot(Records records, const TargetGroup& group) {
  if (!group.reference) return std::nullopt;
  const auto& reference = records[*group.reference];
  json rows = json::array(), order = json::array();
  std::map<std::string, std::string> names;
  if (reference["layers"].is_array()) {
    for (std::size_t i = 0; i < reference["layers"].size(); ++i) {
      names[reference["layers"][i]["name"].get<std::string>()] = layer_name(i, reference["layers"][i]);
      order.push_back(layer_name(i, reference["layers"][i]));
    }
  }
  double largest = 0;
  std::set<std::string> rulers;
  for (const auto i : group.records) {
    if (i == *group.reference || !records[i]["valid"].get<bool>()) continue;
    const auto label = fmt::format("{} ({})", label_of(records[i]), records[i]["fidelity"].get<std::string>());
    for (const auto& d : deviations(records[i], reference)) {
      rows.push_back({{"layer", names[d.layer]}, {"ruler", label}, {"share", d.share}, {"shown", signed_percent(d.share)}});
      largest = std::max(largest, std::abs(d.share));
      rulers.insert(label);
    }
  }
  if (rows.empty()) return std::nullopt;
  const double limit = std::max(0.01, largest);
  Plot plot{fmt::format("How far each ruler reads from {} on {}, layer by layer", label_of(reference), group.target), "", {}, ""};
  plot.alt = fmt::format("Dot plot of the difference in cycles from {}, for {} ruler(s) over {} layers; the largest is {}.", label_of(reference), rulers.size(), order.size(), percent(largest, 2));
  const json x{{"field", "layer"}, {"type", "nominal"}, {"sort", order}, {"title", nullptr}, {"axis", {{"labelAngle", -35}, {"labelLimit", 160}, {"grid", true}}}};
  const json y{{"field", "share"}, {"type", "quantitative"}, {"title", "\u0394 cycles"}, {"scale", {{"domain", {-limit, limit}}, {"nice", true}}}, {"axis", {{"format", "+.1~%"}, {"tickCount", 7}}}};
  const json colour{{"field", "ruler"}, {"type", "nominal"}, {"title", nullptr}, {"scale", {{"range", {"#e08a1e", "#1fa187", "#b65fcf", "#d1495b", "#3b7dd8", "#7a8594"}}}}};
  const json legend{{"orient", "top"}, {"symbolOpacity", 1}, {"symbolSize", 80}};
  auto pointed = colour, shaped = colour;
  pointed["legend"] = legend;
  shaped["legend"] = legend;
  shaped.erase("scale");
  plot.spec = {{"$schema", kSchema}, {"width", "container"}, {"height", 240}, {"data", values(rows)},
               {"layer", {{{"mark", {{"type", "rule"}, {"strokeWidth", 1.2}, {"color", {{"expr", "ink"}}}}}, {"encoding", {{"y", {{"datum", 0}}}}}},
                          {{"mark", {{"type", "line"}, {"strokeWidth", 1.2}, {"opacity", 0.45}}}, {"encoding", {{"x", x}, {"y", y}, {"color", colour}}}},
                          {{"mark", {{"type", "point"}, {"filled", true}, {"size", 62}, {"opacity", 1}}},
                           {"encoding", {{"x", x}, {"y", y}, {"color", pointed}, {"shape", shaped}, {"tooltip", tooltip({{"layer", "layer"}, {"ruler", "ruler"}, {"shown", "\u0394 cycles"}})}}}}}}};
  return plot;
}

std::optional<Plot> roofline_plot(Records records, const TargetGroup& group) {
  if (!group.reference || !records[*group.reference].contains("peak") || records[*group.reference]["peak"].is_null()) return std::nullopt;
  const auto& reference = records[*group.reference];
  const auto& roof = reference["peak"];
  json layers = json::array(), rulers = json::array();
  std::set<std::string> bounds;
  std::size_t beyond = 0;
  if (reference["layers"].is_array()) {
    for (std::size_t i = 0; i < reference["layers"].size(); ++i) {
      const auto& l = reference["layers"][i];
      const auto r = rates_of(l["macs"].get<double>(), l["dram_bytes"], l["cycles"], reference["clock_hz"]);
      if (!r) {
        ++beyond;
        continue;
      }
      auto p = point_of(*r, layer_name(i, l), "layer", roof);
      p["bound"] = bound_of(l);
      bounds.insert(bound_of(l));
      layers.push_back(std::move(p));
    }
  }
  for (const auto i : group.records) {
    const auto r = records[i]["valid"].get<bool>() ? rates_of(records[i]) : std::nullopt;
    if (r) rulers.push_back(point_of(*r, label_of(records[i]), records[i]["fidelity"].get<std::string>(), roof));
  }
  if (rulers.empty()) return std::nullopt;
  double low = 1e300, high = 0, slowest = 1e300;
  for (const auto* points : {&layers, &rulers}) {
    for (const auto& p : *points) {
      low = std::min(low, p["intensity"].get<double>());
      high = std::max(high, p["intensity"].get<double>());
      slowest = std::min(slowest, p["rate"].get<double>());
    }
  }
  const double peak = roof["ops_per_s"].get<double>() / 1e9, bandwidth = roof["bytes_per_s"].get<double>() / 1e9, ridge = peak / bandwidth;
  low = std::min(low, ridge) / 2;
  high = std::max(high, ridge) * 3;
  slowest = std::min(slowest, low * bandwidth) / 2;
  const json line = json::array({{{"intensity", low}, {"rate", low * bandwidth}}, {{"intensity", ridge}, {"rate", peak}}, {{"intensity", high}, {"rate", peak}}});
  const json x{{"field", "intensity"}, {"type", "quantitative"}, {"title", "operations per byte of memory traffic"}, {"scale", {{"type", "log"}, {"domain", {low, high}}, {"nice", false}}}, {"axis", {{"format", "~s"}, {"values", decades(low, high)}}}};
  const json y{{"field", "rate"}, {"type", "quantitative"}, {"title", "Gop/s"}, {"scale", {{"type", "log"}, {"domain", {slowest, 2.5 * peak}}, {"nice", false}}}, {"axis", {{"format", "~s"}, {"values", decades(slowest, 2.5 * peak)}}}};
  const json tips = tooltip({{"name", "what"}, {"kind", "fidelity"}, {"intensity", "op/byte"}, {"rate", "Gop/s"}, {"of_roof", "of the roof"}});
  Plot plot{fmt::format("Roofline of {}: {} and {}", group.target, si(peak * 1e9, "op/s"), si(bandwidth * 1e9, "B/s")), "", {}, ""};
  plot.note = fmt::format("Roof: {}. Dots are layers on {}, diamonds whole runs.", roof["source"].get<std::string>(), label_of(reference));
  if (beyond > 0) plot.note += fmt::format(" {} layer(s) without multiply-accumulates or memory traffic have no place on these axes.", beyond);
  plot.alt = fmt::format("Roofline on logarithmic axes with {} layers and {} whole runs; {} reaches {} of its roof.", layers.size(), rulers.size(),
                         rulers.front()["name"].get<std::string>(), rulers.front()["of_roof"].get<std::string>());
  plot.spec = {{"$schema", kSchema}, {"width", "container"}, {"height", 340},
               {"layer", {{{"data", values(line)}, {"mark", {{"type", "line"}, {"strokeWidth", 2.2}, {"color", {{"expr", "ink"}}}}}, {"encoding", {{"x", x}, {"y", y}}}},
                          {{"data", values(layers)}, {"mark", {{"type", "circle"}, {"size", 95}, {"opacity", 0.8}}}, {"encoding", {{"x", x}, {"y", y}, {"color", {{"field", "bound"}, {"type", "nominal"}, {"title", "layer bound by"}, {"scale", scale_of(kBounds, bounds)}, {"legend", {{"orient", "top"}}}}}, {"tooltip", tips}}}},
                          {{"data", values(rulers)}, {"mark", {{"type", "point"}, {"shape", "diamond"}, {"size", 190}, {"strokeWidth", 2}, {"filled", false}, {"color", {{"expr", "ink"}}}}}, {"encoding", {{"x", x}, {"y", y}, {"tooltip", tips}}}},
                          {{"data", values(json::array({rulers.front()}))}, {"mark", {{"type", "text"}, {"align", "left"}, {"dx", 14}, {"dy", 12}, {"fontWeight", "bold"}, {"color", {{"expr", "ink"}}}}}, {"encoding", {{"x", x}, {"y", y}, {"text", {{"field", "name"}}}}}}}}};
  return plot;
}

std::optional<Plot> energy_plot(Records records, std::size_t record) {
  const auto& r = records[record];
  if (!r.contains("energy") || r["energy"].is_null() || r["energy"]["terms"].empty()) return std::nullopt;
  json rows = json::array();
  std::set<std::string> classes;
  double total = 0;
  std::map<std::string, double> units;
  for (const auto& t : r["energy"]["terms"]) {
    const double joules = t["energy_j"].get<double>();
    rows.push_back({{"unit", t["unit"]}, {"event", t["event"]}, {"class", t["class"]}, {"energy", joules * 1e6}, {"shown", si(joules, "J")}, {"status", t["status"]}});
    classes.insert(t["class"].get<std::string>());
    units[t["unit"].get<std::string>()] += joules;
    total += joules;
  }
  const auto top = std::max_element(units.begin(), units.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  Plot plot{fmt::format("Estimated energy by unit: {} ({}), scope {}", label_of(r), r["fidelity"].get<std::string>(), r["energy"]["scope"].get<std::string>()), "", {}, ""};
  plot.alt = fmt::format("Stacked bars of estimated energy by unit and kind, {} in total; {} takes {}.", si(total, "J"), top->first, percent(total > 0 ? top->second / total : 0, 0));
  plot.spec = {{"$schema", kSchema}, {"width", "container"}, {"height", 32 * units.size()}, {"data", values(rows)},
               {"mark", {{"type", "bar"}, {"height", {{"band", 0.62}}}}},
               {"encoding", {{"y", {{"field", "unit"}, {"type", "nominal"}, {"title", nullptr}, {"sort", {{"op", "sum"}, {"field", "energy"}, {"order", "descending"}}}, {"axis", {{"ticks", false}, {"domain", false}, {"labelPadding", 8}}}}},
                             {"x", {{"field", "energy"}, {"type", "quantitative"}, {"aggregate", "sum"}, {"title", "\u00b5J, estimated"}, {"axis", {{"tickCount", 8}}}}},
                             {"color", {{"field", "class"}, {"type", "nominal"}, {"title", nullptr}, {"scale", scale_of(kClasses, classes)}, {"legend", {{"orient", "top"}}}}},
                             {"detail", {{{"field", "event"}}, {{"field", "shown"}}, {{"field", "status"}}}},
                             {"tooltip", tooltip({{"unit", "unit"}, {"event", "event"}, {"class", "kind"}, {"shown", "energy"}, {"status", "table row"}})}}}};
  return plot;
}

}  // namespace vernier::render
