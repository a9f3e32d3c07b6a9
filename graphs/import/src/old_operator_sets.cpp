// SPDX-License-Identifier: Apache-2.0
#include "old_operator_sets.hpp"

#include <fmt/format.h>
#include <onnx/checker.h>
#include <onnx/shape_inference/implementation.h>
#include <onnx/version_converter/convert.h>

#include <algorithm>

#include "operator_versions.hpp"

namespace vernier::graph {
namespace {

/// Constants as initialisers: Constant of these operator sets holds floating point alone by its schema, whatever models say.
void hoist_constants(onnx::ModelProto& model) {
  auto& graph = *model.mutable_graph();
  google::protobuf::RepeatedPtrField<onnx::NodeProto> kept;
  for (auto& node : *graph.mutable_node()) {
    const bool constant = is_onnx_domain(node.domain()) && node.op_type() == "Constant" && node.output_size() == 1 && node.attribute_size() == 1 && node.attribute(0).has_t();
    if (!constant) {
      kept.Add()->Swap(&node);
      continue;
    }
    auto& tensor = *graph.add_initializer();
    tensor = node.attribute(0).t();
    tensor.set_name(node.output(0));
    auto& port = *graph.add_input();  // up to IR version 3 each initialiser is an input
    port.set_name(node.output(0));
    port.mutable_type()->mutable_tensor_type()->set_elem_type(tensor.data_type());
    auto& shape = *port.mutable_type()->mutable_tensor_type()->mutable_shape();
    for (const auto d : tensor.dims()) shape.add_dim()->set_dim_value(d);
  }
  graph.mutable_node()->Swap(&kept);
}

/// PRelu aligned a slope a channel with the channels up to set 6, and aligns it with the last axis since, which the
/// converter does not heed. Its label, if there is one.
std::string slope_per_channel(const onnx::GraphProto& graph) {
  for (const auto& node : graph.node()) {
    if (node.op_type() != "PRelu" || node.input_size() < 2) continue;
    const auto slope = std::ranges::find(graph.initializer(), node.input(1), &onnx::TensorProto::name);
    if (slope == graph.initializer().end() || slope->dims_size() != 1 || slope->dims(0) != 1) return label_of(node);
  }
  return "";
}

}  // namespace

Result<void> raise_operator_set(onnx::ModelProto& model, const Source& source) {
  const auto it = std::ranges::find_if(model.opset_import(), [](const auto& import) { return is_onnx_domain(import.domain()); });
  if (it == model.opset_import().end() || it->version() < 1 || it->version() >= kOldestOpset) return {};
  const auto from = it->version();
  if (const auto node = slope_per_channel(model.graph()); !node.empty()) {
    return fail(ErrorCode::kUnsupported, fmt::format("PRelu of operator set {} with a slope a channel is not known; export the model with opset_version={}", from, kCheckedOpset), source.at(node));
  }
  try {
    hoist_constants(model);
    onnx::checker::check_model(model);
    onnx::shape_inference::InferShapes(model);  // the converter wants the sizes of what broadcasts
    model = onnx::version_conversion::ConvertVersion(model, static_cast<int>(kOldestOpset));
  } catch (const std::exception& e) {
    std::string what = e.what();
    std::ranges::replace(what, '\n', ' ');
    return fail(ErrorCode::kUnsupported,
                fmt::format("operator set {} does not convert to {}, the oldest that runs ({}); export the model with opset_version={}", from, kOldestOpset, what, kCheckedOpset),
                source.file);
  }
  return {};
}

}  // namespace vernier::graph
