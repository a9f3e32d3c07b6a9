// SPDX-License-Identifier: Apache-2.0
// Figures of a handwritten page are those of the test that measures them.
#pragma once

#include <fstream>
#include <string>

/// Whether docs/`page` has exactly this line.
inline bool page_has(const std::string& page, const std::string& line) {
  std::ifstream in(std::string(VERNIER_SOURCE_DIR) + "/docs/" + page);
  for (std::string other; std::getline(in, other);) {
    if (other == line) return true;
  }
  return false;
}
