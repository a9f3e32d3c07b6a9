// SPDX-License-Identifier: Apache-2.0
// Every activation becomes so many of itself, one behind the other along its first axis. All operators of the canonical
// form work on each of them alone, so no operator changes but those that count elements.
#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <string_view>

#include <vernier/passes/pipeline.hpp>

namespace vernier::graph {
namespace {

/// Operators of the host that take each slice of the first axis alone, with their axis.
struct AlongAxis {
  std::string_view op_type;
  std::int64_t axis;  ///< where the attribute is absent
};
constexpr std::array kAlongAxis{AlongAxis{"Softmax", -1}, AlongAxis{"LogSoftmax", -1}, AlongAxis{"Hardmax", -1}, AlongAxis{"LayerNormalization", -1}};
constexpr std::array<std::string_view, 4> kEachImage{"Cast", "LRN", "InstanceNormalization", "Dropout"};

bool is_alone(const Graph& graph, const Node& node) {
  if (node.kind != OpKind::kOther) return true;
  if (std::ranges::count(kEachImage, node.op_type) != 0) return true;
  const auto found = std::ranges::find(kAlongAxis, node.op_type, &AlongAxis::op_type);
  if (found == kAlongAxis.end()) return false;
  const auto rank = static_cast<std::int64_t>(graph.value(node.inputs[0]).shape.size());
  const auto axis = int_attribute(node, "axis", found->axis);
  return (axis < 0 ? axis + rank : axis) > 0;
}

/// Operands that broadcast keep to their image only where the first axes are the batch on both sides.
bool is_binary(OpKind kind) { return kind == OpKind::kAdd || kind == OpKind::kSub || kind == OpKind::kMul; }

std::optional<std::string> refusal(const Graph& graph, const Node& node) {
  if (!is_alone(graph, node)) return fmt::format("{} may not take each image alone", node.op_type);
  for (const auto id : node.outputs) {
    if (graph.value(id).shape.empty()) return fmt::format("'{}' is a scalar", graph.value(id).name);
  }
  if (node.kind == OpKind::kMatMul && graph.value(node.inputs[0]).shape.size() == 2) return "its matrices have no axis in front of them";
  if (!is_binary(node.kind)) return std::nullopt;
  const auto& y = graph.value(node.outputs[0]).shape;
  for (const auto id : node.inputs) {
    const auto& x = graph.value(id);
    const bool fits = x.constant ? x.shape.size() < y.size() || x.shape[0] == 1 : x.shape.size() == y.size() && x.shape[0] == y[0];
    if (!fits) return fmt::format("its operand '{}' of shape {} broadcasts along the first axis of {}", x.name, to_string(x.shape), to_string(y));
  }
  return std::nullopt;
}

/// The copies of one image, for each image.
void repeat_copies(const Graph& graph, Node& node, std::int64_t images) {
  const auto to = element_count(graph.value(node.outputs[0]).shape);
  for (auto& copy : node.copies) {
    const auto from = copy.input ? element_count(graph.value(node.inputs[*copy.input]).shape) : 0;
    copy.loops.insert(copy.loops.begin(), {images, from, to});
  }
}

}  // namespace

Result<Graph> batched(Graph graph, std::int64_t images) {
  if (images == 1) return graph;
  for (const auto id : graph.nodes()) {
    auto& node = graph.node(id);
    if (const auto bad = refusal(graph, node)) {
      return fail(ErrorCode::kUnsupported, fmt::format("cannot run as a batch of {}: {}; export the model with that batch size", images, *bad), node.name);
    }
    repeat_copies(graph, node, images);
  }
  for (const auto id : graph.inputs) {
    if (graph.value(id).shape.empty()) return fail(ErrorCode::kUnsupported, fmt::format("is a scalar input, of which there is no batch of {}", images), graph.value(id).name);
  }
  for (std::size_t i = 0; i < graph.value_count(); ++i) {
    auto& value = graph.value(static_cast<ValueId>(i));
    if (!value.constant && !value.shape.empty()) value.shape[0] *= images;
  }
  return graph;
}

}  // namespace vernier::graph
