// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <vernier/core/result.hpp>
#include <vernier/program/target.hpp>

namespace vernier::verilator {

/// What is compiled into a model beside the kernel.
enum class ModelBuild : std::uint8_t {
  kFast,     ///< nothing: what rulers run
  kChecked,  ///< the assertions of the RTL, a quarter to a third slower: what conformance tests run
  kWaves,    ///< assertions and waveforms
};

/// Content hash of everything a Verilated model depends on: RTL sources, parameters, wrapper, build script, flags.
[[nodiscard]] Result<std::string> model_hash(const program::Target& target, ModelBuild build);

/// The shared object of `target`'s RTL: from the cache when its hash is there, else Verilated and compiled now
/// (10 s to a minute, said on stderr). The cache is $VERNIER_CACHE, else the build tree.
/// kUnavailable when Verilator or a compiler is missing.
[[nodiscard]] Result<std::filesystem::path> model_for(const program::Target& target, ModelBuild build);

}  // namespace vernier::verilator
