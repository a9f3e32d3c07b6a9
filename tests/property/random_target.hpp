// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include <vernier/program/target.hpp>

namespace vernier::test {

inline constexpr std::uint32_t kPropertyTargets = 24;

/// Target `n` of a fixed list, n < kPropertyTargets: rows and columns from 1 to 33, buffers from the smallest legal ones
/// up to a few kilobytes. The list is fixed so that Verilated models of it are found in the cache.
[[nodiscard]] program::Target property_target(std::uint32_t n);

/// The target as a file that `--target` takes.
[[nodiscard]] std::string to_toml(const program::Target& target);

}  // namespace vernier::test
