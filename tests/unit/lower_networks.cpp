// SPDX-License-Identifier: Apache-2.0
#include "lower_networks.hpp"

#include <algorithm>
#include <algorithm>
#include <cmath>

namespace vernier::test {

using graph::OpKind;
using graph::ValueId;
using graph::Window;

float NetworkBuilder::any_scale(float around) { return around * static_cast<float>(integer(700, 1400)) / 1000.0F; }

ValueId NetworkBuilder::activation(const char* what, Shape shape, DType type, float scale) {
  const auto zero = static_cast<std::int32_t>(type == DType::kInt8 ? integer(-30, 30) : integer(98, 158));
  return graph.add_value({what + std::to_string(names_++), type, std::move(shape), graph::Quantization{{scale}, {zero}, -1}, {}});
}

ValueId NetworkBuilder::input(Shape shape, DType type) {
  const auto id = activation("x", std::move(shape), type, any_scale(0.02F));
  graph.inputs.push_back(id);
  return id;
}

ValueId NetworkBuilder::weights(Shape shape) {
  graph::Quantization q;
  const auto channels = shape.at(0);
  const bool per_channel = coin();
  for (std::int64_t o = 0; o < (per_channel ? channels : 1); ++o) {
    q.scale.push_back(any_scale(0.01F));
    q.zero_point.push_back(0);
  }
  q.axis = per_channel ? 0 : -1;
  Tensor t(DType::kInt8, shape);
  for (auto& w : t.as<std::int8_t>()) w = static_cast<std::int8_t>(integer(-127, 127));
  return graph.add_value({"w" + std::to_string(names_++), DType::kInt8, shape, q, t});
}

ValueId NetworkBuilder::bias(std::int64_t channels) {
  Tensor t(DType::kInt32, {channels});
  for (auto& b : t.as<std::int32_t>()) b = static_cast<std::int32_t>(integer(-5000, 5000));
  return graph.add_value({"b" + std::to_string(names_++), DType::kInt32, {channels}, {}, t});
}

ValueId NetworkBuilder::node(OpKind kind, std::vector<ValueId> inputs, ValueId y, const Window& window, bool relu) {
  const auto& v = graph.value(y);
  const double lowest = v.type == DType::kInt8 ? -128 : 0;
  graph::Node n;
  n.name = std::string(name_of(kind)) + "_" + std::to_string(names_++);
  n.kind = kind;
  n.op_type = name_of(kind);
  n.window = window;
  n.clamp = graph::Clamp{relu ? static_cast<double>(v.quantization->zero_point[0]) : lowest, lowest + 255};
  n.inputs = std::move(inputs);
  n.outputs = {y};
  graph.add_node(n);
  return y;
}

ValueId NetworkBuilder::conv(ValueId x, std::int64_t channels, const Window& window, bool relu, DType out) {
  const auto in = shape(x);
  const auto size = output_size(window, {in[2], in[3]});
  const auto w = weights({channels, in[1] / window.group, window.kernel_h, window.kernel_w});
  // The scale keeps most results inside int8: the sum of n products grows with the root of n.
  const auto depth = static_cast<float>(in[1] / window.group * window.kernel_h * window.kernel_w);
  const auto y = activation("y", {1, channels, size.h, size.w}, out, any_scale(0.02F * 0.01F * 73.0F * std::sqrt(depth)));
  return node(OpKind::kConv, {x, w, bias(channels)}, y, window, relu);
}

ValueId NetworkBuilder::gemm(ValueId x, std::int64_t features, DType out) {
  const auto depth = element_count(shape(x));
  const auto w = weights({features, depth});
  const auto y = activation("y", {1, features}, out, any_scale(0.02F * 0.01F * 73.0F * std::sqrt(static_cast<float>(depth))));
  return node(OpKind::kGemm, {x, w, bias(features)}, y);
}

ValueId NetworkBuilder::add(ValueId a, ValueId b, DType out) {
  const float scale = graph.value(a).quantization->scale[0] + graph.value(b).quantization->scale[0];
  return node(OpKind::kAdd, {a, b}, activation("y", shape(a), out, any_scale(scale * 0.7F)), {}, coin());
}

ValueId NetworkBuilder::sub(ValueId a, ValueId b, DType out) {
  const float scale = graph.value(a).quantization->scale[0] + graph.value(b).quantization->scale[0];
  return node(OpKind::kSub, {a, b}, activation("y", shape(a), out, any_scale(scale * 0.7F)), {}, coin());
}

ValueId NetworkBuilder::mul(ValueId a, ValueId b, DType out) {
  const float scale = graph.value(a).quantization->scale[0] * graph.value(b).quantization->scale[0];
  return node(OpKind::kMul, {a, b}, activation("y", shape(a), out, any_scale(scale * 60.0F)), {}, coin());
}

ValueId NetworkBuilder::matmul(ValueId a, ValueId b, DType out) {
  const float scale = graph.value(a).quantization->scale[0] * graph.value(b).quantization->scale[0];
  const auto depth = static_cast<float>(shape(a)[2]);
  return node(OpKind::kMatMul, {a, b}, activation("y", {shape(a)[0], shape(a)[1], shape(b)[2]}, out, any_scale(scale * 60.0F * std::sqrt(depth))), {}, coin());
}

ValueId NetworkBuilder::table(ValueId x, graph::ScalarOp function, DType out) {
  const auto y = activation("y", shape(x), out, any_scale(0.008F));
  node(OpKind::kTable, {x}, y);
  auto& n = graph.node(*graph.producer(y));
  n.function.steps = {{function, {graph::ScalarInput{}}}};
  const auto& from = graph.value(x);
  const auto& to = graph.value(y);
  const double lowest_x = from.type == DType::kInt8 ? -128 : 0, lowest_y = to.type == DType::kInt8 ? -128 : 0;
  for (int q = 0; q < 256; ++q) {
    const float real = static_cast<float>(lowest_x + q - from.quantization->zero_point[0]) * from.quantization->scale[0];
    const double level = std::nearbyint(static_cast<double>(n.function(real) / to.quantization->scale[0])) + to.quantization->zero_point[0];
    n.table.push_back(static_cast<std::int16_t>(std::clamp(level, lowest_y, lowest_y + 255)));
  }
  return y;
}

ValueId NetworkBuilder::softmax(ValueId x, DType out) {
  const auto y = activation("y", shape(x), out, any_scale(1 / 256.0F));
  node(OpKind::kSoftmax, {x}, y);
  graph.node(*graph.producer(y)).attributes["axis"] = std::int64_t{1};
  return y;
}

ValueId NetworkBuilder::move(std::string op, std::vector<ValueId> inputs, std::vector<graph::Copy> copies, Shape to, DType out) {
  const auto y = activation("y", std::move(to), out, any_scale(graph.value(inputs.at(0)).quantization->scale[0]));
  const auto zero = graph.value(y).quantization->zero_point[0];
  node(OpKind::kMove, std::move(inputs), y);
  auto& n = graph.node(*graph.producer(y));
  n.op_type = std::move(op);
  n.copies = std::move(copies);
  n.fill = zero;
  return y;
}

ValueId NetworkBuilder::max_pool(ValueId x, const Window& window) {
  const auto in = shape(x);
  const auto size = output_size(window, {in[2], in[3]});
  auto v = graph.value(x);
  v.name = "y" + std::to_string(names_++);
  v.shape = {1, in[1], size.h, size.w};
  return node(OpKind::kMaxPool, {x}, graph.add_value(v), window);
}

ValueId NetworkBuilder::average_pool(ValueId x, const Window& window) {
  const auto in = shape(x);
  const auto size = output_size(window, {in[2], in[3]});
  return node(OpKind::kAveragePool, {x}, activation("y", {1, in[1], size.h, size.w}, any_type(), any_scale(graph.value(x).quantization->scale[0] * 0.6F)), window);
}

ValueId NetworkBuilder::flatten(ValueId x) {
  auto v = graph.value(x);
  v.name = "y" + std::to_string(names_++);
  v.shape = {1, element_count(v.shape)};
  return node(OpKind::kReshape, {x}, graph.add_value(v));
}

ValueId NetworkBuilder::clip(ValueId x, DType out) {
  return node(OpKind::kClip, {x}, activation("y", shape(x), out, any_scale(graph.value(x).quantization->scale[0])), {}, coin());
}

ValueId NetworkBuilder::foreign(ValueId x, const std::string& op) {
  auto v = graph.value(x);
  v.name = "y" + std::to_string(names_++);
  const auto y = graph.add_value(v);
  graph::Node n;
  n.name = op + "_" + std::to_string(names_++);
  n.op_type = op;
  n.inputs = {x};
  n.outputs = {y};
  graph.add_node(n);
  return y;
}

Tensor NetworkBuilder::random_tensor(ValueId id) {
  const auto& v = graph.value(id);
  Tensor t(v.type, v.shape);
  for (auto& b : t.bytes()) b = static_cast<std::byte>(integer(0, 255));
  return t;
}

program::Target make_target(std::int64_t rows, std::int64_t columns, std::int64_t activation_bytes, std::int64_t weight_bytes, std::int64_t parameter_bytes, std::int64_t accumulator_rows) {
  program::Target t;
  t.name = std::to_string(rows) + "x" + std::to_string(columns);
  t.rows = rows;
  t.columns = columns;
  t.activation_bytes = activation_bytes;
  t.weight_bytes = weight_bytes;
  t.parameter_bytes = parameter_bytes;
  t.accumulator_rows = accumulator_rows;
  t.depthwise_taps = std::min<std::int64_t>(3, 127 / t.block());
  t.depthwise_rows = std::max<std::int64_t>(4, accumulator_rows / 2);
  t.depthwise_bytes = parameter_bytes;
  return t;
}

NetworkBuilder resnet8(std::uint32_t seed) {
  NetworkBuilder n(seed);
  const auto window = [](std::int64_t kernel, std::int64_t stride, std::int64_t before, std::int64_t after) {
    return Window{.kernel_h = kernel, .kernel_w = kernel, .stride_h = stride, .stride_w = stride, .pad_top = before, .pad_left = before, .pad_bottom = after, .pad_right = after};
  };
  auto x = n.conv(n.input({1, 3, 32, 32}), 16, window(3, 1, 1, 1), true);
  auto y = n.conv(n.conv(x, 16, window(3, 1, 1, 1), true), 16, window(3, 1, 1, 1));
  x = n.add(x, y);
  for (const std::int64_t channels : {32, 64}) {
    y = n.conv(n.conv(x, channels, window(3, 2, 0, 1), true), channels, window(3, 1, 1, 1));
    x = n.add(n.conv(x, channels, window(1, 2, 0, 0)), y);
  }
  x = n.average_pool(x, window(8, 1, 0, 0));
  n.output(n.gemm(n.flatten(x), 10));
  return n;
}

NetworkBuilder resnet50(std::uint32_t seed) {
  NetworkBuilder n(seed);
  const auto window = [](std::int64_t kernel, std::int64_t stride) {
    const auto pad = kernel / 2;
    return Window{.kernel_h = kernel, .kernel_w = kernel, .stride_h = stride, .stride_w = stride, .pad_top = pad, .pad_left = pad, .pad_bottom = pad, .pad_right = pad};
  };
  auto x = n.max_pool(n.conv(n.input({1, 3, 224, 224}), 64, window(7, 2), true), window(3, 2));
  const std::int64_t blocks[] = {3, 4, 6, 3};
  for (std::int64_t stage = 0; stage < 4; ++stage) {
    const std::int64_t inner = 64 << stage;
    for (std::int64_t b = 0; b < blocks[stage]; ++b) {
      const std::int64_t stride = b == 0 && stage > 0 ? 2 : 1;
      const auto shortcut = b == 0 ? n.conv(x, 4 * inner, window(1, stride)) : x;
      const auto y = n.conv(n.conv(n.conv(x, inner, window(1, 1), true), inner, window(3, stride), true), 4 * inner, window(1, 1));
      x = n.add(y, shortcut);
    }
  }
  x = n.average_pool(x, {.kernel_h = 7, .kernel_w = 7});
  n.output(n.gemm(n.flatten(x), 1000));
  return n;
}

NetworkBuilder autoencoder(std::uint32_t seed) {
  NetworkBuilder n(seed);
  auto x = n.input({1, 640});
  for (const std::int64_t features : {128, 128, 128, 128, 8, 128, 128, 128, 128, 640}) x = n.gemm(x, features);
  n.output(x);
  return n;
}

graph::Window square(std::int64_t kernel, std::int64_t stride, std::int64_t pad) {
  return {.kernel_h = kernel, .kernel_w = kernel, .stride_h = stride, .stride_w = stride, .pad_top = pad, .pad_left = pad, .pad_bottom = pad, .pad_right = pad};
}

NetworkBuilder any_network(std::uint32_t seed, std::int64_t most_channels, std::int64_t most_pixels) {
  NetworkBuilder n(seed);
  auto x = n.input({1, n.integer(1, 5), n.integer(6, most_pixels), n.integer(6, most_pixels)}, n.any_type());
  std::vector<graph::ValueId> images{x};
  const auto layers = n.integer(2, 7);
  for (std::int64_t l = 0; l < layers; ++l) {
    const auto& s = n.shape(x);
    switch (n.integer(0, 7)) {
      case 0: x = n.max_pool(x, square(n.integer(1, 2), 1, 0)); break;
      case 1: x = n.average_pool(x, square(std::min<std::int64_t>(3, std::min(s[2], s[3])), 1, 1)); break;
      case 2: x = n.clip(x, n.any_type()); break;
      case 3: x = n.depthwise(x, square(std::min<std::int64_t>(3, std::min(s[2], s[3])), 1, 1), n.coin(), n.any_type()); break;
      case 4: x = n.conv(x, n.integer(1, most_channels), square(n.integer(1, 2), std::min(s[2], s[3]) > 8 ? 2 : 1, 0), n.coin(), n.any_type()); break;
      default: x = n.conv(x, n.coin() ? s[1] : n.integer(1, most_channels), square(3, 1, 1), n.coin(), n.any_type());
    }
    for (auto it = images.rbegin(); it != images.rend(); ++it) {
      if (n.shape(*it) == n.shape(x) && *it != x && n.coin()) {
        x = n.coin() ? n.add(x, *it, n.any_type()) : n.add(*it, x);
        break;
      }
    }
    images.push_back(x);
  }
  n.output(x);
  if (n.coin()) n.output(n.gemm(n.flatten(x), n.integer(1, 30)));
  const auto other = images[static_cast<std::size_t>(n.integer(1, static_cast<std::int64_t>(images.size()) - 1))];
  if (other != x && n.coin()) n.output(other);
  return n;
}

}  // namespace vernier::test
