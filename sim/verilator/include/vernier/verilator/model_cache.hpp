// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include <vernier/core/result.hpp>
#include <vernier/program/target.hpp>
#include <vernier/runtime/ruler.hpp>

namespace vernier::verilator {

/// What a model of the same RTL can do besides running; each costs simulation speed.
struct ModelVariant {
  runtime::WaveFormat waves = runtime::WaveFormat::kNone;  ///< can record waveforms
  bool assertions = false;                                 ///< the RTL's assertions end the run
};

/// Content hash of everything a Verilated model depends on: RTL sources, parameters, wrapper, build script, flags.
[[nodiscard]] Result<std::string> model_hash(const program::Target& target, ModelVariant variant);

/// The shared object of `target`'s RTL: from the cache when its hash is there, else Verilated and compiled now
/// (10 s to a minute, said on stderr). The cache is $VERNIER_CACHE, else the build tree.
/// kUnavailable when Verilator or a compiler is missing.
[[nodiscard]] Result<std::filesystem::path> model_for(const program::Target& target, ModelVariant variant);

}  // namespace vernier::verilator
