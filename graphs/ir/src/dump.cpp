// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include <vernier/ir/graph.hpp>

namespace vernier::graph {
namespace {

std::string describe(const Value& value) {
  std::string text = fmt::format("{}{}", name_of(value.type), to_string(value.shape));
  if (value.quantization) {
    const auto& q = *value.quantization;
    if (q.axis < 0 && q.scale.size() == 1 && q.zero_point.size() == 1) {
      text += fmt::format(" s={:.6g} z={}", q.scale[0], q.zero_point[0]);
    } else {
      text += fmt::format(" {} scales on axis {}", q.scale.size(), q.axis);
    }
  }
  return text;
}

std::string describe(const Window& w) {
  std::string text = fmt::format("k{}x{}", w.kernel_h, w.kernel_w);
  if (w.stride_h != 1 || w.stride_w != 1) text += fmt::format(" s{}x{}", w.stride_h, w.stride_w);
  if (w.dilation_h != 1 || w.dilation_w != 1) text += fmt::format(" d{}x{}", w.dilation_h, w.dilation_w);
  if (w.pad_top + w.pad_left + w.pad_bottom + w.pad_right != 0) {
    text += fmt::format(" p{},{},{},{}", w.pad_top, w.pad_left, w.pad_bottom, w.pad_right);
  }
  if (w.group != 1) text += fmt::format(" g{}", w.group);
  if (w.ceil_mode) text += " ceil";
  if (w.count_include_pad) text += " pad counts";
  return text;
}

std::string describe(const Graph& graph, const Node& node) {
  std::string text = fmt::format("{:<11} {}", node.kind == OpKind::kOther ? node.op_type : std::string(name_of(node.kind)), node.name);
  for (const auto in : node.inputs) {
    const auto& value = graph.value(in);
    text += fmt::format(" | {}{}", value.constant ? "const " : "", describe(value));
  }
  for (const auto out : node.outputs) text += fmt::format(" -> {}", describe(graph.value(out)));
  if (node.kind == OpKind::kConv || node.kind == OpKind::kMaxPool || node.kind == OpKind::kAveragePool) {
    text += " | " + describe(node.window);
  }
  if (!node.function.empty()) text += " | " + text_of(node.function);
  if (!node.copies.empty()) text += fmt::format(" | {} as {} copies", node.op_type, node.copies.size());
  if (node.clamp) text += fmt::format(" | clamp {:g}..{:g}", node.clamp->lo, node.clamp->hi);
  if (!node.fused.empty()) text += fmt::format(" | with {}", fmt::join(node.fused, ", "));
  return text;
}

}  // namespace

std::string dump(const Graph& graph) {
  std::string text = fmt::format("graph {}\n", graph.name);
  for (const auto in : graph.inputs) text += fmt::format("input       {} {}\n", graph.value(in).name, describe(graph.value(in)));
  const auto order = graph.topological_order();
  for (const auto id : order ? *order : graph.nodes()) text += describe(graph, graph.node(id)) + '\n';
  for (const auto out : graph.outputs) text += fmt::format("output      {} {}\n", graph.value(out).name, describe(graph.value(out)));
  return text;
}

}  // namespace vernier::graph
