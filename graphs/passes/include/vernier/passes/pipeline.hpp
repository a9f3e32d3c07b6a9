// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <vernier/core/result.hpp>
#include <vernier/ir/graph.hpp>

namespace vernier::graph {

struct Pass {
  std::string_view name;
  Result<void> (*run)(Graph&);
};

/// What brings an imported graph into its float normal form: dense layers as kGemm, activations fused, norms folded.
[[nodiscard]] std::span<const Pass> float_passes();
/// What makes a normal graph with QuantizeLinear/DequantizeLinear the canonical quantised graph of contract C1.
[[nodiscard]] std::span<const Pass> integer_passes();

/// Runs passes in order; the first error ends it.
[[nodiscard]] Result<void> run_passes(Graph& graph, std::span<const Pass> passes);

/// Both lists: an imported model in the canonical form that lowering and the golden model take.
///
/// Quantised operators (kConv, kGemm, kAdd, kMaxPool, kAveragePool, kReshape, kClip) read and write int8 or uint8
/// values with one scale and zero point each, have an integer clamp, and kConv/kGemm have int8 weights without zero
/// point and an int32 bias. All else is float or kOther, with kQuantize and kDequantize at the border. A float32 model
/// comes out in float normal form.
[[nodiscard]] Result<Graph> canonicalise(Graph graph);

/// A canonical graph for so many images at once: each first dimension is that many times what it was, the images one
/// behind the other.
/// @retval kUnsupported  an operator may mix images; names it
[[nodiscard]] Result<Graph> batched(Graph graph, std::int64_t images);

}  // namespace vernier::graph
