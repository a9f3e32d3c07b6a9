// SPDX-License-Identifier: Apache-2.0
#include "constants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "tensor_proto.hpp"

namespace vernier::graph {
namespace {

template <class T, class Values>
Tensor vector_of(const Values& values) {
  Tensor t(dtype_of<T>::value, {static_cast<std::int64_t>(values.size())});
  std::ranges::copy(values, t.as<T>().begin());
  return t;
}

template <class T>
Tensor scalar_of(T value) {
  Tensor t(dtype_of<T>::value, {});
  t.as<T>()[0] = value;
  return t;
}

Result<Tensor> constant_node(const onnx::NodeProto& node, const Source& source) {
  for (const auto& a : node.attribute()) {
    if (a.name() == "value" && a.has_t()) return tensor_of(a.t(), source);
    if (a.name() == "value_float") return scalar_of<float>(a.f());
    if (a.name() == "value_int") return scalar_of<std::int64_t>(a.i());
    if (a.name() == "value_floats") return vector_of<float>(a.floats());
    if (a.name() == "value_ints") return vector_of<std::int64_t>(a.ints());
    if (a.name().starts_with("value_string")) return fail(ErrorCode::kUnsupported, "is a constant of strings, which are not supported", source.at(label_of(node)));
  }
  return fail(ErrorCode::kInvalidInput, "is a Constant without a value", source.at(label_of(node)));
}

Result<Tensor> constant_of_shape(const onnx::NodeProto& node, const Tensor* shape, const Source& source) {
  const auto where = source.at(label_of(node));
  if (shape == nullptr || shape->type() != DType::kInt64) return fail(ErrorCode::kUnsupported, "takes a computed shape; a constant one is needed: export the model with static shapes", where);
  Tensor value = scalar_of<float>(0.0F);
  for (const auto& a : node.attribute()) {
    if (a.name() != "value" || !a.has_t()) continue;
    auto given = tensor_of(a.t(), source);
    if (!given) return given;
    value = std::move(*given);
  }
  if (value.size() != 1) return fail(ErrorCode::kInvalidInput, fmt::format("fills with {} values; one is needed", value.size()), where);
  const auto dims = shape->as<std::int64_t>();
  const Shape wanted(dims.begin(), dims.end());
  const auto count = checked_count(wanted, label_of(node), source);
  if (!count) return forward_error(count);
  const auto size = size_of(value.type());
  if (*count > source.options.max_constant_bytes / static_cast<std::int64_t>(size)) {
    return fail(ErrorCode::kInvalidInput, fmt::format("makes {}, over the limit of {} bytes for constants", to_string(wanted), source.options.max_constant_bytes), where);
  }
  Tensor result(value.type(), wanted);
  for (std::int64_t i = 0; i < *count; ++i) std::memcpy(result.bytes().data() + static_cast<std::size_t>(i) * size, value.bytes().data(), size);
  return result;
}

}  // namespace

bool is_constant_maker(const onnx::NodeProto& node) {
  return is_onnx_domain(node.domain()) && node.output_size() == 1 && (node.op_type() == "Constant" || node.op_type() == "ConstantOfShape");
}

Result<Tensor> constant_of(const onnx::NodeProto& node, const std::function<const Tensor*(int)>& input, const Source& source) {
  return node.op_type() == "Constant" ? constant_node(node, source) : constant_of_shape(node, input(0), source);
}

Result<std::optional<Attribute>> attribute_of(const onnx::AttributeProto& a, const Source& source) {
  using onnx::AttributeProto;
  switch (a.type()) {
    case AttributeProto::INT: return Attribute{a.i()};
    case AttributeProto::FLOAT: return Attribute{a.f()};
    case AttributeProto::STRING: return Attribute{a.s()};
    case AttributeProto::INTS: return Attribute{std::vector<std::int64_t>(a.ints().begin(), a.ints().end())};
    case AttributeProto::FLOATS: return Attribute{std::vector<float>(a.floats().begin(), a.floats().end())};
    case AttributeProto::TENSOR: {
      auto tensor = tensor_of(a.t(), source);
      if (!tensor) return forward_error(tensor);
      return Attribute{std::move(*tensor)};
    }
    default: return std::optional<Attribute>{};
  }
}

}  // namespace vernier::graph
