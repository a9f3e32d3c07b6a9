// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include <vernier/core/result.hpp>
#include <vernier/package/pack.hpp>

namespace vernier::package {

/// Where Verilated models, kernels and unpacked archives are kept: $VERNIER_CACHE, else the build tree, else (read-only
/// installation) the user's cache.
[[nodiscard]] Result<std::filesystem::path> cache_folder();

/// The shared object of any RTL behind sim/hwemu/plugin/kernel_api.h: from the cache when nothing it depends on has
/// changed, else Verilated and compiled now (said on stderr).
/// @param source  names the files, or their folder, and parameters; a description is not needed
/// @retval kUnavailable  Verilator or a compiler is missing
[[nodiscard]] Result<std::filesystem::path> verilated_object(const std::string& top, const KernelSource& source, bool waves);

}  // namespace vernier::package
