// SPDX-License-Identifier: Apache-2.0
#include "element_type.hpp"

#include <onnx/onnx_pb.h>
#include <onnxruntime_c_api.h>

#include <array>
#include <utility>

namespace vernier::ort {
namespace {
constexpr std::array<std::pair<DType, int>, 12> kTypes{{{DType::kFloat32, onnx::TensorProto::FLOAT},
                                                        {DType::kInt8, onnx::TensorProto::INT8},
                                                        {DType::kUint8, onnx::TensorProto::UINT8},
                                                        {DType::kInt32, onnx::TensorProto::INT32},
                                                        {DType::kInt64, onnx::TensorProto::INT64},
                                                        {DType::kBool, onnx::TensorProto::BOOL},
                                                        {DType::kFloat16, onnx::TensorProto::FLOAT16},
                                                        {DType::kFloat64, onnx::TensorProto::DOUBLE},
                                                        {DType::kInt16, onnx::TensorProto::INT16},
                                                        {DType::kUint16, onnx::TensorProto::UINT16},
                                                        {DType::kUint32, onnx::TensorProto::UINT32},
                                                        {DType::kUint64, onnx::TensorProto::UINT64}}};
static_assert(int{onnx::TensorProto::FLOAT} == int{ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT});
static_assert(int{onnx::TensorProto::INT8} == int{ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8});
static_assert(int{onnx::TensorProto::UINT64} == int{ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64});
}  // namespace

int onnx_type_of(DType type) {
  for (const auto& [ours, theirs] : kTypes) {
    if (ours == type) return theirs;
  }
  return onnx::TensorProto::UNDEFINED;
}

std::optional<DType> dtype_of_onnx(int onnx_type) {
  for (const auto& [ours, theirs] : kTypes) {
    if (theirs == onnx_type) return ours;
  }
  return std::nullopt;
}

}  // namespace vernier::ort
