// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <vernier/core/assert.hpp>

namespace vernier {

enum class DType : std::uint8_t { kFloat32, kInt8, kUint8, kInt32, kInt64, kBool, kFloat16, kFloat64, kInt16, kUint16, kUint32, kUint64 };

[[nodiscard]] std::size_t size_of(DType type);
[[nodiscard]] std::string_view name_of(DType type);  ///< "int8", "float32", ...

using Shape = std::vector<std::int64_t>;

[[nodiscard]] std::int64_t element_count(const Shape& shape);  ///< 1 for a scalar
[[nodiscard]] std::string to_string(const Shape& shape);       ///< "[1, 3, 32, 32]"

template <class T> struct dtype_of;
template <> struct dtype_of<float> { static constexpr DType value = DType::kFloat32; };
template <> struct dtype_of<double> { static constexpr DType value = DType::kFloat64; };
template <> struct dtype_of<std::int8_t> { static constexpr DType value = DType::kInt8; };
template <> struct dtype_of<std::uint8_t> { static constexpr DType value = DType::kUint8; };
template <> struct dtype_of<std::int16_t> { static constexpr DType value = DType::kInt16; };
template <> struct dtype_of<std::int32_t> { static constexpr DType value = DType::kInt32; };
template <> struct dtype_of<std::int64_t> { static constexpr DType value = DType::kInt64; };

/// A dense host tensor in ONNX's own order (row-major, NCHW for images). Owns its bytes.
class Tensor {
 public:
  Tensor() = default;
  Tensor(DType type, Shape shape)
      : type_(type), shape_(std::move(shape)),
        bytes_(static_cast<std::size_t>(element_count(shape_)) * size_of(type)) {}

  [[nodiscard]] DType type() const { return type_; }
  [[nodiscard]] const Shape& shape() const { return shape_; }
  [[nodiscard]] std::int64_t size() const { return element_count(shape_); }
  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }
  [[nodiscard]] std::span<std::byte> bytes() { return bytes_; }
  void reshape(Shape shape) {
    VERNIER_ASSERT(element_count(shape) == size(), "reshape keeps the element count");
    shape_ = std::move(shape);
  }

  /// Typed view; T must be the tensor's own type.
  template <class T>
  [[nodiscard]] std::span<const T> as() const {
    VERNIER_ASSERT(dtype_of<T>::value == type_, "typed view of another element type");
    return {reinterpret_cast<const T*>(bytes_.data()), bytes_.size() / sizeof(T)};
  }
  template <class T>
  [[nodiscard]] std::span<T> as() {
    VERNIER_ASSERT(dtype_of<T>::value == type_, "typed view of another element type");
    return {reinterpret_cast<T*>(bytes_.data()), bytes_.size() / sizeof(T)};
  }
  friend bool operator==(const Tensor&, const Tensor&) = default;

 private:
  DType type_ = DType::kFloat32;
  Shape shape_{0};
  std::vector<std::byte> bytes_;
};

}  // namespace vernier
