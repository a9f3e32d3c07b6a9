// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <vernier/program/program.hpp>
#include <vernier/program/replay.hpp>

#include "groups.hpp"

namespace vernier::verilator {

/// Equal for groups that take the same cycles and events behind a memory whose answers do not depend on the address: the
/// same commands but for layer and constants, with addresses modulo what timing can see of them (banks, bursts).
/// @param before  contents where the group begins
[[nodiscard]] std::string timing_signature(const program::Program& program, const Group& group, const program::MachineState& before);

}  // namespace vernier::verilator
