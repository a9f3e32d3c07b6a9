// SPDX-License-Identifier: Apache-2.0
#include <vernier/golden/quantised.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace vernier::golden {
namespace {
bool usable(float scale) { return std::isfinite(scale) && scale > 0.0F; }
}  // namespace

std::int64_t Level::reach() const { return std::max(highest() - zero_point, zero_point - lowest()); }

Result<Level> level_of(const graph::Graph& graph, graph::ValueId id, const graph::Node& node) {
  const auto& value = graph.value(id);
  const auto bad = [&](std::string what) { return fail(ErrorCode::kInvalidInput, fmt::format("'{}' {}", value.name, what), node.name); };
  if (value.type != DType::kInt8 && value.type != DType::kUint8) {
    return bad(fmt::format("is {}, a quantised activation is int8 or uint8", name_of(value.type)));
  }
  if (!value.quantization || value.quantization->scale.size() != 1 || value.quantization->zero_point.size() != 1) {
    return bad("needs one scale and one zero point");
  }
  const Level level{value.type, value.quantization->scale[0], value.quantization->zero_point[0]};
  if (!usable(level.scale)) return bad(fmt::format("has scale {}, a finite one above 0 is needed", level.scale));
  if (level.zero_point < level.lowest() || level.zero_point > level.highest()) {
    return bad(fmt::format("has zero point {}, {} holds {} to {}", level.zero_point, name_of(level.type), level.lowest(), level.highest()));
  }
  return level;
}

Result<Limits> limits_of(const graph::Node& node, const Level& output) {
  if (!node.clamp) return Limits{output.lowest(), output.highest()};
  const auto inside = [&output](double v) { return v >= output.lowest() && v <= output.highest() && std::nearbyint(v) == v; };
  if (!inside(node.clamp->lo) || !inside(node.clamp->hi) || node.clamp->lo > node.clamp->hi) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("clamp [{}, {}] is not a range of integers in [{}, {}]", node.clamp->lo, node.clamp->hi, output.lowest(), output.highest()),
                node.name);
  }
  return Limits{static_cast<std::int32_t>(node.clamp->lo), static_cast<std::int32_t>(node.clamp->hi)};
}

Result<Ends> ends_of(const graph::Graph& graph, const graph::Node& node) {
  const auto x = level_of(graph, node.inputs.at(0), node);
  if (!x) return forward_error(x);
  const auto y = level_of(graph, node.outputs.at(0), node);
  if (!y) return forward_error(y);
  const auto limits = limits_of(node, *y);
  if (!limits) return forward_error(limits);
  return Ends{*x, *y, *limits};
}

Result<Multiplier> checked_multiplier(float m, const graph::Node& node) {
  const auto multiplier = multiplier_of(m);
  if (!multiplier) return fail(ErrorCode::kUnsupported, fmt::format("requantisation multiplier {}, [0, 128) is allowed", m), node.name);
  return *multiplier;
}

std::array<std::int32_t, 256> requantisation_table(const Level& x, const Level& y, const Limits& limits, Multiplier m) {
  std::array<std::int32_t, 256> table{};
  for (std::int32_t q = x.lowest(); q <= x.highest(); ++q) {
    table[static_cast<std::size_t>(q - x.lowest())] = requantize(q - x.zero_point, m, y.zero_point, limits.lo, limits.hi);
  }
  return table;
}

Result<Weights> weights_of(const graph::Graph& graph, const graph::Node& node, const Level& x, const Level& y) {
  const auto bad = [&node](std::string what) { return fail(ErrorCode::kInvalidInput, std::move(what), node.name); };
  if (node.inputs.size() != 3) return bad(fmt::format("has {} inputs, a quantised one has input, weight and bias", node.inputs.size()));
  const auto& weight = graph.value(node.inputs[1]);
  const auto& bias = graph.value(node.inputs[2]);
  if (!weight.constant || weight.constant->type() != DType::kInt8 || weight.constant->shape().empty()) return bad("its weight is not a constant of int8");
  const auto outputs = weight.constant->shape()[0];
  if (!bias.constant || bias.constant->type() != DType::kInt32 || bias.constant->shape() != Shape{outputs}) {
    return bad(fmt::format("its bias is not {} constant int32", outputs));
  }
  if (!weight.quantization) return bad("its weight has no scale");
  const auto& q = *weight.quantization;
  const auto scales = static_cast<std::int64_t>(q.scale.size());
  if (scales != 1 && (q.axis != 0 || scales != outputs)) {
    return bad(fmt::format("its weight has {} scales along axis {}; one, or {} along axis 0, are allowed", scales, q.axis, outputs));
  }
  if (std::ranges::any_of(q.zero_point, [](std::int32_t z) { return z != 0; })) return bad("its weight has a zero point other than 0");

  Weights weights{&*weight.constant, &*bias.constant, {}};
  const auto w = weights.weight->as<std::int8_t>();
  const auto per_output = weights.weight->size() / std::max<std::int64_t>(outputs, 1);
  for (std::int64_t o = 0; o < outputs; ++o) {
    const float scale = q.scale[scales == 1 ? 0 : static_cast<std::size_t>(o)];
    if (!usable(scale)) return bad(fmt::format("its weight scale {} is {}, a finite one above 0 is needed", o, scale));
    const auto m = checked_multiplier(requantization_scale(x.scale, scale, y.scale), node);
    if (!m) return forward_error(m);
    weights.multipliers.push_back(*m);
    std::int64_t bound = std::abs(static_cast<std::int64_t>(weights.bias->as<std::int32_t>()[static_cast<std::size_t>(o)]));
    for (const auto v : w.subspan(static_cast<std::size_t>(o * per_output), static_cast<std::size_t>(per_output))) {
      bound += std::abs(static_cast<std::int64_t>(v)) * x.reach();
    }
    if (bound > std::numeric_limits<std::int32_t>::max()) {
      return fail(ErrorCode::kUnsupported, fmt::format("output channel {} may accumulate to {}, beyond 32 bits", o, bound), node.name);
    }
  }
  return weights;
}

void centre(const Tensor& tensor, std::int64_t first, std::span<std::int16_t> out, std::int32_t zero_point) {
  with_elements(tensor, [&](auto q) {
    const auto* from = q.data() + first;
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::int16_t>(from[i] - zero_point);
  });
}

Result<ImageShape> image_shape(const Shape& shape, const graph::Node& node) {
  if (shape.size() == 4) return ImageShape{shape[0], shape[1], shape[2], shape[3]};
  if (shape.size() == 3) return ImageShape{shape[0], shape[1], 1, shape[2]};
  return fail(ErrorCode::kInvalidInput, fmt::format("shape {}; images are [N, C, H, W] or [N, C, W]", to_string(shape)), node.name);
}

}  // namespace vernier::golden
