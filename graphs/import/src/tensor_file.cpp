// SPDX-License-Identifier: Apache-2.0
#include <vernier/import/tensor_file.hpp>

#include <limits>

#include <vernier/core/files.hpp>

#include "tensor_proto.hpp"

namespace vernier::graph {

Result<Tensor> read_tensor_proto(const std::filesystem::path& file) {
  const auto bytes = read_bytes(file);
  if (!bytes) return forward_error(bytes);
  onnx::TensorProto proto;
  if (bytes->size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) || !proto.ParseFromArray(bytes->data(), static_cast<int>(bytes->size()))) {
    return fail(ErrorCode::kInvalidInput, "is not a serialised ONNX tensor", file.string());
  }
  return tensor_of(proto, Source{file.string(), {}, {}});
}

}  // namespace vernier::graph
