// SPDX-License-Identifier: Apache-2.0
#include "plots.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "format.hpp"
#include "plot_parts.hpp"

namespace vernier::render {

using nlohmann::json;

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
      rows.push_back(
          {{"layer", names[d.layer]}, {"ruler", label}, {"share", d.share}, {"shown", signed_percent(d.share)}});
      largest = std::max(largest, std::abs(d.share));
      rulers.insert(label);
    }
  }
  if (rows.empty()) return std::nullopt;
  const double limit = std::max(0.01, largest);
  Plot plot{fmt::format("How far each ruler reads from {} on {}, layer by layer", label_of(reference), group.target),
            "",
            {},
            ""};
  plot.alt =
      fmt::format("Dot plot of the difference in cycles from {}, for {} ruler(s) over {} layers; the largest is {}.",
                  label_of(reference), rulers.size(), order.size(), percent(largest, 2));
  const json x{{"field", "layer"},
               {"type", "nominal"},
               {"sort", order},
               {"title", nullptr},
               {"axis", {{"labelAngle", -35}, {"labelLimit", 160}, {"grid", true}}}};
  const json y{{"field", "share"},
               {"type", "quantitative"},
               {"title", "\u0394 cycles"},
               {"scale", {{"domain", {-limit, limit}}, {"nice", true}}},
               {"axis", {{"format", "+.1~%"}, {"tickCount", 7}}}};
  const json colour{{"field", "ruler"},
                    {"type", "nominal"},
                    {"title", nullptr},
                    {"legend", {{"orient", "top"}, {"symbolOpacity", 1}, {"symbolSize", 80}}},
                    {"scale", {{"range", {"#e08a1e", "#1fa187", "#b65fcf", "#d1495b", "#3b7dd8", "#7a8594"}}}}};
  plot.spec = {{"$schema", kVegaLite},
               {"width", "container"},
               {"height", 240},
               {"data", values(rows)},
               {"layer",
                {{{"mark", {{"type", "rule"}, {"strokeWidth", 1.2}, {"color", {{"expr", "ink"}}}}},
                  {"encoding", {{"y", {{"datum", 0}}}}}},
                 {{"mark", {{"type", "line"}, {"strokeWidth", 1.2}, {"opacity", 0.45}}},
                  {"encoding", {{"x", x}, {"y", y}, {"color", colour}}}},
                 {{"mark", {{"type", "point"}, {"filled", true}, {"size", 62}, {"opacity", 1}}},
                  {"encoding",
                   {{"x", x},
                    {"y", y},
                    {"color", colour},
                    {"shape", {{"field", "ruler"}, {"type", "nominal"}, {"legend", nullptr}}},
                    {"tooltip", tooltip({{"layer", "layer"}, {"ruler", "ruler"}, {"shown", "\u0394 cycles"}})}}}}}}};
  return plot;
}

}  // namespace vernier::render
