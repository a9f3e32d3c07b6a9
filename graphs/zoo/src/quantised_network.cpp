// SPDX-License-Identifier: Apache-2.0
#include "quantised_network.hpp"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace vernier::zoo {
namespace {

constexpr double kDeviationsInRange = 6;

onnx::TensorProto& tensor(onnx::GraphProto& graph, const std::string& name, const Shape& shape, int type, const void* data, std::size_t bytes) {
  auto& t = *graph.add_initializer();
  t.set_name(name);
  t.set_data_type(type);
  for (const auto d : shape) t.add_dims(d);
  t.set_raw_data(data, bytes);
  return t;
}

void port(onnx::ValueInfoProto& info, const std::string& name, const Shape& shape) {
  info.set_name(name);
  auto& type = *info.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::INT8);
  for (const auto d : shape) type.mutable_shape()->add_dim()->set_dim_value(d);
}

}  // namespace

QuantisedNetwork::QuantisedNetwork(const std::string& name, std::uint64_t seed) : model_(std::make_unique<onnx::ModelProto>()), random_(seed) {
  model_->set_ir_version(8);
  model_->set_producer_name("vernier");
  model_->add_opset_import()->set_version(13);
  model_->mutable_graph()->set_name(name);
}
QuantisedNetwork::~QuantisedNetwork() = default;

/// Standard normal by Box and Muller: the library's own distribution differs from one to another.
double QuantisedNetwork::normal() {
  const auto uniform = [this] { return (static_cast<double>(random_() >> 11U) + 0.5) * 0x1p-53; };
  const double radius = std::sqrt(-2 * std::log(uniform()));
  return radius * std::cos(2 * std::numbers::pi * uniform());
}

onnx::NodeProto& QuantisedNetwork::node(const char* op, const std::string& name, const std::vector<std::string>& inputs, const std::string& output) {
  auto& n = *model_->mutable_graph()->add_node();
  n.set_op_type(op);
  n.set_name(name);
  for (const auto& i : inputs) n.add_input(i);
  n.add_output(output);
  return n;
}

void QuantisedNetwork::attribute(onnx::NodeProto& node, const char* name, const std::vector<std::int64_t>& values) {
  auto& a = *node.add_attribute();
  a.set_name(name);
  a.set_type(onnx::AttributeProto::INTS);
  for (const auto v : values) a.add_ints(v);
}

void QuantisedNetwork::attribute(onnx::NodeProto& node, const char* name, std::int64_t value) {
  auto& a = *node.add_attribute();
  a.set_name(name);
  a.set_type(onnx::AttributeProto::INT);
  a.set_i(value);
}

std::string QuantisedNetwork::scalar(const std::string& name, float value) {
  tensor(*model_->mutable_graph(), name, {}, onnx::TensorProto::FLOAT, &value, sizeof value);
  return name;
}

std::string QuantisedNetwork::zero_point(const std::string& name, std::int64_t value) {
  const auto byte = static_cast<std::int8_t>(value);
  tensor(*model_->mutable_graph(), name, {}, onnx::TensorProto::INT8, &byte, 1);
  return name;
}

std::string QuantisedNetwork::weights(const std::string& name, const Shape& shape, double deviation, std::int64_t channel_axis, std::vector<float>& scales) {
  const auto channels = shape[static_cast<std::size_t>(channel_axis)];
  std::int64_t inner = 1;
  for (std::size_t i = static_cast<std::size_t>(channel_axis) + 1; i < shape.size(); ++i) inner *= shape[i];
  for (std::int64_t c = 0; c < channels; ++c) {  // channels of a trained network differ in range, too
    scales.push_back(static_cast<float>(deviation * (0.75 + 0.5 * (static_cast<double>(random_() >> 11U) * 0x1p-53)) * 4 / 127));
  }
  std::vector<std::int8_t> values(static_cast<std::size_t>(element_count(shape)));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto channel = (i / static_cast<std::size_t>(inner)) % static_cast<std::size_t>(channels);
    const double v = std::round(normal() * deviation / static_cast<double>(scales[channel]));
    values[i] = static_cast<std::int8_t>(std::clamp(v, -127.0, 127.0));
  }
  auto& graph = *model_->mutable_graph();
  tensor(graph, name + ".weight_q", shape, onnx::TensorProto::INT8, values.data(), values.size());
  tensor(graph, name + ".weight_scale", {channels}, onnx::TensorProto::FLOAT, scales.data(), scales.size() * sizeof(float));
  const std::vector<std::int8_t> zeros(static_cast<std::size_t>(channels));
  tensor(graph, name + ".weight_zero", {channels}, onnx::TensorProto::INT8, zeros.data(), zeros.size());
  attribute(node("DequantizeLinear", name + ".weight_dq", {name + ".weight_q", name + ".weight_scale", name + ".weight_zero"}, name + ".weight"), "axis", channel_axis);
  return name + ".weight";
}

std::string QuantisedNetwork::bias(const std::string& name, const std::vector<float>& scales, float input_scale, double deviation) {
  std::vector<float> bias_scales;
  std::vector<std::int32_t> values;
  for (const auto s : scales) {
    bias_scales.push_back(s * input_scale);
    values.push_back(static_cast<std::int32_t>(std::clamp(std::round(normal() * deviation / static_cast<double>(bias_scales.back())), -1e8, 1e8)));
  }
  const auto channels = static_cast<std::int64_t>(scales.size());
  auto& graph = *model_->mutable_graph();
  tensor(graph, name + ".bias_q", {channels}, onnx::TensorProto::INT32, values.data(), values.size() * sizeof(std::int32_t));
  tensor(graph, name + ".bias_scale", {channels}, onnx::TensorProto::FLOAT, bias_scales.data(), bias_scales.size() * sizeof(float));
  const std::vector<std::int32_t> zeros(static_cast<std::size_t>(channels));
  tensor(graph, name + ".bias_zero", {channels}, onnx::TensorProto::INT32, zeros.data(), zeros.size() * sizeof(std::int32_t));
  attribute(node("DequantizeLinear", name + ".bias_dq", {name + ".bias_q", name + ".bias_scale", name + ".bias_zero"}, name + ".bias"), "axis", std::int64_t{0});
  return name + ".bias";
}

Edge QuantisedNetwork::quantised(const std::string& name, Edge y) {
  const auto scale = scalar(name + ".scale", y.scale);
  const auto zero = zero_point(name + ".zero", y.zero);
  node("QuantizeLinear", name + ".q", {y.name, scale, zero}, name + ".int8");
  y.name = name + ".out";
  node("DequantizeLinear", name + ".dq", {name + ".int8", scale, zero}, y.name);
  quantised_names_.emplace_back(y.name, name + ".int8");
  return y;
}

Edge QuantisedNetwork::finish(const std::string& name, Edge y, Activation activation) {
  if (activation == Activation::kNone) {
    y.scale = static_cast<float>(2 * kDeviationsInRange / 1.5 * y.rms / 255);
    y.zero = static_cast<std::int64_t>(random_() % 21) - 10;  // a trained network's ranges are not symmetric
    return quantised(name, y);
  }
  const auto before = y.name;
  y.name = name + ".activated";
  if (activation == Activation::kRelu) {
    node("Relu", name + ".relu", {before}, y.name);
  } else {
    node("Clip", name + ".relu6", {before, scalar(name + ".lo", 0), scalar(name + ".hi", 6)}, y.name);
  }
  const double range = std::min(kDeviationsInRange / 1.5 * y.rms, activation == Activation::kRelu6 ? 6.0 : 1e30);
  y.rms /= std::numbers::sqrt2;
  y.scale = static_cast<float>(range / 255);
  y.zero = -128;
  return quantised(name, y);
}

Edge QuantisedNetwork::input(std::int64_t channels, std::int64_t height, std::int64_t width, const std::string& name) {
  Edge x{name, channels, height, width, 1, 0, 0};
  x.scale = static_cast<float>(std::sqrt(3.0) / 128);  // uniform int8 has then a root mean square of 1
  port(*model_->mutable_graph()->add_input(), name + "_int8", {1, channels, height, width});
  node("DequantizeLinear", name + ".dq", {name + "_int8", scalar(name + ".scale", x.scale), zero_point(name + ".zero", 0)}, x.name);
  return x;
}

Edge QuantisedNetwork::conv(const Edge& x, const std::string& name, std::int64_t channels, const ConvShape& s, Activation activation) {
  const auto or_height = [](std::int64_t of_width, std::int64_t of_height) { return of_width == 0 ? of_height : of_width; };
  const std::int64_t kernel_w = or_height(s.kernel_w, s.kernel), stride_w = or_height(s.stride_w, s.stride), dilation_w = or_height(s.dilation_w, s.dilation);
  const auto pads = s.pads.value_or(std::array{s.pad, s.pad, s.pad, s.pad});
  const auto fan_in = x.channels / s.groups * s.kernel * kernel_w;
  std::vector<float> scales;
  const auto w = weights(name, {channels, x.channels / s.groups, s.kernel, kernel_w}, std::sqrt(2.0 / static_cast<double>(fan_in)), 0, scales);
  const auto b = bias(name, scales, x.scale, 0.1);
  auto& n = node("Conv", name, {x.name, w, b}, name + ".sum");
  attribute(n, "kernel_shape", std::vector{s.kernel, kernel_w});
  attribute(n, "strides", std::vector{s.stride, stride_w});
  attribute(n, "pads", std::vector(pads.begin(), pads.end()));
  if (s.dilation != 1 || dilation_w != 1) attribute(n, "dilations", std::vector{s.dilation, dilation_w});
  attribute(n, "group", s.groups);
  const auto size = [](std::int64_t in, std::int64_t kernel, std::int64_t dilation, std::int64_t stride) { return (in - dilation * (kernel - 1) - 1) / stride + 1; };
  const auto height = size(x.height + pads[0] + pads[2], s.kernel, s.dilation, s.stride), width = size(x.width + pads[1] + pads[3], kernel_w, dilation_w, stride_w);
  return finish(name, {name + ".sum", channels, height, width, x.rms * std::numbers::sqrt2, 0, 0}, activation);
}

Edge QuantisedNetwork::conv_transpose(const Edge& x, const std::string& name, std::int64_t channels, std::int64_t kernel, std::int64_t stride) {
  const double fan_in = static_cast<double>(x.channels * kernel * kernel) / static_cast<double>(stride * stride);
  std::vector<float> scales;
  const auto w = weights(name, {x.channels, channels, kernel, kernel}, std::sqrt(2.0 / fan_in), 1, scales);
  const auto b = bias(name, scales, x.scale, 0.1);
  auto& n = node("ConvTranspose", name, {x.name, w, b}, name + ".sum");
  attribute(n, "kernel_shape", std::vector{kernel, kernel});
  attribute(n, "strides", std::vector{stride, stride});
  const auto size = [&](std::int64_t in) { return (in - 1) * stride + kernel; };
  return finish(name, {name + ".sum", channels, size(x.height), size(x.width), x.rms * std::numbers::sqrt2, 0, 0}, Activation::kNone);
}

Edge QuantisedNetwork::dense(const Edge& x, const std::string& name, std::int64_t features, Activation activation) {
  const auto fan_in = x.channels * x.height * x.width;
  attribute(node("Flatten", name + ".flatten", {x.name}, name + ".flat"), "axis", std::int64_t{1});
  std::vector<float> scales;
  const auto w = weights(name, {features, fan_in}, std::sqrt(2.0 / static_cast<double>(fan_in)), 0, scales);
  const auto b = bias(name, scales, x.scale, 0.1);
  attribute(node("Gemm", name, {name + ".flat", w, b}, name + ".sum"), "transB", std::int64_t{1});
  return finish(name, {name + ".sum", features, 1, 1, x.rms * std::numbers::sqrt2, 0, 0}, activation);
}

Edge QuantisedNetwork::add(const Edge& a, const Edge& b, const std::string& name, Activation activation) {
  node("Add", name, {a.name, b.name}, name + ".sum");
  return finish(name, {name + ".sum", a.channels, a.height, a.width, std::hypot(a.rms, b.rms), 0, 0}, activation);
}

Edge QuantisedNetwork::concat(const std::vector<Edge>& parts, const std::string& name) {
  std::vector<std::string> names;
  Edge y{name + ".all", 0, parts[0].height, parts[0].width, 0, 0, parts[0].zero};
  for (const auto& p : parts) {  // one quantisation for all, as quantisers do it, so that nothing has to be rescaled
    names.push_back(p.name);
    y.channels += p.channels;
    y.rms = std::max(y.rms, p.rms);
    y.scale = std::max(y.scale, p.scale);
  }
  attribute(node("Concat", name, names, y.name), "axis", std::int64_t{1});
  return quantised(name, y);
}

Edge QuantisedNetwork::max_pool(const Edge& x, const std::string& name, std::int64_t kernel, std::int64_t stride, std::int64_t pad, bool ceil_mode) {
  auto& n = node("MaxPool", name, {x.name}, name + ".max");
  attribute(n, "kernel_shape", std::vector{kernel, kernel});
  attribute(n, "strides", std::vector{stride, stride});
  attribute(n, "pads", std::vector{pad, pad, pad, pad});
  if (ceil_mode) attribute(n, "ceil_mode", std::int64_t{1});
  const auto size = [&](std::int64_t in) { return (in + 2 * pad - kernel + (ceil_mode ? stride - 1 : 0)) / stride + 1; };
  Edge y = x;
  y.name = name + ".max";
  y.height = size(x.height);
  y.width = size(x.width);
  return quantised(name, y);
}

Edge QuantisedNetwork::global_average(const Edge& x, const std::string& name) {
  node("GlobalAveragePool", name, {x.name}, name + ".mean");
  Edge y = x;
  y.name = name + ".mean";
  y.height = y.width = 1;
  return quantised(name, y);
}

void QuantisedNetwork::output(const Edge& x) {
  for (const auto& [edge, integers] : quantised_names_) {
    if (edge != x.name) continue;
    auto& info = *model_->mutable_graph()->add_output();
    port(info, integers, x.height * x.width == 1 ? Shape{1, x.channels} : Shape{1, x.channels, x.height, x.width});
    info.mutable_type()->mutable_tensor_type()->clear_shape();
  }
}

std::string QuantisedNetwork::serialise() const {
  // an edge that only leaves the network needs no way back to floats
  auto model = *model_;
  auto& graph = *model.mutable_graph();
  std::vector<onnx::NodeProto> kept;
  for (const auto& n : graph.node()) {
    const bool read = std::ranges::any_of(graph.node(), [&n](const auto& other) { return std::ranges::count(other.input(), n.output(0)) != 0; });
    const bool leaves = std::ranges::any_of(graph.output(), [&n](const auto& o) { return o.name() == n.output(0); });
    if (read || leaves) kept.push_back(n);
  }
  graph.clear_node();
  for (auto& n : kept) *graph.add_node() = std::move(n);
  return model.SerializeAsString();
}

}  // namespace vernier::zoo
