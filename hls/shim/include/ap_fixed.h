// SPDX-License-Identifier: Apache-2.0
// ap_fixed<W, I, Q, O, N> and ap_ufixed for compilation with g++: the vendor's names, quantisation, overflow and widths of
// results. W bits, I of them before the point. C++14.
#ifndef VERNIER_SHIM_AP_FIXED_H
#define VERNIER_SHIM_AP_FIXED_H

#include <ap_int.h>

#include <cmath>

/// What happens to bits below the last one: round to nearest with halves up, to zero, down, away from zero, to even; cut
/// off downwards, or towards zero.
enum ap_q_mode { AP_RND, AP_RND_ZERO, AP_RND_MIN_INF, AP_RND_INF, AP_RND_CONV, AP_TRN, AP_TRN_ZERO };
/// What happens to values out of range: nearest limit, zero, nearest of symmetric limits; bits above fall off, or fold back
/// in sign and magnitude. The last two keep the sign and saturate N - 1 bits below it where N is not 0.
enum ap_o_mode { AP_SAT, AP_SAT_ZERO, AP_SAT_SYM, AP_WRAP, AP_WRAP_SM };

template <int W, int I, bool S, ap_q_mode Q = AP_TRN, ap_o_mode O = AP_WRAP, int N = 0>
struct ap_fixed_base;
template <int W, int I, ap_q_mode Q = AP_TRN, ap_o_mode O = AP_WRAP, int N = 0>
struct ap_fixed;
template <int W, int I, ap_q_mode Q = AP_TRN, ap_o_mode O = AP_WRAP, int N = 0>
struct ap_ufixed;

namespace vernier_ap {

/// ap_fixed<W, I> or ap_ufixed<W, I>.
template <int W, int I, bool S>
using Fixed = If<S, ap_fixed<W, I>, ap_ufixed<W, I>>;

/// 1 where the value, whose `deleted` lowest bits go, is rounded up from the one that cutting them off gives.
template <ap_q_mode Q, int E>
bool rounds_up(const ap_int_base<E, true>& exact, int deleted) {
  if (Q == AP_TRN || deleted <= 0) return false;
  const bool negative = exact.is_negative(), half = exact.test(deleted - 1), odd = exact.test(deleted);
  bool below = false;  // anything under the half
  for (int i = 0; i < deleted - 1; ++i) below = below || exact.test(i);
  switch (Q) {
    case AP_RND: return half;
    case AP_RND_ZERO: return half && (negative || below);
    case AP_RND_MIN_INF: return half && below;
    case AP_RND_INF: return half && (!negative || below);
    case AP_RND_CONV: return half && (odd || below);
    case AP_TRN_ZERO: return negative && (half || below);
    case AP_TRN: break;
  }
  return false;
}

/// Bits W - 2 down to W - N, which wrapping saturates below a sign that it keeps.
template <int W, bool S, int N>
void saturate_top(ap_int_base<W, S>& v, bool ones) {
  for (int i = W - N < 0 ? 0 : W - N; i < W - 1; ++i) v.set_bit(i, ones);
}

/// A whole number of lowest places in W bits.
template <int W, bool S, ap_o_mode O, int N, int E>
ap_int_base<W, S> in_range(const ap_int_base<E, true>& q) {
  static_assert(S || O != AP_WRAP_SM, "ap_ufixed has no AP_WRAP_SM: there is no sign");
  ap_int_base<W, S> v(q);
  if (O == AP_WRAP && N == 0) return v;
  ap_int_base<W + 1, true> most(0), least(0);
  for (int i = 0; i < W - (S ? 1 : 0); ++i) most.set_bit(i, true);
  if (S) least = O == AP_SAT_SYM ? ap_int_base<W + 1, true>(-most) : ap_int_base<W + 1, true>(~most);
  const bool above = compare(q, most) > 0;
  if (!above && compare(q, least) >= 0) return v;
  const bool negative = q.is_negative();
  switch (O) {
    case AP_SAT:
    case AP_SAT_SYM: return ap_int_base<W, S>(above ? most : least);
    case AP_SAT_ZERO: return ap_int_base<W, S>(0);
    case AP_WRAP:
      saturate_top<W, S, N>(v, !S || !negative);
      v.set_bit(W - 1, !S || negative);
      break;
    case AP_WRAP_SM: {
      const bool sign = N == 0 ? q.test(W) : negative;  // of N 0 the lowest bit that falls off
      const bool folds = N > 1 ? v.test(W - N) == sign : v.test(W - 1) != sign;
      if (folds) v = ap_int_base<W, S>(~v);
      if (N > 1) saturate_top<W, S, N>(v, !negative);
      v.set_bit(W - 1, sign);
      break;
    }
  }
  return v;
}

/// The `deleted` lowest bits go, then what does not fit.
template <int W, bool S, ap_q_mode Q, ap_o_mode O, int N, int E>
ap_int_base<W, S> quantised(const ap_int_base<E, true>& exact, int deleted) {
  ap_int_base<E + 1, true> q(exact);
  q = q.shifted(-deleted);
  if (rounds_up<Q>(exact, deleted)) q += 1;
  return in_range<W, S, O, N>(q);
}

/// Width, place of the point and sign of an operand; integers have the point behind them.
template <class T, class = void>
struct Operand {};
template <class T>
struct Operand<T, typename std::enable_if<(Traits<T>::width > 0)>::type> {
  static constexpr int width = Traits<T>::width, iwidth = width;
  static constexpr bool is_signed = Traits<T>::is_signed, is_fixed = false;
  static Base<T> raw(const T& v) { return Base<T>(v); }
};
template <int W, int I, bool S, ap_q_mode Q, ap_o_mode O, int N>
struct Operand<ap_fixed_base<W, I, S, Q, O, N>, void> {
  static constexpr int width = W, iwidth = I;
  static constexpr bool is_signed = S, is_fixed = true;
  static ap_int_base<W, S> raw(const ap_fixed_base<W, I, S, Q, O, N>& v) { return v.bits(); }
};
template <int W, int I, ap_q_mode Q, ap_o_mode O, int N>
struct Operand<ap_fixed<W, I, Q, O, N>, void> : Operand<ap_fixed_base<W, I, true, Q, O, N>> {};
template <int W, int I, ap_q_mode Q, ap_o_mode O, int N>
struct Operand<ap_ufixed<W, I, Q, O, N>, void> : Operand<ap_fixed_base<W, I, false, Q, O, N>> {};

/// Both are operands, and one of them has a point.
template <class A, class B>
using EnableIfFixed = typename std::enable_if<(Operand<A>::is_fixed || Operand<B>::is_fixed), int>::type;

/// Widths of results: no operator loses bits, but for the quotient, which has the dividend's places behind the point.
template <class A, class B>
struct FixedRules {
  using X = Operand<A>;
  using Y = Operand<B>;
  static constexpr int fa = X::width - X::iwidth, fb = Y::width - Y::iwidth, places = larger(fa, fb);
  static constexpr bool any = X::is_signed || Y::is_signed;
  static constexpr int whole = larger(X::iwidth + (Y::is_signed && !X::is_signed ? 1 : 0), Y::iwidth + (X::is_signed && !Y::is_signed ? 1 : 0));
  using Plus = Fixed<whole + 1 + places, whole + 1, any>;
  using Minus = Fixed<whole + 1 + places, whole + 1, true>;
  using Product = Fixed<X::width + Y::width, X::iwidth + Y::iwidth, any>;
  using Logic = Fixed<whole + places, whole, any>;
  static constexpr int more = Y::is_signed ? 1 : 0;
  using Quotient = Fixed<more + X::width + larger(fb, 0), more + X::iwidth + fb, any>;
  /// Both operands on a common point, without loss.
  static constexpr int aligned = larger(X::width - fa, Y::width - fb) + places + 2;
  using Aligned = ap_int_base<aligned, true>;
  static Aligned left(const A& a) { return Aligned(X::raw(a)).shifted(places - fa); }
  static Aligned right(const B& b) { return Aligned(Y::raw(b)).shifted(places - fb); }
};

template <class R, class Raw>
R from_bits(const Raw& raw) {
  R r;
  r.set_bits(raw);
  return r;
}

}  // namespace vernier_ap

template <int W, int I, bool S, ap_q_mode Q, ap_o_mode O, int N>
struct ap_fixed_base : vernier_ap::Compound<ap_fixed_base<W, I, S, Q, O, N>> {
  static constexpr int width = W, iwidth = I;
  static constexpr ap_q_mode qmode = Q;
  static constexpr ap_o_mode omode = O;
  static constexpr int kWords = ap_int_base<W, S>::kWords;

  ap_fixed_base() = default;
  template <int W2, int I2, bool S2, ap_q_mode Q2, ap_o_mode O2, int N2>
  ap_fixed_base(const ap_fixed_base<W2, I2, S2, Q2, O2, N2>& v) {
    take<W2, W2 - I2>(v.bits());
  }
  template <int W2, bool S2>
  ap_fixed_base(const ap_int_base<W2, S2>& v) {
    take<W2, 0>(v);
  }
  template <class T, typename std::enable_if<std::is_integral<T>::value, int>::type = 0>
  ap_fixed_base(T v) {
    take<vernier_ap::Traits<T>::width, 0>(vernier_ap::Base<T>(v));
  }
  ap_fixed_base(double v) {
    int exponent = 0;
    const auto mantissa = static_cast<std::int64_t>(std::ldexp(std::frexp(v, &exponent), 53));  // exact: 53 bits
    constexpr int kMostUp = W + 2, kMostDown = 66;  // further away nothing changes any more
    int up = exponent - 53 + (W - I);
    up = up > kMostUp ? kMostUp : (up < -kMostDown ? -kMostDown : up);
    const ap_int_base<W + 70, true> exact(mantissa);
    raw_ = up >= 0 ? vernier_ap::quantised<W, S, Q, O, N>(exact.shifted(up), 0) : vernier_ap::quantised<W, S, Q, O, N>(exact, -up);
  }
  ap_fixed_base(float v) : ap_fixed_base(static_cast<double>(v)) {}

  /// The bits as a number of lowest places.
  const ap_int_base<W, S>& bits() const { return raw_; }
  template <class Raw>
  void set_bits(const Raw& raw) {
    raw_ = ap_int_base<W, S>(raw);
  }
  // as ap_int_base has them, for ports and streams
  std::uint64_t word(int i) const { return raw_.word(i); }
  void set_word(int i, std::uint64_t w) { raw_.set_word(i, w); }
  void wrap() { raw_.wrap(); }

  double to_double() const { return std::ldexp(raw_.to_double(), I - W); }
  float to_float() const { return static_cast<float>(to_double()); }
  /// The whole part, towards zero.
  ap_int_base<(I > 1 ? I : 1) + 1, true> to_ap_int_base() const {
    constexpr int kAll = vernier_ap::larger(W, I) + 2;
    return vernier_ap::quantised<(I > 1 ? I : 1) + 1, true, AP_TRN_ZERO, AP_WRAP, 0>(ap_int_base<kAll, true>(raw_).shifted(I > W ? I - W : 0), W > I ? W - I : 0);
  }
  int to_int() const { return to_ap_int_base().to_int(); }
  unsigned to_uint() const { return to_ap_int_base().to_uint(); }
  long to_long() const { return to_ap_int_base().to_long(); }
  std::int64_t to_int64() const { return to_ap_int_base().to_int64(); }
  std::uint64_t to_uint64() const { return to_ap_int_base().to_uint64(); }
  template <class T, typename std::enable_if<std::is_arithmetic<T>::value, int>::type = 0>
  operator T() const {
    if (std::is_same<T, bool>::value) return static_cast<T>(!is_zero());
    if (std::is_floating_point<T>::value) return static_cast<T>(to_double());
    return static_cast<T>(to_int64());
  }

  static constexpr int length() { return W; }
  int wl() const { return W; }
  int iwl() const { return I; }
  bool is_zero() const { return raw_.is_zero(); }
  bool is_neg() const { return raw_.is_negative(); }
  using Range = typename ap_int_base<W, S>::Range;
  using Bit = typename ap_int_base<W, S>::Bit;
  Range range(int hi, int lo) { return raw_.range(hi, lo); }
  Range range() { return raw_.range(); }
  Range operator()(int hi, int lo) { return raw_.range(hi, lo); }
  ap_int_base<W, false> range(int hi, int lo) const { return raw_.range(hi, lo); }
  ap_int_base<W, false> range() const { return raw_.range(W - 1, 0); }
  ap_int_base<W, false> operator()(int hi, int lo) const { return raw_.range(hi, lo); }
  Bit operator[](int i) { return raw_[i]; }
  bool operator[](int i) const { return raw_.test(i); }
  Bit bit(int i) { return raw_.bit(i); }

  ap_fixed<W + 1, I + 1> operator-() const { return vernier_ap::from_bits<ap_fixed<W + 1, I + 1>>(-ap_int_base<W + 1, true>(raw_)); }
  ap_fixed_base operator+() const { return *this; }
  ap_fixed_base operator~() const { return vernier_ap::from_bits<ap_fixed_base>(~raw_); }
  bool operator!() const { return is_zero(); }
  ap_fixed_base& operator<<=(int n) { return *this = *this << n; }
  ap_fixed_base& operator>>=(int n) { return *this = *this >> n; }
  /// Shifts keep the width, and bits fall off at both ends; a negative distance goes the other way.
  ap_fixed_base operator<<(int n) const { return vernier_ap::from_bits<ap_fixed_base>(raw_.shifted(n)); }
  ap_fixed_base operator>>(int n) const { return vernier_ap::from_bits<ap_fixed_base>(raw_.shifted(-n)); }

  /// Exact decimal digits, or bits with the point in their place.
  std::string to_string(int radix = 2, bool = S) const {
    constexpr int kPlaces = W > I ? W - I : 0;
    const bool negative = radix == 10 && raw_.is_negative();
    constexpr int kAll = vernier_ap::larger(W, I) + 8;
    ap_int_base<kAll, false> rest(negative ? ap_int_base<W + 1, true>(-raw_) : ap_int_base<W + 1, true>(raw_));
    if (radix != 10) rest = ap_int_base<kAll, false>(ap_int_base<W, false>(raw_));
    rest = rest.shifted(I > W ? I - W : 0);
    const ap_int_base<kAll, false> whole = rest.shifted(-kPlaces);
    std::string text = (negative ? "-" : "") + whole.to_string(radix);
    for (int digit = 0; digit < kPlaces; ++digit) {
      rest -= ap_int_base<kAll, false>(rest.shifted(-kPlaces)).shifted(kPlaces);
      if (rest.is_zero()) break;
      if (digit == 0) text += '.';
      rest *= radix == 10 ? 10 : 2;
      text += static_cast<char>('0' + ap_int_base<kAll, false>(rest.shifted(-kPlaces)).to_int());
    }
    return text;
  }

 private:
  /// From a number of places, P of them behind the point.
  template <int W2, int P, class Raw>
  void take(const Raw& raw) {
    constexpr int kUp = (W - I) - P, kLeft = kUp > 0 ? kUp : 0, kDeleted = kUp < 0 ? -kUp : 0;
    using Exact = ap_int_base<vernier_ap::larger(vernier_ap::larger(W2 + 1 + kLeft, kDeleted + 2), W + 2), true>;
    raw_ = vernier_ap::quantised<W, S, Q, O, N>(Exact(raw).shifted(kLeft), kDeleted);
  }

  ap_int_base<W, S> raw_;
};

template <int W, int I, ap_q_mode Q, ap_o_mode O, int N>
struct ap_fixed : ap_fixed_base<W, I, true, Q, O, N> {
  using ap_fixed_base<W, I, true, Q, O, N>::ap_fixed_base;
  ap_fixed() = default;
  template <int W2, int I2, bool S2, ap_q_mode Q2, ap_o_mode O2, int N2>
  ap_fixed(const ap_fixed_base<W2, I2, S2, Q2, O2, N2>& v) : ap_fixed_base<W, I, true, Q, O, N>(v) {}
};
template <int W, int I, ap_q_mode Q, ap_o_mode O, int N>
struct ap_ufixed : ap_fixed_base<W, I, false, Q, O, N> {
  using ap_fixed_base<W, I, false, Q, O, N>::ap_fixed_base;
  ap_ufixed() = default;
  template <int W2, int I2, bool S2, ap_q_mode Q2, ap_o_mode O2, int N2>
  ap_ufixed(const ap_fixed_base<W2, I2, S2, Q2, O2, N2>& v) : ap_fixed_base<W, I, false, Q, O, N>(v) {}
};

#define VERNIER_AP_FIXED(op, Result, ...)                                          \
  template <class A, class B, vernier_ap::EnableIfFixed<A, B> = 0>            \
  typename vernier_ap::FixedRules<A, B>::Result operator op(const A& a, const B& b) { \
    using Rules = vernier_ap::FixedRules<A, B>;                                    \
    return vernier_ap::from_bits<typename Rules::Result>(__VA_ARGS__);             \
  }
VERNIER_AP_FIXED(+, Plus, Rules::left(a) + Rules::right(b))
VERNIER_AP_FIXED(-, Minus, Rules::left(a) - Rules::right(b))
VERNIER_AP_FIXED(*, Product, Rules::X::raw(a) * Rules::Y::raw(b))
VERNIER_AP_FIXED(/, Quotient, (ap_int_base<Rules::Quotient::width + 1, true>(Rules::X::raw(a)).shifted(Rules::fb > 0 ? Rules::fb : 0)) / Rules::Y::raw(b))
VERNIER_AP_FIXED(&, Logic, Rules::left(a) & Rules::right(b))
VERNIER_AP_FIXED(|, Logic, Rules::left(a) | Rules::right(b))
VERNIER_AP_FIXED(^, Logic, Rules::left(a) ^ Rules::right(b))
#undef VERNIER_AP_FIXED

#define VERNIER_AP_COMPARE(op)                                                                                                                      \
  template <class A, class B, vernier_ap::EnableIfFixed<A, B> = 0>                                                                             \
  bool operator op(const A& a, const B& b) {                                                                                                        \
    return vernier_ap::compare(vernier_ap::FixedRules<A, B>::left(a), vernier_ap::FixedRules<A, B>::right(b)) op 0;                                 \
  }                                                                                                                                                 \
  template <class A, class F, typename std::enable_if<vernier_ap::Operand<A>::is_fixed && std::is_floating_point<F>::value, int>::type = 0>         \
  bool operator op(const A& a, F b) {                                                                                                               \
    return a.to_double() op static_cast<double>(b);                                                                                                 \
  }                                                                                                                                                 \
  template <class F, class A, typename std::enable_if<vernier_ap::Operand<A>::is_fixed && std::is_floating_point<F>::value, int>::type = 0, int = 0> \
  bool operator op(F a, const A& b) {                                                                                                               \
    return static_cast<double>(a) op b.to_double();                                                                                                 \
  }
VERNIER_AP_COMPARE(==)
VERNIER_AP_COMPARE(!=)
VERNIER_AP_COMPARE(<)
VERNIER_AP_COMPARE(<=)
VERNIER_AP_COMPARE(>)
VERNIER_AP_COMPARE(>=)
#undef VERNIER_AP_COMPARE

template <int W, int I, bool S, ap_q_mode Q, ap_o_mode O, int N>
std::ostream& operator<<(std::ostream& out, const ap_fixed_base<W, I, S, Q, O, N>& v) {
  return out << v.to_string(10);
}

#endif
