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
    case OpKind::kMatMul: add("MatMul", {inputs.at(0), inputs.at(1)}, output); return {};
    case OpKind::kAdd: add("Add", {inputs.at(0), inputs.at(1)}, output); return {};
    case OpKind::kSub: add("Sub", {inputs.at(0), inputs.at(1)}, output); return {};
    case OpKind::kMul: add("Mul", {inputs.at(0), inputs.at(1)}, output); return {};
    case OpKind::kTable: return write_function(node, inputs.at(0), output);
    case OpKind::kSoftmax: set_int(add("Softmax", {inputs.at(0)}, output), "axis", graph::int_attribute(node, "axis", 1)); return {};
    case OpKind::kOther:
      if (!node.copies.empty()) return write_move(node, inputs, output);
      return write_elementwise(node, inputs, output);
    case OpKind::kMove: return write_move(node, inputs, output);
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

/// An operator that a pass has made, with the attributes it came with.
Result<void> ModelWriter::write_elementwise(const graph::Node& node, const std::vector<std::string>& inputs, const std::string& output) {
  const auto op = graph::scalar_op_of(node.op_type);
  if (!op) return fail(ErrorCode::kInvalidInput, fmt::format("{} has no ONNX node to run on the host", node.op_type), node.name);
  auto& proto = add(node.op_type, inputs, output);
  const auto& info = graph::info_of(*op);
  if (!info.alpha.empty()) set_float(proto, std::string(info.alpha), graph::float_attribute(node, info.alpha, info.alpha_default));
  if (!info.beta.empty()) set_float(proto, std::string(info.beta), graph::float_attribute(node, info.beta, info.beta_default));
  return {};
}

Result<void> ModelWriter::write_function(const graph::Node& node, const std::string& input, const std::string& output) {
  const auto& steps = node.function.steps;
  if (steps.empty()) return fail(ErrorCode::kInvalidInput, "is a table without the function it stands for", node.name);
  std::vector<std::string> results;
  const auto name = [&](const graph::ScalarOperand& operand) {
    if (const auto* number = std::get_if<float>(&operand)) {
      Tensor scalar(DType::kFloat32, {});
      scalar.as<float>()[0] = *number;
      return constant(output + "_number", scalar);
    }
    const auto* earlier = std::get_if<graph::ScalarResult>(&operand);
    return earlier ? results.at(earlier->step) : input;
  };
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto& info = graph::info_of(steps[i].op);
    std::vector<std::string> operands;
    for (const auto& operand : steps[i].operands) operands.push_back(name(operand));
    results.push_back(i + 1 == steps.size() ? output : fresh(output + "_step"));
    auto& proto = add(std::string(info.onnx), operands, results.back());
    if (!info.alpha.empty()) set_float(proto, std::string(info.alpha), steps[i].alpha);
    if (!info.beta.empty()) set_float(proto, std::string(info.beta), steps[i].beta);
  }
  return {};
}

/// All inputs in one row, the fill behind them, and for each output element its place in that row.
Result<void> ModelWriter::write_move(const graph::Node& node, const std::vector<std::string>& inputs, const std::string& output) {
  const auto& y = graph_.value(node.outputs.at(0));
  const auto flat = [&](const std::string& from) {
    const auto row = fresh(output + "_row");
    add("Reshape", {from, constant("shape", shape_tensor({-1}))}, row);
    return row;
  };
  std::vector<std::string> rows;
  std::vector<std::int64_t> start;
  std::int64_t end = 0;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    rows.push_back(flat(inputs.at(i)));
    start.push_back(end);
    end += element_count(graph_.value(node.inputs[i]).shape);
  }
  Tensor fill(DType::kFloat32, {1});
  fill.as<float>()[0] = static_cast<float>(node.fill);
  if (y.quantization) fill.as<float>()[0] = static_cast<float>(node.fill - y.quantization->zero_point.at(0)) * y.quantization->scale.at(0);
  rows.push_back(constant(output + "_fill", fill));
  Tensor places(DType::kInt64, {element_count(y.shape)});
  std::ranges::fill(places.as<std::int64_t>(), end);
  for (const auto& copy : node.copies) {
    graph::for_each_element(copy, [&](std::int64_t from, std::int64_t to) {
      places.as<std::int64_t>()[static_cast<std::size_t>(to)] = copy.input ? start.at(*copy.input) + from : end;
    });
  }
  const auto row = fresh(output + "_all"), moved = fresh(output + "_moved");
  set_int(add("Concat", rows, row), "axis", 0);
  add("Gather", {row, constant(output + "_places", places)}, moved);
  add("Reshape", {moved, constant("shape", shape_tensor(y.shape))}, output);
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
