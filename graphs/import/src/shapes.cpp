// SPDX-License-Identifier: Apache-2.0
#include "shapes.hpp"

#include <fmt/format.h>
#include <onnx/checker.h>
#include <onnx/shape_inference/implementation.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "constants.hpp"
#include "schemas.hpp"
#include "shape_folding.hpp"
#include "tensor_proto.hpp"

namespace vernier::graph {
namespace {

constexpr int kCheckedIrVersion = 8;  // the newest libonnx 1.12 knows; later ones add fields and types, no meaning

std::set<std::string> initialiser_names(const onnx::GraphProto& graph) {
  std::set<std::string> names;
  for (const auto& t : graph.initializer()) names.insert(t.name());
  return names;
}

Result<void> bind(onnx::ValueInfoProto& input, std::map<std::string, std::int64_t>& values, const Source& source) {
  if (!input.type().has_tensor_type() || !input.type().tensor_type().has_shape()) {
    return fail(ErrorCode::kInvalidInput, "is a graph input without a shape; export the model with static shapes", source.at(input.name()));
  }
  auto& shape = *input.mutable_type()->mutable_tensor_type()->mutable_shape();
  for (int axis = 0; axis < shape.dim_size(); ++axis) {
    auto& dim = *shape.mutable_dim(axis);
    const auto batch = source.options.batch;
    if (dim.has_dim_value() && dim.dim_value() > 0) continue;
    if (dim.has_dim_value() && dim.dim_value() == 0) {
      return fail(ErrorCode::kUnsupported, fmt::format("dimension {} of this graph input is 0; an empty tensor computes nothing", axis), source.at(input.name()));
    }
    const std::string symbol = dim.dim_param().empty() ? fmt::format("{}.{}", input.name(), axis) : dim.dim_param();
    const auto it = values.find(symbol);
    std::int64_t value = 0;
    if (it != values.end()) value = it->second;
    if (value == 0 && axis == 0 && batch) {
      value = *batch;
      if (!dim.dim_param().empty()) values[dim.dim_param()] = value;
    }
    if (value < 1) {
      return fail(ErrorCode::kInvalidInput,
                  fmt::format("dimension {} of this graph input is symbolic ('{}'); give it a value (--dim {}={}) or export the model with static shapes", axis, symbol,
                              symbol, axis == 0 ? "1" : "SIZE"),
                  source.at(input.name()));
    }
    dim.set_dim_value(value);
  }
  return {};
}

/// Shapes the file states for inner values and outputs: symbols get their values, unknown ones are dropped.
void rebind(onnx::ValueInfoProto& info, const std::map<std::string, std::int64_t>& values) {
  if (!info.type().has_tensor_type() || !info.type().tensor_type().has_shape()) return;
  for (auto& dim : *info.mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim()) {
    if (dim.has_dim_value() && dim.dim_value() < 1) dim.clear_dim_value();
    if (!dim.has_dim_param()) continue;
    if (const auto it = values.find(dim.dim_param()); it != values.end()) dim.set_dim_value(it->second);
  }
}

/// What would make a model of such elements run.
std::string_view remedy_of(int type) {
  if (type == onnx::TensorProto::STRING) return "; turn text into numbers before the model and export it from there on";
  if (type == onnx::TensorProto::COMPLEX64 || type == onnx::TensorProto::COMPLEX128) return "; export real and imaginary part as tensors of their own";
  return "; export the model in float32 or quantised to int8";
}

Result<TypeAndShape> static_type(const onnx::ValueInfoProto& info, const std::string& writer, const std::string& op, const Source& source) {
  const auto where = source.at(writer);
  if (!info.type().has_tensor_type()) {
    return fail(ErrorCode::kUnsupported, fmt::format("'{}' is no tensor of known type: its operator is not known, or makes a sequence", info.name()), where);
  }
  const auto& tensor = info.type().tensor_type();
  const auto type = dtype_from_onnx(tensor.elem_type());
  if (!type) return fail(ErrorCode::kUnsupported, fmt::format("'{}' holds {} values, which are not supported{}", info.name(), onnx_type_name(tensor.elem_type()), remedy_of(tensor.elem_type())), where);
  if (!tensor.has_shape()) return fail(ErrorCode::kUnsupported, fmt::format("'{}' has no static shape; {} may have no shape rule here", info.name(), op), where);
  TypeAndShape result{*type, {}};
  for (const auto& dim : tensor.shape().dim()) {
    if (!dim.has_dim_value()) return fail(ErrorCode::kUnsupported, fmt::format("dimension {} of '{}' depends on data, a static shape is needed: end the model before {}, or export one of a fixed size in its place", result.shape.size(), info.name(), op), where);
    result.shape.push_back(dim.dim_value());
  }
  const auto count = checked_count(result.shape, writer, source);
  if (!count) return forward_error(count);
  if (*count == 0) return fail(ErrorCode::kUnsupported, fmt::format("'{}' has shape {}; an empty tensor computes nothing", info.name(), to_string(result.shape)), where);
  return result;
}

/// Of known size and not empty: empty tensors take part in shape arithmetic alone.
bool is_static(const onnx::ValueInfoProto& info) {
  const auto& tensor = info.type().tensor_type();
  return tensor.has_shape() && std::ranges::all_of(tensor.shape().dim(), [](const auto& dim) { return dim.has_dim_value() && dim.dim_value() > 0; });
}

bool all_static(const onnx::GraphProto& graph) {
  std::set<std::string> known, constants = initialiser_names(graph);
  for (const auto& node : graph.node()) {
    if (is_constant_maker(node) && node.input_size() == 0) constants.insert(node.output(0));
  }
  for (const auto* list : {&graph.value_info(), &graph.output()}) {
    for (const auto& info : *list) {
      if (is_static(info)) known.insert(info.name());
    }
  }
  return std::ranges::all_of(graph.node(), [&](const auto& node) {
    if (is_constant_maker(node)) return node.input_size() == 0 || constants.contains(node.input(0));
    return std::ranges::all_of(node.output(), [&known](const auto& out) { return out.empty() || known.contains(out); });
  });
}

Result<void> check_and_infer(onnx::ModelProto& model, const Source& source) {
  try {
    std::unordered_map<std::string, int> opsets;
    for (const auto& import : model.opset_import()) opsets[import.domain()] = static_cast<int>(import.version());
    const Schemas schemas;
    onnx::checker::CheckerContext context;
    context.set_schema_registry(&schemas);
    context.set_ir_version(static_cast<int>(std::clamp<std::int64_t>(model.ir_version(), 3, kCheckedIrVersion)));
    context.set_opset_imports(opsets);
    // the checker wants a shape at each output, which inference finds where the file has none
    google::protobuf::RepeatedPtrField<onnx::ValueInfoProto> outputs;
    model.mutable_graph()->mutable_output()->Swap(&outputs);
    onnx::checker::check_graph(model.graph(), context, onnx::checker::LexicalScopeContext{});
    model.mutable_graph()->mutable_output()->Swap(&outputs);
    const auto infer = [&] { onnx::shape_inference::InferShapes(model, &schemas, onnx::ShapeInferenceOptions(true, 1, true)); };
    infer();
    // each round reaches at least the next operator whose shape is computed; a model has no more rounds than operators
    for (int rounds = model.graph().node_size(); rounds > 0 && !all_static(model.graph()) && fold_shape_arithmetic(model, source) > 0; --rounds) infer();
  } catch (const std::exception& e) {
    std::string what = e.what();
    std::ranges::replace(what, '\n', ' ');
    return fail(ErrorCode::kInvalidInput, what, source.file);
  }
  return {};
}

}  // namespace

Result<void> bind_dimensions(onnx::ModelProto& model, const Source& source) {
  auto& graph = *model.mutable_graph();
  const auto constants = initialiser_names(graph);
  auto values = source.options.dims;
  for (auto& input : *graph.mutable_input()) {
    if (constants.contains(input.name())) continue;
    if (auto r = bind(input, values, source); !r) return r;
  }
  for (auto& info : *graph.mutable_value_info()) rebind(info, values);
  for (auto& info : *graph.mutable_output()) rebind(info, values);
  return {};
}

Result<std::map<std::string, TypeAndShape>> infer_shapes(onnx::ModelProto& model, const Source& source) {
  if (auto r = check_and_infer(model, source); !r) return forward_error(r);
  const auto& graph = model.graph();
  std::map<std::string, const onnx::ValueInfoProto*> infos;
  for (const auto* list : {&graph.value_info(), &graph.input(), &graph.output()}) {
    for (const auto& info : *list) infos[info.name()] = &info;
  }
  std::map<std::string, TypeAndShape> types;
  const auto constants = initialiser_names(graph);
  for (const auto& input : graph.input()) {
    if (constants.contains(input.name())) continue;
    auto type = static_type(input, input.name(), "a graph input", source);
    if (!type) return forward_error(type);
    types[input.name()] = std::move(*type);
  }
  for (const auto& node : graph.node()) {
    if (is_constant_maker(node)) continue;  // its tensor knows
    const auto op = node.domain().empty() ? node.op_type() : node.domain() + "." + node.op_type();
    for (const auto& out : node.output()) {
      if (out.empty()) continue;
      const auto it = infos.find(out);
      if (it == infos.end()) {
        return fail(ErrorCode::kUnsupported,
                    fmt::format("the shape of its output '{}' is not known: {} has no shape rule here", out, op), source.at(label_of(node)));
      }
      auto type = static_type(*it->second, label_of(node), op, source);
      if (!type) return forward_error(type);
      types[out] = std::move(*type);
    }
  }
  return types;
}

}  // namespace vernier::graph
