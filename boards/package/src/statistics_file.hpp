// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include <vernier/package/synthesis.hpp>

namespace vernier::package {

/// Where the statistics of a target lie in the cache once it was synthesised; for ECP5 its netlist beside them, with .il behind.
[[nodiscard]] Result<std::filesystem::path> statistics_file(const program::Target& target, Family family);

}  // namespace vernier::package
