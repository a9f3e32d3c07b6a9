// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <optional>

#include <vernier/passes/passes.hpp>

#include "integers.hpp"
#include "rewrite.hpp"
#include "scalar_functions.hpp"

namespace vernier::graph {
namespace {

/// y = scale * x + shift for each channel of x.
struct Affine {
  ValueId x{};
  std::vector<double> scale, shift;
};

std::optional<Affine> batch_norm(const Graph& graph, const Node& node) {
  std::array<std::vector<double>, 4> p;  // scale, bias, mean, variance
  for (std::size_t i = 0; i < 4; ++i) {
    const auto& constant = graph.value(node.inputs.at(i + 1)).constant;
    if (!constant || constant->type() != DType::kFloat32) return std::nullopt;
    p[i].assign(constant->as<float>().begin(), constant->as<float>().end());
    if (p[i].size() != p[0].size()) return std::nullopt;
  }
  const double epsilon = static_cast<double>(float_attribute(node, "epsilon", 1e-5F));
  Affine affine{node.inputs[0], {}, {}};
  for (std::size_t c = 0; c < p[0].size(); ++c) {
    affine.scale.push_back(p[0][c] / std::sqrt(p[3][c] + epsilon));
    affine.shift.push_back(p[1][c] - p[2][c] * affine.scale.back());
  }
  return affine;
}

std::optional<Affine> affine_of(const Graph& graph, const Node& node) {
  if (node.kind == OpKind::kBatchNorm) return batch_norm(graph, node);
  const bool add = is_operator(node, "Add"), sub = is_operator(node, "Sub"), mul = is_operator(node, "Mul"), div = is_operator(node, "Div");
  if ((!add && !sub && !mul && !div) || node.inputs.size() != 2) return std::nullopt;
  const bool constant_first = graph.value(node.inputs[0]).constant.has_value();
  if (constant_first && div) return std::nullopt;
  const auto x = node.inputs[constant_first ? 1 : 0];
  const auto& image = graph.value(x);
  if (image.type != DType::kFloat32 || image.constant || image.shape != graph.value(node.outputs[0]).shape) return std::nullopt;
  auto numbers = per_channel(graph, node.inputs[constant_first ? 0 : 1], image.shape);
  if (!numbers) return std::nullopt;
  Affine affine{x, std::vector<double>(numbers->size(), 1), std::vector<double>(numbers->size(), 0)};
  for (std::size_t c = 0; c < numbers->size(); ++c) {
    const double n = (*numbers)[c];
    if (mul) affine.scale[c] = n;
    if (div) affine.scale[c] = 1 / n;
    if (add) affine.shift[c] = n;
    if (sub) affine.shift[c] = constant_first ? n : -n;
    if (sub && constant_first) affine.scale[c] = -1;
    if (!std::isfinite(affine.scale[c]) || !std::isfinite(affine.shift[c])) return std::nullopt;
  }
  return affine;
}

Tensor floats(const std::vector<double>& numbers) {
  Tensor t(DType::kFloat32, {static_cast<std::int64_t>(numbers.size())});
  std::ranges::transform(numbers, t.as<float>().begin(), [](double v) { return static_cast<float>(v); });
  return t;
}

/// Into the weights and bias of the convolution or product before; integer weights take a shift only.
bool fold_into_producer(Graph& graph, const Affine& affine, NodeId id) {
  const auto before = graph.producer(affine.x);
  if (!before || only_reader(graph, affine.x) != id) return false;
  const auto target = graph.node(*before);
  if ((target.kind != OpKind::kConv && target.kind != OpKind::kGemm) || target.clamp) return false;
  const auto& weight = graph.value(target.inputs[1]);
  const bool shift_only = std::ranges::all_of(affine.scale, [](double s) { return s == 1; });
  if (!weight.constant || (weight.type != DType::kFloat32 && !shift_only)) return false;
  const auto outputs = static_cast<std::size_t>(weight.shape[0]);
  if (outputs != affine.scale.size()) return false;
  std::vector<double> bias(outputs, 0);
  if (target.inputs.size() > 2) {
    const auto& given = graph.value(target.inputs[2]);
    if (!given.constant || (given.type != DType::kFloat32 && !given.quantization)) return false;
    const Tensor real = given.quantization ? dequantized(given) : *given.constant;
    std::ranges::copy(real.as<float>(), bias.begin());
  }
  for (std::size_t o = 0; o < outputs; ++o) bias[o] = bias[o] * affine.scale[o] + affine.shift[o];
  const auto bias_id = add_constant(graph, target.name + "_bias", floats(bias));
  auto weight_id = target.inputs[1];
  if (!shift_only) {
    Tensor scaled = *graph.value(weight_id).constant;
    const auto w = scaled.as<float>();
    const auto per_output = w.size() / outputs;
    for (std::size_t i = 0; i < w.size(); ++i) w[i] = static_cast<float>(static_cast<double>(w[i]) * affine.scale[i / per_output]);
    weight_id = add_constant(graph, graph.value(weight_id).name + "_folded", std::move(scaled));
  }
  auto& node = graph.node(*before);
  node.inputs.resize(1);
  node.inputs.push_back(weight_id);
  node.inputs.push_back(bias_id);
  node.fused.push_back(graph.node(id).name);
  node.outputs = graph.node(id).outputs;
  graph.remove_node(id);
  return true;
}

/// A 1x1 depthwise convolution with the weights +-64 * (|scale| / 64), which int8 holds exactly.
void become_depthwise(Graph& graph, const Affine& affine, NodeId id) {
  const auto channels = static_cast<std::int64_t>(affine.scale.size());
  const auto name = graph.node(id).name;
  Tensor weight(DType::kInt8, {channels, 1, 1, 1});
  Quantization q{{}, std::vector<std::int32_t>(affine.scale.size(), 0), 0};
  for (std::size_t c = 0; c < affine.scale.size(); ++c) {
    weight.as<std::int8_t>()[c] = static_cast<std::int8_t>(affine.scale[c] < 0 ? -64 : (affine.scale[c] > 0 ? 64 : 0));
    q.scale.push_back(affine.scale[c] == 0 ? 1.0F : static_cast<float>(std::abs(affine.scale[c]) / 64));
  }
  const auto weight_id = add_constant(graph, name + "_scale", std::move(weight));
  graph.value(weight_id).quantization = std::move(q);
  const auto bias_id = add_constant(graph, name + "_shift", floats(affine.shift));
  Node conv{.name = name, .kind = OpKind::kConv, .op_type = graph.node(id).op_type, .fused = graph.node(id).fused};
  conv.window.group = channels;
  auto x = affine.x;
  const auto y = graph.node(id).outputs[0];
  const auto shape = graph.value(x).shape;
  graph.remove_node(id);
  if (shape.size() == 4) {
    conv.inputs = {x, weight_id, bias_id};
    conv.outputs = {y};
    graph.add_node(std::move(conv));
    return;
  }
  const auto image = add_like(graph, x, "_image"), result = add_like(graph, y, "_image");
  for (const auto v : {image, result}) graph.value(v).shape = {shape[0], shape[1], 1, 1};
  conv.inputs = {image, weight_id, bias_id};
  conv.outputs = {result};
  graph.add_node(Node{.name = name + "/in", .kind = OpKind::kReshape, .op_type = "Reshape", .inputs = {x}, .outputs = {image}});
  graph.add_node(std::move(conv));
  graph.add_node(Node{.name = name + "/out", .kind = OpKind::kReshape, .op_type = "Reshape", .inputs = {result}, .outputs = {y}});
}

bool is_uniform(const Affine& affine) {
  const auto equal = [](const std::vector<double>& v) { return std::ranges::all_of(v, [&](double d) { return d == v[0]; }); };
  return equal(affine.scale) && equal(affine.shift);
}

/// Between DequantizeLinear and QuantizeLinear (a Relu may stand before the latter): a quantised operator of its own.
bool is_quantised_step(const Graph& graph, const Node& node, ValueId x) {
  if (!producer_of(graph, x, OpKind::kDequantize)) return false;
  auto reader = only_reader(graph, node.outputs[0]);
  if (reader && (graph.node(*reader).kind == OpKind::kRelu || graph.node(*reader).kind == OpKind::kClip)) {
    reader = only_reader(graph, graph.node(*reader).outputs[0]);
  }
  return reader && graph.node(*reader).kind == OpKind::kQuantize;
}

}  // namespace

Result<void> run_fold_affine(Graph& graph) {
  const auto order = graph.topological_order();
  if (!order) return forward_error(order);
  for (const auto id : *order) {
    const auto affine = affine_of(graph, graph.node(id));
    if (!affine || fold_into_producer(graph, *affine, id)) continue;
    const auto rank = graph.value(affine->x).shape.size();
    if (is_uniform(*affine) && graph.node(id).kind != OpKind::kBatchNorm) continue;  // one function of every element: a table
    const bool norm = graph.node(id).kind == OpKind::kBatchNorm && rank == 4;
    if (norm || ((rank == 2 || rank == 4) && is_quantised_step(graph, graph.node(id), affine->x))) become_depthwise(graph, *affine, id);
  }
  return {};
}

}  // namespace vernier::graph
