// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <vernier/core/tensor.hpp>

namespace vernier::ort {

/// TensorProto.DataType of an element type; ONNX Runtime's own enumeration has the same numbers.
[[nodiscard]] int onnx_type_of(DType type);
[[nodiscard]] std::optional<DType> dtype_of_onnx(int onnx_type);

}  // namespace vernier::ort
