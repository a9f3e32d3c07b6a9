// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <initializer_list>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <vernier/core/tensor.hpp>

namespace vernier::test {

/// Builds small ONNX models through the protocol buffer, also ill-formed ones.
class OnnxBuilder {
 public:
  explicit OnnxBuilder(int opset = 13) {
    model.set_ir_version(8);
    model.add_opset_import()->set_version(opset);
    graph().set_name("test");
  }
  onnx::GraphProto& graph() { return *model.mutable_graph(); }
  OnnxBuilder& domain(const std::string& name, int version) {
    auto& import = *model.add_opset_import();
    import.set_domain(name);
    import.set_version(version);
    return *this;
  }

  static void port(onnx::ValueInfoProto& info, const std::string& name, const Shape& shape, int type) {
    info.set_name(name);
    auto& tensor = *info.mutable_type()->mutable_tensor_type();
    tensor.set_elem_type(type);
    tensor.mutable_shape();
    for (const auto d : shape) {
      auto& dim = *tensor.mutable_shape()->add_dim();
      if (d >= 0) dim.set_dim_value(d);
      else dim.set_dim_param("N");
    }
  }
  OnnxBuilder& input(const std::string& name, const Shape& shape, int type = onnx::TensorProto::FLOAT) {
    port(*graph().add_input(), name, shape, type);
    return *this;
  }
  OnnxBuilder& output(const std::string& name, int type = onnx::TensorProto::FLOAT) {
    auto& info = *graph().add_output();
    info.set_name(name);
    info.mutable_type()->mutable_tensor_type()->set_elem_type(type);
    return *this;
  }

  template <class T>
  onnx::TensorProto& constant(const std::string& name, const Shape& shape, const std::vector<T>& values, int type) {
    auto& tensor = *graph().add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(type);
    for (const auto d : shape) tensor.add_dims(d);
    tensor.set_raw_data(values.data(), values.size() * sizeof(T));
    return tensor;
  }
  OnnxBuilder& floats(const std::string& name, const Shape& shape, const std::vector<float>& v) { return constant(name, shape, v, onnx::TensorProto::FLOAT), *this; }
  OnnxBuilder& int64s(const std::string& name, const std::vector<std::int64_t>& v) {
    return constant(name, {static_cast<std::int64_t>(v.size())}, v, onnx::TensorProto::INT64), *this;
  }
  OnnxBuilder& int8s(const std::string& name, const Shape& shape, const std::vector<std::int8_t>& v) { return constant(name, shape, v, onnx::TensorProto::INT8), *this; }
  OnnxBuilder& uint8s(const std::string& name, const Shape& shape, const std::vector<std::uint8_t>& v) { return constant(name, shape, v, onnx::TensorProto::UINT8), *this; }
  OnnxBuilder& int32s(const std::string& name, const Shape& shape, const std::vector<std::int32_t>& v) { return constant(name, shape, v, onnx::TensorProto::INT32), *this; }
  /// Seeded values in [-1, 1].
  OnnxBuilder& random(const std::string& name, const Shape& shape) {
    std::vector<float> values(static_cast<std::size_t>(element_count(shape)));
    for (auto& v : values) v = std::uniform_real_distribution<float>(-1.0F, 1.0F)(engine_);
    return floats(name, shape, values);
  }
  OnnxBuilder& random_int8(const std::string& name, const Shape& shape) {
    std::vector<std::int8_t> values(static_cast<std::size_t>(element_count(shape)));
    for (auto& v : values) v = static_cast<std::int8_t>(std::uniform_int_distribution<int>(-127, 127)(engine_));
    return int8s(name, shape, values);
  }

  onnx::NodeProto& node(const std::string& op, const std::vector<std::string>& inputs, const std::vector<std::string>& outputs, const std::string& name = "",
                        const std::string& domain = "") {
    auto& n = *graph().add_node();
    n.set_op_type(op);
    n.set_name(name.empty() ? op + "_" + outputs.at(0) : name);
    if (!domain.empty()) n.set_domain(domain);
    for (const auto& in : inputs) n.add_input(in);
    for (const auto& out : outputs) n.add_output(out);
    return n;
  }
  /// Scale and zero point constants, then QuantizeLinear `x` -> `x`_q and DequantizeLinear -> `x`_dq.
  OnnxBuilder& qdq(const std::string& x, float scale, int zero, bool is_unsigned = false) {
    quantize(x, x + "_q", scale, zero, is_unsigned);
    node("DequantizeLinear", {x + "_q", x + "_scale", x + "_zero"}, {x + "_dq"});
    return *this;
  }
  OnnxBuilder& quantize(const std::string& x, const std::string& y, float scale, int zero, bool is_unsigned = false) {
    scale_and_zero(x, scale, zero, is_unsigned);
    node("QuantizeLinear", {x, x + "_scale", x + "_zero"}, {y});
    return *this;
  }
  OnnxBuilder& scale_and_zero(const std::string& x, float scale, int zero, bool is_unsigned = false) {
    floats(x + "_scale", {}, {scale});
    if (is_unsigned) uint8s(x + "_zero", {}, {static_cast<std::uint8_t>(zero)});
    else int8s(x + "_zero", {}, {static_cast<std::int8_t>(zero)});
    return *this;
  }
  /// Random int8 weight `name` behind DequantizeLinear -> `name`_dq, one scale an index of `axis` (or one).
  OnnxBuilder& weight(const std::string& name, const Shape& shape, int axis, float scale) {
    random_int8(name, shape);
    const auto n = axis < 0 ? 1 : shape[static_cast<std::size_t>(axis)];
    std::vector<float> scales;
    for (std::int64_t i = 0; i < n; ++i) scales.push_back(scale * (1.0F + 0.1F * static_cast<float>(i)));
    floats(name + "_scale", axis < 0 ? Shape{} : Shape{n}, scales);
    int8s(name + "_zero", axis < 0 ? Shape{} : Shape{n}, std::vector<std::int8_t>(static_cast<std::size_t>(n), 0));
    auto& dq = node("DequantizeLinear", {name, name + "_scale", name + "_zero"}, {name + "_dq"});
    if (axis >= 0) attribute(dq, "axis", static_cast<std::int64_t>(axis));
    return *this;
  }

  static void attribute(onnx::NodeProto& node, const std::string& name, std::int64_t value) {
    auto& a = *node.add_attribute();
    a.set_name(name);
    a.set_type(onnx::AttributeProto::INT);
    a.set_i(value);
  }
  static void attribute(onnx::NodeProto& node, const std::string& name, float value) {
    auto& a = *node.add_attribute();
    a.set_name(name);
    a.set_type(onnx::AttributeProto::FLOAT);
    a.set_f(value);
  }
  static void attribute(onnx::NodeProto& node, const std::string& name, const std::string& value) {
    auto& a = *node.add_attribute();
    a.set_name(name);
    a.set_type(onnx::AttributeProto::STRING);
    a.set_s(value);
  }
  static void attribute(onnx::NodeProto& node, const std::string& name, std::initializer_list<std::int64_t> values) {
    attribute(node, name, std::vector<std::int64_t>(values));
  }
  static void attribute(onnx::NodeProto& node, const std::string& name, const std::vector<std::int64_t>& values) {
    auto& a = *node.add_attribute();
    a.set_name(name);
    a.set_type(onnx::AttributeProto::INTS);
    for (const auto v : values) a.add_ints(v);
  }

  [[nodiscard]] std::string bytes() const { return model.SerializeAsString(); }

  onnx::ModelProto model;

 private:
  std::mt19937 engine_{7};
};

inline std::span<const std::byte> as_bytes(const std::string& text) { return std::as_bytes(std::span(text.data(), text.size())); }

}  // namespace vernier::test
