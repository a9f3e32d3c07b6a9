// SPDX-License-Identifier: Apache-2.0
#include "plots.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "format.hpp"
#include "plot_parts.hpp"

namespace vernier::render {
namespace {

using nlohmann::json;

constexpr int kLayerStep = 21;

json layer_axis(const json& order, bool labels) {
  return {{"field", "layer"},
          {"type", "nominal"},
          {"sort", order},
          {"title", nullptr},
          {"axis", labels ? json{{"labelLimit", 210}, {"labelPadding", 8}, {"ticks", false}, {"domain", false}}
                          : json(nullptr)}};
}

json layer_rows(const json& record, json& order, std::set<std::string>& bounds) {
  json rows = json::array();
  for (std::size_t i = 0; i < record["layers"].size(); ++i) {
    const auto& l = record["layers"][i];
    const auto name = layer_name(i, l);
    order.push_back(name);
    bounds.insert(bound_of(l));
    json row{{"layer", name},
             {"operator", l["op"]},
             {"cycles", l["cycles"]},
             {"utilisation", l["utilisation"]},
             {"bound", bound_of(l)}};
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
      const auto same =
          std::find_if(r["layers"].begin(), r["layers"].end(), [&](const json& o) { return o["name"] == l["name"]; });
      if (same == r["layers"].end() || !(*same)["cycles"].is_number()) continue;
      rows.push_back({{"layer", layer_name(k, l)},
                      {"cycles", (*same)["cycles"]},
                      {"ruler", label_of(r)},
                      {"fidelity", r["fidelity"]}});
    }
  }
  return rows;
}

json column_plot(const json& rows, const json& order, const json& colours, const char* field, const char* title,
                 const char* format, int width) {
  return {{"width", width},
          {"height", {{"step", kLayerStep}}},
          {"data", values(rows)},
          {"mark", {{"type", "bar"}, {"cornerRadiusEnd", 2}, {"height", {{"band", 0.66}}}}},
          {"encoding",
           {{"y", layer_axis(order, false)},
            {"x",
             {{"field", field},
              {"type", "quantitative"},
              {"title", title},
              {"axis", {{"format", format}, {"tickCount", 3}}}}},
            {"color", {{"field", "bound"}, {"type", "nominal"}, {"scale", colours}, {"legend", nullptr}}},
            {"tooltip", tooltip({{"layer", "layer"}, {field, title}, {"bound", "bound by"}})}}}};
}

}  // namespace

std::optional<Plot> layer_plot(Records records, const TargetGroup& group) {
  if (!group.reference || !records[*group.reference]["layers"].is_array() ||
      records[*group.reference]["layers"].empty())
    return std::nullopt;
  const auto& reference = records[*group.reference];
  json order = json::array();
  std::set<std::string> bounds;
  const auto rows = layer_rows(reference, order, bounds);
  const auto ticks = other_ticks(records, group, reference);
  const auto colours = scale_of(kBounds, bounds);
  const json bar{
      {"data", values(rows)},
      {"mark", {{"type", "bar"}, {"cornerRadiusEnd", 2}, {"height", {{"band", 0.66}}}}},
      {"encoding",
       {{"x", {{"field", "cycles"}, {"type", "quantitative"}, {"title", "cycles"}, {"axis", {{"format", "~s"}}}}},
        {"color",
         {{"field", "bound"},
          {"type", "nominal"},
          {"scale", colours},
          {"title", "bound by"},
          {"legend", {{"orient", "top"}}}}},
        {"tooltip",
         tooltip({{"layer", "layer"}, {"operator", "operator"}, {"shown", "cycles"}, {"bound", "bound by"}})}}}};
  json layers = json::array({bar});
  if (!ticks.empty()) {
    layers.push_back(
        {{"data", values(ticks)},
         {"mark", {{"type", "point"}, {"size", 52}, {"strokeWidth", 1.6}, {"filled", false}, {"opacity", 1}}},
         {"encoding",
          {{"x", {{"field", "cycles"}, {"type", "quantitative"}}},
           {"shape",
            {{"field", "ruler"}, {"type", "nominal"}, {"title", "other rulers"}, {"legend", {{"orient", "top"}}}}},
           {"color", {{"value", {{"expr", "ink"}}}}},
           {"tooltip",
            tooltip({{"layer", "layer"}, {"ruler", "ruler"}, {"fidelity", "fidelity"}, {"cycles", "cycles"}})}}}});
  }
  json columns = json::array({{{"width", 560},
                               {"height", {{"step", kLayerStep}}},
                               {"encoding", {{"y", layer_axis(order, true)}}},
                               {"layer", layers}}});
  columns.push_back(column_plot(rows, order, colours, "utilisation", "array utilisation", ".0%", 185));
  const bool energy = std::any_of(rows.begin(), rows.end(), [](const json& r) { return r["energy"].is_number(); });
  if (energy) columns.push_back(column_plot(rows, order, colours, "energy", "energy [\u00b5J], estimated", "~g", 185));
  const auto label = label_of(reference);
  const auto fidelity = reference["fidelity"].get<std::string>();
  Plot plot{
      fmt::format("Layers on {}: bars are {} ({}), outlined marks the other rulers", group.target, label, fidelity),
      "",
      {},
      ""};
  const auto slowest = std::max_element(rows.begin(), rows.end(), [](const json& a, const json& b) {
    return (a["cycles"].is_number() ? a["cycles"].get<double>() : 0) <
           (b["cycles"].is_number() ? b["cycles"].get<double>() : 0);
  });
  plot.alt = fmt::format(
      "Bar chart of {} layers on {}: cycles, array utilisation{}, coloured by what bounds each layer. The longest is "
      "{} with {} cycles. The layer table holds the figures.",
      rows.size(), group.target, energy ? " and estimated energy" : "", (*slowest)["layer"].get<std::string>(),
      (*slowest)["shown"].is_string() ? (*slowest)["shown"].get<std::string>() : "unknown");
  plot.spec = {{"$schema", kVegaLite},
               {"spacing", 18},
               {"hconcat", columns},
               {"resolve", {{"scale", {{"color", "independent"}}}}}};
  return plot;
}

}  // namespace vernier::render
