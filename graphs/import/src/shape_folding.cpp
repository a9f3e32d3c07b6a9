// SPDX-License-Identifier: Apache-2.0
#include "shape_folding.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>

#include <vernier/ort/session.hpp>

#include "constants.hpp"
#include "tensor_proto.hpp"

namespace vernier::graph {
namespace {

constexpr std::int64_t kLargest = 4096;  // elements of a tensor that takes part; shapes have a handful

/// Operators of shape arithmetic whose results are no larger than their inputs together.
constexpr auto kArithmetic = std::to_array<std::string_view>(
    {"Add", "And", "Cast", "Ceil", "Concat", "Div", "Equal", "Floor", "Gather", "Greater", "Identity", "Less", "Max", "Min", "Mod", "Mul",
     "Neg", "Not", "Or", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceSum", "Reshape", "Slice", "Split", "Squeeze", "Sub", "Unsqueeze", "Where"});

class Folding {
 public:
  Folding(onnx::ModelProto& model, const Source& source) : model_(model), source_(source) {
    for (const auto& t : model.graph().initializer()) note(t.name(), t);
    for (const auto* list : {&model.graph().input(), &model.graph().value_info(), &model.graph().output()}) {
      for (const auto& info : *list) infos_[info.name()] = &info;
    }
  }

  int run();

 private:
  void note(const std::string& name, const onnx::TensorProto& tensor);
  std::optional<std::vector<onnx::TensorProto>> evaluate(const onnx::NodeProto& node) const;
  std::optional<onnx::TensorProto> shape_or_size(const onnx::NodeProto& node) const;
  std::optional<onnx::TensorProto> constant(const onnx::NodeProto& node) const;
  std::optional<std::vector<onnx::TensorProto>> run_node(const onnx::NodeProto& node) const;

  onnx::ModelProto& model_;
  const Source& source_;
  std::map<std::string, onnx::TensorProto> known_;
  std::map<std::string, const onnx::ValueInfoProto*> infos_;
};

onnx::TensorProto proto_of(const Tensor& tensor) {
  onnx::TensorProto proto;
  std::int32_t type = onnx::TensorProto::FLOAT;
  while (dtype_from_onnx(type) != tensor.type()) ++type;
  proto.set_data_type(type);
  for (const auto d : tensor.shape()) proto.add_dims(d);
  proto.set_raw_data(tensor.bytes().data(), tensor.bytes().size());
  return proto;
}

void Folding::note(const std::string& name, const onnx::TensorProto& tensor) {
  const auto count = checked_count({tensor.dims().begin(), tensor.dims().end()}, name, source_);
  if (count && *count <= kLargest && tensor.ByteSizeLong() < 64 * kLargest) known_[name] = tensor;
}

std::optional<onnx::TensorProto> Folding::shape_or_size(const onnx::NodeProto& node) const {
  if (node.attribute_size() > 0 || node.input_size() != 1) return std::nullopt;
  const auto it = infos_.find(node.input(0));
  if (it == infos_.end() || !it->second->type().tensor_type().has_shape()) return std::nullopt;
  const auto& shape = it->second->type().tensor_type().shape();
  Tensor t(DType::kInt64, {shape.dim_size()});
  for (int i = 0; i < shape.dim_size(); ++i) {
    if (!shape.dim(i).has_dim_value() || shape.dim(i).dim_value() < 1) return std::nullopt;
    t.as<std::int64_t>()[static_cast<std::size_t>(i)] = shape.dim(i).dim_value();
  }
  if (node.op_type() == "Shape") return proto_of(t);
  Tensor size(DType::kInt64, {});
  size.as<std::int64_t>()[0] = element_count({t.as<std::int64_t>().begin(), t.as<std::int64_t>().end()});
  return proto_of(size);
}

std::optional<onnx::TensorProto> Folding::constant(const onnx::NodeProto& node) const {
  std::optional<Tensor> shape;
  if (node.input_size() == 1) {
    const auto it = known_.find(node.input(0));
    if (it == known_.end()) return std::nullopt;
    auto t = tensor_of(it->second, source_);
    if (!t || t->type() != DType::kInt64) return std::nullopt;
    const auto dims = t->as<std::int64_t>();
    const auto count = checked_count({dims.begin(), dims.end()}, label_of(node), source_);
    if (!count || *count > kLargest) return std::nullopt;
    shape = std::move(*t);
  }
  const auto made = constant_of(node, [&shape](int) { return shape ? &*shape : nullptr; }, source_);
  return made && made->size() <= kLargest ? std::optional(proto_of(*made)) : std::nullopt;
}

std::optional<std::vector<onnx::TensorProto>> Folding::run_node(const onnx::NodeProto& node) const {
  if (std::ranges::find(kArithmetic, node.op_type()) == kArithmetic.end() || !node.domain().empty() || node.input_size() == 0) return std::nullopt;
  onnx::ModelProto model;
  model.set_ir_version(8);
  *model.mutable_opset_import() = model_.opset_import();
  auto& graph = *model.mutable_graph();
  graph.set_name("shape arithmetic");
  *graph.add_node() = node;
  for (const auto& in : node.input()) {
    if (in.empty()) continue;
    const auto it = known_.find(in);
    if (it == known_.end()) return std::nullopt;
    const bool twice = std::ranges::any_of(graph.initializer(), [&in](const auto& t) { return t.name() == in; });
    if (twice) continue;
    auto& t = *graph.add_initializer();
    t = it->second;
    t.set_name(in);
  }
  for (const auto& out : node.output()) graph.add_output()->set_name(out);
  const auto bytes = model.SerializeAsString();
  auto session = ort::Session::open(std::as_bytes(std::span(bytes.data(), bytes.size())), {}, label_of(node));
  if (!session) return std::nullopt;
  const auto results = session->run({});
  if (!results) return std::nullopt;
  std::vector<onnx::TensorProto> protos;
  for (const auto& r : *results) protos.push_back(proto_of(r));
  return protos;
}

std::optional<std::vector<onnx::TensorProto>> Folding::evaluate(const onnx::NodeProto& node) const {
  if (std::ranges::any_of(node.output(), [](const auto& out) { return out.empty(); })) return std::nullopt;
  std::optional<onnx::TensorProto> one;
  if (is_constant_maker(node)) {
    one = constant(node);
  } else if ((node.op_type() == "Shape" || node.op_type() == "Size") && node.domain().empty()) {
    one = shape_or_size(node);
  } else {
    return run_node(node);
  }
  return one ? std::optional(std::vector{std::move(*one)}) : std::nullopt;
}

int Folding::run() {
  int folded = 0;
  auto& graph = *model_.mutable_graph();
  google::protobuf::RepeatedPtrField<onnx::NodeProto> kept;
  for (auto& node : *graph.mutable_node()) {
    const bool is_output = std::ranges::any_of(node.output(), [&graph](const auto& out) {
      return std::ranges::any_of(graph.output(), [&out](const auto& port) { return port.name() == out; });
    });
    auto results = is_output ? std::nullopt : evaluate(node);
    if (!results || results->size() != static_cast<std::size_t>(node.output_size())) {
      kept.Add()->Swap(&node);
      continue;
    }
    for (int i = 0; i < node.output_size(); ++i) {
      auto& t = *graph.add_initializer();
      t = std::move((*results)[static_cast<std::size_t>(i)]);
      t.set_name(node.output(i));
      note(node.output(i), t);
    }
    ++folded;
  }
  graph.mutable_node()->Swap(&kept);
  return folded;
}

}  // namespace

int fold_shape_arithmetic(onnx::ModelProto& model, const Source& source) { return Folding(model, source).run(); }

}  // namespace vernier::graph
