// SPDX-License-Identifier: Apache-2.0
#include <vernier/passes/pipeline.hpp>

#include <array>

#include <vernier/passes/passes.hpp>

namespace vernier::graph {
namespace {

constexpr auto kFloatPasses = std::to_array<Pass>({
    {"expand qlinear", run_expand_qlinear},
    {"fold constants", run_fold_constants},
    {"absorb weights", run_absorb_weights},
    {"remove identities", run_remove_identities},
    {"part splits", run_part_splits},
    {"part transposed convs", run_part_transposed_convs},
    {"part linear resizes", run_part_linear_resizes},
    {"part sums", run_part_sums},
    {"normalise pools", run_normalise_pools},
    {"normalise reductions", run_normalise_reductions},
    {"normalise gemm", run_normalise_gemm},
    {"fold affine", run_fold_affine},
    {"fold pads", run_fold_pads},
    {"fuse activations", run_fuse_activations},
    {"fuse scalar functions", run_fuse_scalar_functions},
    {"remove dead", run_remove_dead},
});

constexpr auto kIntegerPasses = std::to_array<Pass>({
    {"recognise qdq", run_recognise_qdq},
    {"recognise composites", run_recognise_composites},
    {"remove dead", run_remove_dead},
    {"merge clips", run_merge_clips},
    {"restore float weights", run_restore_float_weights},
    {"settle ranks", run_settle_ranks},
    {"remove identities", run_remove_identities},
    {"absorb transposes", run_absorb_transposes},
    {"settle moves", run_settle_moves},
    {"expand operands", run_expand_operands},
    {"rows as pixels", run_rows_as_pixels},
    {"remove identities", run_remove_identities},
    {"remove dead", run_remove_dead},
    {"prove accumulators", run_prove_accumulators},
});

}  // namespace

std::span<const Pass> float_passes() { return kFloatPasses; }
std::span<const Pass> integer_passes() { return kIntegerPasses; }

Result<void> run_passes(Graph& graph, std::span<const Pass> passes) {
  for (const auto& pass : passes) {
    if (auto r = pass.run(graph); !r) {
      if (r.error().where != graph.name) return fail(r.error().code, r.error().what, graph.name + ": " + r.error().where);
      return r;
    }
  }
  return {};
}

Result<Graph> canonicalise(Graph graph) {
  if (auto r = run_passes(graph, float_passes()); !r) return forward_error(r);
  if (auto r = run_passes(graph, integer_passes()); !r) return forward_error(r);
  return graph;
}

}  // namespace vernier::graph
