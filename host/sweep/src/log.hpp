// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include <vernier/core/files.hpp>

namespace vernier::sweep {

/// The last line of a log that says something.
inline std::string last_line(const std::filesystem::path& log) {
  auto text = read_text(log).value_or("");
  text.erase(text.find_last_not_of(" \r\n") + 1);
  return text.substr(text.find_last_of('\n') + 1);
}

}  // namespace vernier::sweep
