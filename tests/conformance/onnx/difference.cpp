// SPDX-License-Identifier: Apache-2.0
#include "difference.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace vernier::conformance {
namespace {

double half_value(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 31, fraction = bits & 1023;
  const double sign = (bits >> 15) != 0 ? -1 : 1;
  if (exponent == 31) return fraction != 0 ? std::numeric_limits<double>::quiet_NaN() : sign * std::numeric_limits<double>::infinity();
  return sign * (exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25));
}

template <class T>
void append(std::span<const std::byte> bytes, std::vector<double>& values) {
  const auto* first = reinterpret_cast<const T*>(bytes.data());
  for (std::size_t i = 0; i < bytes.size() / sizeof(T); ++i) values.push_back(static_cast<double>(first[i]));
}

/// 64-bit integers lose their last bits here; no case has any that large.
std::vector<double> values_of(const Tensor& t) {
  std::vector<double> values;
  switch (t.type()) {
    case DType::kFloat32: append<float>(t.bytes(), values); break;
    case DType::kFloat64: append<double>(t.bytes(), values); break;
    case DType::kInt8: append<std::int8_t>(t.bytes(), values); break;
    case DType::kBool:
    case DType::kUint8: append<std::uint8_t>(t.bytes(), values); break;
    case DType::kInt16: append<std::int16_t>(t.bytes(), values); break;
    case DType::kUint16: append<std::uint16_t>(t.bytes(), values); break;
    case DType::kInt32: append<std::int32_t>(t.bytes(), values); break;
    case DType::kUint32: append<std::uint32_t>(t.bytes(), values); break;
    case DType::kInt64: append<std::int64_t>(t.bytes(), values); break;
    case DType::kUint64: append<std::uint64_t>(t.bytes(), values); break;
    case DType::kFloat16:
      append<std::uint16_t>(t.bytes(), values);
      for (auto& v : values) v = half_value(static_cast<std::uint16_t>(v));
      break;
  }
  return values;
}

bool is_close(double got, double want, const Tolerance& tolerance) {
  if (std::isnan(want) || std::isinf(want)) return std::isnan(want) ? std::isnan(got) : got == want;
  return std::abs(got - want) <= tolerance.absolute + tolerance.relative * std::abs(want);
}

}  // namespace

std::string difference(std::span<const Tensor> got, std::span<const Tensor> want, const Tolerance& tolerance) {
  if (got.size() != want.size()) return fmt::format("{} outputs instead of {}", got.size(), want.size());
  for (std::size_t n = 0; n < got.size(); ++n) {
    if (got[n].type() != want[n].type() || got[n].shape() != want[n].shape()) {
      return fmt::format("output {} is {} {}, expected {} {}", n, name_of(got[n].type()), to_string(got[n].shape()), name_of(want[n].type()), to_string(want[n].shape()));
    }
    const auto a = values_of(got[n]), b = values_of(want[n]);
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (!is_close(a[i], b[i], tolerance)) return fmt::format("output {} element {} of {}: {} instead of {}", n, i, a.size(), a[i], b[i]);
    }
  }
  return "";
}

double largest_share(std::span<const Tensor> got, std::span<const Tensor> want) {
  if (got.size() != want.size()) return std::numeric_limits<double>::infinity();
  double worst = 0;
  for (std::size_t n = 0; n < got.size(); ++n) {
    if (got[n].shape() != want[n].shape()) return std::numeric_limits<double>::infinity();
    const auto a = values_of(got[n]), b = values_of(want[n]);
    double lo = 0, hi = 0, gap = 0;
    for (std::size_t i = 0; i < b.size(); ++i) {
      lo = std::min(lo, b[i]);
      hi = std::max(hi, b[i]);
      if (!(std::abs(a[i] - b[i]) <= gap)) gap = std::abs(a[i] - b[i]);
    }
    if (gap > 0) worst = std::max(worst, hi > lo ? gap / (hi - lo) : std::numeric_limits<double>::infinity());
  }
  return worst;
}

}  // namespace vernier::conformance
