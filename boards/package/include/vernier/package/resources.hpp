// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <vernier/core/resources.hpp>
#include <vernier/core/result.hpp>
#include <vernier/program/target.hpp>

namespace vernier::package {

enum class Family : std::uint8_t { kUltraScalePlus, k7Series, kEcp5, kOsu018 };
[[nodiscard]] std::string_view name_of(Family family);  ///< "xcup", "xc7", "ecp5" as Yosys calls them, "osu018": standard cells of 180 nm
[[nodiscard]] Result<Family> family_of(std::string_view name);
/// The family of a part ("xcu50-..."): 7 series and ECP5 by its name, else UltraScale+ (Versal is counted as that).
[[nodiscard]] Family family_of_part(std::string_view part);

/// A memory of the kernel and what it takes.
struct MemoryUse {
  std::string_view name;
  Resources used;
};
/// The memories of a target's kernel by their sizes: UltraRAM of 4096 words and block RAM of 512 words, 72 bits each, LUTs
/// below 128 words (UG573, UG574).
[[nodiscard]] std::vector<MemoryUse> memories_of(const program::Target& target, Family family);

}  // namespace vernier::package
