// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <vernier/memory/axi_checker.hpp>

using namespace vernier::memory;

namespace {

/// A bus whose signals a test sets by hand; idle otherwise.
struct Bus {
  AxiMaster m;
  AxiSlave s;
  AxiChecker checker;
  Bus() {
    s.ar_ready = s.aw_ready = s.w_ready = true;
    m.r_ready = m.b_ready = true;
  }
  void clock() {
    checker.observe(m, s);
    m.ar.valid = m.aw.valid = m.w.valid = false;
    s.r.valid = s.b.valid = false;
  }
  void ar(std::uint64_t addr, unsigned beats, std::uint32_t id = 0) {
    m.ar.valid = true;
    m.ar.addr = addr;
    m.ar.len = static_cast<std::uint8_t>(beats - 1);
    m.ar.id = id;
  }
  void aw(std::uint64_t addr, unsigned beats, std::uint32_t id = 0) {
    m.aw.valid = true;
    m.aw.addr = addr;
    m.aw.len = static_cast<std::uint8_t>(beats - 1);
    m.aw.id = id;
  }
  void w(bool last, std::uint32_t word = 1) {
    m.w.valid = true;
    m.w.last = last;
    m.w.strb = ~std::uint64_t{0};
    m.w.data[0] = word;
  }
  void r(bool last, std::uint32_t id = 0, std::uint32_t word = 1) {
    s.r.valid = true;
    s.r.last = last;
    s.r.id = id;
    s.r.data[0] = word;
  }
  void b(std::uint32_t id = 0) {
    s.b.valid = true;
    s.b.id = id;
  }
  void fires(AxiRule rule) {
    REQUIRE(checker.violation());
    CAPTURE(checker.violation()->text);
    CHECK(name_of(checker.violation()->rule) == name_of(rule));
  }
};

}  // namespace

TEST_CASE("The checker is silent on legal traffic", "[rtl][memory]") {
  Bus bus;
  bus.ar(4096 - 128, 2, 1);
  bus.aw(0, 2, 3);
  bus.w(false);
  bus.clock();
  bus.ar(64, 1, 2);
  bus.w(true);
  bus.clock();
  bus.r(false, 1);
  bus.clock();
  bus.r(true, 2);  // another id between two beats
  bus.b(3);
  bus.m.r_ready = bus.m.b_ready = false;
  bus.clock();
  bus.r(true, 2);
  bus.b(3);
  bus.m.r_ready = bus.m.b_ready = true;
  bus.clock();
  bus.r(true, 1);
  bus.clock();
  bus.checker.finish();
  CHECK_FALSE(bus.checker.violation());
  CHECK(bus.checker.cycles() == 6);
}

TEST_CASE("The checker fires when a burst crosses 4 KiB", "[rtl][memory]") {
  Bus bus;
  SECTION("read") { bus.ar(4096 - 128, 3); }
  SECTION("write") { bus.aw(4096 * 5 - 64, 2); }
  bus.clock();
  bus.fires(AxiRule::kBoundary);
}

TEST_CASE("The checker fires on an address that is not a whole word", "[rtl][memory]") {
  Bus bus;
  SECTION("read") { bus.ar(32, 1); }
  SECTION("write") { bus.aw(1, 1); }
  bus.clock();
  bus.fires(AxiRule::kAlignment);
}

TEST_CASE("The checker fires on narrow and on other than incrementing bursts", "[rtl][memory]") {
  Bus bus;
  SECTION("narrow read") {
    bus.ar(0, 1);
    bus.m.ar.size = 2;
  }
  SECTION("wrapping write") {
    bus.aw(0, 1);
    bus.m.aw.burst = 2;
  }
  bus.clock();
  bus.fires(AxiRule::kSize);
}

TEST_CASE("The checker fires when valid falls before ready", "[rtl][memory]") {
  Bus bus;
  bus.ar(0, 1);
  bus.aw(0, 1);
  bus.w(true);
  bus.clock();
  REQUIRE_FALSE(bus.checker.violation());
  SECTION("AR") {
    bus.s.ar_ready = false;
    bus.ar(64, 1);
  }
  SECTION("AW") {
    bus.s.aw_ready = false;
    bus.aw(64, 1);
  }
  SECTION("W") {
    bus.aw(64, 1);
    bus.s.w_ready = false;
    bus.w(true);
  }
  SECTION("R") {
    bus.m.r_ready = false;
    bus.r(true);
  }
  SECTION("B") {
    bus.m.b_ready = false;
    bus.b();
  }
  bus.clock();
  REQUIRE_FALSE(bus.checker.violation());
  bus.clock();
  bus.fires(AxiRule::kValidDropped);
}

TEST_CASE("The checker fires when a payload moves while it waits", "[rtl][memory]") {
  Bus bus;
  bus.ar(0, 2);
  bus.aw(0, 1);
  bus.w(true);
  bus.clock();
  REQUIRE_FALSE(bus.checker.violation());
  SECTION("AR") {
    bus.s.ar_ready = false;
    bus.ar(64, 1);
    bus.clock();
    bus.ar(128, 1);
  }
  SECTION("AW") {
    bus.s.aw_ready = false;
    bus.aw(64, 1);
    bus.clock();
    bus.aw(64, 1, 1);
  }
  SECTION("W") {
    bus.aw(64, 1);
    bus.s.w_ready = false;
    bus.w(true, 5);
    bus.clock();
    bus.w(true, 6);
  }
  SECTION("R") {
    bus.m.r_ready = false;
    bus.r(false, 0, 5);
    bus.clock();
    bus.r(false, 0, 6);
  }
  SECTION("B") {
    bus.m.b_ready = false;
    bus.b(0);
    bus.clock();
    bus.b(0);
    bus.s.b.resp = AxiResponse::kSlaveError;
  }
  REQUIRE_FALSE(bus.checker.violation());
  bus.clock();
  bus.fires(AxiRule::kPayloadChanged);
}

TEST_CASE("The checker fires on write data without an address", "[rtl][memory]") {
  Bus bus;
  bus.w(true);
  bus.clock();
  bus.fires(AxiRule::kWriteWithoutAddress);
}

TEST_CASE("The checker fires on a last that stands on the wrong beat of write data", "[rtl][memory]") {
  Bus bus;
  SECTION("early") {
    bus.aw(0, 2);
    bus.w(true);
  }
  SECTION("late") {
    bus.aw(0, 1);
    bus.w(false);
  }
  bus.clock();
  bus.fires(AxiRule::kWriteLast);
}

TEST_CASE("The checker fires on read data that nobody asked for", "[rtl][memory]") {
  Bus bus;
  bus.ar(0, 1, 1);
  bus.clock();
  bus.r(true, 2);
  bus.clock();
  bus.fires(AxiRule::kReadUnknownId);
}

TEST_CASE("The checker fires when the bursts of one id are answered out of order", "[rtl][memory]") {
  Bus bus;
  bus.ar(0, 2, 1);
  bus.clock();
  bus.ar(64, 1, 1);
  bus.clock();
  bus.r(true, 1);  // the younger burst first
  bus.clock();
  bus.fires(AxiRule::kReadLast);
}

TEST_CASE("The checker fires on a missing last of read data", "[rtl][memory]") {
  Bus bus;
  bus.ar(0, 1);
  bus.clock();
  bus.r(false);
  bus.clock();
  bus.fires(AxiRule::kReadLast);
}

TEST_CASE("The checker fires on a response that nobody waits for", "[rtl][memory]") {
  Bus bus;
  bus.aw(0, 1, 1);
  bus.w(true);
  bus.clock();
  bus.b(2);
  bus.clock();
  bus.fires(AxiRule::kResponseUnknownId);
}

TEST_CASE("The checker fires on a response before the last data", "[rtl][memory]") {
  Bus bus;
  bus.aw(0, 2);
  bus.w(false);
  bus.clock();
  bus.b();
  bus.clock();
  bus.fires(AxiRule::kResponseEarly);
}

TEST_CASE("The checker fires when transfers are unfinished at the end", "[rtl][memory]") {
  Bus bus;
  SECTION("read") { bus.ar(0, 1); }
  SECTION("write data") { bus.aw(0, 1); }
  SECTION("address not taken") {
    bus.s.ar_ready = false;
    bus.ar(0, 1);
  }
  bus.clock();
  bus.checker.finish();
  bus.fires(AxiRule::kUnfinished);
}

TEST_CASE("The checker keeps the first violation and its cycle", "[rtl][memory]") {
  Bus bus;
  bus.clock();
  bus.ar(32, 1);
  bus.clock();
  bus.w(true);
  bus.clock();
  bus.fires(AxiRule::kAlignment);
  CHECK(bus.checker.violation()->cycle == 1);
  CHECK(bus.checker.violation()->text == "cycle 1, AR: address 0x20 is not a multiple of 64");
}
