// SPDX-License-Identifier: Apache-2.0
#include "operators.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string_view>

#include "moves.hpp"

namespace vernier::graph {
namespace {

using Setter = Result<void> (*)(Graph&, Node&, const Source&);

const Value& input(const Graph& graph, const Node& node, std::size_t i) { return graph.value(node.inputs.at(i)); }

std::string string_attribute(const Node& node, const std::string& name) {
  const auto it = node.attributes.find(name);
  const auto* text = it == node.attributes.end() ? nullptr : std::get_if<std::string>(&it->second);
  return text ? *text : "";
}

/// auto_pad of the specification: SAME splits what is needed for ceil(in / stride) outputs, the odd one to its end.
struct Padding {
  std::int64_t begin = 0, end = 0;
};
Padding same_padding(std::int64_t in, std::int64_t kernel, std::int64_t stride, std::int64_t dilation, bool upper) {
  const auto out = (in + stride - 1) / stride;
  const auto total = std::max<std::int64_t>(0, (out - 1) * stride + dilation * (kernel - 1) + 1 - in);
  return upper ? Padding{total / 2, total - total / 2} : Padding{total - total / 2, total / 2};
}

/// Reads kernel_shape, strides, dilations, pads and auto_pad for an image of one or two spatial axes.
Result<void> set_window(Node& node, const Shape& x, std::vector<std::int64_t> kernel, const Source& source) {
  const auto spatial = x.size() - 2;
  const auto refuse = [&](std::string what) { return fail(ErrorCode::kInvalidInput, std::move(what), source.at(node.name)); };
  if (const auto given = ints_attribute(node, "kernel_shape"); !given.empty()) {
    if (!kernel.empty() && kernel != given) return refuse(fmt::format("kernel_shape {} does not fit the weight's {}", to_string(given), to_string(kernel)));
    kernel = given;
  }
  const auto list = [&](const char* name, std::size_t size, std::int64_t fallback) {
    auto values = ints_attribute(node, name);
    if (values.empty()) values.assign(size, fallback);
    return values;
  };
  const auto strides = list("strides", spatial, 1);
  const auto dilations = list("dilations", spatial, 1);
  auto pads = list("pads", 2 * spatial, 0);
  if (kernel.size() != spatial || strides.size() != spatial || dilations.size() != spatial || pads.size() != 2 * spatial) {
    return refuse(fmt::format("has a window of {} axes on an image {}", kernel.size(), to_string(x)));
  }
  const auto auto_pad = string_attribute(node, "auto_pad");
  if (auto_pad == "VALID") std::ranges::fill(pads, 0);
  if (auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER") {
    for (std::size_t i = 0; i < spatial; ++i) {
      const auto p = same_padding(x[i + 2], kernel[i], strides[i], dilations[i], auto_pad == "SAME_UPPER");
      pads[i] = p.begin;
      pads[i + spatial] = p.end;
    }
  } else if (!auto_pad.empty() && auto_pad != "NOTSET" && auto_pad != "VALID") {
    return refuse(fmt::format("auto_pad is '{}'; NOTSET, VALID, SAME_UPPER and SAME_LOWER exist", auto_pad));
  }
  auto& w = node.window;
  const auto last = spatial - 1;
  w.kernel_w = kernel[last], w.stride_w = strides[last], w.dilation_w = dilations[last];
  w.pad_left = pads[last], w.pad_right = pads[last + spatial];
  if (spatial == 2) {
    w.kernel_h = kernel[0], w.stride_h = strides[0], w.dilation_h = dilations[0];
    w.pad_top = pads[0], w.pad_bottom = pads[2];
  }
  w.group = int_attribute(node, "group", 1);
  w.ceil_mode = int_attribute(node, "ceil_mode", 0) != 0;
  w.count_include_pad = int_attribute(node, "count_include_pad", 0) != 0;
  return {};
}

bool is_image(const Shape& shape) { return shape.size() == 3 || shape.size() == 4; }

Result<void> set_conv(Graph& graph, Node& node, const Source& source) {
  const auto& x = input(graph, node, 0).shape;
  const auto& w = input(graph, node, 1).shape;
  if (!is_image(x)) return {};
  const auto group = int_attribute(node, "group", 1);
  const auto refuse = [&](std::string what) { return fail(ErrorCode::kInvalidInput, std::move(what), source.at(node.name)); };
  if (w.size() != x.size()) return refuse(fmt::format("has a weight {} for an image {}", to_string(w), to_string(x)));
  if (w[1] * group != x[1] || w[0] % group != 0) {
    return refuse(fmt::format("has a weight {} in {} groups for {} input channels", to_string(w), group, x[1]));
  }
  if (node.inputs.size() > 2 && input(graph, node, 2).shape != Shape{w[0]}) {
    return refuse(fmt::format("has a bias {} for {} output channels", to_string(input(graph, node, 2).shape), w[0]));
  }
  if (auto r = set_window(node, x, {w.begin() + 2, w.end()}, source); !r) return r;
  node.kind = OpKind::kConv;
  return {};
}

Result<void> set_pool(Graph& graph, Node& node, const Source& source) {
  const auto& x = input(graph, node, 0).shape;
  if (!is_image(x) || node.outputs.size() > 1 || int_attribute(node, "storage_order", 0) != 0) return {};
  if (auto r = set_window(node, x, {}, source); !r) return r;
  const auto& p = node.window;
  if (p.pad_top >= p.kernel_h + (p.kernel_h - 1) * (p.dilation_h - 1) || p.pad_left >= p.kernel_w + (p.kernel_w - 1) * (p.dilation_w - 1)) {
    return fail(ErrorCode::kInvalidInput, "has more padding than its window is wide, so a window sees padding alone", source.at(node.name));
  }
  node.kind = node.op_type == "MaxPool" ? OpKind::kMaxPool : OpKind::kAveragePool;
  return {};
}

/// Two activations; what constants do to one is a matter of the passes.
Result<void> set_binary(Graph& graph, Node& node, const Source&) {
  if (node.inputs.size() != 2) return {};
  const auto& a = input(graph, node, 0);
  const auto& b = input(graph, node, 1);
  if (a.type != DType::kFloat32 || a.constant || b.constant) return {};
  node.kind = node.op_type == "Mul" ? OpKind::kMul : (node.op_type == "Sub" ? OpKind::kSub : OpKind::kAdd);
  return {};
}

Result<void> set_relu(Graph&, Node& node, const Source&) {
  node.kind = OpKind::kRelu;
  return {};
}

Result<void> set_sum(Graph& graph, Node& node, const Source& source) {
  if (node.inputs.size() == 1) node.kind = OpKind::kReshape;
  return set_binary(graph, node, source);
}

/// Limits are attributes up to opset 6 and optional inputs from 11 on.
Result<void> set_clip(Graph& graph, Node& node, const Source& source) {
  if (input(graph, node, 0).type != DType::kFloat32) return {};
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  Clamp clamp{float_attribute(node, "min", -std::numeric_limits<float>::max()), float_attribute(node, "max", std::numeric_limits<float>::max())};
  if (clamp.lo <= -static_cast<double>(std::numeric_limits<float>::max())) clamp.lo = -kInfinity;
  if (clamp.hi >= static_cast<double>(std::numeric_limits<float>::max())) clamp.hi = kInfinity;
  onnx::NodeProto proto;
  if (!proto.ParseFromString(node.onnx_node)) return {};
  std::size_t next = 1;
  for (int i = 1; i < proto.input_size(); ++i) {
    if (proto.input(i).empty()) continue;
    const auto& limit = input(graph, node, next++);
    if (!limit.constant || limit.constant->size() != 1 || limit.type != DType::kFloat32) return {};
    (i == 1 ? clamp.lo : clamp.hi) = static_cast<double>(limit.constant->as<float>()[0]);
  }
  if (std::isnan(clamp.lo) || std::isnan(clamp.hi)) return fail(ErrorCode::kInvalidInput, "clips to NaN", source.at(node.name));
  node.kind = OpKind::kClip;
  node.clamp = clamp;
  node.inputs.resize(1);
  return {};
}

Result<void> set_batch_norm(Graph& graph, Node& node, const Source& source) {
  if (node.outputs.size() > 1) {
    return fail(ErrorCode::kUnsupported, "is a BatchNormalization in training mode; export the model for inference", source.at(node.name));
  }
  for (std::size_t i = 1; i < node.inputs.size(); ++i) {
    if (!input(graph, node, i).constant) return {};
  }
  if (int_attribute(node, "training_mode", 0) == 0 && input(graph, node, 0).type == DType::kFloat32) node.kind = OpKind::kBatchNorm;
  return {};
}

Result<void> set_reshape(Graph&, Node& node, const Source&) {
  node.kind = OpKind::kReshape;
  node.inputs.resize(1);
  return {};
}

/// In inference Dropout hands its input on; its mask and a training_mode input make it another operator.
Result<void> set_dropout(Graph& graph, Node& node, const Source& source) {
  if (node.outputs.size() > 1) return {};
  if (node.inputs.size() > 2) {
    const auto& training = input(graph, node, 2);
    if (!training.constant || std::ranges::any_of(training.constant->bytes(), [](std::byte b) { return b != std::byte{0}; })) return {};
  }
  return set_reshape(graph, node, source);
}

Result<void> set_quantize(Graph& graph, Node& node, const Source&) {
  for (std::size_t i = 1; i < node.inputs.size(); ++i) {
    if (!input(graph, node, i).constant) return {};
  }
  node.kind = node.op_type.ends_with("DequantizeLinear") ? OpKind::kDequantize : OpKind::kQuantize;
  return {};
}

/// The window alone: the passes take the quantised forms apart.
Result<void> set_qlinear_conv(Graph& graph, Node& node, const Source& source) {
  const auto& x = input(graph, node, 0).shape;
  const auto& w = input(graph, node, 3).shape;
  if (!is_image(x)) return {};
  if (w.size() != x.size()) return fail(ErrorCode::kInvalidInput, fmt::format("has a weight {} for an image {}", to_string(w), to_string(x)), source.at(node.name));
  return set_window(node, x, {w.begin() + 2, w.end()}, source);
}

Result<void> set_qlinear_pool(Graph& graph, Node& node, const Source& source) {
  const auto& x = input(graph, node, 0).shape;
  if (!is_image(x) || int_attribute(node, "channels_last", 0) != 0) return {};
  return set_window(node, x, {}, source);
}

struct Operator {
  std::string_view name;
  Setter set;
  int inputs;  ///< that it must have
};
constexpr auto kOperators = std::to_array<Operator>({
    {"Add", set_binary, 2}, {"AveragePool", set_pool, 1}, {"BatchNormalization", set_batch_norm, 5}, {"Clip", set_clip, 1}, {"Conv", set_conv, 2},
    {"DequantizeLinear", set_quantize, 2}, {"Dropout", set_dropout, 1}, {"Flatten", set_reshape, 1}, {"Identity", set_reshape, 1},
    {"MaxPool", set_pool, 1}, {"Mul", set_binary, 2}, {"QLinearConv", set_qlinear_conv, 8}, {"QuantizeLinear", set_quantize, 2}, {"Relu", set_relu, 1}, {"Reshape", set_reshape, 1}, {"Squeeze", set_reshape, 1},
    {"Sub", set_binary, 2}, {"Sum", set_sum, 1}, {"Unsqueeze", set_reshape, 1}, {"com.microsoft.DequantizeLinear", set_quantize, 2},
    {"com.microsoft.QLinearAveragePool", set_qlinear_pool, 4}, {"com.microsoft.QuantizeLinear", set_quantize, 2},
});

}  // namespace

Result<void> set_operator(Graph& graph, Node& node, const onnx::NodeProto& proto, const Source& source) {
  const auto* op = std::ranges::find(kOperators, std::string_view(node.op_type), &Operator::name);
  if (op == kOperators.end()) {
    set_copies(graph, node, proto);
    return {};
  }
  for (int i = 0; i < op->inputs; ++i) {
    if (i >= proto.input_size() || proto.input(i).empty()) {
      return fail(ErrorCode::kInvalidInput, fmt::format("has no input {}, which {} needs", i, op->name), source.at(node.name));
    }
  }
  return op->set(graph, node, source);
}

}  // namespace vernier::graph
