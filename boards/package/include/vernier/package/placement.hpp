// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/program/target.hpp>

namespace vernier::package {

/// Where a kernel is placed: the largest ECP5, as the ULX3S has it (boards/ulx3s-85f.toml).
struct PlacementDevice {
  std::string part, device, package, speed_grade;  ///< the last three as nextpnr names them
};
[[nodiscard]] const PlacementDevice& placement_device();

struct PlacementUse {
  std::string kind;  ///< of nextpnr: TRELLIS_COMB is a LUT4
  std::int64_t used = 0, available = 0;
};

/// A kernel as nextpnr placed and routed it.
struct Placement {
  std::string tool;
  double clock_mhz = 0;  ///< that the routed design meets
  double aimed_mhz = 0;  ///< that the placer worked for
  std::int64_t harness_registers = 0;  ///< around the kernel, in `uses` too (place.sh)
  std::vector<PlacementUse> uses;
  double logic_ns = 0, routing_ns = 0;  ///< of the longest path
  std::int64_t levels = 0;              ///< cells on it between its registers
  std::string from, to;                 ///< its registers
};

/// Reads what placed.py wrote.
/// @retval kInvalidInput  a figure is missing: names it
[[nodiscard]] Result<Placement> parse_placement(std::string_view text);

/// Synthesises a target's kernel for ECP5, then places and routes it, or reads what an earlier call left in the cache (by
/// content hash of RTL, parameters and scripts, and by seed). The same seed gives the same figures.
/// @retval kUnavailable   Yosys or nextpnr is missing
/// @retval kInvalidInput  nextpnr failed, for one where the kernel is larger than the device
[[nodiscard]] Result<Placement> place(const program::Target& target, std::int64_t seed);

}  // namespace vernier::package
