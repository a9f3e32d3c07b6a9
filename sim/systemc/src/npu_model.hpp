// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include <vernier/core/result.hpp>
#include <vernier/memory/axi_memory.hpp>
#include <vernier/runtime/ruler.hpp>

namespace vernier::systemc {

/// Timing of one run of a program, from ap_start to ap_done, in this process' SystemC kernel: once a process.
/// @param progress  called now and then with the cycles so far and the share of commands retired
/// @retval kTimeout  nothing more happens although the program has not ended
[[nodiscard]] Result<runtime::RunReport> simulate(const program::Program& program, memory::AxiMemory& memory,
                                                  const std::function<void(Cycles, double)>& progress);

/// Keeps the kernel's own remarks (of sc_stop and the like) off the terminal.
void silence_kernel();

}  // namespace vernier::systemc
