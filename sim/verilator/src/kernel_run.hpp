// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <vernier/core/result.hpp>
#include <vernier/memory/axi_memory.hpp>
#include <vernier/program/program.hpp>
#include <vernier/runtime/ruler.hpp>

#include "model.hpp"

namespace vernier::verilator {

/// Where a region lies; the same for every run, so that memories with rows and banks repeat exactly.
[[nodiscard]] std::uint64_t base_of(program::Region region);

/// One start of the kernel.
struct KernelRun {
  const program::Target& target;
  std::span<const spec::Word> commands;
  std::size_t first = 0;    ///< index of the first command in its program
  std::uint64_t epoch = 0;  ///< stretch of the memory's behaviour that begins at ap_start
};

/// Runs the kernel from ap_start to ap_done on `memory`, whose `store` holds the regions, and reads its counters. The
/// reset before it leaves the contents of the buffers alone.
/// @retval kMismatch     a bus error, an assertion, a broken AXI rule: names channel and address, or the rule
/// @retval kTimeout      no handshake for options.watchdog_cycles: names who waits for what
/// @retval kInterrupted  Ctrl-C
[[nodiscard]] Result<runtime::RunReport> run_kernel(Model& model, const KernelRun& run, memory::AxiMemory& memory,
                                                    memory::SparseMemory& store, const runtime::RunOptions& options);

}  // namespace vernier::verilator
