// SPDX-License-Identifier: Apache-2.0
// ap_int and ap_uint against 128-bit integers of the compiler: values, widths of results, wrap-around.
#include <ap_int.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <random>
#include <sstream>

namespace {

using Wide = __int128;

template <int W, bool S>
Wide wide(const ap_int_base<W, S>& v) {
  return static_cast<Wide>((static_cast<unsigned __int128>(v.word(1)) << 64) | v.word(0));
}

template <int W, bool S>
Wide wrapped(Wide v) {
  const unsigned __int128 mask = W == 128 ? ~static_cast<unsigned __int128>(0) : (static_cast<unsigned __int128>(1) << W) - 1;
  auto bits = static_cast<unsigned __int128>(v) & mask;
  if (S && W < 128 && ((bits >> (W - 1)) & 1) != 0) bits |= ~mask;
  return static_cast<Wide>(bits);
}

std::mt19937_64 random_source(1);

/// Mostly the values around which things go wrong.
template <class T>
T any() {
  const auto v = random_source();
  switch (v % 6) {
    case 0: return T(0);
    case 1: return T(-1);
    case 2: return T(1) << (T::width - 1);
    case 3: return ~(T(1) << (T::width - 1));
    default: {
      T t(v >> 3);
      if (T::width > 64) t = (t << (T::width - 64)) ^ T(random_source());
      return t;
    }
  }
}

/// All operators of two widths whose results fit 128 bits.
template <class A, class B>
void check_pair() {
  for (int i = 0; i < 300; ++i) {
    const A a = any<A>();
    const B b = any<B>();
    const Wide x = wide(a), y = wide(b);
    CHECK(wide(a + b) == x + y);
    CHECK(wide(a - b) == x - y);
    CHECK(wide(a * b) == x * y);
    CHECK((a < b) == (x < y));
    CHECK((a == b) == (x == y));
    CHECK((a >= b) == (x >= y));
    CHECK(wide(a & b) == (x & y));
    CHECK(wide(a | b) == (x | y));
    CHECK(wide(a ^ b) == (x ^ y));
    CHECK(wide(-a) == -x);
    CHECK(wide(~a) == ~x);
    if (y == 0) continue;
    CHECK(wide(a / b) == x / y);
    CHECK(wide(a % b) == x % y);
  }
}

}  // namespace

TEST_CASE("operators on any two widths give the exact result in the width that holds it") {
  check_pair<ap_int<1>, ap_uint<1>>();
  check_pair<ap_int<7>, ap_uint<13>>();
  check_pair<ap_uint<8>, ap_int<8>>();
  check_pair<ap_int<32>, ap_int<33>>();
  check_pair<ap_uint<63>, ap_int<60>>();
  check_pair<ap_int<64>, ap_uint<60>>();
  check_pair<ap_uint<61>, ap_uint<65>>();
  CHECK(decltype(ap_int<8>() + ap_int<8>())::width == 9);
  CHECK(decltype(ap_int<8>() + ap_uint<8>())::width == 10);
  CHECK(decltype(ap_int<8>() * ap_uint<5>())::width == 13);
  CHECK(decltype(ap_uint<8>() - ap_uint<8>())::width == 9);
  CHECK(decltype(ap_int<5>() + 1)::width == 33);
}

TEST_CASE("an assignment keeps the low bits and the sign of the target") {
  for (int i = 0; i < 300; ++i) {
    const auto v = any<ap_int<70>>();
    CHECK(wide(ap_int<5>(v)) == wrapped<5, true>(wide(v)));
    CHECK(wide(ap_uint<5>(v)) == wrapped<5, false>(wide(v)));
    CHECK(wide(ap_int<66>(v)) == wrapped<66, true>(wide(v)));
    CHECK(wide(ap_uint<64>(v)) == wrapped<64, false>(wide(v)));
    ap_uint<9> sum = 500;
    sum += 20;
    CHECK(sum == 8);
  }
}

TEST_CASE("shifts keep the width, to the right with the sign") {
  for (int i = 0; i < 200; ++i) {
    const auto a = any<ap_int<90>>();
    const auto b = any<ap_uint<77>>();
    for (int n = 0; n < 77; n += 7) {
      CHECK(wide(a >> n) == wide(a) >> n);
      CHECK(wide(b >> n) == static_cast<Wide>(static_cast<unsigned __int128>(wide(b)) >> n));
      CHECK(wide(a << n) == wrapped<90, true>(static_cast<Wide>(static_cast<unsigned __int128>(wide(a)) << n)));
    }
    CHECK((a << -3) == (a >> 3));
  }
}

TEST_CASE("ranges and bits are places, concatenation puts the left operand above") {
  ap_uint<512> word = 0;
  for (int i = 0; i < 16; ++i) word.range(32 * i + 31, 32 * i) = 0x1000 + i;
  for (int i = 0; i < 16; ++i) CHECK(word.range(32 * i + 31, 32 * i).to_int() == 0x1000 + i);
  CHECK(word(63, 32).to_uint() == 0x1001);
  word(511, 480) = word(31, 0);
  CHECK(word.range(511, 480).to_int() == 0x1000);
  ap_uint<8> bits = 0;
  bits[3] = true;
  bits[0] = bits[3];
  CHECK(bits == 9);
  const ap_uint<4> high = 0xA;
  const ap_int<4> low = -1;
  CHECK((high, low) == 0xAF);
  bits.reverse();
  CHECK(bits == 0x90);
  CHECK_FALSE(bits.xor_reduce());
  CHECK(ap_uint<3>(7).and_reduce());
}

TEST_CASE("texts are read and written in every base, doubles kept exactly") {
  CHECK(ap_int<12>("-0x1f") == -31);
  CHECK(ap_uint<9>("0b101010101") == 341);
  CHECK(ap_int<80>("-12345678901234567890123").to_string(10) == "-12345678901234567890123");
  CHECK(ap_uint<16>(0xBEEF).to_string(16) == "0xbeef");
  CHECK(ap_int<80>("-12345678901234567890123").to_double() == -12345678901234567890123.0);
  CHECK(ap_int<70>(-1e18) == ap_int<70>("-1000000000000000000"));
  std::ostringstream out;
  out << ap_int<7>(-64) << " " << ap_uint<70>("1180591620717411303423");
  CHECK(out.str() == "-64 1180591620717411303423");
}

TEST_CASE("integers lie in memory as the vendor's do so that host and kernel read the same buffer") {
  CHECK(sizeof(ap_uint<1>) == 1);
  CHECK(sizeof(ap_int<8>) == 1);
  CHECK(sizeof(ap_uint<9>) == 2);
  CHECK(sizeof(ap_int<24>) == 4);
  CHECK(sizeof(ap_uint<32>) == 4);
  CHECK(sizeof(ap_uint<48>) == 8);
  CHECK(sizeof(ap_uint<65>) == 16);
  CHECK(sizeof(ap_uint<512>) == 64);
  const std::int32_t host[] = {5, -7};
  ap_int<32> kernel[2];
  std::memcpy(static_cast<void*>(kernel), host, sizeof kernel);
  CHECK(kernel[1].to_int() == -7);
  CHECK(kernel[1].to_int64() == -7);
}
