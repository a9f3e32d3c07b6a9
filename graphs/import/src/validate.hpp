// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "source.hpp"

namespace vernier::graph {

/// What every later step relies on, with errors that name the node: no control flow, sequences, sparse tensors or local
/// functions; each value written once; each read one written somewhere; no cycle; window attributes that are positive.
/// Nodes are put into topological order where the file has them otherwise.
[[nodiscard]] Result<void> validate_structure(onnx::ModelProto& model, const Source& source);

}  // namespace vernier::graph
