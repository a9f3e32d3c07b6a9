// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "operators.hpp"

namespace vernier::graph {
namespace {

/// Which inputs of an operator are scales; the zero point follows each.
struct Scales {
  std::string_view op;
  std::array<int, 3> at;  ///< -1: none
};
constexpr auto kScales = std::to_array<Scales>({
    {"QuantizeLinear", {1, -1, -1}}, {"DequantizeLinear", {1, -1, -1}}, {"QLinearConv", {1, 4, 6}}, {"QLinearMatMul", {1, 4, 6}},
    {"QGemm", {1, 4, 7}}, {"QLinearAdd", {1, 4, 6}}, {"QLinearMul", {1, 4, 6}}, {"QLinearAveragePool", {1, 3, -1}},
    {"QLinearGlobalAveragePool", {1, 3, -1}}, {"QLinearSoftmax", {1, 3, -1}}, {"QLinearSigmoid", {1, 3, -1}},
});

Result<void> check_scale(const Value& value, const Node& node, const Source& source) {
  if (!value.constant || value.constant->type() != DType::kFloat32) return {};
  for (const auto s : value.constant->as<float>()) {
    if (!std::isfinite(s) || s <= 0.0F) {
      return fail(ErrorCode::kInvalidInput, fmt::format("scale '{}' is {}; a finite number above 0 is needed", value.name, s), source.at(node.name));
    }
  }
  return {};
}

}  // namespace

Result<void> check_quantization(const Graph& graph, const Node& node, const Source& source) {
  const auto bare = std::string_view(node.op_type).substr(node.op_type.rfind('.') + 1);  // npos + 1 is 0
  const auto* entry = std::ranges::find(kScales, bare, &Scales::op);
  if (entry == kScales.end()) return {};
  for (const int at : entry->at) {
    if (at < 0 || static_cast<std::size_t>(at) >= node.inputs.size()) continue;
    const auto& scale = graph.value(node.inputs[static_cast<std::size_t>(at)]);
    if (auto r = check_scale(scale, node, source); !r) return r;
    if (static_cast<std::size_t>(at) + 1 >= node.inputs.size()) continue;
    const auto& zero = graph.value(node.inputs[static_cast<std::size_t>(at) + 1]);
    if (scale.constant && zero.constant && scale.constant->size() != zero.constant->size()) {
      return fail(ErrorCode::kInvalidInput, fmt::format("has {} scales and {} zero points", scale.constant->size(), zero.constant->size()), source.at(node.name));
    }
  }
  if (node.kind != OpKind::kQuantize && node.kind != OpKind::kDequantize) return {};
  const auto scales = element_count(graph.value(node.inputs.at(1)).shape);
  const auto& x = graph.value(node.inputs.at(0)).shape;
  auto axis = int_attribute(node, "axis", 1);
  if (axis < 0) axis += static_cast<std::int64_t>(x.size());
  if (scales != 1 && (axis < 0 || axis >= static_cast<std::int64_t>(x.size()) || x[static_cast<std::size_t>(axis)] != scales)) {
    return fail(ErrorCode::kInvalidInput, fmt::format("has {} scales along axis {} of {}", scales, axis, to_string(x)), source.at(node.name));
  }
  return {};
}

}  // namespace vernier::graph
