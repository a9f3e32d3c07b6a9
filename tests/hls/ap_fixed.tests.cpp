// SPDX-License-Identifier: Apache-2.0
// ap_fixed and ap_ufixed against SystemC's fixed-point types, which have the same modes, and against exact arithmetic.
#define SC_INCLUDE_FX
#include <ap_fixed.h>
#include <hls_vector.h>

#include <catch2/catch.hpp>
#include <random>
#include <sstream>
#include <systemc>

// The library asks for it; only its number types are used here.
extern "C" int sc_main(int, char**);
extern "C" int sc_main(int, char**) { return 0; }

namespace {

constexpr sc_dt::sc_q_mode oracle(ap_q_mode q) {
  switch (q) {
    case AP_RND: return sc_dt::SC_RND;
    case AP_RND_ZERO: return sc_dt::SC_RND_ZERO;
    case AP_RND_MIN_INF: return sc_dt::SC_RND_MIN_INF;
    case AP_RND_INF: return sc_dt::SC_RND_INF;
    case AP_RND_CONV: return sc_dt::SC_RND_CONV;
    case AP_TRN_ZERO: return sc_dt::SC_TRN_ZERO;
    case AP_TRN: break;
  }
  return sc_dt::SC_TRN;
}
constexpr sc_dt::sc_o_mode oracle(ap_o_mode o) {
  switch (o) {
    case AP_SAT: return sc_dt::SC_SAT;
    case AP_SAT_ZERO: return sc_dt::SC_SAT_ZERO;
    case AP_SAT_SYM: return sc_dt::SC_SAT_SYM;
    case AP_WRAP_SM: return sc_dt::SC_WRAP_SM;
    case AP_WRAP: break;
  }
  return sc_dt::SC_WRAP;
}

/// Every value of 12 bits with 6 places, in a narrower type, from a number with and without a point.
template <class To>
std::string first_difference(ap_q_mode q, ap_o_mode o, int n, bool is_signed) {
  for (int raw = -2048; raw < 2048; ++raw) {
    const double exact = raw / 64.0;
    const sc_dt::sc_fxtype_params params(To::width, To::iwidth, oracle(q), oracle(o), n);
    const sc_dt::sc_fxtype_context context(params);
    double wanted = 0;
    if (is_signed) wanted = sc_dt::sc_fix(exact).to_double();
    else wanted = sc_dt::sc_ufix(exact).to_double();
    ap_fixed<12, 6> from;
    from.range() = ap_int<12>(raw);
    if (from.to_double() != exact) return "source";
    const To by_fixed = from, by_double = exact;
    std::ostringstream text;
    text << exact << " with modes " << q << ", " << o << ", " << n << " in " << To::width << ", " << To::iwidth << ": " << by_fixed.to_double() << " and " << by_double.to_double() << " for " << wanted;
    if (by_fixed.to_double() != wanted || by_double.to_double() != wanted) return text.str();
  }
  return {};
}

template <ap_q_mode Q, ap_o_mode O, int N>
void check_modes() {
  CHECK(first_difference<ap_fixed<6, 3, Q, O, N>>(Q, O, N, true) == "");
  CHECK(first_difference<ap_fixed<5, 5, Q, O, N>>(Q, O, N, true) == "");
}
template <ap_q_mode Q, ap_o_mode O>
void check_unsigned() {
  CHECK(first_difference<ap_ufixed<5, 3, Q, O>>(Q, O, 0, false) == "");
}
template <ap_q_mode Q>
void check_quantisation() {
  check_modes<Q, AP_WRAP, 0>();
  check_modes<Q, AP_SAT, 0>();
  check_modes<Q, AP_SAT_ZERO, 0>();
  check_modes<Q, AP_SAT_SYM, 0>();
  check_unsigned<Q, AP_WRAP>();
  check_unsigned<Q, AP_SAT>();
}

/// Exact products, sums and differences of two types, whose widths lose nothing.
template <class A, class B>
void check_pair() {
  std::mt19937_64 random(7);
  for (int i = 0; i < 200; ++i) {
    A a;
    B b;
    a.range() = ap_uint<A::width>(random());
    b.range() = ap_uint<B::width>(random());
    const double x = a.to_double(), y = b.to_double();
    CHECK((a + b).to_double() == x + y);
    CHECK((a - b).to_double() == x - y);
    CHECK((a * b).to_double() == x * y);
    CHECK((a < b) == (x < y));
    CHECK((a == b) == (x == y));
    CHECK((-a).to_double() == -x);
    CHECK((a * 3 - 1).to_double() == 3 * x - 1);
    CHECK((a > 0.75) == (x > 0.75));
    if (y == 0) continue;
    const double step = std::ldexp(1.0, A::iwidth - A::width);
    CHECK((a / b).to_double() == std::trunc(x / y / step) * step);
  }
}

template <class T, int W, int I>
void has() {
  CHECK(T::width == W);
  CHECK(T::iwidth == I);
}

}  // namespace

TEST_CASE("fixed-point values are quantised and overflow as SystemC has it, in every mode") {
  check_quantisation<AP_TRN>();
  check_quantisation<AP_TRN_ZERO>();
  check_quantisation<AP_RND>();
  check_quantisation<AP_RND_ZERO>();
  check_quantisation<AP_RND_MIN_INF>();
  check_quantisation<AP_RND_INF>();
  check_quantisation<AP_RND_CONV>();
  check_modes<AP_TRN, AP_WRAP, 1>();
  check_modes<AP_TRN, AP_WRAP, 3>();
  check_modes<AP_TRN, AP_WRAP_SM, 0>();
  check_modes<AP_TRN, AP_WRAP_SM, 1>();
  check_modes<AP_TRN, AP_WRAP_SM, 3>();
}

TEST_CASE("fixed-point arithmetic loses no bits, and its widths are those of UG1399") {
  check_pair<ap_fixed<8, 4>, ap_fixed<12, 3>>();
  check_pair<ap_fixed<9, 2>, ap_ufixed<7, 7>>();
  check_pair<ap_ufixed<10, 4>, ap_ufixed<6, 1>>();
  check_pair<ap_fixed<16, 6, AP_RND, AP_SAT>, ap_fixed<5, 5>>();
  using A = ap_fixed<8, 4>;
  using B = ap_ufixed<7, 2>;
  has<decltype(A() + B()), 10, 5>();   // the sign of one makes room for the other
  has<decltype(A() - A()), 9, 5>();
  has<decltype(A() * B()), 15, 6>();
  has<decltype(A() / B()), 13, 9>();   // the dividend's places stay
  has<decltype(B() / A()), 12, 7>();
  has<decltype(B() + B()), 8, 3>();
  has<decltype(A() + 1), 37, 33>();
  has<decltype(-A()), 9, 5>();
  has<decltype(ap_ufixed<64, 32>() * ap_ufixed<64, 32>()), 128, 64>();
}

TEST_CASE("64 bits are exact, and conversions to integers go towards zero") {
  const ap_fixed<64, 32> third = ap_fixed<64, 32>(1) / ap_fixed<64, 32>(3);
  CHECK(third.range().to_uint64() == 0x55555555);
  const ap_ufixed<64, 0> most = ap_ufixed<64, 0, AP_TRN, AP_SAT>(1);
  CHECK(most.range().to_uint64() == ~std::uint64_t{0});
  CHECK((most * most).range(127, 64).to_uint64() == ~std::uint64_t{0} - 1);
  const ap_fixed<8, 4> down = -7.5;
  CHECK(down.to_int() == -7);
  CHECK(static_cast<int>(down) == -7);
  CHECK(ap_int<8>(down) == -7);
  CHECK(down.to_string(10) == "-7.5");
  CHECK(ap_ufixed<4, 1>(1.375).to_string(10) == "1.375");
  CHECK(sizeof(ap_fixed<8, 4>) == 1);
  CHECK(sizeof(ap_fixed<33, 4>) == 8);
  ap_fixed<8, 4> v = 1.5;
  v += 0.25f > 0 ? ap_fixed<8, 4>(0.25) : v;
  v <<= 1;
  CHECK(v.to_double() == 3.5);
  CHECK((v++).to_double() == 3.5);
  CHECK(v == 4.5);
}

TEST_CASE("a vector works on all its values and lies in memory without gaps") {
  using V = hls::vector<int, 4>;
  const V a{1, 2, 3, 4}, b(10);
  CHECK(a + b == V{11, 12, 13, 14});
  CHECK(b - a * V(2) == V{8, 6, 4, 2});
  CHECK((a << V(1)) == V{2, 4, 6, 8});
  CHECK(a.reduce_add() == 10);
  CHECK(a.reduce_mult() == 24);
  CHECK(a.reduce_or() == 7);
  CHECK(a < b);
  CHECK(V{1, 2, 9, 0} > a);
  CHECK(sizeof(hls::vector<short, 16>) == 32);
  CHECK(alignof(hls::vector<short, 16>) == 32);
  CHECK(sizeof(hls::vector<float, 3>) == 12);
  CHECK(alignof(hls::vector<float, 3>) == 4);
  hls::vector<ap_fixed<8, 4>, 2> c(0.5);
  c += c;
  CHECK(c[1] == 1.0);
}
