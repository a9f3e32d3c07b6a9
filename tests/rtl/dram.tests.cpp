// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include <vernier/memory/axi_memory.hpp>
#include <vernier/memory/dram_banks.hpp>
#include <vernier/memory/dram_channel.hpp>

using namespace vernier;
using namespace vernier::memory;

namespace {

constexpr auto kActivate = DramCommand::kActivate, kPrecharge = DramCommand::kPrecharge, kRead = DramCommand::kRead,
               kWrite = DramCommand::kWrite, kRefresh = DramCommand::kRefresh;

DramPart part_of(const std::string& name) {
  auto part = find_dram_part(name);
  REQUIRE(part);
  return *part;
}

/// Blocked at t - 1, legal at t.
void check_first(const DramBanks& banks, DramCommand command, unsigned bank, std::int64_t at) {
  CHECK_FALSE(banks.legal(command, bank, at - 1));
  CHECK(banks.legal(command, bank, at));
}

/// A whole channel from memory clock 0 on, one burst after another.
struct Channel {
  explicit Channel(const DramPart& part) : channel(part) {}
  /// Clock after the last data of a burst that arrives `at`, alone.
  std::int64_t serve(std::uint64_t address, std::int64_t at, bool write = false) {
    channel.served.clear();
    channel.advance(at - 1);
    channel.push(write, address, 0, at);
    for (std::int64_t now = at; channel.served.empty(); ++now) {
      REQUIRE(now < at + 100'000);
      channel.advance(now);
    }
    return channel.served.front().end;
  }
  DramChannel channel;
};

}  // namespace

TEST_CASE("Every constraint between commands of a bank blocks until its clock", "[rtl][memory][dram]") {
  const auto part = part_of(GENERATE("ddr4-2400", "lpddr4", "hbm2"));
  CAPTURE(part.name);
  const auto& t = part.timing;
  DramBanks banks(part);
  constexpr std::int64_t kT = 1000;
  banks.issue(kActivate, 0, kT, 7);
  CHECK(banks.row(0) == 7);
  check_first(banks, kRead, 0, kT + t.activate_to_column);
  check_first(banks, kWrite, 0, kT + t.activate_to_column);
  check_first(banks, kPrecharge, 0, kT + t.row_active);
  check_first(banks, kActivate, 0, kT + t.row_active + t.precharge);
  const std::int64_t late = kT + 500;  // the activate's own limits are over
  SECTION("read to precharge") {
    banks.issue(kRead, 0, late);
    check_first(banks, kPrecharge, 0, late + t.read_to_precharge);
  }
  SECTION("write to precharge") {
    banks.issue(kWrite, 0, late);
    check_first(banks, kPrecharge, 0, late + t.write_latency + part.burst_clocks() + t.write_recovery);
  }
  SECTION("precharge to activate and refresh") {
    banks.issue(kPrecharge, 0, late);
    CHECK(banks.row(0) == DramBanks::kClosed);
    check_first(banks, kActivate, 0, late + t.precharge);
    check_first(banks, kRefresh, 0, late + t.precharge);
  }
  SECTION("refresh to activate of any bank") {
    banks.issue(kPrecharge, 0, late);
    banks.issue(kRefresh, 0, late + 100);
    for (unsigned b = 0; b < part.banks(); ++b) check_first(banks, kActivate, b, late + 100 + t.refresh);
  }
}

TEST_CASE("Every constraint between banks knows the bank groups", "[rtl][memory][dram]") {
  const auto part = part_of(GENERATE("ddr4-2400", "lpddr4", "hbm2"));
  CAPTURE(part.name);
  const auto& t = part.timing;
  DramBanks banks(part);
  const bool groups = part.bank_groups > 1;
  const unsigned same = part.bank_groups;   // next bank of the group of bank 0
  const unsigned other = groups ? 1 : same;  // a bank of another group, where there are groups
  constexpr std::int64_t kT = 1000;
  SECTION("activate to activate") {
    banks.issue(kActivate, 0, kT);
    check_first(banks, kActivate, same, kT + t.activate_long);
    check_first(banks, kActivate, other, kT + (groups ? t.activate_short : t.activate_long));
  }
  SECTION("four activates") {
    for (unsigned i = 0; i < 4; ++i) banks.issue(kActivate, 2 * i % part.banks(), kT + i * t.activate_long);
    const std::int64_t fifth = std::max(kT + t.four_activates, kT + 3 * t.activate_long + t.activate_short);
    for (unsigned b = 0; b < part.banks(); ++b) CHECK(banks.earliest(kActivate, b) >= fifth);
    CHECK(banks.earliest(kActivate, 1) == std::max(fifth, part.bank_groups == 1 ? kT + 4 * t.activate_long : fifth));
  }
  for (unsigned b : {0U, same, other}) {
    if (banks.row(b) == DramBanks::kClosed) banks.issue(kActivate, b, 10);
  }
  SECTION("read to read") {
    banks.issue(kRead, 0, kT);
    check_first(banks, kRead, same, kT + t.column_long);
    check_first(banks, kRead, other, kT + (groups ? t.column_short : t.column_long));
  }
  SECTION("write to write") {
    banks.issue(kWrite, 0, kT);
    check_first(banks, kWrite, same, kT + t.column_long);
    check_first(banks, kWrite, other, kT + (groups ? t.column_short : t.column_long));
  }
  SECTION("read to write") {
    banks.issue(kRead, 0, kT);
    check_first(banks, kWrite, other, kT + t.read_to_write);
  }
  SECTION("write to read") {
    banks.issue(kWrite, 0, kT);
    const std::int64_t end = kT + t.write_latency + part.burst_clocks();
    check_first(banks, kRead, same, end + t.write_to_read_long);
    check_first(banks, kRead, other, end + (groups ? t.write_to_read_short : t.write_to_read_long));
  }
}

TEST_CASE("A single burst takes the clocks of its row's state", "[rtl][memory][dram]") {
  const auto part = part_of(GENERATE("ddr4-2400", "lpddr4", "hbm2"));
  CAPTURE(part.name);
  const auto& t = part.timing;
  const std::int64_t column = t.read_latency + part.burst_clocks();
  Channel c(part);
  CHECK(c.serve(0, 100) == 100 + t.activate_to_column + column);  // closed row
  CHECK(c.serve(0, 400) == 400 + column);                         // open row
  const std::uint64_t next_row = part.row_bytes * part.banks();
  CHECK(c.serve(next_row, 700) == 700 + t.precharge + t.activate_to_column + column);  // another row is open
  CHECK(c.channel.activity().activates == 2);
  CHECK(c.channel.activity().precharges == 1);
  CHECK(c.channel.activity().reads == 3);
}

TEST_CASE("Refreshes come at their interval and hold all banks", "[rtl][memory][dram]") {
  const auto part = part_of(GENERATE("ddr4-2400", "lpddr4", "hbm2"));
  CAPTURE(part.name);
  const auto& t = part.timing;
  Channel c(part);
  const std::int64_t column = t.read_latency + part.burst_clocks();
  // idle: the refresh starts as it is due
  CHECK(c.serve(0, t.refresh_interval + 1) == t.refresh_interval + t.refresh + t.activate_to_column + column);
  // the row that this left open closes first
  const std::int64_t due = 2 * t.refresh_interval;
  CHECK(c.serve(0, due) == due + t.precharge + t.refresh + t.activate_to_column + column);
  c.channel.advance(100 * t.refresh_interval);
  CHECK(c.channel.activity().refreshes == 100);
}

TEST_CASE("Ready reads of other banks pass a read that waits for its row", "[rtl][memory][dram]") {
  const auto part = part_of("ddr4-2400");
  Channel c(part);
  c.serve(0, 100);
  c.serve(64, 150);  // opens the row of the next bank group
  c.channel.served.clear();
  c.channel.push(false, part.row_bytes * part.banks(), 1, 400);  // conflicts in bank 0
  c.channel.push(false, 64, 2, 400);
  c.channel.advance(600);
  REQUIRE(c.channel.served.size() == 2);
  CHECK(c.channel.served[0].tag == 2);
  CHECK(c.channel.served[1].tag == 1);
}

TEST_CASE("Writes wait for reads and a direction keeps the bus for its turn", "[rtl][memory][dram]") {
  const auto part = part_of("ddr4-2400");
  DramChannel channel(part);
  for (unsigned i = 0; i + 1 < part.queue; ++i) channel.push(true, i * 64, i, 10);
  channel.push(false, 0, 99, 10);
  channel.advance(100);
  REQUIRE_FALSE(channel.served.empty());
  CHECK(channel.served[0].tag == 99);
  SECTION("a turn of writes ends for a read") {
    channel.reset();
    for (unsigned i = 0; i < part.queue; ++i) channel.push(true, i * 64, i, 10);
    channel.advance(10);  // the bus turns
    channel.push(false, 0, 99, 10);
    channel.advance(400);
    REQUIRE(channel.served.size() == part.queue + 1);
    CHECK(channel.served[0].write);
    const auto read = std::find_if(channel.served.begin(), channel.served.end(), [](const auto& s) { return !s.write; });
    CHECK(read - channel.served.begin() == static_cast<std::ptrdiff_t>(part.queue * 3 / 4));  // then the reads' turn
  }
}

TEST_CASE("A part file without a source or a constraint is refused and says which", "[rtl][memory][dram]") {
  const std::string good = R"(name = "x"
part = "y"
mts = 2000
bus_bits = 64
burst_length = 8
bank_groups = 2
banks_per_group = 2
row_bytes = 1024
organisation_source = "s"
[clocks]
source = "s"
CL = 1
CWL = 1
tRCD = 1
tRP = 1
tRAS = 1
tRRD_S = 1
tRRD_L = 1
tFAW = 1
tCCD_S = 1
tCCD_L = 1
tWTR_S = 1
tWTR_L = 1
tWR = 1
tRTP = 1
tRTW = 1
tREFI = 100
tRFC = 1
[controller]
queue = 4
write_buffer = 8
read_ns = 0
write_ns = 0
source = "s"
)";
  REQUIRE(parse_dram_part(good, "part"));
  const auto without = [&](const std::string& line, const std::string& instead) {
    std::string text = good;
    text.replace(text.find(line), line.size(), instead);
    const auto part = parse_dram_part(text, "part");
    REQUIRE_FALSE(part);
    CHECK(part.error().where == "part");
    return part.error().what;
  };
  CHECK(without("[clocks]\nsource = \"s\"", "[clocks]").find("clocks has no source") != std::string::npos);
  CHECK(without("tFAW = 1", "").find("tFAW") != std::string::npos);
  CHECK(without("tFAW = 1", "tFOO = 1").find("tFOO") != std::string::npos);
  CHECK(without("bank_groups = 2", "bank_groups = 3").find("power of two") != std::string::npos);
  CHECK(without("queue = 4", "queue = 0").find("queue") != std::string::npos);
}

TEST_CASE("A read through the port takes the part's latency in kernel cycles", "[rtl][memory][dram]") {
  const auto part = part_of("ddr4-2400");
  const double mhz = GENERATE(100.0, 300.0, 450.0, 1200.0);
  CAPTURE(mhz);
  SparseMemory store;
  auto memory = *make_memory("ddr4-2400", store, 1, Hertz{mhz * 1e6});
  AxiMaster in;
  AxiSlave out;
  memory->step(in, out);
  in.ar.valid = in.r_ready = true;
  std::int64_t cycle = 1, accepted = -1;
  for (; !out.r.valid; ++cycle) {
    REQUIRE(cycle < 2000);
    const bool taken = in.ar.valid && out.ar_ready;
    memory->step(in, out);
    if (taken) {
      accepted = cycle;
      in.ar.valid = false;
    }
  }
  const double dram_ns = static_cast<double>(part.timing.activate_to_column + part.timing.read_latency + part.burst_clocks()) / 1.2;
  const double ns = static_cast<double>(cycle - accepted) * 1e3 / mhz;
  CHECK(ns >= part.read_ns + dram_ns - 1e-6);
  CHECK(ns < part.read_ns + dram_ns + 3e3 / mhz + 0.84);  // three clock crossings round up
}

TEST_CASE("Every stretch of a run meets the memory as it was at the start", "[rtl][memory][dram]") {
  const std::string spec = GENERATE("ddr4-2400", "lpddr4:channels=2", "hbm2:channels=4");
  CAPTURE(spec);
  SparseMemory store;
  auto memory = *make_memory(spec, store, 77);
  AxiMaster in;
  AxiSlave out;
  const auto run = [&](int bursts) {
    std::vector<int> cycles;
    int sent = 0, got = 0;
    for (int cycle = 0; got < bursts * 8; ++cycle) {
      REQUIRE(cycle < 100000);
      in.ar.valid = sent < bursts;
      in.ar.addr = static_cast<std::uint64_t>(sent) * 4096 * 5;
      in.ar.len = 7;
      in.r_ready = true;
      sent += in.ar.valid && out.ar_ready ? 1 : 0;
      if (out.r.valid) ++got, cycles.push_back(cycle);
      memory->step(in, out);
    }
    in.ar.valid = false;
    while (!memory->idle()) memory->step(in, out);
    return cycles;
  };
  const auto restart = [&](std::uint64_t epoch) {
    memory->restart(epoch);
    out = {};
  };
  restart(0);
  const auto first = run(40);
  const auto counted = memory->activity();
  REQUIRE(counted);
  CHECK(run(40) != first);  // another refresh phase, rows open
  run(3);
  restart(1);
  CHECK(run(40) == first);
  CHECK(counted->reads * counted->burst_bytes == 40 * 8 * 64);
  CHECK(memory->activity()->reads * counted->burst_bytes == (40 + 40 + 3 + 40) * 8 * 64);  // counted on over the restart
  restart(0);
  for (int i = 0; i < 777; ++i) memory->step(in, out);  // time starts with the first address
  auto earlier = first;
  for (auto& cycle : earlier) --cycle;  // ready from the first edge on
  CHECK(run(40) == earlier);
}

TEST_CASE("Neither direction starves the other", "[rtl][memory][dram]") {
  const auto part = part_of(GENERATE("ddr4-2400", "lpddr4", "hbm2"));
  CAPTURE(part.name);
  DramChannel channel(part);
  std::uint64_t next[2] = {0, part.row_bytes * part.banks() * 7}, served[2] = {};
  for (std::int64_t now = 0; now < 200'000; now += 4) {
    channel.advance(now);
    for (const auto& s : channel.served) ++served[s.write ? 1 : 0];
    channel.served.clear();
    for (const bool write : {false, true}) {
      while (channel.room(write)) channel.push(write, next[write ? 1 : 0] += part.burst_bytes(), 0, now);
    }
  }
  const double bursts = static_cast<double>(served[0] + served[1]);
  CHECK(static_cast<double>(served[0]) / bursts == Approx(0.5).margin(0.02));
  // a turn each way a queue's three quarters; the rest is refresh and row changes
  CHECK(bursts * static_cast<double>(part.burst_clocks()) / 200'000 > 0.5);
}
