// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>

namespace vernier {

/// A count of one kind of thing; kinds do not mix and nothing converts implicitly.
template <class Tag, class Rep>
class Quantity {
 public:
  using rep = Rep;
  constexpr Quantity() = default;
  constexpr explicit Quantity(Rep value) : value_(value) {}
  [[nodiscard]] constexpr Rep count() const { return value_; }
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return Quantity{a.value_ + b.value_}; }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return Quantity{a.value_ - b.value_}; }
  friend constexpr Quantity operator*(Quantity a, Rep k) { return Quantity{a.value_ * k}; }
  constexpr Quantity& operator+=(Quantity b) {
    value_ += b.value_;
    return *this;
  }
  friend constexpr auto operator<=>(Quantity, Quantity) = default;

 private:
  Rep value_{};
};

using Cycles = Quantity<struct CyclesTag, std::int64_t>;
using Bytes = Quantity<struct BytesTag, std::int64_t>;
using Hertz = Quantity<struct HertzTag, double>;
using Seconds = Quantity<struct SecondsTag, double>;
using Joules = Quantity<struct JoulesTag, double>;
using Watts = Quantity<struct WattsTag, double>;

constexpr Seconds operator/(Cycles c, Hertz f) {
  return Seconds{static_cast<double>(c.count()) / f.count()};
}
constexpr Joules operator*(Watts p, Seconds t) { return Joules{p.count() * t.count()}; }
constexpr Watts operator/(Joules e, Seconds t) { return Watts{e.count() / t.count()}; }

}  // namespace vernier
