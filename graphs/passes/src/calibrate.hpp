// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <span>
#include <vector>

#include <vernier/ir/graph.hpp>
#include <vernier/passes/quantise.hpp>

namespace vernier::graph {

/// int8 scale and zero point that cover [lo, hi] and hold 0 exactly.
[[nodiscard]] Quantization covering(double lo, double hi);

/// Runs the float graph on every sample and chooses the quantisation of each of the values. The graph is left as it was.
[[nodiscard]] Result<std::map<ValueId, Quantization>> calibrate(Graph& graph, std::span<const ValueId> values,
                                                                std::span<const std::vector<Tensor>> samples, const QuantiseOptions& options);

}  // namespace vernier::graph
