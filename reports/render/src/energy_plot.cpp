// SPDX-License-Identifier: Apache-2.0
#include "plots.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "format.hpp"
#include "plot_parts.hpp"

namespace vernier::render {

using nlohmann::json;

std::optional<Plot> energy_plot(Records records, std::size_t record) {
  const auto& r = records[record];
  if (!r.contains("energy") || r["energy"].is_null() || r["energy"]["terms"].empty()) return std::nullopt;
  json rows = json::array();
  std::set<std::string> classes;
  double total = 0;
  std::map<std::string, double> units;
  for (const auto& t : r["energy"]["terms"]) {
    const double joules = t["energy_j"].get<double>();
    rows.push_back({{"unit", t["unit"]},
                    {"event", t["event"]},
                    {"class", t["class"]},
                    {"energy", joules * 1e6},
                    {"shown", si(joules, "J")},
                    {"status", t["status"]}});
    classes.insert(t["class"].get<std::string>());
    units[t["unit"].get<std::string>()] += joules;
    total += joules;
  }
  const auto top =
      std::max_element(units.begin(), units.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  Plot plot{fmt::format("Estimated energy by unit: {} ({}), scope {}", label_of(r), r["fidelity"].get<std::string>(),
                        r["energy"]["scope"].get<std::string>()),
            "",
            {},
            ""};
  plot.alt = fmt::format("Stacked bars of estimated energy by unit and kind, {} in total; {} takes {}.", si(total, "J"),
                         top->first, percent(total > 0 ? top->second / total : 0, 0));
  plot.spec = {{"$schema", kVegaLite},
               {"width", "container"},
               {"height", 32 * units.size()},
               {"data", values(rows)},
               {"mark", {{"type", "bar"}, {"height", {{"band", 0.62}}}}},
               {"encoding",
                {{"y",
                  {{"field", "unit"},
                   {"type", "nominal"},
                   {"title", nullptr},
                   {"sort", {{"op", "sum"}, {"field", "energy"}, {"order", "descending"}}},
                   {"axis", {{"ticks", false}, {"domain", false}, {"labelPadding", 8}}}}},
                 {"x",
                  {{"field", "energy"},
                   {"type", "quantitative"},
                   {"aggregate", "sum"},
                   {"title", "\u00b5J, estimated"},
                   {"axis", {{"tickCount", 8}}}}},
                 {"color",
                  {{"field", "class"},
                   {"type", "nominal"},
                   {"title", nullptr},
                   {"scale", scale_of(kClasses, classes)},
                   {"legend", {{"orient", "top"}}}}},
                 {"detail", {{{"field", "event"}}, {{"field", "shown"}}, {{"field", "status"}}}},
                 {"tooltip", tooltip({{"unit", "unit"},
                                      {"event", "event"},
                                      {"class", "kind"},
                                      {"shown", "energy"},
                                      {"status", "table row"}})}}}};
  return plot;
}

}  // namespace vernier::render
