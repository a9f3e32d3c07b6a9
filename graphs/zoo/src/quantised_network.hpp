// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <vernier/core/tensor.hpp>

namespace onnx {
class ModelProto;
class NodeProto;
}  // namespace onnx

namespace vernier::zoo {

enum class Activation : std::uint8_t { kNone, kRelu, kRelu6 };

/// A tensor of the network under construction: the float side of its Quantize/Dequantize pair.
struct Edge {
  std::string name;
  std::int64_t channels = 0, height = 0, width = 0;
  double rms = 1;      ///< expected root mean square
  float scale = 1;
  std::int64_t zero = 0;
};

struct ConvShape {
  std::int64_t kernel = 1, stride = 1, pad = 0, groups = 1;
  std::int64_t dilation = 1;
  std::int64_t kernel_w = 0, stride_w = 0, dilation_w = 0;  ///< 0: as of the height
  std::optional<std::array<std::int64_t, 4>> pads = {};     ///< top, left, bottom, right in place of `pad`
};

/// Writes a quantised network operator by operator.
class QuantisedNetwork {
 public:
  QuantisedNetwork(const std::string& name, std::uint64_t seed);
  ~QuantisedNetwork();
  QuantisedNetwork(const QuantisedNetwork&) = delete;
  QuantisedNetwork& operator=(const QuantisedNetwork&) = delete;

  Edge input(std::int64_t channels, std::int64_t height, std::int64_t width, const std::string& name = "image");
  Edge conv(const Edge& x, const std::string& name, std::int64_t channels, const ConvShape& shape, Activation activation);
  Edge conv_transpose(const Edge& x, const std::string& name, std::int64_t channels, std::int64_t kernel, std::int64_t stride);
  Edge dense(const Edge& x, const std::string& name, std::int64_t features, Activation activation = Activation::kNone);
  Edge add(const Edge& a, const Edge& b, const std::string& name, Activation activation);
  Edge concat(const std::vector<Edge>& parts, const std::string& name);
  Edge max_pool(const Edge& x, const std::string& name, std::int64_t kernel, std::int64_t stride, std::int64_t pad = 0, bool ceil_mode = false);
  Edge global_average(const Edge& x, const std::string& name);
  void output(const Edge& x);
  [[nodiscard]] std::string serialise() const;

 private:
  onnx::NodeProto& node(const char* op, const std::string& name, const std::vector<std::string>& inputs, const std::string& output);
  void attribute(onnx::NodeProto& node, const char* name, const std::vector<std::int64_t>& values);
  void attribute(onnx::NodeProto& node, const char* name, std::int64_t value);
  std::string scalar(const std::string& name, float value);
  std::string zero_point(const std::string& name, std::int64_t value);
  std::string weights(const std::string& name, const Shape& shape, double deviation, std::int64_t channel_axis, std::vector<float>& scales);
  std::string bias(const std::string& name, const std::vector<float>& scales, float input_scale, double deviation);
  /// The activation function, then the Quantize/Dequantize pair behind operator `name`.
  Edge finish(const std::string& name, Edge y, Activation activation);
  Edge quantised(const std::string& name, Edge y);
  double normal();

  std::unique_ptr<onnx::ModelProto> model_;
  std::mt19937_64 random_;
  std::vector<std::pair<std::string, std::string>> quantised_names_;  ///< edge to its integer tensor
};

}  // namespace vernier::zoo
