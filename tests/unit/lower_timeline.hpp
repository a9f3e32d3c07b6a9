// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include <vernier/program/program.hpp>

namespace vernier::test {

/// When a program would end if units had nothing but their throughput, a memory latency and their waits: enough to see
/// whether order and waits let the units overlap, not a ruler.
struct Timeline {
  std::int64_t cycles = 0;
  std::int64_t matrix_busy = 0, load_busy = 0, vector_busy = 0, depthwise_busy = 0;
};
[[nodiscard]] Timeline simulate_timeline(const program::Program& program);

}  // namespace vernier::test
