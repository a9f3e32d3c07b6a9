// SPDX-License-Identifier: Apache-2.0
#include <vernier/ir/graph.hpp>

namespace vernier::graph {
namespace {
template <class T>
T attribute_or(const Node& node, std::string_view name, T fallback) {
  const auto it = node.attributes.find(std::string(name));
  if (it == node.attributes.end()) return fallback;
  const auto* held = std::get_if<T>(&it->second);
  return held ? *held : fallback;
}
}  // namespace

std::int64_t int_attribute(const Node& node, std::string_view name, std::int64_t fallback) { return attribute_or(node, name, fallback); }
float float_attribute(const Node& node, std::string_view name, float fallback) { return attribute_or(node, name, fallback); }
std::vector<std::int64_t> ints_attribute(const Node& node, std::string_view name) {
  return attribute_or(node, name, std::vector<std::int64_t>{});
}

bool is_quantised_activation(const Value& value) {
  return (value.type == DType::kInt8 || value.type == DType::kUint8) && value.quantization && value.quantization->axis < 0 &&
         value.quantization->scale.size() == 1 && value.quantization->zero_point.size() == 1;
}

}  // namespace vernier::graph
