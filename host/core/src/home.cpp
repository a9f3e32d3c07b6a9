// SPDX-License-Identifier: Apache-2.0
#include <vernier/core/home.hpp>

#include <cstdlib>

namespace vernier {

std::filesystem::path home() {
  const char* own = std::getenv("VERNIER_HOME");
  return own != nullptr && *own != '\0' ? own : VERNIER_SOURCE_DIR;
}

}  // namespace vernier
