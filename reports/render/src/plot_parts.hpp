// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <initializer_list>
#include <set>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

/// What the plots share: colours that mean the same everywhere, and short forms of Vega-Lite.
namespace vernier::render {

inline constexpr const char* kVegaLite = "https://vega.github.io/schema/vega-lite/v5.json";

struct Hue {
  const char* name;
  const char* colour;
};
inline constexpr std::array kBounds{Hue{"compute", "#3b7dd8"}, Hue{"load", "#e08a1e"},      Hue{"store", "#b65fcf"},
                                    Hue{"vector", "#1fa187"},  Hue{"depthwise", "#d1495b"}, Hue{"host", "#7a8594"},
                                    Hue{"unknown", "#aab2bd"}};
inline constexpr std::array kClasses{Hue{"compute", "#3b7dd8"}, Hue{"sram", "#1fa187"},   Hue{"dram", "#e08a1e"},
                                     Hue{"clock", "#b65fcf"},   Hue{"static", "#7a8594"}, Hue{"rest", "#aab2bd"}};

/// Colours of the names in use, in a fixed order, so that a colour means the same in every report.
template <std::size_t N>
nlohmann::json scale_of(const std::array<Hue, N>& hues, const std::set<std::string>& used) {
  auto domain = nlohmann::json::array(), range = nlohmann::json::array();
  for (const auto& h : hues) {
    if (!used.contains(h.name)) continue;
    domain.push_back(h.name);
    range.push_back(h.colour);
  }
  return {{"domain", domain}, {"range", range}};
}

/// Inline data.
[[nodiscard]] nlohmann::json values(nlohmann::json rows);
/// Fields and titles of a tooltip.
[[nodiscard]] nlohmann::json tooltip(std::initializer_list<std::pair<const char*, const char*>> fields);
/// The bound of a layer, "unknown" where the record has none.
[[nodiscard]] std::string bound_of(const nlohmann::json& layer);
/// "03 conv1": keeps order and tells layers of one name apart.
[[nodiscard]] std::string layer_name(std::size_t index, const nlohmann::json& layer);

}  // namespace vernier::render
