// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace vernier::render {

/// What differs from page to page; the rest (style, scripts, plots drawn with Vega-Lite) is the same.
struct PageParts {
  std::string title;       ///< plain text
  std::string navigation;  ///< links
  std::string body;        ///< content of <main>
  nlohmann::json plots = nlohmann::json::array();  ///< {id, spec} each
};

/// Text that may stand inside a script element of type application/json.
[[nodiscard]] std::string json_inside_script(const nlohmann::json& value);

/// One HTML file that opens offline.
[[nodiscard]] std::string page_of(const PageParts& parts);

}  // namespace vernier::render
