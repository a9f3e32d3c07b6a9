// SPDX-License-Identifier: Apache-2.0
#include "integers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "rewrite.hpp"

namespace vernier::graph {
namespace {

tl::unexpected<Error> refuse(const Node& node, std::string what) { return fail(ErrorCode::kUnsupported, std::move(what), node.name); }

/// int8 weight without zero point: w - z where all fit.
Result<ValueId> settle_weight(Graph& graph, const Node& node, std::int64_t outputs) {
  const auto& from = graph.value(node.inputs[1]);
  auto q = *from.quantization;
  const auto scales = static_cast<std::int64_t>(q.scale.size());
  if (scales > 1 && q.axis != 0) {
    return refuse(node, fmt::format("its weight '{}' has scales along axis {}; one, or one for each output channel, are supported", from.name, q.axis));
  }
  const bool plain = from.type == DType::kInt8 && std::ranges::all_of(q.zero_point, [](auto z) { return z == 0; });
  if (plain) return node.inputs[1];
  Tensor weight(DType::kInt8, from.shape);
  const auto per_output = weight.size() / outputs;
  for (std::int64_t i = 0; i < weight.size(); ++i) {
    const auto z = q.zero_point[q.zero_point.size() == 1 ? 0 : static_cast<std::size_t>(i / per_output)];
    const auto w = integer_at(*from.constant, i) - z;
    if (w < -128 || w > 127) {
      return refuse(node, fmt::format("its weight '{}' has {} at index {} after its zero point {} is taken off; int8 holds -128 to 127", from.name, w, i, z));
    }
    weight.as<std::int8_t>()[static_cast<std::size_t>(i)] = static_cast<std::int8_t>(w);
  }
  std::ranges::fill(q.zero_point, 0);
  const auto id = add_constant(graph, from.name + "_int8", std::move(weight));
  graph.value(id).quantization = std::move(q);
  return id;
}

/// Real value of the bias for output channel `o`; 0 without one.
double bias_at(const Graph& graph, const Node& node, std::int64_t o) {
  if (node.inputs.size() < 3) return 0;
  const auto& bias = graph.value(node.inputs[2]);
  if (bias.type == DType::kFloat32) return static_cast<double>(bias.constant->as<float>()[static_cast<std::size_t>(o)]);
  const auto& q = *bias.quantization;
  const auto at = q.scale.size() == 1 ? 0 : static_cast<std::size_t>(o);
  return static_cast<double>(integer_at(*bias.constant, o) - q.zero_point[at]) * static_cast<double>(q.scale[at]);
}

/// The int32 bias on the accumulator's scale, s_x * s_w. Integers already on that scale stay as they are.
Result<ValueId> settle_bias(Graph& graph, const Node& node, float scale_x, const Quantization& weight, std::int64_t outputs) {
  Quantization q{{}, {}, weight.axis};
  for (const auto s : weight.scale) q.scale.push_back(scale_x * s);
  q.zero_point.assign(q.scale.size(), 0);
  const Value* given = node.inputs.size() > 2 ? &graph.value(node.inputs[2]) : nullptr;
  if (given && given->type == DType::kInt32 && given->quantization == q) return node.inputs[2];
  Tensor bias(DType::kInt32, {outputs});
  for (std::int64_t o = 0; o < outputs; ++o) {
    const auto scale = q.scale[q.scale.size() == 1 ? 0 : static_cast<std::size_t>(o)];
    const bool same = given && given->type == DType::kInt32 && given->quantization->zero_point[0] == 0 &&
                      given->quantization->scale[given->quantization->scale.size() == 1 ? 0 : static_cast<std::size_t>(o)] == scale;
    const double real = same ? static_cast<double>(integer_at(*given->constant, o))
                             : std::nearbyint(bias_at(graph, node, o) / static_cast<double>(scale));
    if (!(std::abs(real) <= static_cast<double>(std::numeric_limits<std::int32_t>::max()))) {
      return refuse(node, fmt::format("its bias {} is {:g} steps of the accumulator, which int32 does not hold", o, real));
    }
    bias.as<std::int32_t>()[static_cast<std::size_t>(o)] = static_cast<std::int32_t>(real);
  }
  const auto id = add_constant(graph, given ? given->name + "_int32" : node.name + "_bias", std::move(bias));
  graph.value(id).quantization = std::move(q);
  return id;
}

}  // namespace

std::optional<Range> range_of(DType type) {
  switch (type) {
    case DType::kInt8: return Range{-128, 127};
    case DType::kUint8: return Range{0, 255};
    case DType::kInt32: return Range{std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()};
    default: return std::nullopt;
  }
}

std::int64_t integer_at(const Tensor& tensor, std::int64_t i) {
  const auto at = static_cast<std::size_t>(i);
  switch (tensor.type()) {
    case DType::kInt8: return tensor.as<std::int8_t>()[at];
    case DType::kUint8: return tensor.as<std::uint8_t>()[at];
    case DType::kInt16: return tensor.as<std::int16_t>()[at];
    case DType::kUint16: {
      std::uint16_t v = 0;
      std::memcpy(&v, tensor.bytes().data() + at * sizeof v, sizeof v);
      return v;
    }
    case DType::kInt32: return tensor.as<std::int32_t>()[at];
    default: VERNIER_ASSERT(false, "an integer tensor of up to 32 bits"); return 0;
  }
}

Quantization quantization_of(const Graph& graph, const Node& node) {
  Quantization q;
  const auto& scale = *graph.value(node.inputs.at(1)).constant;
  q.scale.assign(scale.as<float>().begin(), scale.as<float>().end());
  if (node.inputs.size() > 2) {
    const auto& zero = *graph.value(node.inputs[2]).constant;
    for (std::int64_t i = 0; i < zero.size(); ++i) q.zero_point.push_back(static_cast<std::int32_t>(integer_at(zero, i)));
  } else {
    q.zero_point.assign(q.scale.size(), 0);
  }
  const auto rank = static_cast<std::int64_t>(graph.value(node.inputs.at(0)).shape.size());
  const auto axis = int_attribute(node, "axis", 1);
  if (q.scale.size() > 1) q.axis = static_cast<int>(axis < 0 ? axis + rank : axis);
  return q;
}

std::int64_t quantize(double real, float scale, std::int32_t zero_point, Range range) {
  if (std::isinf(real)) return real < 0 ? range.lo : range.hi;
  const float steps = std::nearbyint(static_cast<float>(real) / scale);
  const double q = static_cast<double>(steps) + zero_point;
  return static_cast<std::int64_t>(std::clamp(q, static_cast<double>(range.lo), static_cast<double>(range.hi)));
}

Clamp integer_clamp(const std::optional<Clamp>& clamp, const Value& output) {
  const auto range = *range_of(output.type);
  if (!clamp) return {static_cast<double>(range.lo), static_cast<double>(range.hi)};
  const auto& q = *output.quantization;
  return {static_cast<double>(quantize(clamp->lo, q.scale[0], q.zero_point[0], range)),
          static_cast<double>(quantize(clamp->hi, q.scale[0], q.zero_point[0], range))};
}

Tensor dequantized(const Value& value) {
  const auto& q = *value.quantization;
  Tensor real(DType::kFloat32, value.shape);
  std::int64_t inner = 1;  // elements of one index of the axis
  if (q.axis >= 0) {
    for (auto i = static_cast<std::size_t>(q.axis) + 1; i < value.shape.size(); ++i) inner *= value.shape[i];
  }
  for (std::int64_t i = 0; i < real.size(); ++i) {
    const auto at = q.scale.size() == 1 ? 0 : static_cast<std::size_t>(i / inner) % q.scale.size();
    real.as<float>()[static_cast<std::size_t>(i)] = static_cast<float>(integer_at(*value.constant, i) - q.zero_point[at]) * q.scale[at];
  }
  return real;
}

Result<void> quantise_weights(Graph& graph, Node& node, float scale_x) {
  const auto outputs = graph.value(node.inputs.at(1)).shape.at(0);
  const auto weight = settle_weight(graph, node, outputs);
  if (!weight) return forward_error(weight);
  const Quantization q = *graph.value(*weight).quantization;
  const auto bias = settle_bias(graph, node, scale_x, q, outputs);
  if (!bias) return forward_error(bias);
  node.inputs.resize(1);
  node.inputs.push_back(*weight);
  node.inputs.push_back(*bias);
  return {};
}

}  // namespace vernier::graph
