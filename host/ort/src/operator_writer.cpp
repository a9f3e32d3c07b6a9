// SPDX-License-Identifier: Apache-2.0
// The float operators of the IR as ONNX nodes of operator set 13.
#include <fmt/format.h>

#include <algorithm>

#include "attributes.hpp"
#include "model_writer.hpp"

namespace vernier::ort {
namespace {

using graph::OpKind;

Tensor shape_tensor(const Shape& shape) {
  Tensor t(DType::kInt64, {static_cast<std::int64_t>(shape.size())});
  std::ranges::copy(shape, t.as<std::int64_t>().begin());
  return t;
}

}  // namespace

void ModelWriter::write_window(onnx::NodeProto& proto, const graph::Node& node, bool dilations) {
  const auto& w = node.window;
  if (graph_.value(node.inputs.at(0)).shape.size() == 3) {  // one-dimensional: the image is one row
    set_ints(proto, "kernel_shape", {w.kernel_w});
    set_ints(proto, "strides", {w.stride_w});
    set_ints(proto, "pads", {w.pad_left, w.pad_right});
    if (dilations) set_ints(proto, "dilations", {w.dilation_w});
    return;
  }
  set_ints(proto, "kernel_shape", {w.kernel_h, w.kernel_w});
  set_ints(proto, "strides", {w.stride_h, w.stride_w});
  set_ints(proto, "pads", {w.pad_top, w.pad_left, w.pad_bottom, w.pad_right});
  if (dilations) set_ints(proto, "dilations", {w.dilation_h, w.dilation_w});
}

Result<void> ModelWriter::write_operator(const graph::Node& node, const std::vector<std::string>& inputs,
                                         const std::string& output) {
  switch (node.kind) {
    case OpKind::kConv: {
      auto& proto = add("Conv", inputs, output);
      write_window(proto, node, true);
      set_int(proto, "group", node.window.group);
      return {};
    }
    case OpKind::kGemm: return write_gemm(node, inputs, output);
    case OpKind::kAdd: add("Add", {inputs.at(0), inputs.at(1)}, output); return {};
    case OpKind::kMaxPool:
    case OpKind::kAveragePool: return write_pool(node, inputs.at(0), output);
    case OpKind::kReshape:
      add("Reshape", {inputs.at(0), constant("shape", shape_tensor(graph_.value(node.outputs.at(0)).shape))}, output);
      return {};
    default:
      return fail(ErrorCode::kInvalidInput, fmt::format("{} has no ONNX form of its own", graph::name_of(node.kind)), node.name);
  }
}

Result<void> ModelWriter::write_gemm(const graph::Node& node, const std::vector<std::string>& inputs,
                                     const std::string& output) {
  if (graph_.value(node.inputs.at(0)).shape.size() == 2) {
    set_int(add("Gemm", inputs, output), "transB", 1);
    return {};
  }
  const auto turned = fresh(inputs.at(1) + "_turned");
  set_ints(add("Transpose", {inputs.at(1)}, turned), "perm", {1, 0});
  const auto product = inputs.size() > 2 ? fresh(output + "_product") : output;
  add("MatMul", {inputs.at(0), turned}, product);
  if (inputs.size() > 2) add("Add", {product, inputs[2]}, output);
  return {};
}

Result<void> ModelWriter::write_pool(const graph::Node& node, const std::string& input, const std::string& output) {
  const bool average = node.kind == OpKind::kAveragePool;
  const auto& w = node.window;
  if (average && (w.dilation_h != 1 || w.dilation_w != 1)) {
    return fail(ErrorCode::kUnsupported, fmt::format("average pooling with dilation {}x{}; 1x1 is known", w.dilation_h, w.dilation_w), node.name);
  }
  // ReduceMean without kept dimensions is an average pool whose output has no image axes
  const auto& y = graph_.value(node.outputs.at(0));
  const bool flat = y.shape.size() != graph_.value(node.inputs.at(0)).shape.size();
  const auto pooled = flat ? fresh(output + "_pooled") : output;
  auto& proto = add(average ? "AveragePool" : "MaxPool", {input}, pooled);
  write_window(proto, node, !average);
  set_int(proto, "ceil_mode", w.ceil_mode ? 1 : 0);
  if (average) set_int(proto, "count_include_pad", w.count_include_pad ? 1 : 0);
  if (flat) add("Reshape", {pooled, constant("shape", shape_tensor(y.shape))}, output);
  return {};
}

}  // namespace vernier::ort
