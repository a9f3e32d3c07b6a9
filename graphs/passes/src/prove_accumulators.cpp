// SPDX-License-Identifier: Apache-2.0
// In whatever order the products are added, every partial sum lies within |bias| + sum |w| * max|operand|. Two forms
// are proved: operands x - z with the bias as it is, and operands as int8 with -z * sum(w) in the bias.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <limits>

#include <vernier/passes/passes.hpp>

#include "integers.hpp"

namespace vernier::graph {
namespace {

Result<void> prove(const Graph& graph, const Node& node) {
  const auto& x = graph.value(node.inputs[0]);
  const auto weight = graph.value(node.inputs[1]).constant->as<std::int8_t>();
  const auto bias = graph.value(node.inputs[2]).constant->as<std::int32_t>();
  const auto range = *range_of(x.type);
  const std::int64_t zero = x.quantization->zero_point[0];
  const auto reach = std::max(std::abs(range.lo - zero), std::abs(range.hi - zero));
  const auto zero_int8 = zero - (range.lo + 128);
  const auto per_output = weight.size() / bias.size();
  for (std::size_t o = 0; o < bias.size(); ++o) {
    std::int64_t magnitude = 0, sum = 0;
    for (const auto w : weight.subspan(o * per_output, per_output)) {
      magnitude += std::abs(static_cast<std::int64_t>(w));
      sum += w;
    }
    const std::int64_t centred = std::abs(static_cast<std::int64_t>(bias[o])) + magnitude * reach;
    const std::int64_t corrected = std::abs(bias[o] - zero_int8 * sum) + magnitude * 128;
    const auto bound = std::max(centred, corrected);
    if (bound > std::numeric_limits<std::int32_t>::max()) {
      return fail(ErrorCode::kUnsupported,
                  fmt::format("output channel {} may accumulate to {}, int32 ends at {}; lower the weights' or the bias's magnitude", o, bound,
                              std::numeric_limits<std::int32_t>::max()),
                  node.name);
    }
  }
  return {};
}

}  // namespace

Result<void> run_prove_accumulators(Graph& graph) {
  for (const auto id : graph.nodes()) {
    const auto& node = graph.node(id);
    const bool weighted = node.kind == OpKind::kConv || node.kind == OpKind::kGemm;
    if (!weighted || !is_quantised_activation(graph.value(node.inputs[0])) || node.inputs.size() < 3) continue;
    if (auto r = prove(graph, node); !r) return r;
  }
  return {};
}

}  // namespace vernier::graph
