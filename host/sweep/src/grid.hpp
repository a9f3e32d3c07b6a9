// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <vernier/core/result.hpp>

namespace vernier::sweep {

/// Values of one key of a target, as TOML text.
struct Axis {
  std::string key;
  std::vector<std::string> values;
};

/// Writes every combination of the axes as a target file that is `base` with those keys, and checks it. A file's name is
/// the base's with the keys that vary: npu16-rows8-columns32.
/// @return the files, the last axis innermost
[[nodiscard]] Result<std::vector<std::filesystem::path>> write_grid(const std::filesystem::path& base, const std::vector<Axis>& axes, const std::filesystem::path& folder);

}  // namespace vernier::sweep
