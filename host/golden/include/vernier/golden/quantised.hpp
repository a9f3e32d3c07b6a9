// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include <vernier/core/requantize.hpp>
#include <vernier/core/result.hpp>
#include <vernier/core/tensor.hpp>
#include <vernier/ir/graph.hpp>

namespace vernier::golden {

/// Per-tensor quantisation of an int8 or uint8 activation.
struct Level {
  DType type = DType::kInt8;
  float scale = 1;
  std::int32_t zero_point = 0;
  [[nodiscard]] std::int32_t lowest() const { return type == DType::kInt8 ? -128 : 0; }
  [[nodiscard]] std::int32_t highest() const { return lowest() + 255; }
  /// Largest |q - zero_point|.
  [[nodiscard]] std::int64_t reach() const;
};
[[nodiscard]] Result<Level> level_of(const graph::Graph& graph, graph::ValueId value, const graph::Node& node);

/// The node's clamp in integers of its output type, or that type's range.
struct Limits {
  std::int32_t lo = 0, hi = 0;
};
[[nodiscard]] Result<Limits> limits_of(const graph::Node& node, const Level& output);

/// What a quantised operator begins with: its first input, its output, and the output's clamp.
struct Ends {
  Level x, y;
  Limits limits;
};
[[nodiscard]] Result<Ends> ends_of(const graph::Graph& graph, const graph::Node& node);

/// multiplier_of with the node named in the refusal.
[[nodiscard]] Result<Multiplier> checked_multiplier(float m, const graph::Node& node);

/// What each level of x, from the lowest on, becomes on y's scale; m is s_x / s_y.
[[nodiscard]] std::array<std::int32_t, 256> requantisation_table(const Level& x, const Level& y, const Limits& limits, Multiplier m);

/// Weights of a convolution or matrix product: constant int8 without zero points, constant int32 bias.
struct Weights {
  const Tensor* weight = nullptr;  ///< in the graph's order
  const Tensor* bias = nullptr;
  std::vector<Multiplier> multipliers;  ///< one an output channel
};
/// Checks the canonical form of inputs 1 and 2, the multipliers, and that no accumulator can pass 32 bits.
[[nodiscard]] Result<Weights> weights_of(const graph::Graph& graph, const graph::Node& node, const Level& x, const Level& y);

/// q - zero_point of `count` elements from `first` on.
void centre(const Tensor& tensor, std::int64_t first, std::span<std::int16_t> out, std::int32_t zero_point);

/// Calls `f` with the tensor's elements as std::span<T>, T int8_t or uint8_t.
template <class Tensorlike, class F>
void with_elements(Tensorlike& tensor, F&& f) {
  if (tensor.type() == DType::kInt8) {
    f(tensor.template as<std::int8_t>());
  } else {
    f(tensor.template as<std::uint8_t>());
  }
}

/// Batch, channels, height and width of [N, C, H, W] or [N, C, W].
struct ImageShape {
  std::int64_t n = 0, c = 0, h = 0, w = 0;
};
[[nodiscard]] Result<ImageShape> image_shape(const Shape& shape, const graph::Node& node);

}  // namespace vernier::golden
