// SPDX-License-Identifier: Apache-2.0
// float32: products and plain convolutions by CLBlast, with a kernel for bias and activation behind; other convolutions,
// pools and sums by kernels of ours.
#include <algorithm>
#include <bit>
#include <limits>
#include <span>

#include <vernier/golden/quantised.hpp>

#include "operators.hpp"

namespace vernier::opencl {
namespace {

using graph::Graph;
using graph::Node;
using graph::OpKind;

std::int32_t bits(double v) { return std::bit_cast<std::int32_t>(static_cast<float>(v)); }

std::vector<std::byte> bytes_of(const Tensor& tensor) { return {tensor.bytes().begin(), tensor.bytes().end()}; }

/// Limits of the fused activation, as the kernels take them.
struct Range {
  std::int32_t lo, hi;
};
Range range_of(const Node& node) {
  constexpr double kNone = std::numeric_limits<double>::infinity();
  const double lo = node.kind == OpKind::kRelu ? 0 : node.clamp ? node.clamp->lo : -kNone;
  return {bits(lo), bits(node.clamp ? node.clamp->hi : kNone)};
}

/// The bias, or zeros.
std::vector<std::byte> bias_of(const Graph& graph, const Node& node, std::int64_t outputs) {
  if (node.inputs.size() > 2) return bytes_of(*graph.value(node.inputs[2]).constant);
  return std::vector<std::byte>(static_cast<std::size_t>(outputs) * sizeof(float));
}

/// y += bias, clamped: what follows the library's part.
void add_bias(const Graph& graph, const Node& node, std::int64_t channels, std::int64_t plane, Launch& launch) {
  const auto range = range_of(node);
  launch.kernel = "bias_f32";
  launch.parameters = {i32(channels), i32(plane), range.lo, range.hi};
  launch.constants = {bias_of(graph, node, channels)};
  launch.weight = bytes_of(*graph.value(node.inputs.at(1)).constant);
}

Result<void> conv(const Graph& graph, const Node& node, Launch& launch) {
  const auto in = golden::image_shape(graph.value(node.inputs[0]).shape, node), out = golden::image_shape(graph.value(node.outputs[0]).shape, node);
  if (!in || !out) return forward_error(in ? out : in);
  const auto& w = node.window;
  launch.inputs = {node.inputs[0]};
  if (w.group == 1 && w.pad_top == w.pad_bottom && w.pad_left == w.pad_right) {
    const auto size = [](std::int64_t v) { return static_cast<std::size_t>(v); };
    launch.library = Convolution{size(in->c), size(in->h), size(in->w), size(out->c), size(graph.value(node.outputs[0]).shape.at(0)), w};
    add_bias(graph, node, out->c, out->h * out->w, launch);
    return {};
  }
  const auto range = range_of(node);
  launch.kernel = "conv_f32";
  launch.parameters = {i32(in->c), i32(in->h), i32(in->w), i32(out->c), i32(out->h), i32(out->w), i32(w.kernel_h), i32(w.kernel_w), i32(w.stride_h), i32(w.stride_w),
                       i32(w.dilation_h), i32(w.dilation_w), i32(w.pad_top), i32(w.pad_left), i32(w.group), range.lo, range.hi};
  launch.constants = {bytes_of(*graph.value(node.inputs.at(1)).constant), bias_of(graph, node, out->c)};
  return {};
}

Result<void> gemm(const Graph& graph, const Node& node, Launch& launch) {
  const auto& weight = graph.value(node.inputs.at(1)).shape;
  if (weight.size() != 2) return fail(ErrorCode::kInvalidInput, "its weight is not a matrix", node.name);
  launch.inputs = {node.inputs[0]};
  const auto columns = static_cast<std::size_t>(weight[0]);
  launch.library = Product{static_cast<std::size_t>(launch.elements) / columns, columns, static_cast<std::size_t>(weight[1])};
  add_bias(graph, node, weight[0], 1, launch);
  return {};
}

Result<void> add(const Graph&, const Node& node, Launch& launch) {
  const auto range = range_of(node);
  launch.kernel = "add_f32";
  launch.inputs = {node.inputs[0], node.inputs[1]};
  launch.parameters = {range.lo, range.hi};
  return {};
}

Result<void> pool(const Graph& graph, const Node& node, Launch& launch) {
  auto parameters = window_parameters(graph, node);
  if (!parameters) return forward_error(parameters);
  const auto range = range_of(node);
  launch.kernel = node.kind == OpKind::kAveragePool ? "average_pool_f32" : "max_pool_f32";
  launch.inputs = {node.inputs[0]};
  launch.parameters = std::move(*parameters);
  launch.parameters.insert(launch.parameters.end(), {range.lo, range.hi});
  return {};
}

Result<void> clip(const Graph&, const Node& node, Launch& launch) {
  const auto range = range_of(node);
  launch.kernel = "clip_f32";
  launch.inputs = {node.inputs[0]};
  launch.parameters = {range.lo, range.hi};
  return {};
}

using Prepare = Result<void> (*)(const Graph&, const Node&, Launch&);
Prepare prepare_of(OpKind kind) {
  switch (kind) {
    case OpKind::kConv: return conv;
    case OpKind::kGemm: return gemm;
    case OpKind::kAdd: return add;
    case OpKind::kMaxPool:
    case OpKind::kAveragePool: return pool;
    case OpKind::kRelu:
    case OpKind::kClip: return clip;
    default: return nullptr;
  }
}

}  // namespace

bool runs_as_float(const Graph& graph, const Node& node) {
  if (prepare_of(node.kind) == nullptr || node.outputs.size() != 1) return false;
  const auto& y = graph.value(node.outputs[0]);
  const auto is_float = [&graph](graph::ValueId id) { return graph.value(id).type == DType::kFloat32; };
  if (!is_float(node.outputs[0]) || !std::ranges::all_of(node.inputs, is_float) || graph.value(node.inputs.at(0)).constant) return false;
  if (node.kind == OpKind::kAdd) return !graph.value(node.inputs[1]).constant && graph.value(node.inputs[0]).shape == y.shape && graph.value(node.inputs[1]).shape == y.shape;
  return std::ranges::all_of(node.inputs.begin() + 1, node.inputs.end(), [&graph](graph::ValueId id) { return graph.value(id).constant.has_value(); });
}

Result<void> float_launch(const Graph& graph, const Node& node, Launch& launch) { return prepare_of(node.kind)(graph, node, launch); }

}  // namespace vernier::opencl
