// SPDX-License-Identifier: Apache-2.0
#include "operator_versions.hpp"

#include <fmt/format.h>
#include <onnx/defs/schema.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "tensor_proto.hpp"

namespace vernier::graph {
namespace {

using enum Reading;

// ONNX change log, operator sets 18 to 23. Operators that are new there are not listed: libonnx has no schema for them.
constexpr auto kChanges = std::to_array<VersionChange>({
    {"Acos", 22, kSame}, {"Acosh", 22, kSame}, {"Asin", 22, kSame}, {"Asinh", 22, kSame}, {"Atan", 22, kSame}, {"Atanh", 22, kSame},
    {"AveragePool", 19, kAttributes, "dilations=1"}, {"AveragePool", 22, kSame},
    {"Bernoulli", 22, kSame},
    {"Cast", 19, kAttributes, "saturate=1"}, {"Cast", 21, kSame}, {"Cast", 23, kSame},
    {"CastLike", 19, kAttributes, "saturate=1"}, {"CastLike", 21, kSame}, {"CastLike", 23, kSame},
    {"Constant", 19, kSame}, {"Constant", 21, kSame}, {"Constant", 23, kSame},
    {"ConstantOfShape", 20, kSame}, {"ConstantOfShape", 21, kSame}, {"ConstantOfShape", 23, kSame},
    {"Conv", 22, kSame}, {"ConvTranspose", 22, kSame}, {"Cos", 22, kSame}, {"Cosh", 22, kSame},
    {"DFT", 20, kRefused},
    {"DequantizeLinear", 19, kSame}, {"DequantizeLinear", 21, kAttributes, "block_size"},
    {"DequantizeLinear", 23, kAttributes, "output_dtype=1"},
    {"Det", 22, kSame}, {"Dropout", 22, kSame}, {"Elu", 22, kSame}, {"Equal", 19, kSame}, {"EyeLike", 22, kSame},
    {"Flatten", 21, kSame}, {"Flatten", 23, kSame}, {"GRU", 22, kSame},
    {"GlobalAveragePool", 22, kSame}, {"GlobalLpPool", 22, kSame}, {"GlobalMaxPool", 22, kSame},
    {"GridSample", 20, kRefused},
    {"HardSigmoid", 22, kSame}, {"HardSwish", 22, kSame},
    {"Identity", 19, kSame}, {"Identity", 21, kSame}, {"Identity", 23, kSame},
    {"InstanceNormalization", 22, kSame}, {"IsInf", 20, kSame}, {"IsNaN", 20, kSame},
    {"LSTM", 22, kSame}, {"LpNormalization", 22, kSame}, {"LpPool", 18, kAttributes, "dilations=1 ceil_mode"}, {"LpPool", 22, kSame},
    {"MaxPool", 22, kSame}, {"MaxRoiPool", 22, kSame}, {"MaxUnpool", 22, kSame}, {"Multinomial", 22, kSame},
    {"NegativeLogLikelihoodLoss", 22, kSame},
    {"Pad", 18, kSame}, {"Pad", 19, kSame}, {"Pad", 21, kSame}, {"Pad", 23, kSame},
    {"QLinearMatMul", 21, kSame},
    {"QuantizeLinear", 19, kAttributes, "saturate=1"}, {"QuantizeLinear", 21, kAttributes, "block_size output_dtype"},
    {"QuantizeLinear", 23, kAttributes, "precision"},
    {"RNN", 22, kSame}, {"RandomNormal", 22, kSame}, {"RandomNormalLike", 22, kSame}, {"RandomUniform", 22, kSame},
    {"RandomUniformLike", 22, kSame},
    {"ReduceL1", 18, kReduceAxes}, {"ReduceL2", 18, kReduceAxes}, {"ReduceLogSum", 18, kReduceAxes},
    {"ReduceLogSumExp", 18, kReduceAxes}, {"ReduceMax", 18, kReduceAxes}, {"ReduceMax", 20, kSame},
    {"ReduceMean", 18, kReduceAxes}, {"ReduceMin", 18, kReduceAxes}, {"ReduceMin", 20, kSame},
    {"ReduceProd", 18, kReduceAxes}, {"ReduceSumSquare", 18, kReduceAxes},
    {"Reshape", 19, kSame}, {"Reshape", 21, kSame}, {"Reshape", 23, kSame},
    {"Resize", 18, kAttributes, "antialias axes keep_aspect_ratio_policy"}, {"Resize", 19, kSame},
    {"RoiAlign", 22, kSame}, {"Round", 22, kSame}, {"ScatterElements", 18, kSame}, {"ScatterND", 18, kSame}, {"Selu", 22, kSame},
    {"Shape", 19, kSame}, {"Shape", 21, kSame}, {"Shape", 23, kSame}, {"Sin", 22, kSame}, {"Sinh", 22, kSame},
    {"Size", 19, kSame}, {"Size", 21, kSame}, {"Size", 23, kSame}, {"Softplus", 22, kSame}, {"Softsign", 22, kSame},
    {"Split", 18, kAttributes, "num_outputs=*"},
    {"Squeeze", 21, kSame}, {"Squeeze", 23, kSame}, {"Tan", 22, kSame}, {"ThresholdedRelu", 22, kSame},
    {"Transpose", 21, kSame}, {"Transpose", 23, kSame}, {"Unsqueeze", 21, kSame}, {"Unsqueeze", 23, kSame},
});

/// The attribute's integers all equal the default; "*": any value will do, for attributes that only repeat the outputs.
bool is_default(const onnx::AttributeProto& attribute, std::string_view wanted) {
  if (wanted == "*") return true;
  std::int64_t value = 0;
  if (!wanted.empty()) std::from_chars(wanted.data(), wanted.data() + wanted.size(), value);
  if (attribute.type() == onnx::AttributeProto::INT) return attribute.i() == value;
  return attribute.type() == onnx::AttributeProto::INTS && std::ranges::all_of(attribute.ints(), [value](auto i) { return i == value; });
}

/// Removes attributes that libonnx does not know, when they hold their default. Returns the one that does not.
std::string strip(onnx::NodeProto& node, std::string_view list) {
  while (!list.empty()) {
    const auto word = list.substr(0, list.find(' '));
    list.remove_prefix(std::min(list.size(), word.size() + 1));
    const auto name = word.substr(0, word.find('='));
    const auto wanted = name.size() == word.size() ? std::string_view{} : word.substr(name.size() + 1);
    auto& attributes = *node.mutable_attribute();
    for (int i = 0; i < attributes.size(); ++i) {
      if (attributes[i].name() != name) continue;
      if (!is_default(attributes[i], wanted)) return std::string(name);
      attributes.DeleteSubrange(i, 1);
      break;
    }
  }
  return {};
}

/// The 18 form [data, axes] as the 13 form with an attribute; false where axes is computed.
bool axes_to_attribute(onnx::NodeProto& node, const std::map<std::string, const onnx::TensorProto*>& constants, const Source& source) {
  if (node.input_size() < 2) return true;
  const auto name = node.input(1);
  node.mutable_input()->RemoveLast();
  if (name.empty()) return true;
  const auto it = constants.find(name);
  if (it == constants.end()) return false;
  const auto axes = tensor_of(*it->second, source);
  if (!axes || axes->type() != DType::kInt64) return false;
  auto& attribute = *node.add_attribute();
  attribute.set_name("axes");
  attribute.set_type(onnx::AttributeProto::INTS);
  for (const auto a : axes->as<std::int64_t>()) attribute.add_ints(a);
  return true;
}

std::map<std::string, const onnx::TensorProto*> constants_of(const onnx::GraphProto& graph) {
  std::map<std::string, const onnx::TensorProto*> constants;
  for (const auto& t : graph.initializer()) constants[t.name()] = &t;
  for (const auto& node : graph.node()) {
    if (node.op_type() != "Constant" || node.output_size() != 1) continue;
    for (const auto& a : node.attribute()) {
      if (a.name() == "value" && a.has_t()) constants[node.output(0)] = &a.t();
    }
  }
  return constants;
}

std::string refusal(const onnx::NodeProto& node, std::int64_t opset, const VersionChange& change, const std::string& detail) {
  const auto* known = onnx::OpSchemaRegistry::Schema(node.op_type(), static_cast<int>(kCheckedOpset));
  return fmt::format("{}{} of opset {} (operator version {}) is not known, version {} is; export the model with opset_version={}",
                     node.op_type(), detail, opset, change.since, known ? known->SinceVersion() : 0, kCheckedOpset);
}

Result<void> settle(onnx::NodeProto& node, std::int64_t opset, const std::map<std::string, const onnx::TensorProto*>& constants,
                    const Source& source) {
  for (const auto& change : kChanges) {
    if (change.op != node.op_type() || change.since > opset) continue;
    std::string detail;
    bool readable = change.reading != kRefused;
    if (change.reading == kAttributes) {
      if (const auto odd = strip(node, change.attributes); !odd.empty()) {
        detail = fmt::format(" with attribute '{}'", odd);
        readable = false;
      }
    } else if (change.reading == kReduceAxes && !axes_to_attribute(node, constants, source)) {
      detail = " with computed axes";
      readable = false;
    }
    if (node.op_type() == "Pad" && node.input_size() > 3 && !node.input(3).empty()) {
      detail = " with axes";
      readable = false;
    }
    if (!readable) return fail(ErrorCode::kUnsupported, refusal(node, opset, change, detail), source.at(label_of(node)));
  }
  return {};
}

/// Refused here and not by the checker, which cannot tell a new operator from a misspelt one.
Result<void> check_known(const onnx::NodeProto& node, std::int64_t opset, const Source& source) {
  if (onnx::OpSchemaRegistry::Schema(node.op_type(), static_cast<int>(std::min(opset, kCheckedOpset)))) return {};
  if (node.op_type() == "Gelu" || node.op_type() == "Mish") return {};  // schemas.cpp has them
  const auto what = fmt::format("operator {} is not known in opset {}; known are the operators of opset {} to {}: export the model with opset_version={}",
                                node.op_type(), opset, kOldestOpset, kCheckedOpset, kCheckedOpset);
  return fail(ErrorCode::kUnsupported, what, source.at(label_of(node)));
}

}  // namespace

std::span<const VersionChange> version_changes() { return kChanges; }

Result<void> settle_operator_versions(onnx::ModelProto& model, const Source& source) {
  std::int64_t opset = 0;
  for (const auto& import : model.opset_import()) {
    if (is_onnx_domain(import.domain())) opset = import.version();
  }
  for (auto& import : *model.mutable_opset_import()) {
    if (!is_onnx_domain(import.domain())) continue;
    if (opset < kOldestOpset) {
      return fail(ErrorCode::kUnsupported, fmt::format("operator set {} is too old; {} to {} are known: export the model with opset_version={}", opset, kOldestOpset, kNewestOpset, kCheckedOpset), source.file);
    }
    if (opset > kNewestOpset) {
      return fail(ErrorCode::kUnsupported, fmt::format("operator set {} is not known, {} to {} are; export the model with opset_version={}", opset, kOldestOpset, kNewestOpset, kCheckedOpset), source.file);
    }
    import.clear_domain();
    import.set_version(std::min(opset, kCheckedOpset));
  }
  if (opset == 0) return fail(ErrorCode::kUnsupported, "imports no operator set of ONNX", source.file);
  const auto constants = constants_of(model.graph());
  for (auto& node : *model.mutable_graph()->mutable_node()) {
    if (!is_onnx_domain(node.domain())) continue;
    node.clear_domain();
    if (auto r = check_known(node, opset, source); !r) return r;
    if (auto r = settle(node, opset, constants, source); !r) return r;
  }
  return {};
}

}  // namespace vernier::graph
