// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <random>
#include <string>

#include <vernier/ir/graph.hpp>

namespace vernier::test {

/// Random numbers of one seed.
class Random {
 public:
  explicit Random(std::uint32_t seed) : engine_(seed) {}
  std::int64_t integer(std::int64_t lo, std::int64_t hi) { return std::uniform_int_distribution<std::int64_t>(lo, hi)(engine_); }
  bool coin() { return integer(0, 1) == 1; }
  /// Between lo and hi, evenly in the logarithm.
  float scale(float lo, float hi) {
    return std::exp(std::uniform_real_distribution<float>(std::log(lo), std::log(hi))(engine_));
  }
  Tensor tensor(DType type, Shape shape, std::int64_t lo, std::int64_t hi) {
    Tensor t(type, std::move(shape));
    for (std::int64_t i = 0; i < t.size(); ++i) {
      const auto v = integer(lo, hi);
      const auto at = static_cast<std::size_t>(i);
      if (type == DType::kInt8) t.as<std::int8_t>()[at] = static_cast<std::int8_t>(v);
      if (type == DType::kUint8) t.as<std::uint8_t>()[at] = static_cast<std::uint8_t>(v);
      if (type == DType::kInt32) t.as<std::int32_t>()[at] = static_cast<std::int32_t>(v);
    }
    return t;
  }
  /// An activation that takes every level of its type.
  Tensor activation(DType type, Shape shape) {
    return type == DType::kInt8 ? tensor(type, std::move(shape), -128, 127) : tensor(type, std::move(shape), 0, 255);
  }

 private:
  std::mt19937 engine_;
};

inline graph::Quantization per_tensor(float scale, std::int32_t zero) { return {{scale}, {zero}, -1}; }

/// A constant with element `index` set to `v`.
inline graph::Constant with_element(const graph::Constant& constant, std::size_t index, std::int32_t v) {
  Tensor t = constant.value();
  t.as<std::int32_t>()[index] = v;
  return t;
}

inline graph::ValueId add_activation(graph::Graph& g, const std::string& name, DType type, Shape shape, float scale, std::int32_t zero) {
  return g.add_value({name, type, std::move(shape), per_tensor(scale, zero), {}});
}

inline graph::ValueId add_constant(graph::Graph& g, const std::string& name, Tensor tensor, std::optional<graph::Quantization> q) {
  const auto type = tensor.type();
  auto shape = tensor.shape();
  return g.add_value({name, type, std::move(shape), std::move(q), std::move(tensor)});
}

/// Adds the node that computes `output`, and makes it the graph's output.
inline graph::NodeId add_node(graph::Graph& g, graph::OpKind kind, std::vector<graph::ValueId> inputs, graph::ValueId output, graph::Window window = {},
                              std::optional<graph::Clamp> clamp = std::nullopt) {
  graph::Node node;
  node.kind = kind;
  node.op_type = std::string(graph::name_of(kind));
  node.name = node.op_type + "_" + g.value(output).name;
  node.window = window;
  node.clamp = clamp;
  node.inputs = std::move(inputs);
  node.outputs = {output};
  g.outputs = {output};
  return g.add_node(std::move(node));
}

/// Weight of [outputs, ...] and bias at scale s_x * s_w, per output channel or per tensor.
struct WeightAndBias {
  graph::ValueId weight, bias;
};
inline WeightAndBias add_weights(graph::Graph& g, Random& random, Shape shape, float scale_x, bool per_channel, std::int64_t bias_reach) {
  const auto outputs = shape.at(0);
  graph::Quantization w{{}, {}, per_channel ? 0 : -1};
  for (std::int64_t o = 0; o < (per_channel ? outputs : 1); ++o) {
    w.scale.push_back(random.scale(0.002F, 0.02F));
    w.zero_point.push_back(0);
  }
  graph::Quantization b = w;
  for (auto& s : b.scale) s *= scale_x;
  const auto weight = add_constant(g, "w", random.tensor(DType::kInt8, std::move(shape), -128, 127), w);
  const auto bias = add_constant(g, "b", random.tensor(DType::kInt32, {outputs}, -bias_reach, bias_reach), b);
  return {weight, bias};
}

}  // namespace vernier::test
