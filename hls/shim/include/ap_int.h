// SPDX-License-Identifier: Apache-2.0
// ap_int<W> and ap_uint<W> for compilation with g++: the vendor's names, widths of results and wrap-around. C++14.
#ifndef VERNIER_SHIM_AP_INT_H
#define VERNIER_SHIM_AP_INT_H

#include <algorithm>
#include <cstdint>
#include <ostream>
#include <string>
#include <type_traits>
#include <utility>

#ifndef AP_INT_MAX_W
#define AP_INT_MAX_W 1024
#endif

template <int W, bool S>
struct ap_int_base;
template <int W>
struct ap_int;
template <int W>
struct ap_uint;

namespace vernier_ap {

template <bool C, class T, class F>
using If = typename std::conditional<C, T, F>::type;
/// ap_int<W> or ap_uint<W>.
template <int W, bool S>
using Int = If<S, ap_int<W>, ap_uint<W>>;
/// The C integer that holds W bits, as the vendor converts to; 64 bits of wider ones.
template <int W, bool S>
using Native = If<(W <= 8), If<S, signed char, unsigned char>,
                  If<(W <= 16), If<S, short, unsigned short>, If<(W <= 32), If<S, int, unsigned>, If<S, long long, unsigned long long>>>>;
constexpr int larger(int a, int b) { return a > b ? a : b; }

/// Width and sign of what an operator takes; C integers count as ap_int of their size.
template <class T, bool = std::is_integral<T>::value>
struct Traits {};
template <class T>
struct Traits<T, true> {
  static constexpr int width = std::is_same<T, bool>::value ? 1 : 8 * static_cast<int>(sizeof(T));
  static constexpr bool is_signed = std::is_signed<T>::value;
};
template <int W, bool S>
struct Traits<ap_int_base<W, S>, false> {
  static constexpr int width = W;
  static constexpr bool is_signed = S;
};
template <int W>
struct Traits<ap_int<W>, false> : Traits<ap_int_base<W, true>> {};
template <int W>
struct Traits<ap_uint<W>, false> : Traits<ap_int_base<W, false>> {};

template <class T>
using Base = ap_int_base<Traits<T>::width, Traits<T>::is_signed>;

/// What follows from the binary operators, for integers and fixed point alike; Self is what derives from it.
template <class Self>
struct Compound {
  Self& operator++() { return *this += 1; }
  Self& operator--() { return *this -= 1; }
  Self operator++(int) {
    const Self old = self();
    ++*this;
    return old;
  }
  Self operator--(int) {
    const Self old = self();
    --*this;
    return old;
  }
#define VERNIER_AP_ASSIGN(op) \
  template <class T>          \
  Self& operator op##=(const T& v) { return self() = Self(self() op v); }
  VERNIER_AP_ASSIGN(+)
  VERNIER_AP_ASSIGN(-)
  VERNIER_AP_ASSIGN(*)
  VERNIER_AP_ASSIGN(/)
  VERNIER_AP_ASSIGN(&)
  VERNIER_AP_ASSIGN(|)
  VERNIER_AP_ASSIGN(^)
#undef VERNIER_AP_ASSIGN

 private:
  Self& self() { return static_cast<Self&>(*this); }
};

/// Widths of results: no operator loses bits, but for << and those that C defines so.
template <class A, class B>
struct Rules {
  static constexpr int wa = Traits<A>::width, wb = Traits<B>::width;
  static constexpr bool sa = Traits<A>::is_signed, sb = Traits<B>::is_signed, any = sa || sb;
  static constexpr int common = larger(wa + (sb && !sa ? 1 : 0), wb + (sa && !sb ? 1 : 0));
  using Plus = Int<common + 1, any>;
  using Minus = Int<common + 1, true>;
  using Product = Int<wa + wb, any>;
  using Logic = Int<common, any>;
  using Quotient = Int<wa + (sb ? 1 : 0), any>;
  using Rest = Int<(wa < wb + (!sb && sa ? 1 : 0) ? wa : wb + (!sb && sa ? 1 : 0)), sa>;
};

template <class A, class B>
using EnableIfAny = typename std::enable_if<!(std::is_integral<A>::value && std::is_integral<B>::value) && (Traits<A>::width > 0) && (Traits<B>::width > 0)>::type;

}  // namespace vernier_ap

/// W bits in two's complement; words beyond W hold copies of the sign, or 0 without one.
template <int W, bool S>
struct ap_int_base : vernier_ap::Compound<ap_int_base<W, S>> {
  static_assert(W >= 1 && W <= AP_INT_MAX_W, "the width is 1 to AP_INT_MAX_W (1024 unless defined before the header)");
  static constexpr int width = W;
  static constexpr int kWords = (W + 63) / 64;
  /// Up to 64 bits lie in memory as the C integer that holds them, wider ones in words of 64 bits: as the vendor's do.
  using Word = vernier_ap::If<(W <= 64), vernier_ap::Native<W, S>, std::uint64_t>;

  ap_int_base() : word_{} {}
  template <class T, class = typename std::enable_if<std::is_integral<T>::value>::type>
  ap_int_base(T v) {
    set_word(0, static_cast<std::uint64_t>(v));
    for (int i = 1; i < kWords; ++i) set_word(i, std::is_signed<T>::value && v < T(0) ? ~std::uint64_t(0) : 0);
    wrap();
  }
  ap_int_base(double v) {
    const bool negative = v < 0;
    double rest = negative ? -v : v;
    ap_int_base sum;
    for (int bit = 1023; bit >= 0; --bit) {
      double weight = 1;
      for (int i = 0; i < bit; ++i) weight *= 2;
      if (rest >= weight) {
        rest -= weight;
        if (bit < W) sum.set_word(bit / 64, sum.word(bit / 64) | std::uint64_t(1) << (bit % 64));
      }
    }
    sum.wrap();
    *this = negative ? ap_int_base(-sum) : sum;
  }
  template <int W2, bool S2>
  ap_int_base(const ap_int_base<W2, S2>& v) {
    for (int i = 0; i < kWords; ++i) set_word(i, v.word(i));
    wrap();
  }
  /// The whole part of an ap_fixed, towards zero.
  template <class T, class = decltype(std::declval<const T&>().to_ap_int_base())>
  ap_int_base(const T& v) : ap_int_base(v.to_ap_int_base()) {}
  /// "123", "-0x1f", "0b101"; or digits in a given base.
  ap_int_base(const char* text, int radix = 0) : word_{} {
    const bool negative = *text == '-';
    if (*text == '-' || *text == '+') ++text;
    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) text += 2, radix = 16;
    else if (text[0] == '0' && (text[1] == 'b' || text[1] == 'B') && radix != 16) text += 2, radix = 2;
    if (radix == 0) radix = 10;
    ap_int_base<W + 8, false> sum;
    for (; *text != 0; ++text) {
      const int digit = *text >= 'a' ? *text - 'a' + 10 : (*text >= 'A' ? *text - 'A' + 10 : *text - '0');
      sum = sum * radix + digit;
    }
    *this = negative ? ap_int_base(-sum) : ap_int_base(sum);
  }

  /// Word i of the value, extended without end.
  std::uint64_t word(int i) const { return i < kWords ? static_cast<std::uint64_t>(word_[i]) : (S && is_negative() ? ~std::uint64_t(0) : 0); }
  bool is_negative() const { return S && ((word(kWords - 1) >> 63) != 0); }
  bool is_zero() const {
    return std::all_of(word_, word_ + kWords, [](Word w) { return w == 0; });
  }
  void set_word(int i, std::uint64_t w) { word_[i] = static_cast<Word>(w); }
  /// Back into W bits.
  void wrap() {
    constexpr int used = W - 64 * (kWords - 1);
    if (used == 64) return;
    const std::uint64_t mask = (std::uint64_t(1) << (used % 64)) - 1;
    const std::uint64_t last = word(kWords - 1);
    const bool ones = S && ((last >> (used - 1)) & 1) != 0;
    set_word(kWords - 1, ones ? last | ~mask : last & mask);
  }

  operator vernier_ap::Native<W, S>() const { return static_cast<vernier_ap::Native<W, S>>(word(0)); }
  bool to_bool() const { return !is_zero(); }
  int to_int() const { return static_cast<int>(word(0)); }
  unsigned to_uint() const { return static_cast<unsigned>(word(0)); }
  long to_long() const { return static_cast<long>(word(0)); }
  unsigned long to_ulong() const { return static_cast<unsigned long>(word(0)); }
  std::int64_t to_int64() const { return static_cast<std::int64_t>(word(0)); }
  std::uint64_t to_uint64() const { return word(0); }
  double to_double() const {
    if (is_negative()) return -ap_int_base<W, false>(-*this).to_double();  // the magnitude fits without a sign
    double v = 0;
    for (int i = kWords - 1; i >= 0; --i) v = v * 18446744073709551616.0 + static_cast<double>(word(i));
    return v;
  }
  /// Digits in base 2, 8, 10 or 16, the last with their prefix.
  std::string to_string(int radix = 2, bool = false) const {
    const bool negative = is_negative();
    ap_int_base<W + 1, false> rest(negative ? ap_int_base<W + 1, true>(-*this) : ap_int_base<W + 1, true>(*this));
    std::string digits;
    do {
      const int digit = (rest % radix).to_int();
      digits.insert(digits.begin(), static_cast<char>(digit < 10 ? '0' + digit : 'a' + digit - 10));
      rest = rest / radix;
    } while (!rest.is_zero());
    const char* prefix = radix == 16 ? "0x" : (radix == 8 ? "0o" : (radix == 2 ? "0b" : ""));
    return (negative ? "-" : "") + std::string(prefix) + digits;
  }

  static constexpr int length() { return W; }
  bool test(int i) const { return ((word(i / 64) >> (i % 64)) & 1) != 0; }
  bool get_bit(int i) const { return test(i); }
  void set_bit(int i, bool v) {
    const std::uint64_t bit = std::uint64_t(1) << (i % 64);
    set_word(i / 64, v ? word(i / 64) | bit : word(i / 64) & ~bit);
    wrap();
  }
  void set(int i) { set_bit(i, true); }
  void set() { *this = ~ap_int_base(0); }
  void clear(int i) { set_bit(i, false); }
  void clear() { *this = 0; }
  void invert(int i) { set_bit(i, !test(i)); }
  bool sign() const { return is_negative(); }
  bool and_reduce() const {
    for (int i = 0; i < W; ++i) if (!test(i)) return false;
    return true;
  }
  bool or_reduce() const { return !is_zero(); }
  bool xor_reduce() const {
    bool odd = false;
    for (int i = 0; i < W; ++i) odd = odd != test(i);
    return odd;
  }
  bool nand_reduce() const { return !and_reduce(); }
  bool nor_reduce() const { return !or_reduce(); }
  bool xnor_reduce() const { return !xor_reduce(); }
  void reverse() {
    const ap_int_base old = *this;
    for (int i = 0; i < W; ++i) set_bit(i, old.test(W - 1 - i));
  }

  /// Bits hi to lo as a place that can be read and written.
  class Range {
   public:
    Range(ap_int_base& of, int hi, int lo) : of_(of), hi_(hi), lo_(lo) {}
    ap_int_base<W, false> get() const {
      ap_int_base<W, false> v(of_);
      v >>= lo_;
      for (int i = hi_ - lo_ + 1; i < W; ++i) v.clear(i);
      return v;
    }
    operator ap_int_base<W, false>() const { return get(); }
    operator unsigned long long() const { return get().to_uint64(); }
    int to_int() const { return get().to_int(); }
    unsigned to_uint() const { return get().to_uint(); }
    std::uint64_t to_uint64() const { return get().to_uint64(); }
    int length() const { return hi_ - lo_ + 1; }
    template <int W2, bool S2>
    Range& operator=(const ap_int_base<W2, S2>& v) {
      for (int i = lo_; i <= hi_; ++i) of_.set_bit(i, ((v.word((i - lo_) / 64) >> ((i - lo_) % 64)) & 1) != 0);
      return *this;
    }
    template <class T, class = typename std::enable_if<std::is_integral<T>::value>::type>
    Range& operator=(T v) { return *this = vernier_ap::Base<T>(v); }
    Range& operator=(const Range& other) { return *this = other.get(); }
    template <class Other, class = decltype(std::declval<const Other&>().get())>
    Range& operator=(const Other& other) { return *this = other.get(); }

   private:
    ap_int_base& of_;
    int hi_, lo_;
  };
  /// One bit.
  class Bit {
   public:
    Bit(ap_int_base& of, int at) : of_(of), at_(at) {}
    operator bool() const { return of_.test(at_); }
    bool to_bool() const { return of_.test(at_); }
    Bit& operator=(bool v) {
      of_.set_bit(at_, v);
      return *this;
    }
    Bit& operator=(const Bit& other) { return *this = static_cast<bool>(other); }

   private:
    ap_int_base& of_;
    int at_;
  };
  Range range(int hi, int lo) { return {*this, hi, lo}; }
  Range range() { return {*this, W - 1, 0}; }
  Range operator()(int hi, int lo) { return {*this, hi, lo}; }
  ap_int_base<W, false> range(int hi, int lo) const { return Range(const_cast<ap_int_base&>(*this), hi, lo).get(); }
  ap_int_base<W, false> operator()(int hi, int lo) const { return range(hi, lo); }
  Bit operator[](int i) { return {*this, i}; }
  bool operator[](int i) const { return test(i); }
  Bit bit(int i) { return {*this, i}; }

  vernier_ap::Int<W + 1, true> operator-() const { return vernier_ap::Int<W + 1, true>(0) - *this; }
  ap_int_base operator+() const { return *this; }
  vernier_ap::Int<W + (S ? 0 : 1), true> operator~() const {
    ap_int_base<W + (S ? 0 : 1), true> v(*this);
    for (int i = 0; i < v.kWords; ++i) v.set_word(i, ~v.word(i));
    v.wrap();
    return v;
  }
  bool operator!() const { return is_zero(); }
  template <class T>
  ap_int_base& operator%=(const T& v) { return *this = ap_int_base(*this % v); }
  ap_int_base& operator<<=(int n) { return *this = shifted(n); }
  ap_int_base& operator>>=(int n) { return *this = shifted(-n); }

  /// n > 0: to the left, bits fall off at W; n < 0: to the right, the sign comes in.
  ap_int_base shifted(int n) const {
    ap_int_base v;
    for (int i = 0; i < kWords; ++i) {
      const int from = 64 * i - n;  // lowest bit of the word before the shift
      const int at = from >= 0 ? from / 64 : -((63 - from) / 64);
      const int rest = from - 64 * at;
      std::uint64_t w = at < 0 ? 0 : word(at) >> rest;
      if (rest != 0 && at + 1 >= 0) w |= word(at + 1) << (64 - rest);
      v.set_word(i, w);
    }
    v.wrap();
    return v;
  }

 private:
  Word word_[kWords];
};

template <int W>
struct ap_int : ap_int_base<W, true> {
  using ap_int_base<W, true>::ap_int_base;
  ap_int() = default;
  template <int W2, bool S2>
  ap_int(const ap_int_base<W2, S2>& v) : ap_int_base<W, true>(v) {}
};
template <int W>
struct ap_uint : ap_int_base<W, false> {
  using ap_int_base<W, false>::ap_int_base;
  ap_uint() = default;
  template <int W2, bool S2>
  ap_uint(const ap_int_base<W2, S2>& v) : ap_int_base<W, false>(v) {}
};

namespace vernier_ap {

template <class R, class A, class B>
R add(const A& a, const B& b, bool subtract) {
  R sum;
  unsigned carry = subtract ? 1 : 0;
  for (int i = 0; i < R::kWords; ++i) {
    const std::uint64_t x = a.word(i), y = subtract ? ~b.word(i) : b.word(i);
    const std::uint64_t partial = x + y, whole = partial + carry;
    carry = (partial < x || whole < partial) ? 1 : 0;
    sum.set_word(i, whole);
  }
  sum.wrap();
  return sum;
}

template <class R, class A, class B>
R multiply(const A& a, const B& b) {
  // modulo 2^(64 * words) the product of the extended words is the product
  std::uint64_t words[R::kWords] = {};
  for (int i = 0; i < R::kWords; ++i) {
    std::uint64_t carry = 0;
    for (int j = 0; i + j < R::kWords; ++j) {
      const unsigned __int128 p = static_cast<unsigned __int128>(a.word(i)) * b.word(j) + words[i + j] + carry;
      words[i + j] = static_cast<std::uint64_t>(p);
      carry = static_cast<std::uint64_t>(p >> 64);
    }
  }
  R product;
  for (int i = 0; i < R::kWords; ++i) product.set_word(i, words[i]);
  product.wrap();
  return product;
}

/// Quotient and rest as C has them: towards zero, the rest with the dividend's sign.
template <class A, class B, int W>
void divide(const A& a, const B& b, ap_int_base<W, true>& quotient, ap_int_base<W, true>& rest) {
  const ap_int_base<W, true> x(a), y(b);
  const ap_int_base<W, false> n(x.is_negative() ? ap_int_base<W, true>(-x) : x), d(y.is_negative() ? ap_int_base<W, true>(-y) : y);
  ap_int_base<W, false> q, r;
  for (int i = W - 1; i >= 0; --i) {
    r = r.shifted(1);
    r.set_bit(0, n.test(i));
    const auto difference = add<ap_int_base<W + 1, true>>(r, d, true);
    if (difference.is_negative()) continue;
    r = difference;
    q.set_bit(i, true);
  }
  quotient = x.is_negative() != y.is_negative() ? ap_int_base<W, true>(-q) : ap_int_base<W, true>(q);
  rest = x.is_negative() ? ap_int_base<W, true>(-r) : ap_int_base<W, true>(r);
}

template <class A, class B>
int compare(const A& a, const B& b) {
  const auto d = add<ap_int_base<Rules<A, B>::common + 1, true>>(a, b, true);
  return d.is_negative() ? -1 : (d.is_zero() ? 0 : 1);
}

template <class T>
Base<T> base(const T& v) {
  return Base<T>(v);
}

}  // namespace vernier_ap

#define VERNIER_AP_BINARY(op, Result, ...)                                                           \
  template <class A, class B, class = vernier_ap::EnableIfAny<A, B>>                                 \
  typename vernier_ap::Rules<A, B>::Result operator op(const A& a, const B& b) {                     \
    using R = typename vernier_ap::Rules<A, B>::Result;                                              \
    const auto x = vernier_ap::base(a);                                                              \
    const auto y = vernier_ap::base(b);                                                              \
    __VA_ARGS__                                                                                      \
  }
VERNIER_AP_BINARY(+, Plus, return vernier_ap::add<R>(x, y, false);)
VERNIER_AP_BINARY(-, Minus, return vernier_ap::add<R>(x, y, true);)
VERNIER_AP_BINARY(*, Product, return vernier_ap::multiply<R>(x, y);)
VERNIER_AP_BINARY(/, Quotient, ap_int_base<vernier_ap::Rules<A, B>::common + 2, true> q; auto r = q; vernier_ap::divide(x, y, q, r); return R(q);)
VERNIER_AP_BINARY(%, Rest, ap_int_base<vernier_ap::Rules<A, B>::common + 2, true> q; auto r = q; vernier_ap::divide(x, y, q, r); return R(r);)
VERNIER_AP_BINARY(&, Logic, R v; for (int i = 0; i < R::kWords; ++i) v.set_word(i, x.word(i) & y.word(i)); v.wrap(); return v;)
VERNIER_AP_BINARY(|, Logic, R v; for (int i = 0; i < R::kWords; ++i) v.set_word(i, x.word(i) | y.word(i)); v.wrap(); return v;)
VERNIER_AP_BINARY(^, Logic, R v; for (int i = 0; i < R::kWords; ++i) v.set_word(i, x.word(i) ^ y.word(i)); v.wrap(); return v;)
#undef VERNIER_AP_BINARY

#define VERNIER_AP_COMPARE(op)                                       \
  template <class A, class B, class = vernier_ap::EnableIfAny<A, B>> \
  bool operator op(const A& a, const B& b) {                         \
    return vernier_ap::compare(vernier_ap::base(a), vernier_ap::base(b)) op 0; \
  }
VERNIER_AP_COMPARE(==)
VERNIER_AP_COMPARE(!=)
VERNIER_AP_COMPARE(<)
VERNIER_AP_COMPARE(<=)
VERNIER_AP_COMPARE(>)
VERNIER_AP_COMPARE(>=)
#undef VERNIER_AP_COMPARE

/// Shifts keep the width; a negative distance goes the other way.
template <int W, bool S>
vernier_ap::Int<W, S> operator<<(const ap_int_base<W, S>& a, int n) { return a.shifted(n); }
template <int W, bool S>
vernier_ap::Int<W, S> operator>>(const ap_int_base<W, S>& a, int n) { return a.shifted(-n); }

/// Concatenation: the left operand above the right one.
template <int W, bool S, int W2, bool S2>
ap_uint<W + W2> operator,(const ap_int_base<W, S>& a, const ap_int_base<W2, S2>& b) {
  ap_uint<W + W2> v = ap_int_base<W + W2, false>(ap_int_base<W, false>(a)).shifted(W2);
  return v | ap_int_base<W2, false>(b);
}

template <int W, bool S>
std::ostream& operator<<(std::ostream& out, const ap_int_base<W, S>& v) {
  return out << v.to_string(10);
}

#endif
