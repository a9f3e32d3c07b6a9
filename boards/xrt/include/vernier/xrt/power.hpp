// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include <vernier/core/result.hpp>

namespace vernier::card {

/// Reads the power of the first card XRT finds, whole board, at each call; beside runs, from any thread.
/// @retval kUnavailable  no card, or one without a power sensor, as emulated ones are
[[nodiscard]] Result<std::function<Result<double>()>> open_power_sensor();

}  // namespace vernier::card
