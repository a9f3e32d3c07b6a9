// SPDX-License-Identifier: Apache-2.0
#include "plot_parts.hpp"

#include <fmt/format.h>

namespace vernier::render {

using nlohmann::json;

json values(json rows) { return {{"values", std::move(rows)}}; }

std::string bound_of(const json& layer) {
  return layer["bound_by"].is_string() ? layer["bound_by"].get<std::string>() : "unknown";
}

std::string layer_name(std::size_t index, const json& layer) {
  return fmt::format("{:02} {}", index + 1, layer["name"].get<std::string>());
}

json tooltip(std::initializer_list<std::pair<const char*, const char*>> fields) {
  json out = json::array();
  for (const auto& [field, title] : fields) out.push_back({{"field", field}, {"title", title}});
  return out;
}

}  // namespace vernier::render
