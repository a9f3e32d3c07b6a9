// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "source.hpp"

namespace vernier::graph {

/// Shapes that a model computes from shapes (Shape, Gather, Concat, ... before a Reshape) are constants once the first
/// ones are static. Replaces such nodes by initialisers, as far as the shapes in the model's value_info reach.
/// Returns how many nodes went.
[[nodiscard]] int fold_shape_arithmetic(onnx::ModelProto& model, const Source& source);

}  // namespace vernier::graph
