// SPDX-License-Identifier: Apache-2.0
// The models of the vendor's macros against the timing that docs/hwemu.md states. "Edge k" is the edge that accepts an
// operation, "after k" what is visible behind it.
#include <catch2/catch.hpp>
#include <deque>
#include <random>

#include "Vxpm_bench.h"

namespace {

struct Bench {
  VerilatedContext context;
  Vxpm_bench top{&context, "tb"};

  Bench() {
    top.rst_n = 1;
    top.eval();
  }
  /// One edge of clk (and, unless told, of clk2 at the same time).
  void edge(bool both = true) {
    top.clk = top.clk2 = 0;
    top.eval();
    top.clk = 1;
    top.clk2 = both ? 1 : 0;
    top.eval();
  }
  void edge2() {
    top.clk2 = 0;
    top.eval();
    top.clk2 = 1;
    top.eval();
  }
  void edges(int count) {
    while (count-- > 0) edge();
  }
  /// Past reset, everything empty.
  void settle() {
    top.rst = 1;
    edge();
    top.rst = 0;
    edges(40);
  }
  void write(std::uint32_t word) {
    top.din = word;
    top.wr_en = 1;
    edge();
    top.wr_en = 0;
  }
};

}  // namespace

TEST_CASE("A FIFO in reset is busy until the fourth edge after rst and full as asked for", "[xpm]") {
  Bench b;
  b.settle();
  CHECK_FALSE(b.top.std_full);
  b.top.rst = 1;
  b.edge();
  CHECK(b.top.std_busy);
  CHECK(b.top.std_full);  // kernels that look at full alone must not write
  CHECK(b.top.std_afull);
  CHECK(b.top.std_empty);
  CHECK(b.top.std_dout == 0xAB);
  b.edge();
  b.top.rst = 0;
  for (int i = 1; i < 4; ++i) {
    b.edge();
    CHECK(b.top.std_busy);
  }
  b.edge();
  CHECK_FALSE(b.top.std_busy);
  CHECK_FALSE(b.top.std_full);
}

TEST_CASE("A word written into an empty FIFO shows after its edge and in mode fwft two edges later", "[xpm]") {
  Bench b;
  b.settle();
  b.write(77);
  CHECK_FALSE(b.top.std_empty);
  CHECK(b.top.std_ack);
  CHECK(b.top.fwft_empty);
  b.edge();
  CHECK_FALSE(b.top.std_ack);
  CHECK(b.top.fwft_empty);
  CHECK(b.top.std_count == 1);
  b.edge();
  CHECK_FALSE(b.top.fwft_empty);
  CHECK(b.top.fwft_valid);
  CHECK(b.top.fwft_dout == 77);
  // the read: data after k (k + 1 for latency 2), empty after k
  b.top.rd_en = 1;
  b.edge();
  b.top.rd_en = 0;
  CHECK(b.top.std_dout == 77);
  CHECK(b.top.std_valid);
  CHECK(b.top.std2_dout != 77);
  CHECK(b.top.std_empty);
  CHECK(b.top.fwft_empty);
  b.edge();
  CHECK(b.top.std2_dout == 77);
  CHECK_FALSE(b.top.std_valid);
}

TEST_CASE("A FIFO holds its depth and two more in mode fwft and reports what is too much", "[xpm]") {
  Bench b;
  b.settle();
  for (std::uint32_t i = 0; i < 16; ++i) {
    CHECK_FALSE(b.top.std_full);
    CHECK(b.top.std_afull == (i == 15));
    CHECK(b.top.std_pfull == (i > 10));  // an edge behind the tenth word
    b.write(i);
  }
  CHECK(b.top.std_full);
  CHECK_FALSE(b.top.fwft_full);
  b.write(16);
  CHECK(b.top.std_over);
  CHECK_FALSE(b.top.fwft_full);
  b.write(17);
  CHECK(b.top.fwft_full);
  b.edge();
  CHECK(b.top.std_count == 16);
  CHECK(b.top.fwft_count == 18);
  for (std::uint32_t i = 0; i < 18; ++i) {
    CHECK(b.top.fwft_dout == i);
    b.top.rd_en = 1;
    b.edge();
    if (i < 16) CHECK(b.top.std_dout == i);
    CHECK(b.top.std_under == (i >= 16));
  }
  CHECK(b.top.fwft_empty);
}

TEST_CASE("FIFOs of two widths hand the low part out first", "[xpm]") {
  Bench b;
  b.settle();
  b.write(0x04030201);
  b.edges(3);
  CHECK(b.top.wide_empty);  // half a word
  for (int i = 1; i <= 4; ++i) {
    CHECK(b.top.narrow_dout == i);
    b.top.rd_en = 1;
    b.edge();
    b.top.rd_en = 0;
  }
  CHECK(b.top.narrow_empty);
  b.write(0x08070605);
  b.edges(2);
  CHECK(b.top.wide_dout == 0x0807060504030201ULL);
}

TEST_CASE("A FIFO between two clocks keeps the order whatever their ratio", "[xpm]") {
  for (const int ratio : {1, 3, 7}) {
    for (const bool reader_slow : {false, true}) {
      Bench b;
      b.top.rst = 1;
      b.edge();
      b.top.rst = 0;
      std::mt19937 random(static_cast<unsigned>(ratio));
      std::deque<std::uint32_t> model;
      std::uint32_t next = 0, taken = 0;
      std::size_t most = 0;
      bool was_full = false;
      for (int step = 0; step < 6000; ++step) {
        const bool write_edge = !reader_slow || step % ratio == 0, read_edge = reader_slow || step % ratio == 0;
        // every clock edge sees inputs that were settled before it
        b.top.clk = b.top.clk2 = 0;
        b.top.wr_en = 1;
        b.top.din = next;
        b.top.async_rd_en = step < 3000 ? 0 : random() % 2;
        b.top.eval();
        const bool wrote = write_edge && !b.top.async_full && !b.top.async_busy;
        const bool read = read_edge && b.top.async_rd_en && !b.top.async_empty;
        if (read) {
          REQUIRE_FALSE(model.empty());
          REQUIRE(b.top.async_dout == model.front());
          model.pop_front();
          ++taken;
        }
        if (wrote) model.push_back(next++);
        most = std::max(most, model.size());
        was_full |= b.top.async_full && !b.top.async_busy;
        b.top.clk = write_edge ? 1 : 0;
        b.top.clk2 = read_edge ? 1 : 0;
        b.top.eval();
      }
      CAPTURE(ratio, reader_slow);
      CHECK(was_full);
      CHECK(most == 17);  // depth - 1 + 2
      CHECK(taken > 200);
    }
  }
}

TEST_CASE("A packet leaves the stream FIFO when its last beat is in or the FIFO is full", "[xpm]") {
  Bench b;
  b.top.rst_n = 0;
  b.edge();
  CHECK_FALSE(b.top.s_ready);
  b.top.rst_n = 1;
  b.edges(20);
  CHECK(b.top.s_ready);
  const auto push = [&b](std::uint32_t word, bool last) {
    b.top.din = word;
    b.top.s_valid = 1;
    b.top.s_last = last;
    b.edge();
    b.top.s_valid = 0;
  };
  push(1, false);
  push(2, false);
  b.edges(6);
  CHECK_FALSE(b.top.m_valid);
  push(3, true);
  CHECK_FALSE(b.top.m_valid);
  b.edges(2);
  CHECK(b.top.m_valid);
  b.top.m_ready = 1;
  for (std::uint32_t i = 1; i <= 3; ++i) {
    CHECK(b.top.m_data == i);
    CHECK(b.top.m_last == (i == 3));
    b.edge();
  }
  CHECK_FALSE(b.top.m_valid);
  b.top.m_ready = 0;
  int accepted = 0;
  for (int i = 0; i < 30 && b.top.s_ready; ++i, ++accepted) push(100, false);
  CHECK(accepted == 18);
  b.edges(3);
  CHECK(b.top.m_valid);
}

TEST_CASE("A memory is read after its latency and its last register obeys enable and reset", "[xpm]") {
  Bench b;
  b.top.en_a = 1;
  b.top.we_a = 0xF;
  b.top.addr_a = 3;
  b.top.din = 0x44332211;
  b.edge();
  b.top.we_a = 0x2;  // one byte lane
  b.top.din = 0xAABBCCDD;
  b.edge();
  b.top.we_a = 0;
  b.top.en_b = 1;
  b.top.regce_b = 1;
  b.top.addr_b = 13;  // byte 1 of word 3
  b.edge();
  CHECK(b.top.sdp_dout != 0xCC);
  b.top.addr_b = 14;
  b.edge();
  CHECK(b.top.sdp_dout == 0xCC);
  b.top.regce_b = 0;
  b.edge();
  CHECK(b.top.sdp_dout == 0xCC);
  b.top.regce_b = 1;
  b.edge();
  CHECK(b.top.sdp_dout == 0x33);
  b.top.rst_b = 1;
  b.edge();
  CHECK(b.top.sdp_dout == 0x5A);
}

TEST_CASE("A port that writes shows the old word or the new one or holds as its mode says", "[xpm]") {
  Bench b;
  b.top.en_a = 1;
  b.top.we_a = 1;
  b.top.addr_a = 5;
  b.top.din = 111;
  b.edge();
  b.top.we_a = 0;
  b.edge();
  CHECK(b.top.old_dout == 111);
  CHECK(b.top.new_dout == 111);
  CHECK(b.top.keep_dout == 111);
  b.top.we_a = 1;
  b.top.addr_a = 6;
  b.top.din = 222;
  b.edge();
  CHECK(b.top.old_dout == 0);
  CHECK(b.top.new_dout == 222);
  CHECK(b.top.keep_dout == 111);
  b.top.en_a = 0;
  b.top.addr_a = 5;
  b.edge();
  CHECK(b.top.old_dout == 0);
}

TEST_CASE("A read-only memory holds the words of its initialisation text", "[xpm]") {
  Bench b;
  b.top.en_a = 1;
  for (const auto& [address, word] : {std::pair{0, 0xDEADU}, {1, 0xBEEFU}, {2, 0U}, {3, 0x12345678U}}) {
    b.top.addr_a = static_cast<std::uint8_t>(address);
    b.edge();
    CHECK(b.top.rom_dout == word);
  }
}

TEST_CASE("Crossings take the edges of their synchronisers", "[xpm]") {
  Bench b;
  b.settle();
  b.top.din = 42;
  b.top.cdc_in = 1;
  int single = 0, pulse = 0, pulse_length = 0, request = 0, received = 0;
  b.top.eval();
  CHECK(b.top.arst_out);  // at once
  for (int i = 1; i <= 14; ++i) {
    b.edge();
    if (b.top.single_out && single == 0) single = i;
    if (b.top.pulse_out && pulse == 0) pulse = i;
    pulse_length += b.top.pulse_out;
    if (b.top.hs_req && request == 0) {
      request = i;
      CHECK(b.top.hs_out == 42);
    }
    if (b.top.hs_rcv && received == 0) received = i;
  }
  CHECK(single == 5);
  CHECK(pulse == 5);
  CHECK(pulse_length == 1);
  CHECK(request == 6);
  CHECK(received == 10);
  CHECK(b.top.gray_out == 42);
  CHECK(b.top.srst_out);
  b.top.cdc_in = 0;
  int released = 0, answered = 0;
  for (int i = 1; i <= 14; ++i) {
    b.edge();
    if (!b.top.arst_out && released == 0) released = i;
    if (!b.top.hs_rcv && answered == 0) answered = i;
  }
  CHECK(released == 4);
  CHECK(answered == 10);
}
