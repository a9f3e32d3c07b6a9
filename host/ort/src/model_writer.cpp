// SPDX-License-Identifier: Apache-2.0
#include "model_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include <vernier/ort/model.hpp>

#include "attributes.hpp"
#include "element_type.hpp"

namespace vernier::ort {
namespace {

using graph::OpKind;

template <class T>
Tensor vector_of(std::span<const T> values, bool scalar = false) {
  Tensor t(dtype_of<T>::value, scalar ? Shape{} : Shape{static_cast<std::int64_t>(values.size())});
  std::ranges::copy(values, t.as<T>().begin());
  return t;
}

Tensor integer_scalar(DType type, std::int64_t value) {
  Tensor t(type, {});
  if (type == DType::kInt8) t.as<std::int8_t>()[0] = static_cast<std::int8_t>(value);
  if (type == DType::kUint8) t.as<std::uint8_t>()[0] = static_cast<std::uint8_t>(value);
  return t;
}

bool clamps(const graph::Clamp& clamp, DType type) {
  const double lo = type == DType::kInt8 ? -128 : 0;
  return clamp.lo > lo || clamp.hi < lo + 255;
}

}  // namespace

void declare(onnx::ValueInfoProto& info, const std::string& name, const graph::Value& value) {
  info.set_name(name);
  auto& tensor = *info.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(onnx_type_of(value.type));
  auto& shape = *tensor.mutable_shape();
  for (const auto d : value.shape) shape.add_dim()->set_dim_value(d);
}

std::string ModelWriter::fresh(const std::string& hint) {
  std::string name = hint.empty() ? "value" : hint;
  for (int n = 1; !taken_.insert(name).second; ++n) name = fmt::format("{}~{}", hint, n);
  return name;
}

std::string ModelWriter::constant(const std::string& hint, const Tensor& tensor) {
  auto& proto = *proto_.add_initializer();
  proto.set_name(fresh(hint));
  proto.set_data_type(onnx_type_of(tensor.type()));
  for (const auto d : tensor.shape()) proto.add_dims(d);
  proto.set_raw_data(tensor.bytes().data(), tensor.bytes().size());
  return proto.name();
}

std::string ModelWriter::name_of(graph::ValueId id) {
  if (const auto it = names_.find(id); it != names_.end()) return it->second;
  const auto& value = graph_.value(id);
  return names_[id] = value.constant ? constant(value.name, *value.constant) : fresh(value.name);
}

onnx::NodeProto& ModelWriter::add(const std::string& op, const std::vector<std::string>& inputs, const std::string& output) {
  auto& node = *proto_.add_node();
  node.set_op_type(op);
  for (const auto& in : inputs) node.add_input(in);
  node.add_output(output);
  return node;
}

std::string ModelWriter::scale_of(graph::ValueId id) {
  const auto& value = graph_.value(id);
  const auto& q = *value.quantization;
  return constant(value.name + "_scale", vector_of<float>(q.scale, q.axis < 0));
}

std::string ModelWriter::zero_point_of(graph::ValueId id) {
  const auto& value = graph_.value(id);
  const auto& q = *value.quantization;
  Tensor zero(value.type, q.axis < 0 ? Shape{} : Shape{static_cast<std::int64_t>(q.zero_point.size())});
  for (std::size_t i = 0; i < q.zero_point.size(); ++i) {
    const auto one = integer_scalar(value.type, q.zero_point[i]);
    std::ranges::copy(one.bytes(), zero.bytes().begin() + static_cast<std::ptrdiff_t>(i));
  }
  return constant(value.name + "_zero_point", zero);
}

std::string ModelWriter::dequantized(graph::ValueId id) {
  const auto& value = graph_.value(id);
  const auto real = fresh(value.name + "_real");
  std::vector<std::string> inputs{name_of(id), scale_of(id)};
  if (value.type != DType::kInt32) inputs.push_back(zero_point_of(id));
  auto& node = add("DequantizeLinear", inputs, real);
  if (value.quantization->axis >= 0) set_int(node, "axis", value.quantization->axis);
  wrote_quantisation_ = true;
  return real;
}

Result<void> ModelWriter::write(graph::NodeId id) {
  const auto& node = graph_.node(id);
  for (const auto out : node.outputs) written_.insert(out);
  if (is_quantised(graph_, id)) return write_quantised(node);
  switch (node.kind) {
    case OpKind::kQuantize:
    case OpKind::kDequantize: {
      const auto integer = node.kind == OpKind::kQuantize ? node.outputs.at(0) : node.inputs.at(0);
      if (!graph_.value(integer).quantization) return keep(node);
      return write_quantize(node, node.kind == OpKind::kQuantize ? "QuantizeLinear" : "DequantizeLinear", integer);
    }
    case OpKind::kBatchNorm:
    case OpKind::kOther: return node.onnx_node.empty() && (!node.copies.empty() || graph::scalar_op_of(node.op_type)) ? write_float(node) : keep(node);
    default: return write_float(node);
  }
}

/// The node as it came, with the names its values have now.
Result<void> ModelWriter::keep(const graph::Node& node) {
  onnx::NodeProto came;
  if (node.onnx_node.empty() || !came.ParseFromString(node.onnx_node)) {
    return fail(ErrorCode::kInvalidInput, fmt::format("{} has no ONNX node to run on the host", node.op_type), node.name);
  }
  const auto rename = [this, &node](auto& names, const std::vector<graph::ValueId>& values) -> Result<void> {
    std::size_t next = 0;
    const bool positional = static_cast<std::size_t>(names.size()) == values.size();
    for (auto& name : names) {
      if (name.empty() && !positional) continue;  // an optional input or output that is absent
      if (next == values.size()) {
        return fail(ErrorCode::kInvalidInput, fmt::format("its ONNX node names more values than the graph's {}", values.size()), node.name);
      }
      const auto id = values[next++];
      if (!name.empty()) name = name_of(id);
    }
    return {};
  };
  if (auto r = rename(*came.mutable_input(), node.inputs); !r) return r;
  if (auto r = rename(*came.mutable_output(), node.outputs); !r) return r;
  *proto_.add_node() = came;
  kept_a_node_ = true;
  return {};
}

Result<void> ModelWriter::write_quantize(const graph::Node& node, const std::string& op, graph::ValueId integer) {
  const auto& q = *graph_.value(integer).quantization;
  std::vector<std::string> inputs{name_of(node.inputs.at(0)), scale_of(integer)};
  if (graph_.value(integer).type != DType::kInt32) inputs.push_back(zero_point_of(integer));
  auto& proto = add(op, inputs, name_of(node.outputs.at(0)));
  if (q.axis >= 0) set_int(proto, "axis", q.axis);
  wrote_quantisation_ = true;
  return {};
}

Result<void> ModelWriter::write_quantised(const graph::Node& node) {
  const auto out = node.outputs.at(0);
  const auto& y = graph_.value(out);
  if (node.kind == OpKind::kReshape) return write_operator(node, {name_of(node.inputs.at(0))}, name_of(out));

  std::vector<std::string> reals;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    if (!graph_.value(node.inputs[i]).quantization) {
      return fail(ErrorCode::kInvalidInput, fmt::format("input {} of a quantised {} has no scale", i, graph::name_of(node.kind)), node.name);
    }
    reals.push_back(dequantized(node.inputs[i]));
  }
  std::string real = reals.at(0);
  if (node.kind != OpKind::kClip) {
    real = fresh(y.name + "_real");
    if (auto r = write_operator(node, reals, real); !r) return r;
  }
  const bool limited = node.clamp && clamps(*node.clamp, y.type);
  const auto quantized = limited ? fresh(y.name + "_free") : name_of(out);
  add("QuantizeLinear", {real, scale_of(out), zero_point_of(out)}, quantized);
  if (limited) {
    const auto lo = constant("lo", integer_scalar(y.type, static_cast<std::int64_t>(node.clamp->lo)));
    const auto hi = constant("hi", integer_scalar(y.type, static_cast<std::int64_t>(node.clamp->hi)));
    add("Clip", {quantized, lo, hi}, name_of(out));
  }
  return {};
}

Result<void> ModelWriter::write_float(const graph::Node& node) {
  std::vector<std::string> inputs;
  for (const auto in : node.inputs) inputs.push_back(name_of(in));
  const auto out = name_of(node.outputs.at(0));
  if (node.kind == OpKind::kRelu) {
    add("Relu", {inputs.at(0)}, out);
    return {};
  }
  if (node.kind == OpKind::kClip && !node.clamp) return keep(node);
  const auto free = node.kind == OpKind::kClip ? inputs.at(0) : (node.clamp ? fresh(out + "_free") : out);
  if (node.kind != OpKind::kClip) {
    if (auto r = write_operator(node, inputs, free); !r) return r;
  }
  if (node.clamp) {
    const auto limit = [this](const char* hint, double v) {
      const float value = static_cast<float>(v);
      return constant(hint, vector_of<float>(std::span(&value, 1), true));
    };
    const auto lo = limit("lo", node.clamp->lo);
    add("Clip", {free, lo, limit("hi", node.clamp->hi)}, out);
  }
  return {};
}

}  // namespace vernier::ort
