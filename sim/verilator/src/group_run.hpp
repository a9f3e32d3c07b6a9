// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include <vernier/core/result.hpp>
#include <vernier/program/program.hpp>
#include <vernier/runtime/ruler.hpp>

#include "model.hpp"

namespace vernier::verilator {

/// Simulates the groups of a program (groups.hpp) in processes of their own, options.jobs at a time, and adds them up:
/// cycles, counters and trace are those of one run of the whole program (docs/decisions/0003-groups-between-fences.md).
///
/// The architectural model supplies what buffers and memory hold where a group begins, and each group's end is compared
/// with it byte for byte; so `output` holds the kernel's bits as well as the model's. With options.unique_layers groups
/// that repeat an earlier one are not simulated and take its cycles and events.
/// @retval kMismatch  a group leaves other bytes behind than the instruction set says
[[nodiscard]] Result<runtime::RunReport> run_groups(const program::Program& program, std::span<const std::byte> input,
                                                    std::span<std::byte> output, const runtime::RunOptions& options, Model& model);

}  // namespace vernier::verilator
