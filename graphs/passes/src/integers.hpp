// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <vernier/core/result.hpp>
#include <vernier/ir/graph.hpp>

namespace vernier::graph {

/// Integers of the element type: 8-bit types and int32.
struct Range {
  std::int64_t lo = 0, hi = 0;
};
[[nodiscard]] std::optional<Range> range_of(DType type);

/// The value's element i as an integer, of any integer type up to 32 bits.
[[nodiscard]] std::int64_t integer_at(const Tensor& tensor, std::int64_t i);

/// Scale and zero point of a kQuantize or kDequantize node; the axis counts from 0, -1 for one scale.
[[nodiscard]] Quantization quantization_of(const Graph& graph, const Node& node);

/// QuantizeLinear of one real number, as ONNX Runtime does it: float division, round half even, saturate.
[[nodiscard]] std::int64_t quantize(double real, float scale, std::int32_t zero_point, Range range);

/// The node's real clamp, or none, as integers of the output.
[[nodiscard]] Clamp integer_clamp(const std::optional<Clamp>& clamp, const Value& output);

/// (q - z) * s of a constant with Quantization.
[[nodiscard]] Tensor dequantized(const Value& value);

/// Checks and replaces weight (input 1) and bias (input 2, or none) of a kConv/kGemm by the canonical int8 and int32
/// constants for an input of scale `scale_x`.
/// @retval kUnsupported  zero points that do not fold into int8, or scales along another axis than the outputs'
[[nodiscard]] Result<void> quantise_weights(Graph& graph, Node& node, float scale_x);

}  // namespace vernier::graph
