// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include <vernier/core/resources.hpp>

namespace vernier::stages {

/// What stages are estimated in, before synthesis: flip-flops are not.
inline constexpr std::array kEstimatedKinds{kResourceKinds[0], kResourceKinds[2], kResourceKinds[3], kResourceKinds[4]};
static_assert(kResourceKinds[1].count == &Resources::ff);

/// UltraRAM of a part, as a choice beside block RAM.
struct UltraRam {
  double brams_each = 0;     ///< block RAMs the part has for each of them; 0: no UltraRAM
  bool initialised = false;  ///< contents come with the configuration: Versal (AM007), not UltraScale+ (UG901)
};

enum class Contents : std::uint8_t { kNone, kConstant };

/// A memory lies in UltraRAM where the part has it, it can hold the contents, and takes a smaller share of the part's UltraRAM
/// than of its block RAM.
[[nodiscard]] bool lies_in_ultra_ram(std::int64_t words, std::int64_t bits, Contents contents, const UltraRam& ultra);

/// What a memory of so many words takes: LUTs while it is shallow, else block RAM or UltraRAM.
[[nodiscard]] Resources memory_resources(std::int64_t words, std::int64_t bits, Contents contents = Contents::kNone, const UltraRam& ultra = {});

}  // namespace vernier::stages
