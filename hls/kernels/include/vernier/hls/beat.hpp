// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace vernier {
namespace hls {

// What every kernel takes as its Cfg: one struct that names all its sizes, as `static constexpr int` where hardware is
// made of it, as plain members where one compiled kernel serves any size (simulation). Beside the sizes:
//   kFixed   true where the sizes are constants: the kernel's rules are then checked at compile time
//   kValues  false where only the order of reads and writes is wanted: lanes are then not computed
//   cycle()  called once an iteration of the pipelined loop; empty in hardware, a clock in simulation

/// One transfer of a stream: kLanes neighbouring channels of one pixel.
template <int kLanes>
struct Beat {
  std::int8_t lane[kLanes];
};

/// What a Cfg with constant sizes, for hardware, inherits.
struct FixedConfig {
  static constexpr bool kFixed = true;
  static constexpr bool kValues = true;
  static void cycle() {}
};

/// Lanes of a beat that a kernel computes.
template <class Cfg>
constexpr int lanes_of(int lanes) {
  return Cfg::kValues ? lanes : 0;
}

}  // namespace hls
}  // namespace vernier
