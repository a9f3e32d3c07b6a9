// SPDX-License-Identifier: Apache-2.0
#include "freeze.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <string_view>

namespace vernier::conformance {
namespace {

/// An operator whose inputs are parameters from `first` on.
struct Parameters {
  std::string_view op;
  int first;
};
constexpr auto kParameters = std::to_array<Parameters>({
    {"BatchNormalization", 1}, {"Clip", 1}, {"Conv", 1}, {"ConvInteger", 1}, {"ConvTranspose", 1}, {"CumSum", 1}, {"DequantizeLinear", 1}, {"Dropout", 1},
    {"Expand", 1}, {"Gemm", 1}, {"InstanceNormalization", 1}, {"LayerNormalization", 1}, {"MatMul", 1}, {"MatMulInteger", 1}, {"OneHot", 1}, {"PRelu", 1},
    {"Pad", 1}, {"Pow", 1}, {"QLinearConv", 1}, {"QLinearMatMul", 1}, {"QuantizeLinear", 1}, {"ReduceSum", 1}, {"Reshape", 1}, {"Resize", 1}, {"Slice", 1},
    {"Split", 1}, {"Squeeze", 1}, {"Tile", 1}, {"TopK", 1}, {"Trilu", 1}, {"Unsqueeze", 1}, {"Upsample", 1},
});

std::set<std::string> parameters_of(const onnx::GraphProto& graph) {
  std::set<std::string> names;
  for (const auto& node : graph.node()) {
    const auto* rule = std::ranges::find(kParameters, std::string_view(node.op_type()), &Parameters::op);
    if (rule == kParameters.end()) continue;
    for (int i = rule->first; i < node.input_size(); ++i) names.insert(node.input(i));
  }
  return names;
}

Result<onnx::TensorProto> stored_tensor(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  onnx::TensorProto tensor;
  if (!in || !tensor.ParseFromIstream(&in)) return fail(ErrorCode::kInvalidInput, "is not a serialised ONNX tensor", file.string());
  return tensor;
}

}  // namespace

Result<Frozen> freeze(onnx::ModelProto model, const std::filesystem::path& case_folder) {
  Frozen frozen{std::move(model), {}};
  auto& graph = *frozen.model.mutable_graph();
  const auto parameters = parameters_of(graph);
  google::protobuf::RepeatedPtrField<onnx::ValueInfoProto> kept;
  std::set<std::string> constants;
  for (const auto& tensor : graph.initializer()) constants.insert(tensor.name());
  for (const auto& input : graph.input()) {
    if (constants.contains(input.name())) continue;
    const auto n = frozen.kept.size();
    const bool keep = !parameters.contains(input.name()) || !input.type().has_tensor_type();
    frozen.kept.push_back(keep);
    if (keep) {
      *kept.Add() = input;
      continue;
    }
    auto tensor = stored_tensor(case_folder / "test_data_set_0" / fmt::format("input_{}.pb", n));
    if (!tensor) return forward_error(tensor);
    tensor->set_name(input.name());
    *graph.add_initializer() = std::move(*tensor);
  }
  graph.mutable_input()->Swap(&kept);
  if (frozen.model.ir_version() < 4) frozen.model.set_ir_version(4);  // before it, every initialiser was an input too
  return frozen;
}

std::vector<std::string> operators_of(const onnx::ModelProto& model) {
  std::vector<std::string> ops;
  for (const auto& node : model.graph().node()) {
    auto op = node.domain().empty() || node.domain() == "ai.onnx" ? node.op_type() : node.domain() + "." + node.op_type();
    if (std::ranges::find(ops, op) == ops.end()) ops.push_back(std::move(op));
  }
  return ops;
}

}  // namespace vernier::conformance
