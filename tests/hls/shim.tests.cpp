// SPDX-License-Identifier: Apache-2.0
// Streams and their beats as Vitis users write them.
#include <ap_axi_sdata.h>
#include <hls_stream.h>

#include <catch2/catch.hpp>

TEST_CASE("a stream keeps the order of its beats and says when it is empty") {
  hls::stream<int, 4> s("numbers");
  CHECK(s.empty());
  for (int i = 0; i < 100; ++i) s << i;
  CHECK_FALSE(s.full());
  CHECK(s.size() == 100);
  int got = -1;
  s >> got;
  CHECK(got == 0);
  CHECK(s.read_nb(got));
  CHECK(got == 1);
  for (int i = 2; i < 100; ++i) CHECK(s.read() == i);
  CHECK_FALSE(s.read_nb(got));
  CHECK(got == 1);
  CHECK(std::string(s.get_name()) == "numbers");
}

TEST_CASE("a beat of an AXI4-Stream has all bytes valid, its sidebands as wide as asked for") {
  ap_axiu<32, 4, 0, 2> beat;
  CHECK(beat.keep == 0xF);
  CHECK(beat.strb == 0xF);
  beat.data = 0xDEADBEEFu;
  beat.user = 0x1F;
  beat.id = 3;  // no bits: no effect
  beat.last = 1;
  hls::stream<ap_axiu<32, 4, 0, 2>> s;
  s.write(beat);
  const auto got = s.read();
  CHECK(got.data == 0xDEADBEEFu);
  CHECK(got.user == 0xF);
  CHECK(got.last == 1);
  CHECK(got.get_data()(15, 0) == 0xBEEF);
  CHECK(decltype(ap_axis<512, 1, 1, 1>::keep)::width == 64);
}
