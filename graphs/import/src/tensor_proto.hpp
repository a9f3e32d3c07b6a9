// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <vernier/core/tensor.hpp>

#include "source.hpp"

namespace vernier::graph {

/// Element type of the IR for an ONNX one; nothing for strings, complex numbers, bfloat16 and sub-byte types.
[[nodiscard]] std::optional<DType> dtype_from_onnx(std::int32_t elem_type);
/// "FLOAT", "STRING", or the number where ONNX 1.12 has no name for it.
[[nodiscard]] std::string onnx_type_name(std::int32_t elem_type);

/// Element count of `dims`: refuses negative sizes, overflow and tensors above the options' limit.
[[nodiscard]] Result<std::int64_t> checked_count(const Shape& dims, const std::string& what, const Source& source);

/// Bytes that the tensor's values take.
[[nodiscard]] Result<std::int64_t> byte_size_of(const onnx::TensorProto& tensor, const Source& source);

/// The values, from raw_data or from the typed fields, whose counts must fit the dims.
[[nodiscard]] Result<Tensor> tensor_of(const onnx::TensorProto& tensor, const Source& source);

}  // namespace vernier::graph
