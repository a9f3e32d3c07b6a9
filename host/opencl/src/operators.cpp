// SPDX-License-Identifier: Apache-2.0
#include "operators.hpp"

#include <algorithm>
#include <cstring>
#include <span>

#include <fmt/format.h>

#include <vernier/golden/quantised.hpp>
#include <vernier/ort/model.hpp>

namespace vernier::opencl {
namespace {

using golden::Ends;
using golden::Level;
using graph::OpKind;

std::int32_t is_signed(const Level& level) { return level.type == DType::kInt8 ? 1 : 0; }

template <class T>
std::vector<std::byte> bytes_of(std::span<const T> values) {
  const auto bytes = std::as_bytes(values);
  return {bytes.begin(), bytes.end()};
}

/// Mantissas and shifts as two arrays.
void append(const std::vector<Multiplier>& multipliers, Launch& launch) {
  std::vector<std::int32_t> mantissa, shift;
  for (const auto& m : multipliers) {
    mantissa.push_back(static_cast<std::int32_t>(m.mantissa));
    shift.push_back(m.shift);
  }
  launch.constants.push_back(bytes_of<std::int32_t>(mantissa));
  launch.constants.push_back(bytes_of<std::int32_t>(shift));
}

Result<void> weighted(const graph::Graph& graph, const graph::Node& node, const Ends& ends, Launch& launch) {
  const auto weights = golden::weights_of(graph, node, ends.x, ends.y);
  if (!weights) return forward_error(weights);
  launch.inputs = {node.inputs[0]};
  launch.constants.push_back(bytes_of(weights->weight->as<std::int8_t>()));
  launch.constants.push_back(bytes_of(weights->bias->as<std::int32_t>()));
  append(weights->multipliers, launch);
  return {};
}

Result<void> conv(const graph::Graph& graph, const graph::Node& node, const Ends& e, Launch& launch) {
  const auto in = golden::image_shape(graph.value(node.inputs[0]).shape, node), out = golden::image_shape(graph.value(node.outputs[0]).shape, node);
  if (!in || !out) return forward_error(in ? out : in);
  const auto& w = node.window;
  launch.kernel = "conv";
  launch.parameters = {i32(in->c), i32(in->h), i32(in->w), i32(out->c), i32(out->h), i32(out->w), i32(w.kernel_h), i32(w.kernel_w), i32(w.stride_h), i32(w.stride_w),
                       i32(w.dilation_h), i32(w.dilation_w), i32(w.pad_top), i32(w.pad_left), i32(w.group), e.x.zero_point, e.y.zero_point, e.limits.lo, e.limits.hi, is_signed(e.x)};
  return weighted(graph, node, e, launch);
}

Result<void> gemm(const graph::Graph& graph, const graph::Node& node, const Ends& e, Launch& launch) {
  const auto& weight = graph.value(node.inputs.at(1)).shape;
  if (weight.size() != 2) return fail(ErrorCode::kInvalidInput, "its weight is not a matrix", node.name);
  launch.kernel = "gemm";
  launch.parameters = {i32(weight[1]), i32(weight[0]), e.x.zero_point, e.y.zero_point, e.limits.lo, e.limits.hi, is_signed(e.x)};
  return weighted(graph, node, e, launch);
}

Result<void> add(const graph::Graph& graph, const graph::Node& node, const Ends& e, Launch& launch) {
  const auto b = golden::level_of(graph, node.inputs.at(1), node);
  if (!b) return forward_error(b);
  const auto m = add_multipliers_of(e.x.scale, b->scale, e.y.scale);
  if (!m) return fail(ErrorCode::kUnsupported, "its scales have no common multiplier", node.name);
  launch.kernel = "add";
  launch.inputs = {node.inputs[0], node.inputs[1]};
  launch.parameters = {e.x.zero_point, b->zero_point, e.y.zero_point, e.limits.lo, e.limits.hi, m->a, m->b, m->shift, is_signed(e.x), is_signed(*b)};
  return {};
}

Result<void> pool(const graph::Graph& graph, const graph::Node& node, const Ends& e, Launch& launch) {
  auto parameters = window_parameters(graph, node);
  if (!parameters) return forward_error(parameters);
  const bool average = node.kind == OpKind::kAveragePool;
  launch.kernel = average ? "average_pool" : "max_pool";
  launch.inputs = {node.inputs[0]};
  launch.parameters = std::move(*parameters);
  launch.parameters.insert(launch.parameters.end(), {e.x.zero_point, e.y.zero_point, e.limits.lo, e.limits.hi, is_signed(e.x)});
  if (!average) return {};
  std::vector<Multiplier> multipliers(1);  // a window of no element does not occur
  for (std::int64_t n = 1; n <= node.window.kernel_h * node.window.kernel_w; ++n) {
    // counts that no window has may have no multiplier
    multipliers.push_back(multiplier_of(average_scale(e.x.scale, e.y.scale, n)).value_or(Multiplier{}));
  }
  append(multipliers, launch);
  return {};
}

Result<void> clip(const graph::Graph&, const graph::Node& node, const Ends& e, Launch& launch) {
  const auto m = golden::checked_multiplier(e.x.scale / e.y.scale, node);
  if (!m) return forward_error(m);
  launch.kernel = "rescale";
  launch.inputs = {node.inputs[0]};
  launch.parameters = {static_cast<std::int32_t>(m->mantissa), m->shift, e.x.zero_point, e.y.zero_point, e.limits.lo, e.limits.hi, is_signed(e.x)};
  return {};
}

using Prepare = Result<void> (*)(const graph::Graph&, const graph::Node&, const Ends&, Launch&);
Prepare prepare_of(OpKind kind) {
  switch (kind) {
    case OpKind::kConv: return conv;
    case OpKind::kGemm: return gemm;
    case OpKind::kAdd: return add;
    case OpKind::kMaxPool:
    case OpKind::kAveragePool: return pool;
    case OpKind::kClip: return clip;
    default: return nullptr;
  }
}

bool is_reshape(const graph::Graph& graph, const graph::Node& node) {
  return node.kind == OpKind::kReshape && !graph.value(node.inputs.at(0)).constant;
}

}  // namespace

Result<std::vector<std::int32_t>> window_parameters(const graph::Graph& graph, const graph::Node& node) {
  const auto in = golden::image_shape(graph.value(node.inputs.at(0)).shape, node);
  if (!in) return forward_error(in);
  const auto& w = node.window;
  const auto out = graph::output_size(w, {in->h, in->w});
  return std::vector{i32(in->h), i32(in->w), i32(out.h), i32(out.w), i32(w.kernel_h), i32(w.kernel_w), i32(w.stride_h), i32(w.stride_w), i32(w.dilation_h), i32(w.dilation_w),
                     i32(w.pad_top), i32(w.pad_left), i32(w.pad_bottom), i32(w.pad_right), w.count_include_pad ? 1 : 0};
}

bool runs_on_device(const graph::Graph& graph, graph::NodeId id) {
  const auto& node = graph.node(id);
  return is_reshape(graph, node) || runs_as_float(graph, node) || (prepare_of(node.kind) != nullptr && ort::is_quantised(graph, id));
}

Result<Launch> launch_of(const graph::Graph& graph, graph::NodeId id) {
  const auto& node = graph.node(id);
  Launch launch;
  launch.output = node.outputs.at(0);
  launch.elements = element_count(graph.value(launch.output).shape);
  if (is_reshape(graph, node)) {
    launch.inputs = {node.inputs[0]};
    launch.elements *= static_cast<std::int64_t>(size_of(graph.value(launch.output).type));
    return launch;
  }
  if (runs_as_float(graph, node)) {
    if (auto ok = float_launch(graph, node, launch); !ok) return forward_error(ok);
    return launch;
  }
  const auto ends = golden::ends_of(graph, node);
  if (!ends) return forward_error(ends);
  if (auto ok = prepare_of(node.kind)(graph, node, *ends, launch); !ok) return forward_error(ok);
  return launch;
}

}  // namespace vernier::opencl
