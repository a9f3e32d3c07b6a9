// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include <vernier/core/result.hpp>
#include <vernier/program/target.hpp>

namespace vernier::verilator {

/// Content hash of everything a Verilated model depends on: RTL sources, parameters, wrapper, build script, flags.
[[nodiscard]] Result<std::string> model_hash(const program::Target& target, bool waves);

/// The shared object of `target`'s RTL: from the cache when its hash is there, else Verilated and compiled now
/// (10 s to a minute, said on stderr). The cache is $VERNIER_CACHE, else the build tree.
/// kUnavailable when Verilator or a compiler is missing.
[[nodiscard]] Result<std::filesystem::path> model_for(const program::Target& target, bool waves);

}  // namespace vernier::verilator
