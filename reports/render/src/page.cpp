// SPDX-License-Identifier: Apache-2.0
#include "page.hpp"

#include <map>
#include <render_resources.hpp>
#include <string_view>

#include "format.hpp"

namespace vernier::render {
namespace {

using nlohmann::json;

/// Text that may stand inside a script element: nothing in it can end the element.
std::string inside_script(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto rest = text.substr(i);
    if (rest.starts_with("</script") || rest.starts_with("</SCRIPT") || rest.starts_with("<!--")) {
      out += "<\\";  // the same string to JavaScript
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string replaced(std::string_view pattern, const std::map<std::string, std::string>& fields) {
  std::string out;
  while (true) {
    const auto open = pattern.find("{{");
    const auto close = pattern.find("}}", open);
    if (open == std::string_view::npos || close == std::string_view::npos) return out.append(pattern);
    out.append(pattern.substr(0, open));
    out += fields.at(std::string(pattern.substr(open + 2, close - open - 2)));
    pattern.remove_prefix(close + 2);
  }
}

}  // namespace

std::string json_inside_script(const json& value) {
  const auto text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  std::string out;
  for (const char c : text) out += c == '<' ? std::string("\\u003c") : std::string(1, c);
  return out;
}

std::string page_of(const PageParts& parts) {
  return replaced(resources::page(), {{"title", html(parts.title)},
                                      {"style", std::string(resources::style())},
                                      {"navigation", parts.navigation},
                                      {"body", parts.body},
                                      {"plots", json_inside_script(parts.plots)},
                                      {"vega", inside_script(resources::vega())},
                                      {"vega_lite", inside_script(resources::vega_lite())},
                                      {"vega_embed", inside_script(resources::vega_embed())},
                                      {"script", inside_script(resources::script())}});
}

}  // namespace vernier::render
