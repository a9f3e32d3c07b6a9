// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include <vernier/core/result.hpp>

namespace vernier::verilator {

/// Switching activity (SAIF 2.0, backward) of a VCD, from its first time stamp to its last: for every bit the time at 0
/// and at 1 and its toggles, instances nested as the VCD's scopes. Values that are neither 0 nor 1 count as TX.
/// @retval kInvalidInput  not a VCD, or one without time; names the line
[[nodiscard]] Result<void> write_saif(const std::filesystem::path& vcd, const std::filesystem::path& saif);

}  // namespace vernier::verilator
