// SPDX-License-Identifier: Apache-2.0
// hls::vector<T, N> for compilation with g++: N values side by side, operators on all of them. C++14.
#ifndef VERNIER_SHIM_HLS_VECTOR_H
#define VERNIER_SHIM_HLS_VECTOR_H

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <initializer_list>

namespace vernier_vector {

/// The largest power of two that divides n.
constexpr std::size_t alignment_of(std::size_t n) { return n & (~n + 1); }

}  // namespace vernier_vector

namespace hls {

/// In memory sizeof(T) * N bytes without gaps, aligned to the largest power of two that divides them: host and kernel share it.
template <class T, std::size_t N>
class alignas(vernier_vector::alignment_of(sizeof(T) * N)) vector {
  static_assert(N > 0, "a vector has at least one value");

 public:
  using value_type = T;
  using iterator = typename std::array<T, N>::iterator;
  using const_iterator = typename std::array<T, N>::const_iterator;

  vector() = default;
  vector(const T& all) { values_.fill(all); }
  vector(const std::array<T, N>& values) : values_(values) {}
  vector(std::initializer_list<T> values) {
    assert(values.size() == N && "as many values as the vector has");
    std::copy(values.begin(), values.end(), values_.begin());
  }

  T& operator[](std::size_t i) { return values_[i]; }
  const T& operator[](std::size_t i) const { return values_[i]; }
  iterator begin() { return values_.begin(); }
  iterator end() { return values_.end(); }
  const_iterator begin() const { return values_.begin(); }
  const_iterator end() const { return values_.end(); }
  const_iterator cbegin() const { return values_.begin(); }
  const_iterator cend() const { return values_.end(); }
  constexpr std::size_t size() const { return N; }
  constexpr std::size_t max_size() const { return N; }
  constexpr bool empty() const { return false; }

  vector& operator++() {
    for (T& v : values_) ++v;
    return *this;
  }
  vector& operator--() {
    for (T& v : values_) --v;
    return *this;
  }
  vector operator++(int) {
    const vector old = *this;
    ++*this;
    return old;
  }
  vector operator--(int) {
    const vector old = *this;
    --*this;
    return old;
  }

#define VERNIER_VECTOR_BINARY(op)                                       \
  vector& operator op##=(const vector& other) {                         \
    for (std::size_t i = 0; i < N; ++i) values_[i] op##= other.values_[i]; \
    return *this;                                                       \
  }                                                                     \
  friend vector operator op(vector a, const vector& b) { return a op##= b; }
  VERNIER_VECTOR_BINARY(+)
  VERNIER_VECTOR_BINARY(-)
  VERNIER_VECTOR_BINARY(*)
  VERNIER_VECTOR_BINARY(/)
  VERNIER_VECTOR_BINARY(%)
  VERNIER_VECTOR_BINARY(&)
  VERNIER_VECTOR_BINARY(|)
  VERNIER_VECTOR_BINARY(^)
  VERNIER_VECTOR_BINARY(<<)
  VERNIER_VECTOR_BINARY(>>)
#undef VERNIER_VECTOR_BINARY

#define VERNIER_VECTOR_REDUCE(name, op)                                \
  T reduce_##name() const {                                            \
    T all = values_[0];                                                \
    for (std::size_t i = 1; i < N; ++i) all op values_[i];             \
    return all;                                                        \
  }
  VERNIER_VECTOR_REDUCE(add, +=)
  VERNIER_VECTOR_REDUCE(mult, *=)
  VERNIER_VECTOR_REDUCE(and, &=)
  VERNIER_VECTOR_REDUCE(or, |=)
  VERNIER_VECTOR_REDUCE(xor, ^=)
#undef VERNIER_VECTOR_REDUCE

  // the first values that differ decide
  friend bool operator==(const vector& a, const vector& b) { return a.values_ == b.values_; }
  friend bool operator!=(const vector& a, const vector& b) { return a.values_ != b.values_; }
  friend bool operator<(const vector& a, const vector& b) { return a.values_ < b.values_; }
  friend bool operator<=(const vector& a, const vector& b) { return a.values_ <= b.values_; }
  friend bool operator>(const vector& a, const vector& b) { return a.values_ > b.values_; }
  friend bool operator>=(const vector& a, const vector& b) { return a.values_ >= b.values_; }

 private:
  std::array<T, N> values_;
};

}  // namespace hls

#endif
