// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/core/tensor.hpp>
#include <vernier/ir/graph.hpp>

namespace vernier::graph {

/// How the range of an activation follows from what it took in calibration.
enum class Calibration : std::uint8_t {
  kMinMax,      ///< the smallest and the largest value seen
  kPercentile,  ///< the central share of the values; the rest saturates
  kMse          ///< the range whose rounding and saturation errors are smallest in the mean square
};

struct QuantiseOptions {
  Calibration calibration = Calibration::kMinMax;
  double percentile = 99.99;  ///< kPercentile: the central share of values, in percent; above 50, at most 100
  bool per_channel = true;    ///< weights: one scale an output channel, else one a tensor
};

/// Post-training quantisation of a float32 graph to the canonical quantised graph: int8 activations with zero points,
/// symmetric int8 weights, int32 biases, kQuantize and kDequantize at the float border. Operators the IR has no
/// integer form of stay float. In a graph that is quantised in part, what is keeps its scales and the rest is completed.
///
/// @param samples  calibration inputs, each one tensor a graph input in the graph's order; one at least
/// @retval kInvalidInput  no samples, samples that do not fit the inputs, or values that are not finite
/// @retval kUnsupported   nothing in the graph can be quantised, or an accumulator may pass 32 bits
[[nodiscard]] Result<Graph> quantize_after_training(Graph graph, std::span<const std::vector<Tensor>> samples, const QuantiseOptions& options = {});

}  // namespace vernier::graph
