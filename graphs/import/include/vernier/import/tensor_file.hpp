// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include <vernier/core/result.hpp>
#include <vernier/core/tensor.hpp>

namespace vernier::graph {

/// Reads a serialised TensorProto: the form in which ONNX's test data and model zoo bring inputs and outputs.
///
/// @retval kInvalidInput  not a tensor, or values that do not fill its shape
/// @retval kUnsupported   an element type that the IR has no place for
/// @retval kIo            the file cannot be read
[[nodiscard]] Result<Tensor> read_tensor_proto(const std::filesystem::path& file);

}  // namespace vernier::graph
