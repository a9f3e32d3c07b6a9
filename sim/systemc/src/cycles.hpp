// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <systemc>

namespace vernier::systemc {

/// Cycle 0 is the one whose closing edge samples ap_start. A unit acts at the beginning of a cycle; clock edges, and
/// with them all that memory does, stand in the middle between two beginnings, so both always see each other settled.
inline constexpr std::int64_t kCyclePs = 1000;

[[nodiscard]] inline sc_core::sc_time cycles(std::int64_t n) { return {static_cast<double>(n * kCyclePs), sc_core::SC_PS}; }
[[nodiscard]] inline std::int64_t now() { return static_cast<std::int64_t>(sc_core::sc_time_stamp().value()) / kCyclePs; }

/// Of a thread process: sleeps until the beginning of `cycle`, not at all when that has passed.
inline void sleep_until(std::int64_t cycle) {
  if (const auto at = cycles(cycle); at > sc_core::sc_time_stamp()) sc_core::wait(at - sc_core::sc_time_stamp());
}

}  // namespace vernier::systemc
