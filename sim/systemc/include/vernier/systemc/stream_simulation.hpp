// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/stages/dataflow.hpp>

namespace vernier::systemc {

/// A streaming design in SystemC, in a process of its own: every stage a module whose thread is the stage's kernel
/// function, every FIFO a channel. Values to the bit, cycles as stages::simulate_values() has them.
/// @param inputs  as there
/// @retval kTimeout  the design hangs: names the FIFO and who waits for whom
[[nodiscard]] Result<stages::DataflowValues> simulate_stream(const stages::Design& design, int frames, const std::vector<std::vector<std::int8_t>>& inputs);

}  // namespace vernier::systemc
