// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <cstdlib>
#include <vector>

#include <vernier/package/verilated.hpp>

namespace vernier::package {

namespace fs = std::filesystem;

Result<fs::path> cache_folder() {
  std::vector<fs::path> choices;
  if (const char* own = std::getenv("VERNIER_CACHE"); own != nullptr && *own != '\0') choices.emplace_back(own);
  choices.emplace_back(VERNIER_MODEL_DIR);
  if (const char* xdg = std::getenv("XDG_CACHE_HOME"); xdg != nullptr && *xdg != '\0') choices.push_back(fs::path(xdg) / "vernier/models");
  if (const char* user = std::getenv("HOME"); user != nullptr && *user != '\0') choices.push_back(fs::path(user) / ".cache/vernier/models");
  for (const auto& folder : choices) {
    std::error_code ec;
    fs::create_directories(folder, ec);
    if (::access(folder.c_str(), W_OK) == 0) return folder;
  }
  return fail(ErrorCode::kIo, "no folder for models and syntheses can be written; set VERNIER_CACHE", choices.front().string());
}

}  // namespace vernier::package
