// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fmt/format.h>
#include <limits>
#include <vernier/core/requantize.hpp>
#include <vernier/core/softmax.hpp>

#include "network.hpp"

namespace vernier::lower {
namespace {

using graph::Graph;
using graph::Node;
using graph::OpKind;
using graph::Value;
using Refusal = std::optional<std::string>;

bool is_activation(const Value& v) {
  return !v.constant && (v.type == DType::kInt8 || v.type == DType::kUint8);
}

/// The quantised tensors of a node must be per-tensor.
Refusal refuse_activation(const Value& v, bool any_shape, bool needs_quantisation) {
  if (!is_activation(v)) return fmt::format("'{}' is {}, allowed are int8 and uint8", v.name, name_of(v.type));
  if (any_shape ? !element_image_of(v.shape, false) : !image_of(v.shape)) return any_shape ? fmt::format("'{}' has shape {}, which is empty or too large", v.name, to_string(v.shape)) : fmt::format("'{}' has shape {}, allowed are [N, C], [N, C, W] and [N, C, H, W]", v.name, to_string(v.shape));
  if (!needs_quantisation) return std::nullopt;
  if (!v.quantization || v.quantization->scale.size() != 1 || v.quantization->zero_point.size() != 1) {
    return fmt::format("'{}' is not quantised per tensor", v.name);
  }
  return std::nullopt;
}

Refusal refuse_window(const graph::Window& w, bool pooling, std::int64_t most_dilation) {
  const auto check = [](const char* what, std::int64_t v, std::int64_t lo, std::int64_t hi) -> Refusal {
    if (v < lo || v > hi) return fmt::format("{} is {}, allowed is {} to {}", what, v, lo, hi);
    return std::nullopt;
  };
  for (const auto& bad : {check("kernel height", w.kernel_h, 1, 255), check("kernel width", w.kernel_w, 1, 255),
                          check("vertical stride", w.stride_h, 1, 15), check("horizontal stride", w.stride_w, 1, 15),
                          check("vertical dilation", w.dilation_h, 1, std::min<std::int64_t>(255, most_dilation)),
                          check("horizontal dilation", w.dilation_w, 1, std::min<std::int64_t>(63, most_dilation)),
                          check("top padding", w.pad_top, 0, pooling ? w.kernel_h - 1 : 4095),
                          check("left padding", w.pad_left, 0, pooling ? w.kernel_w - 1 : 4095),
                          check("bottom padding", w.pad_bottom, 0, pooling ? w.kernel_h - 1 : 4095),
                          check("right padding", w.pad_right, 0, pooling ? w.kernel_w - 1 : 4095)}) {
    if (bad) return bad;
  }
  return std::nullopt;
}

/// |any partial sum| + |folded bias| <= 2^31 - 1 for every output channel, from the weights alone.
Refusal refuse_overflow(std::span<const std::int8_t> weight, std::span<const std::int32_t> bias, std::int32_t zero) {
  const std::size_t depth = weight.size() / bias.size();
  for (std::size_t o = 0; o < bias.size(); ++o) {
    std::int64_t magnitude = 0, sum = 0;
    for (const auto w : weight.subspan(o * depth, depth)) {
      magnitude += std::abs(static_cast<std::int64_t>(w));
      sum += w;
    }
    const std::int64_t bound = 128 * magnitude + std::abs(bias[o] - zero * sum);
    const std::int64_t folded = bias[o] - zero * sum;
    if (bound > std::numeric_limits<std::int32_t>::max() || folded < std::numeric_limits<std::int32_t>::min()) {
      return fmt::format("the accumulator of output channel {} can reach {}, int32 ends at {}", o, bound, std::numeric_limits<std::int32_t>::max());
    }
  }
  return std::nullopt;
}

Refusal refuse_weights(const Graph& g, const Node& node) {
  if (node.inputs.size() != 3) return fmt::format("has {} inputs, allowed are input, weight and bias", node.inputs.size());
  const auto& x = g.value(node.inputs[0]);
  const auto& weight = g.value(node.inputs[1]);
  const auto& bias = g.value(node.inputs[2]);
  const auto& y = g.value(node.outputs[0]);
  if (!weight.constant || weight.type != DType::kInt8 || !weight.quantization) return "its weights are not constant int8";
  if (!bias.constant || bias.type != DType::kInt32) return "its bias is not constant int32";
  const auto& q = *weight.quantization;
  const auto channels = static_cast<std::size_t>(weight.shape.at(0));
  if (q.scale.size() != 1 && q.scale.size() != channels) return fmt::format("has {} weight scales for {} output channels", q.scale.size(), channels);
  if (std::ranges::any_of(q.zero_point, [](auto z) { return z != 0; })) return "its weights have a zero point other than 0";
  if (bias.constant->size() != static_cast<std::int64_t>(channels)) return fmt::format("has {} biases for {} output channels", bias.constant->size(), channels);
  for (std::size_t o = 0; o < q.scale.size(); ++o) {
    const float m = requantization_scale(x.quantization->scale[0], q.scale[o], y.quantization->scale[0]);
    if (!multiplier_of(m)) return fmt::format("the multiplier of output channel {} is {}, allowed is 0 to below 128", o, m);
  }
  const std::int32_t zero = x.quantization->zero_point[0] - (x.type == DType::kUint8 ? 128 : 0);
  return refuse_overflow(weight.constant->as<std::int8_t>(), bias.constant->as<std::int32_t>(), zero);
}

Refusal refuse_convolution(const Graph& g, const Node& node) {
  if (auto bad = refuse_window(node.window, false, 255)) return bad;
  const auto image = *image_of(g.value(node.inputs[0]).shape);
  const std::int64_t group = node.window.group;
  const auto& weight = g.value(node.inputs.at(1)).shape;
  if (weight.size() < 2 || group < 1 || weight[0] % group != 0 || weight[1] * group != image.channels ||
      element_count(weight) != weight[0] * weight[1] * node.window.kernel_h * node.window.kernel_w) {
    return fmt::format("weights of shape {} do not belong to {} input channels in {} groups and a {} x {} kernel", to_string(weight), image.channels, group, node.window.kernel_h, node.window.kernel_w);
  }
  return refuse_weights(g, node);
}

Refusal refuse_gemm(const Graph& g, const Node& node) {
  const auto& weight = g.value(node.inputs.at(1)).shape;
  if (weight.size() != 2 || weight[1] * g.value(node.inputs[0]).shape.at(0) != element_count(g.value(node.inputs[0]).shape)) {
    return fmt::format("weights of shape {} do not belong to an input of shape {}", to_string(weight), to_string(g.value(node.inputs[0]).shape));
  }
  return refuse_weights(g, node);
}

Refusal refuse_matmul(const Graph& g, const Node& node) {
  if (node.inputs.size() != 2) return fmt::format("has {} operands, allowed are 2", node.inputs.size());
  const auto &a = g.value(node.inputs[0]), &b = g.value(node.inputs[1]), &y = g.value(node.outputs[0]);
  if (auto bad = refuse_activation(b, false, true)) return bad;
  const auto &of_a = a.shape, &of_b = b.shape;
  if (of_a.size() != 3 || of_b.size() != 3 || of_a[0] != of_b[0] || of_a[2] != of_b[1]) {
    return fmt::format("its operands have shapes {} and {}, allowed are [G, M, K] and [G, K, N]", to_string(of_a), to_string(of_b));
  }
  constexpr std::int64_t kMostDepth = 32767;  // four terms of 2^14 for each, and int32
  if (of_a[2] > kMostDepth) return fmt::format("it sums {} products, allowed are {}", of_a[2], kMostDepth);
  const float m = requantization_scale(a.quantization->scale[0], b.quantization->scale[0], y.quantization->scale[0]);
  if (!multiplier_of(m)) return fmt::format("the multiplier is {}, allowed is 0 to below 128", m);
  return std::nullopt;
}

Refusal refuse_rescale(const Value& x, const Value& y) {
  const float m = x.quantization->scale[0] / y.quantization->scale[0];
  if (!multiplier_of(m)) return fmt::format("the multiplier is {}, allowed is 0 to below 128", m);
  return std::nullopt;
}

/// [1, C, 1, 1] of [1, C, H, W], the batch as channels included.
bool is_pixel_of(const Shape& pixel, const Shape& image) {
  if (pixel.size() != image.size() || image.size() < 3) return false;
  for (std::size_t axis = 0; axis < image.size(); ++axis) {
    if (pixel[axis] != (axis < 2 ? image[axis] : 1)) return false;
  }
  return true;
}

Refusal refuse_binary(const Graph& g, const Node& node) {
  if (node.inputs.size() != 2) return fmt::format("has {} operands, allowed are 2", node.inputs.size());
  const auto& a = g.value(node.inputs[0]);
  const auto& b = g.value(node.inputs[1]);
  const auto& y = g.value(node.outputs[0]);
  if (auto bad = refuse_activation(b, true, true)) return bad;
  const auto &larger = element_count(a.shape) < element_count(b.shape) ? b.shape : a.shape, &smaller = &larger == &a.shape ? b.shape : a.shape;
  if (larger != smaller && !is_pixel_of(smaller, larger)) {
    return fmt::format("its operands have shapes {} and {}: only one pixel [1, C, 1, 1] broadcasts to an image [1, C, H, W]", to_string(a.shape), to_string(b.shape));
  }
  if (node.kind == OpKind::kMul) {
    const float m = requantization_scale(a.quantization->scale[0], b.quantization->scale[0], y.quantization->scale[0]);
    if (!multiplier_of(m)) return fmt::format("the multiplier is {}, allowed is 0 to below 128", m);
    return std::nullopt;
  }
  if (!add_multipliers_of(a.quantization->scale[0], b.quantization->scale[0], y.quantization->scale[0])) {
    return fmt::format("scales {}, {} and {} have no common shift", a.quantization->scale[0], b.quantization->scale[0], y.quantization->scale[0]);
  }
  return std::nullopt;
}

Refusal refuse_table(const Node& node) {
  if (node.table.size() != 256) return fmt::format("its table has {} entries, allowed are 256", node.table.size());
  return std::nullopt;
}

Refusal refuse_softmax(const Graph& g, const Node& node) {
  if (const auto axis = graph::int_attribute(node, "axis", 1); axis != 1) return fmt::format("it sums along axis {}, allowed is 1, the channels", axis);
  const auto &x = g.value(node.inputs[0]), &y = g.value(node.outputs[0]);
  if (x.shape.at(1) > kMostSoftmaxChannels) return fmt::format("it sums {} channels, allowed are {}", x.shape[1], kMostSoftmaxChannels);
  if (softmax_constants(x.quantization->scale[0], y.quantization->scale[0])) return std::nullopt;
  return fmt::format("its input has scale {} and its output {}, allowed are outputs of {} to {}", x.quantization->scale[0], y.quantization->scale[0], kLeastSoftmaxScale, kMostSoftmaxScale);
}

Refusal refuse_move(const Graph& g, const Node& node) {
  for (const auto in : node.inputs) {
    if (auto bad = refuse_activation(g.value(in), true, true)) return bad;
    if (auto bad = refuse_rescale(g.value(in), g.value(node.outputs[0]))) return bad;
  }
  return std::nullopt;
}

Refusal refuse_pool(const Graph& g, const Node& node) {
  if (auto bad = refuse_window(node.window, true, node.kind == OpKind::kMaxPool ? 127 : 1)) return bad;
  const auto& x = g.value(node.inputs[0]);
  const auto& y = g.value(node.outputs[0]);
  if (node.kind == OpKind::kMaxPool) {
    return x.quantization == y.quantization ? std::nullopt : Refusal("its input and output are quantised differently");
  }
  return refuse_rescale(x, y);  // the smallest window count gives the largest multiplier
}

// Rows and columns of an image are 16-bit fields, their places in it signed ones.
constexpr std::int64_t kMostPixels = 32767;

}  // namespace

std::optional<ImageShape> image_of(const Shape& s) {
  if (s.size() < 2 || s.size() > 4) return std::nullopt;
  ImageShape image{s[1], s.size() == 4 ? s[2] : 1, s.size() >= 3 ? s.back() : 1, s[0]};
  if (image.channels < 1 || image.height < 1 || image.width < 1 || image.images < 1) return std::nullopt;
  if (image.height > kMostPixels / image.images || image.width > kMostPixels) return std::nullopt;
  return image;
}

bool treats_channels_alike(OpKind kind) { return kind != OpKind::kConv && kind != OpKind::kGemm && kind != OpKind::kMatMul && kind != OpKind::kSoftmax; }

std::optional<ImageShape> element_image_of(const Shape& s, bool apart) {
  if (auto image = image_of(s); image && (apart || image->images == 1)) return image;
  const auto elements = element_count(s);
  constexpr std::int64_t kMost = std::int64_t{1} << 30;
  if (elements < 1 || elements > kMost) return std::nullopt;
  if ((s.size() == 3 || s.size() == 4) && s.back() <= kMostPixels && (s.size() == 3 || s[2] <= kMostPixels)) return ImageShape{s[0] * s[1], s.size() == 4 ? s[2] : 1, s.back()};
  return ImageShape{elements, 1, 1};
}

bool accelerated_kind(const Graph& g, const Node& node) {
  switch (node.kind) {
    case OpKind::kConv:
    case OpKind::kGemm:
    case OpKind::kMatMul:
    case OpKind::kAdd:
    case OpKind::kSub:
    case OpKind::kMul:
    case OpKind::kTable:
    case OpKind::kSoftmax:
    case OpKind::kMove:
    case OpKind::kMaxPool:
    case OpKind::kAveragePool:
    case OpKind::kReshape:
    case OpKind::kClip: break;
    default: return false;
  }
  if (node.inputs.empty() || node.outputs.size() != 1) return false;
  return is_activation(g.value(node.inputs[0])) && is_activation(g.value(node.outputs[0]));
}

namespace {

/// The function of a float table between integers, where one of their levels has no result.
std::optional<std::string> missing_level(const Graph& g, const Node& node) {
  const auto before = g.producer(node.inputs[0]);
  if (node.kind != OpKind::kTable || !before || g.node(*before).kind != OpKind::kDequantize) return std::nullopt;
  const auto& x = g.value(g.node(*before).inputs[0]);
  if (!is_activation(x) || !x.quantization || x.quantization->scale.size() != 1) return std::nullopt;
  const std::int32_t lowest = x.type == DType::kInt8 ? -128 : 0;
  for (std::int32_t q = lowest; q < lowest + 256; ++q) {
    const float real = static_cast<float>(q - x.quantization->zero_point[0]) * x.quantization->scale[0];
    if (std::isnan(node.function(real))) return fmt::format("{} has no result at {}, which is level {} of '{}'", text_of(node.function), real, q, x.name);
  }
  return std::nullopt;
}

}  // namespace

std::string host_reason(const Graph& g, const Node& node) {
  const auto op = node.op_type.empty() ? std::string(name_of(node.kind)) : node.op_type;
  if (auto missing = missing_level(g, node)) return *missing;
  const bool own_kind = node.kind != OpKind::kOther && node.kind != OpKind::kQuantize && node.kind != OpKind::kDequantize;
  if (op == "Softmax") return "Softmax needs a quantised input, a quantised result and one axis to sum over";
  if (op == "LogSoftmax") return "LogSoftmax needs the logarithm of a sum, which no command forms (docs/decisions/0006-softmax-on-the-vector-unit.md)";
  if (!own_kind && node.copies.empty()) return fmt::format("{} is not an operator of the accelerator", op);
  const auto odd = std::ranges::find_if(node.inputs, [&](graph::ValueId v) { return !g.value(v).constant && !is_activation(g.value(v)); });
  if (odd != node.inputs.end()) return fmt::format("{} reads {}: the accelerator's operators read and write int8 or uint8", op, name_of(g.value(*odd).type));
  return fmt::format("{} has no form on integers with the scales and constants it has", op);
}

std::optional<std::string> refusal(const Graph& g, const Node& node) {
  const bool reshape = node.kind == OpKind::kReshape;
  for (const auto id : {node.inputs[0], node.outputs[0]}) {
    if (auto bad = refuse_activation(g.value(id), treats_channels_alike(node.kind), !reshape)) return bad;
  }
  switch (node.kind) {
    case OpKind::kConv: return refuse_convolution(g, node);
    case OpKind::kGemm: return refuse_gemm(g, node);
    case OpKind::kMatMul: return refuse_matmul(g, node);
    case OpKind::kAdd:
    case OpKind::kSub:
    case OpKind::kMul: return refuse_binary(g, node);
    case OpKind::kTable: return refuse_table(node);
    case OpKind::kSoftmax: return refuse_softmax(g, node);
    case OpKind::kMove: return refuse_move(g, node);
    case OpKind::kMaxPool:
    case OpKind::kAveragePool: return refuse_pool(g, node);
    case OpKind::kClip: return refuse_rescale(g.value(node.inputs[0]), g.value(node.outputs[0]));
    default: return std::nullopt;
  }
}

std::string shapes_of(const Graph& g, const Node& node) {
  const auto list = [&g](const std::vector<graph::ValueId>& ids) {
    std::string text;
    for (const auto id : ids) {
      const auto& v = g.value(id);
      if (v.constant) continue;
      if (!text.empty()) text += ", ";
      text += std::string(name_of(v.type)) + to_string(v.shape);
    }
    return text;
  };
  return list(node.inputs) + " -> " + list(node.outputs);
}

}  // namespace vernier::lower
