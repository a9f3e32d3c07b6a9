// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vernier/core/result.hpp>
#include <vernier/ir/graph.hpp>

namespace vernier::graph {

// One pass, one file of the same name. Each keeps what the graph computes; those marked (int) change it by rounding
// only where contract C1 says so. A pass that finds nothing to do leaves the graph as it is.

/// QLinearConv, QGemm and the like become DequantizeLinear, the float operator, QuantizeLinear.
[[nodiscard]] Result<void> run_expand_qlinear(Graph& graph);
/// Nodes whose inputs are all constant become constants; dequantised weights stay integers.
[[nodiscard]] Result<void> run_fold_constants(Graph& graph);
/// Conv, Gemm, MatMul and Add read integer weights with their Quantization directly, without DequantizeLinear.
[[nodiscard]] Result<void> run_absorb_weights(Graph& graph);
/// Reshapes to the same shape, Dropout and Identity go.
[[nodiscard]] Result<void> run_remove_identities(Graph& graph);
/// GlobalAveragePool and GlobalMaxPool become pools with the image as their window.
[[nodiscard]] Result<void> run_normalise_pools(Graph& graph);
/// ReduceMean, ReduceMax and ReduceSum over neighbouring axes become pools.
[[nodiscard]] Result<void> run_normalise_reductions(Graph& graph);
/// A Sum of more than two tensors becomes additions.
[[nodiscard]] Result<void> run_part_sums(Graph& graph);
/// Gemm and MatMul with constant weight become kGemm with weight [N, K], MatMul of two activations kMatMul.
[[nodiscard]] Result<void> run_normalise_gemm(Graph& graph);
/// BatchNorm and per-channel Mul, Div, Add, Sub with constants go into the weights and bias before them.
[[nodiscard]] Result<void> run_fold_affine(Graph& graph);
/// Pad goes into the window of the convolution or pool after it, where the value agrees.
[[nodiscard]] Result<void> run_fold_pads(Graph& graph);
/// Relu and Clip become the clamp of the operator before them.
[[nodiscard]] Result<void> run_fuse_activations(Graph& graph);
/// Elementwise operators that depend on one value alone become one kTable.
[[nodiscard]] Result<void> run_fuse_scalar_functions(Graph& graph);
/// Each output of a Split is a slice of its own.
[[nodiscard]] Result<void> run_part_splits(Graph& graph);
/// ConvTranspose becomes one convolution with the phases of its output as channels, and their placing.
[[nodiscard]] Result<void> run_part_transposed_convs(Graph& graph);
/// A linear Resize by whole factors becomes a convolution of each channel and the placing of its phases.
[[nodiscard]] Result<void> run_part_linear_resizes(Graph& graph);
/// (int) DequantizeLinear, operator, QuantizeLinear become the operator on integers.
[[nodiscard]] Result<void> run_recognise_qdq(Graph& graph);
/// (int) Max, Min and PRelu with a slope a channel, between DequantizeLinear and QuantizeLinear, become tables, moves, pools,
/// convolutions and sums.
[[nodiscard]] Result<void> run_recognise_composites(Graph& graph);
/// A requantisation that only clamps becomes the clamp of the operator before it; one that does nothing goes.
[[nodiscard]] Result<void> run_merge_clips(Graph& graph);
/// Products of other ranks and one-dimensional images get reshapes around them: kGemm is [M, K], kMatMul of [G, M, K] and
/// [G, K, N], an image [N, C, H, W].
[[nodiscard]] Result<void> run_settle_ranks(Graph& graph);
/// A quantised kGemm of many rows, unless they are the images of a batch, becomes a 1 x 1 convolution whose pixels are the rows.
[[nodiscard]] Result<void> run_rows_as_pixels(Graph& graph);
/// Transpose and Reshape before a quantised kGemm become an order of its weight's columns.
[[nodiscard]] Result<void> run_absorb_transposes(Graph& graph);
/// Operands of quantised sums, differences and products that broadcast otherwise than one pixel are repeated by a kMove.
[[nodiscard]] Result<void> run_expand_operands(Graph& graph);
/// Operators on integers that only place elements become kMove, with the reshapes around them; so do reshapes around a
/// product of activations, whose matrices lie otherwise in the buffer.
[[nodiscard]] Result<void> run_settle_moves(Graph& graph);
/// Integer weights that no quantised operator reads become float again, for the host.
[[nodiscard]] Result<void> run_restore_float_weights(Graph& graph);
/// Nodes and constants that no output needs go.
[[nodiscard]] Result<void> run_remove_dead(Graph& graph);
/// Proves from weights and bias that no accumulator of a quantised operator passes 32 bits, partial sums included.
/// @retval kUnsupported  names node, channel and bound
[[nodiscard]] Result<void> run_prove_accumulators(Graph& graph);

}  // namespace vernier::graph
