// SPDX-License-Identifier: Apache-2.0
// QuantizeLinear/DequantizeLinear pairs are put around what has an integer form, weights become int8, and the passes
// that read quantised models do the rest.
#include <vernier/passes/quantise.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include <vernier/passes/pipeline.hpp>

#include "calibrate.hpp"
#include "composites.hpp"
#include "moves.hpp"
#include "rewrite.hpp"

namespace vernier::graph {
namespace {

/// Operators that round: their inputs and outputs need a scale.
bool computes(const Graph& graph, const Node& node) {
  const bool activations = std::ranges::all_of(node.outputs, [&](ValueId v) { return graph.value(v).type == DType::kFloat32; });
  if (!activations) return false;
  switch (node.kind) {
    case OpKind::kConv:
    case OpKind::kGemm: {
      const auto& w = graph.value(node.inputs[1]);
      const bool bias = node.inputs.size() < 3 || graph.value(node.inputs[2]).constant;
      return w.constant && (w.type == DType::kFloat32 || w.quantization) && bias;
    }
    case OpKind::kAdd:
    case OpKind::kSub:
    case OpKind::kMul:
    case OpKind::kMatMul:
    case OpKind::kTable:
    case OpKind::kAveragePool: return true;
    case OpKind::kClip: return node.clamp.has_value();
    case OpKind::kOther: {  // Concat, Pad; Max, Min, PRelu; Softmax between others
      if (is_operator(node, "Softmax")) return !is_graph_output(graph, node.outputs[0]);
      if (is_extreme(graph, node) || is_channel_prelu(graph, node)) return true;
      const auto first = node.inputs.begin();
      const bool computed = is_move(node) && std::all_of(first, first + static_cast<std::ptrdiff_t>(moved_inputs(node)), [&](ValueId v) { return !graph.value(v).constant; });
      return computed && !keeps_elements(node);
    }
    default: return false;
  }
}

bool keeps_values(const Node& node) {
  return node.kind == OpKind::kReshape || node.kind == OpKind::kMaxPool || is_operator(node, "Transpose") || keeps_elements(node);
}

/// The value whose scale a value has: reshapes and maxima only hand it on.
ValueId scale_source(const Graph& graph, ValueId value) {
  for (auto writer = graph.producer(value); writer && keeps_values(graph.node(*writer)); writer = graph.producer(value)) {
    value = graph.node(*writer).inputs[0];
  }
  return value;
}

/// Scale of a value that comes from integers already; nothing for others.
std::optional<float> dequantised_scale(const Graph& graph, ValueId value) {
  const auto dq = producer_of(graph, value, OpKind::kDequantize);
  if (!dq || !is_quantised_activation(graph.value(graph.node(*dq).inputs[0]))) return std::nullopt;
  return graph.value(graph.node(*dq).inputs[0]).quantization->scale[0];
}

std::size_t activation_inputs(const Node& node) {
  if (is_operator(node, "Max") || is_operator(node, "Min")) return node.inputs.size();
  if (is_move(node)) return moved_inputs(node);
  return node.kind == OpKind::kAdd || node.kind == OpKind::kSub || node.kind == OpKind::kMul || node.kind == OpKind::kMatMul ? 2 : 1;
}

/// Symmetric weights: max |w| of a channel, or of all, is 127. A channel whose bias would pass 30 bits of the
/// accumulator gets a coarser scale.
void quantise_weight(Graph& graph, Node& node, float scale_x, bool per_channel) {
  const auto& from = graph.value(node.inputs[1]);
  if (from.quantization) return;  // made exact already
  const auto w = from.constant->as<float>();
  const auto outputs = static_cast<std::size_t>(from.shape[0]);
  const auto per_output = w.size() / outputs;
  std::vector<float> largest(outputs, 0.0F);
  for (std::size_t i = 0; i < w.size(); ++i) largest[i / per_output] = std::max(largest[i / per_output], std::abs(w[i]));
  if (!per_channel) std::ranges::fill(largest, *std::ranges::max_element(largest));
  Quantization q{{}, {}, per_channel ? 0 : -1};
  float coarsest = 0;
  for (std::size_t o = 0; o < outputs; ++o) {
    float scale = largest[o] > 0 ? largest[o] / 127 : 1.0F;
    if (node.inputs.size() > 2) {
      const double bias = static_cast<double>(std::abs(graph.value(node.inputs[2]).constant->as<float>()[o]));
      scale = std::max(scale, static_cast<float>(bias / (static_cast<double>(scale_x) * 0x1p30)));
    }
    q.scale.push_back(scale);
    coarsest = std::max(coarsest, scale);
  }
  if (!per_channel) q.scale.assign(1, coarsest);
  q.zero_point.assign(q.scale.size(), 0);
  Tensor integers(DType::kInt8, from.shape);
  for (std::size_t i = 0; i < w.size(); ++i) {
    const float steps = std::nearbyint(w[i] / q.scale[per_channel ? i / per_output : 0]);
    integers.as<std::int8_t>()[i] = static_cast<std::int8_t>(std::clamp(steps, -127.0F, 127.0F));
  }
  const auto id = add_constant(graph, from.name + "_q", std::move(integers));
  graph.value(id).quantization = std::move(q);
  node.inputs[1] = id;
}

/// value -> Q -> DQ -> what read the value. All its readers where an operator with a scale writes it, so that nothing
/// but the quantiser reads the float; only the readers with a scale where the host writes it.
void insert_pair(Graph& graph, ValueId value, const Quantization& quantization, const std::set<NodeId>& quantised) {
  const auto writer = graph.producer(value);
  const bool all = writer && quantised.contains(*writer);
  std::vector<NodeId> readers;
  for (const auto reader : graph.consumers(value)) {
    if (all || quantised.contains(reader)) readers.push_back(reader);
  }
  Tensor scale(DType::kFloat32, {}), zero(DType::kInt8, {});
  scale.as<float>()[0] = quantization.scale[0];
  zero.as<std::int8_t>()[0] = static_cast<std::int8_t>(quantization.zero_point[0]);
  const auto name = graph.value(value).name;
  const auto scale_id = add_constant(graph, name + "_scale", std::move(scale));
  const auto zero_id = add_constant(graph, name + "_zero_point", std::move(zero));
  const auto integers = add_like(graph, value, "_quantized");
  graph.value(integers).type = DType::kInt8;
  graph.value(integers).quantization = quantization;
  const auto real = add_like(graph, value, "_dequantized");
  graph.add_node(Node{.name = name + "_quantize", .kind = OpKind::kQuantize, .op_type = "QuantizeLinear", .inputs = {value, scale_id, zero_id}, .outputs = {integers}});
  graph.add_node(Node{.name = name + "_dequantize", .kind = OpKind::kDequantize, .op_type = "DequantizeLinear", .inputs = {integers, scale_id, zero_id}, .outputs = {real}});
  for (const auto reader : readers) std::ranges::replace(graph.node(reader).inputs, value, real);
  if (all && is_graph_output(graph, value)) {
    std::ranges::replace(graph.outputs, value, real);
    std::swap(graph.value(value).name, graph.value(real).name);
  }
}

/// Nodes to be quantised for their own sake: those that compute. A graph without any is quantised where it picks or
/// moves values, so that it runs on integers at all.
std::set<NodeId> roots_of(const Graph& graph) {
  std::set<NodeId> roots;
  for (const auto id : graph.nodes()) {
    if (computes(graph, graph.node(id))) roots.insert(id);
  }
  if (!roots.empty()) return roots;
  for (const auto id : graph.nodes()) {
    const auto& node = graph.node(id);
    const bool of_one = node.outputs.size() == 1 && graph.value(node.inputs[0]).type == DType::kFloat32;
    if (((keeps_values(node) && node.kind != OpKind::kReshape) || is_operator(node, "Softmax")) && of_one) roots.insert(id);
  }
  return roots;
}

/// The roots, and the nodes that hand values on to them.
std::set<NodeId> quantised_nodes(const Graph& graph, const std::set<NodeId>& roots) {
  std::set<NodeId> nodes = roots;
  for (const auto id : roots) {
    for (std::size_t i = 0; i < activation_inputs(graph.node(id)); ++i) {
      auto value = graph.node(id).inputs[i];
      for (auto writer = graph.producer(value); writer && keeps_values(graph.node(*writer)); writer = graph.producer(value)) {
        nodes.insert(*writer);
        value = graph.node(*writer).inputs[0];
      }
    }
  }
  return nodes;
}

}  // namespace

Result<Graph> quantize_after_training(Graph graph, std::span<const std::vector<Tensor>> samples, const QuantiseOptions& options) {
  if (samples.empty()) return fail(ErrorCode::kInvalidInput, "calibration needs one sample at least", graph.name);
  if (!(options.percentile > 50 && options.percentile <= 100)) {
    return fail(ErrorCode::kInvalidInput, fmt::format("percentile is {}; above 50 and at most 100 is allowed", options.percentile), graph.name);
  }
  auto canonical = canonicalise(std::move(graph));
  if (!canonical) return canonical;
  auto& g = *canonical;
  const auto roots = roots_of(g);
  const auto nodes = quantised_nodes(g, roots);
  std::vector<ValueId> values;
  const auto want = [&](ValueId v) {
    if (!dequantised_scale(g, v) && std::ranges::find(values, v) == values.end()) values.push_back(v);
  };
  for (const auto id : roots) {
    const auto& node = g.node(id);
    for (std::size_t i = 0; i < activation_inputs(node); ++i) want(scale_source(g, node.inputs[i]));
    if (computes(g, node) || is_operator(node, "Softmax")) want(node.outputs[0]);
  }
  if (values.empty()) return fail(ErrorCode::kUnsupported, "has no float32 operator that can be quantised", g.name);
  const auto chosen = calibrate(g, values, samples, options);
  if (!chosen) return forward_error(chosen);
  for (const auto id : nodes) {
    auto& node = g.node(id);
    if (node.kind != OpKind::kConv && node.kind != OpKind::kGemm) continue;
    const auto x = scale_source(g, node.inputs[0]);
    const auto given = dequantised_scale(g, x);
    quantise_weight(g, node, given ? *given : chosen->at(x).scale[0], options.per_channel);
  }
  for (const auto value : values) insert_pair(g, value, chosen->at(value), nodes);
  if (auto r = run_passes(g, integer_passes()); !r) return forward_error(r);
  return canonical;
}

}  // namespace vernier::graph
