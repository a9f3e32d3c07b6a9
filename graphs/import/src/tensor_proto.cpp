// SPDX-License-Identifier: Apache-2.0
#include "tensor_proto.hpp"

#include <fmt/format.h>

#include <cstring>

namespace vernier::graph {
namespace {

using onnx::TensorProto;

/// Copies `fields` into the tensor's bytes, one T an element; false where the count differs or a value does not fit.
template <class T, class Fields>
bool copy_fields(const Fields& fields, Tensor& tensor) {
  if (static_cast<std::int64_t>(fields.size()) != tensor.size()) return false;
  auto* to = tensor.bytes().data();
  for (const auto field : fields) {
    const T value = static_cast<T>(field);
    if constexpr (!std::is_floating_point_v<T>) {
      if (static_cast<std::remove_cvref_t<decltype(field)>>(value) != field) return false;
    }
    std::memcpy(to, &value, sizeof value);
    to += sizeof value;
  }
  return true;
}

bool copy_typed(const TensorProto& from, Tensor& to) {
  switch (to.type()) {
    case DType::kFloat32: return copy_fields<float>(from.float_data(), to);
    case DType::kFloat64: return copy_fields<double>(from.double_data(), to);
    case DType::kInt8: return copy_fields<std::int8_t>(from.int32_data(), to);
    case DType::kBool:
    case DType::kUint8: return copy_fields<std::uint8_t>(from.int32_data(), to);
    case DType::kInt16: return copy_fields<std::int16_t>(from.int32_data(), to);
    case DType::kFloat16:
    case DType::kUint16: return copy_fields<std::uint16_t>(from.int32_data(), to);
    case DType::kInt32: return copy_fields<std::int32_t>(from.int32_data(), to);
    case DType::kInt64: return copy_fields<std::int64_t>(from.int64_data(), to);
    case DType::kUint32: return copy_fields<std::uint32_t>(from.uint64_data(), to);
    case DType::kUint64: return copy_fields<std::uint64_t>(from.uint64_data(), to);
  }
  return false;
}

}  // namespace

std::optional<DType> dtype_from_onnx(std::int32_t elem_type) {
  switch (elem_type) {
    case TensorProto::FLOAT: return DType::kFloat32;
    case TensorProto::UINT8: return DType::kUint8;
    case TensorProto::INT8: return DType::kInt8;
    case TensorProto::UINT16: return DType::kUint16;
    case TensorProto::INT16: return DType::kInt16;
    case TensorProto::INT32: return DType::kInt32;
    case TensorProto::INT64: return DType::kInt64;
    case TensorProto::BOOL: return DType::kBool;
    case TensorProto::FLOAT16: return DType::kFloat16;
    case TensorProto::DOUBLE: return DType::kFloat64;
    case TensorProto::UINT32: return DType::kUint32;
    case TensorProto::UINT64: return DType::kUint64;
    default: return std::nullopt;
  }
}

std::string onnx_type_name(std::int32_t elem_type) {
  return TensorProto::DataType_IsValid(elem_type) ? TensorProto::DataType_Name(static_cast<TensorProto::DataType>(elem_type))
                                                  : fmt::format("element type {}", elem_type);
}

Result<std::int64_t> checked_count(const Shape& dims, const std::string& what, const Source& source) {
  const auto limit = source.options.max_elements;
  std::int64_t count = 1;
  for (const auto d : dims) {
    if (d < 0) return fail(ErrorCode::kInvalidInput, fmt::format("has a dimension of {} in {}", d, to_string(dims)), source.at(what));
    if (d != 0 && count > limit / d) {
      return fail(ErrorCode::kInvalidInput, fmt::format("{} has more than {} elements", to_string(dims), limit), source.at(what));
    }
    count *= d;
  }
  return count;
}

Result<std::int64_t> byte_size_of(const TensorProto& tensor, const Source& source) {
  const auto type = dtype_from_onnx(tensor.data_type());
  if (!type) {
    return fail(ErrorCode::kUnsupported, fmt::format("holds {} values, which have no place in the IR", onnx_type_name(tensor.data_type())), source.at(tensor.name()));
  }
  const auto count = checked_count({tensor.dims().begin(), tensor.dims().end()}, tensor.name(), source);
  if (!count) return forward_error(count);
  return *count * static_cast<std::int64_t>(size_of(*type));
}

Result<Tensor> tensor_of(const TensorProto& tensor, const Source& source) {
  const auto bytes = byte_size_of(tensor, source);
  if (!bytes) return forward_error(bytes);
  const auto refuse = [&](std::string what) { return fail(ErrorCode::kInvalidInput, std::move(what), source.at(tensor.name())); };
  if (tensor.has_segment()) return refuse("is stored in segments, which ONNX does not define");
  const Shape shape(tensor.dims().begin(), tensor.dims().end());
  if (tensor.has_raw_data() && static_cast<std::int64_t>(tensor.raw_data().size()) != *bytes) {
    return refuse(fmt::format("has {} bytes of data, its shape {} needs {}", tensor.raw_data().size(), to_string(shape), *bytes));
  }
  // each typed field takes a byte at least, so a lying shape is refused before anything is allocated
  if (!tensor.has_raw_data() && *bytes > static_cast<std::int64_t>(tensor.ByteSizeLong()) * 8) {
    return refuse(fmt::format("has fewer values than its shape {} needs", to_string(shape)));
  }
  Tensor result(*dtype_from_onnx(tensor.data_type()), shape);
  if (tensor.has_raw_data()) {
    if (*bytes > 0) std::memcpy(result.bytes().data(), tensor.raw_data().data(), tensor.raw_data().size());
  } else if (!copy_typed(tensor, result)) {
    return refuse(fmt::format("has values that do not fill its shape {} or do not fit {}", to_string(shape), name_of(result.type())));
  }
  return result;
}

}  // namespace vernier::graph
