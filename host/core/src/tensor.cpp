// SPDX-License-Identifier: Apache-2.0
#include <vernier/core/tensor.hpp>

#include <array>

namespace vernier {
namespace {

struct TypeFacts {
  std::string_view name;
  std::size_t size;
};
constexpr std::array<TypeFacts, 12> kTypes{{{"float32", 4}, {"int8", 1}, {"uint8", 1}, {"int32", 4},
                                            {"int64", 8}, {"bool", 1}, {"float16", 2}, {"float64", 8},
                                            {"int16", 2}, {"uint16", 2}, {"uint32", 4}, {"uint64", 8}}};

}  // namespace

std::size_t size_of(DType type) { return kTypes.at(static_cast<std::size_t>(type)).size; }
std::string_view name_of(DType type) { return kTypes.at(static_cast<std::size_t>(type)).name; }

std::int64_t element_count(const Shape& shape) {
  std::int64_t n = 1;
  for (const auto d : shape) n *= d;
  return n;
}

std::string to_string(const Shape& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (i != 0) text += ", ";
    text += std::to_string(shape[i]);
  }
  return text + "]";
}

}  // namespace vernier
