// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "source.hpp"

namespace vernier::graph {

/// Brings a model of operator set 1 to 6 to set 7, the oldest that ONNX Runtime runs, by libonnx's version converter.
/// Newer models stay as they are.
/// @retval kUnsupported  an operator that cannot be carried over; names what the converter says
[[nodiscard]] Result<void> raise_operator_set(onnx::ModelProto& model, const Source& source);

}  // namespace vernier::graph
