// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <vernier/ir/graph.hpp>
#include <vernier/program/program.hpp>

namespace vernier::test {

/// Builds canonical quantised graphs with random weights, scales and zero points.
class NetworkBuilder {
 public:
  explicit NetworkBuilder(std::uint32_t seed) : random_(seed) { graph.name = "built"; }

  graph::ValueId input(Shape shape, DType type = DType::kInt8);
  /// Convolution in window.group groups; `relu` clamps at the output's zero point.
  graph::ValueId conv(graph::ValueId x, std::int64_t channels, const graph::Window& window, bool relu = false, DType out = DType::kInt8);
  /// One kernel a channel.
  graph::ValueId depthwise(graph::ValueId x, graph::Window window, bool relu = false, DType out = DType::kInt8) {
    window.group = shape(x)[1];
    return conv(x, window.group, window, relu, out);
  }
  graph::ValueId gemm(graph::ValueId x, std::int64_t features, DType out = DType::kInt8);
  graph::ValueId add(graph::ValueId a, graph::ValueId b, DType out = DType::kInt8);
  /// Difference or product; `b` has the shape of `a` or is one pixel of it.
  graph::ValueId sub(graph::ValueId a, graph::ValueId b, DType out = DType::kInt8);
  graph::ValueId mul(graph::ValueId a, graph::ValueId b, DType out = DType::kInt8);
  /// Products of [G, M, K] and [G, K, N].
  graph::ValueId matmul(graph::ValueId a, graph::ValueId b, DType out = DType::kInt8);
  /// A function of each element alone.
  graph::ValueId table(graph::ValueId x, graph::ScalarOp function, DType out = DType::kInt8);
  /// Over the channels, with results of about 1/256 a step.
  graph::ValueId softmax(graph::ValueId x, DType out = DType::kInt8);
  /// Elements at other places: `op` names what the copies do.
  graph::ValueId move(std::string op, std::vector<graph::ValueId> inputs, std::vector<graph::Copy> copies, Shape shape, DType out = DType::kInt8);
  graph::ValueId max_pool(graph::ValueId x, const graph::Window& window);
  graph::ValueId average_pool(graph::ValueId x, const graph::Window& window);
  graph::ValueId flatten(graph::ValueId x);
  graph::ValueId clip(graph::ValueId x, DType out = DType::kInt8);
  /// An operator that no accelerator knows, with output like its input.
  graph::ValueId foreign(graph::ValueId x, const std::string& op);
  void output(graph::ValueId y) { graph.outputs.push_back(y); }

  [[nodiscard]] std::int64_t integer(std::int64_t lo, std::int64_t hi) { return std::uniform_int_distribution<std::int64_t>(lo, hi)(random_); }
  [[nodiscard]] bool coin() { return integer(0, 1) == 1; }
  [[nodiscard]] DType any_type() { return coin() ? DType::kInt8 : DType::kUint8; }
  /// Random elements over the whole range of the value's type.
  [[nodiscard]] Tensor random_tensor(graph::ValueId id);
  [[nodiscard]] const Shape& shape(graph::ValueId id) const { return graph.value(id).shape; }

  graph::Graph graph;

 private:
  graph::ValueId activation(const char* what, Shape shape, DType type, float scale);
  graph::ValueId weights(Shape shape);
  graph::ValueId bias(std::int64_t channels);
  graph::ValueId node(graph::OpKind kind, std::vector<graph::ValueId> inputs, graph::ValueId y, const graph::Window& window = {}, bool relu = false);
  float any_scale(float around);
  std::mt19937 random_;
  int names_ = 0;
};

/// A target with buffers just large enough to be legal unless given.
[[nodiscard]] program::Target make_target(std::int64_t rows, std::int64_t columns, std::int64_t activation_bytes = 1 << 16,
                                          std::int64_t weight_bytes = 1 << 15, std::int64_t parameter_bytes = 1 << 13,
                                          std::int64_t accumulator_rows = 128);

/// Square window of one kernel size, stride and padding.
[[nodiscard]] graph::Window square(std::int64_t kernel, std::int64_t stride, std::int64_t pad);

/// A random network of convolutions, residual additions, pools and clips, with one to three outputs.
[[nodiscard]] NetworkBuilder any_network(std::uint32_t seed, std::int64_t most_channels, std::int64_t most_pixels);

/// The MLPerf Tiny image classification network's shapes (ResNet-8) up to its logits.
[[nodiscard]] NetworkBuilder resnet8(std::uint32_t seed);
/// ResNet-50 with the stride in the 3 x 3 convolutions (v1.5), 224 x 224 x 3 to 1000 logits.
[[nodiscard]] NetworkBuilder resnet50(std::uint32_t seed);
/// The MLPerf Tiny anomaly detection autoencoder: ten fully connected layers.
[[nodiscard]] NetworkBuilder autoencoder(std::uint32_t seed);

}  // namespace vernier::test
