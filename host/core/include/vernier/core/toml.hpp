// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <toml.hpp>

#include <vernier/core/result.hpp>

namespace vernier {

/// toml11's parser and formatter, which cost a compiler ten seconds in every file that instantiates them.
/// @param where  what errors call the text, usually its file
/// @retval kInvalidInput  not TOML, with the place
[[nodiscard]] Result<toml::value> parse_toml(std::string_view text, const std::string& where);

/// A value as it stands in a file.
[[nodiscard]] std::string toml_text(const toml::value& value);

}  // namespace vernier
