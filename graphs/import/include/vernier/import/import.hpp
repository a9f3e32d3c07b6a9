// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <vernier/core/result.hpp>
#include <vernier/ir/graph.hpp>

namespace vernier::graph {

struct ImportOptions {
  std::optional<std::int64_t> batch{};         ///< value of a symbolic first dimension of the graph's inputs
  std::map<std::string, std::int64_t> dims{};  ///< values of symbolic dimensions by name; one without a name is INPUT.AXIS
  std::int64_t max_constant_bytes = std::int64_t{4} << 30;  ///< all constants together, ConstantOfShape included
  std::int64_t max_elements = std::int64_t{1} << 32;        ///< of any one tensor
};

/// Reads an ONNX model of operator set 1 to 23 into the IR, one node for one node and in topological order. Sets before 7
/// are brought to 7 by libonnx's converter first.
///
/// Shapes are static afterwards and constants are tensors. Operators the IR has no kind for become kOther and keep
/// their NodeProto. Gemm, MatMul and the other operators with several forms stay kOther too: the passes bring them
/// into the IR's form. Constant and ConstantOfShape become constants, no nodes.
///
/// @retval kInvalidInput  absent, not ONNX, damaged, ill-formed, or a symbolic dimension without a value; names file and node
/// @retval kUnsupported   valid, but control flow, strings, sequences, an unknown operator version or element type
/// @retval kIo            the file cannot be read
[[nodiscard]] Result<Graph> import_onnx(const std::filesystem::path& file, const ImportOptions& options = {});

/// The same of a file whose bytes were read already.
[[nodiscard]] Result<Graph> import_onnx(const std::filesystem::path& file, std::span<const std::byte> bytes, const ImportOptions& options = {});

/// The same from memory. External data is refused: bytes have no folder.
/// @param name  what errors and Graph::name call the model
[[nodiscard]] Result<Graph> import_onnx_bytes(std::span<const std::byte> bytes, std::string_view name,
                                              const ImportOptions& options = {});

}  // namespace vernier::graph
