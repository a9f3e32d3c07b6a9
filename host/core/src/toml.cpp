// SPDX-License-Identifier: Apache-2.0
#include <vernier/core/toml.hpp>

#include <algorithm>
#include <sstream>

namespace vernier {

Result<toml::value> parse_toml(std::string_view text, const std::string& where) {
  std::istringstream in{std::string(text)};
  try {
    return toml::parse(in, where);
  } catch (const std::exception& e) {  // toml11 reports through exceptions
    std::string what = e.what();
    std::ranges::replace(what, '\n', ' ');
    return fail(ErrorCode::kInvalidInput, "is not TOML: " + what, where);
  }
}

std::string toml_text(const toml::value& value) { return toml::format(value); }

}  // namespace vernier
