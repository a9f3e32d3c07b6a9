// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include <vernier/core/result.hpp>
#include <vernier/program/replay.hpp>

#include "model.hpp"

namespace vernier::verilator {

/// Puts contents into the buffers of a model behind the kernel's back, between two clock edges: no cycle passes and no
/// counter counts.
/// @retval kUnavailable  the model has no such buffer, or one of another size
[[nodiscard]] Result<void> write_buffers(Model& model, const program::Target& target, const program::MachineState& state);

/// First byte of the activation buffer that is not as it should be: "activation buffer byte 128 is 3, should be 4".
[[nodiscard]] std::optional<std::string> compare_activations(Model& model, const program::MachineState& expected);

}  // namespace vernier::verilator
