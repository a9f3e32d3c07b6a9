// SPDX-License-Identifier: Apache-2.0
#include "schemas.hpp"

#include <vernier/ir/graph.hpp>

namespace vernier::graph {
namespace {

using onnx::InferenceContext;

constexpr const char* kMicrosoft = "com.microsoft";

bool has_shape(InferenceContext& ctx, std::size_t input) {
  return ctx.getNumInputs() > input && onnx::hasInputShape(ctx, input);
}

void like_first(InferenceContext& ctx) { onnx::propagateShapeAndTypeFromFirstInput(ctx); }

/// [a, scale, zero, b, scale, zero, scale, zero], NumPy broadcasting.
void binary(InferenceContext& ctx) {
  onnx::propagateElemTypeFromInputToOutput(ctx, 0, 0);
  if (!has_shape(ctx, 0) || !has_shape(ctx, 3)) return;
  onnx::bidirectionalBroadcastShapeInference(onnx::getInputShape(ctx, 0), onnx::getInputShape(ctx, 3), *onnx::getOutputShape(ctx, 0));
}

/// Element type of the zero point at `input`, or `fallback` without one.
void type_of_zero_point(InferenceContext& ctx, std::size_t input, std::int32_t fallback) {
  if (ctx.getNumInputs() > input && ctx.getInputType(input) != nullptr) {
    onnx::propagateElemTypeFromInputToOutput(ctx, input, 0);
  } else {
    onnx::updateOutputElemType(ctx, 0, fallback);
  }
}

void quantize(InferenceContext& ctx) {
  type_of_zero_point(ctx, 2, onnx::TensorProto::UINT8);
  if (has_shape(ctx, 0)) onnx::propagateShapeFromInputToOutput(ctx, 0, 0);
}

void dequantize(InferenceContext& ctx) {
  onnx::updateOutputElemType(ctx, 0, onnx::TensorProto::FLOAT);
  if (has_shape(ctx, 0)) onnx::propagateShapeFromInputToOutput(ctx, 0, 0);
}

/// [a, scale, zero, b, scale, zero, c?, scale_y?, zero_y?]; without the last two the result is float.
void gemm(InferenceContext& ctx) {
  type_of_zero_point(ctx, 8, onnx::TensorProto::FLOAT);
  if (!has_shape(ctx, 0) || !has_shape(ctx, 3)) return;
  const auto& a = onnx::getInputShape(ctx, 0);
  const auto& b = onnx::getInputShape(ctx, 3);
  if (a.dim_size() != 2 || b.dim_size() != 2) fail_shape_inference("QGemm takes matrices");
  const bool turn_a = onnx::getAttribute(ctx, "transA", 0) != 0;
  const bool turn_b = onnx::getAttribute(ctx, "transB", 0) != 0;
  auto& y = *onnx::getOutputShape(ctx, 0);
  *y.add_dim() = a.dim(turn_a ? 1 : 0);
  *y.add_dim() = b.dim(turn_b ? 0 : 1);
}

void pool(InferenceContext& ctx, bool global) {
  onnx::propagateElemTypeFromInputToOutput(ctx, 0, 0);
  if (!has_shape(ctx, 0)) return;
  const auto& x = onnx::getInputShape(ctx, 0);
  if (x.dim_size() < 3) fail_shape_inference("pooling takes an image");
  const int first = onnx::getAttribute(ctx, "channels_last", 0) != 0 ? 1 : 2;
  const int spatial = x.dim_size() - 2;
  std::vector<std::int64_t> kernel, strides, pads;
  const auto read = [&ctx](const char* name, std::vector<std::int64_t>& values) { onnx::getRepeatedAttribute(ctx, name, values); };
  read("kernel_shape", kernel);
  read("strides", strides);
  read("pads", pads);
  const std::string* auto_pad = ctx.getAttribute("auto_pad") ? &ctx.getAttribute("auto_pad")->s() : nullptr;
  auto y = x;
  for (int i = 0; i < spatial; ++i) {
    const auto at = static_cast<std::size_t>(i);
    auto& dim = *y.mutable_dim(first + i);
    if (global) {
      dim.set_dim_value(1);
      continue;
    }
    if (kernel.size() != static_cast<std::size_t>(spatial)) fail_shape_inference("kernel_shape does not fit the image");
    if (!dim.has_dim_value()) return;
    const auto stride = at < strides.size() ? strides[at] : 1;
    if (stride < 1) fail_shape_inference("strides are positive");
    Window w{.kernel_h = kernel[at], .stride_h = stride, .ceil_mode = onnx::getAttribute(ctx, "ceil_mode", 0) != 0};
    if (pads.size() == 2 * static_cast<std::size_t>(spatial)) {
      w.pad_top = pads[at];
      w.pad_bottom = pads[at + static_cast<std::size_t>(spatial)];
    }
    const bool same = auto_pad != nullptr && (*auto_pad == "SAME_UPPER" || *auto_pad == "SAME_LOWER");
    dim.set_dim_value(same ? (dim.dim_value() + stride - 1) / stride : output_size(w, {dim.dim_value(), 1}).h);
  }
  *onnx::getOutputShape(ctx, 0) = y;
}

/// [scale_y, zero_y, x1, scale1, zero1, x2, ...] joined along axis.
void concat(InferenceContext& ctx) {
  const auto n = ctx.getNumInputs();
  if (n < 5 || (n - 2) % 3 != 0) fail_shape_inference("QLinearConcat takes triples");
  onnx::propagateElemTypeFromInputToOutput(ctx, 2, 0);
  for (std::size_t i = 2; i < n; i += 3) {
    if (!has_shape(ctx, i)) return;
  }
  auto y = onnx::getInputShape(ctx, 2);
  auto axis = static_cast<int>(onnx::getAttribute(ctx, "axis", 1));
  if (axis < 0) axis += y.dim_size();
  if (axis < 0 || axis >= y.dim_size()) fail_shape_inference("axis is outside of the tensor");
  std::int64_t sum = 0;
  for (std::size_t i = 2; i < n; i += 3) {
    const auto& x = onnx::getInputShape(ctx, i);
    if (x.dim_size() != y.dim_size() || !x.dim(axis).has_dim_value()) return;
    sum += x.dim(axis).dim_value();
  }
  y.mutable_dim(axis)->set_dim_value(sum);
  *onnx::getOutputShape(ctx, 0) = y;
}

constexpr const char* kTransposed = "ConvTranspose";

onnx::OpSchema with_ranks_checked(const onnx::OpSchema& schema) {
  auto checked = schema;
  checked.TypeAndShapeInferenceFunction([infer = schema.GetTypeAndShapeInferenceFunction()](InferenceContext& ctx) {
    if (has_shape(ctx, 0) && has_shape(ctx, 1)) {
      const int image = onnx::getInputShape(ctx, 0).dim_size(), weights = onnx::getInputShape(ctx, 1).dim_size();
      if (weights < 2 || weights != image) fail_shape_inference("ConvTranspose takes weights of the image's rank, found ", weights, " for an image of ", image);
    }
    infer(ctx);
  });
  return checked;
}

void own_schema(std::map<std::string, onnx::OpSchema>& schemas, const char* domain, const char* op, const onnx::InferenceFunction& infer) {
  onnx::OpSchema schema;
  schema.SetName(op).SetDomain(domain).SinceVersion(1).AllowUncheckedAttributes();
  schema.TypeConstraint("T", onnx::OpSchema::all_tensor_types(), "");
  schema.TypeConstraint("U", onnx::OpSchema::all_tensor_types(), "");
  schema.Input(0, "inputs", "", "T", onnx::OpSchema::Variadic, false, 1).Output(0, "output", "", "U");
  schema.TypeAndShapeInferenceFunction(infer);
  schema.Finalize();
  schemas.emplace(std::string(domain) + ":" + op, std::move(schema));
}

}  // namespace

Schemas::Schemas() {
  for (const auto* op : {"QLinearSoftmax", "QLinearSigmoid", "QLinearLeakyRelu", "Gelu", "FastGelu", "QuickGelu", "BiasGelu"}) {
    own_schema(own_, kMicrosoft, op, like_first);
  }
  for (const auto* op : {"QLinearAdd", "QLinearMul"}) own_schema(own_, kMicrosoft, op, binary);
  own_schema(own_, kMicrosoft, "QGemm", gemm);
  own_schema(own_, kMicrosoft, "QLinearConcat", concat);
  own_schema(own_, kMicrosoft, "QLinearAveragePool", [](InferenceContext& ctx) { pool(ctx, false); });
  own_schema(own_, kMicrosoft, "QLinearGlobalAveragePool", [](InferenceContext& ctx) { pool(ctx, true); });
  own_schema(own_, kMicrosoft, "QuantizeLinear", quantize);
  own_schema(own_, kMicrosoft, "DequantizeLinear", dequantize);
  for (const auto* op : {"Gelu", "Mish"}) own_schema(own_, "", op, like_first);
  for (const int version : {1, 11}) {
    if (const auto* schema = onnx::OpSchemaRegistry::Schema(kTransposed, version, "")) transposed_.emplace(schema->SinceVersion(), with_ranks_checked(*schema));
  }
}

const onnx::OpSchema* Schemas::GetSchema(const std::string& op, int version, const std::string& domain) const {
  if (const auto it = own_.find(domain + ":" + op); it != own_.end()) return &it->second;
  const auto* schema = onnx::OpSchemaRegistry::Schema(op, version, domain);
  if (schema == nullptr || op != kTransposed || !domain.empty()) return schema;
  const auto it = transposed_.find(schema->SinceVersion());
  return it == transposed_.end() ? schema : &it->second;
}

}  // namespace vernier::graph
