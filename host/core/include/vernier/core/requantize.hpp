// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include <vernier/core/fixed_point.hpp>

namespace vernier {

/// Exact image of the float32 multiplier; nothing when it is NaN, infinite, negative or >= 2^7.
[[nodiscard]] std::optional<Multiplier> multiplier_of(float m);

/// Requantisation multiplier in ONNX Runtime's order of operations: float32(float32(s_x * s_w) / s_y).
[[nodiscard]] float requantization_scale(float scale_x, float scale_w, float scale_y);
/// Multiplier of a pooling sum over `count` values, each step in float32: s_x / (s_y * count).
[[nodiscard]] float average_scale(float scale_x, float scale_y, std::int64_t count);

/// Multipliers s_a/s_y and s_b/s_y of y = a + b; nothing when a scale is not finite and positive, or the
/// larger ratio does not fit the shift range.
[[nodiscard]] std::optional<AddMultipliers> add_multipliers_of(float scale_a, float scale_b, float scale_y);

}  // namespace vernier
