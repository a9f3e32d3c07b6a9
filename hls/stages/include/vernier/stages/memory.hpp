// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace vernier::stages {

/// What a design takes of an FPGA's fabric. Estimated from the kernels' operators, before synthesis.
struct Resources {
  double lut = 0, dsp = 0, bram36 = 0, uram = 0;
  Resources& operator+=(const Resources& other);
  friend Resources operator+(Resources a, const Resources& b) { return a += b; }
};

struct ResourceKind {
  std::string_view name;
  double Resources::*count;
};
inline constexpr std::array kResourceKinds{ResourceKind{"LUT", &Resources::lut}, ResourceKind{"DSP", &Resources::dsp},
                                           ResourceKind{"BRAM36", &Resources::bram36}, ResourceKind{"URAM", &Resources::uram}};

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
