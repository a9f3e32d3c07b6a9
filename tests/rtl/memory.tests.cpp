// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <cstring>
#include <ctime>
#include <deque>
#include <iostream>
#include <map>
#include <random>
#include <set>

#include <vernier/memory/axi_checker.hpp>
#include <vernier/memory/axi_memory.hpp>

using namespace vernier;
using namespace vernier::memory;

namespace {

/// A well-behaved master: random bursts in its own region per id, random stalls on both ready signals.
class Driver {
 public:
  Driver(std::string_view spec, std::uint64_t seed, int stall) : random_(seed), stall_(stall) {
    auto made = make_memory(spec, store_, seed);
    REQUIRE(made);
    memory_ = std::move(*made);
  }

  void clock() {
    checker_.observe(in_, out_);
    const bool ar = in_.ar.valid && out_.ar_ready, aw = in_.aw.valid && out_.aw_ready;
    const bool w = in_.w.valid && out_.w_ready;
    if (out_.r.valid && in_.r_ready) {
      read_order.push_back(out_.r.id);
      read[out_.r.id].push_back(out_.r);
    }
    if (out_.b.valid && in_.b_ready) responses.push_back(out_.b);
    memory_->step(in_, out_);
    ++cycle;
    if (ar) in_.ar.valid = false;
    if (aw) in_.aw.valid = false;
    if (w) in_.w.valid = false;
    in_.r_ready = !chance(stall_);
    in_.b_ready = !chance(stall_);
    // new offers
    if (!in_.ar.valid && !reads.empty() && !chance(stall_)) {
      in_.ar = reads.front();
      reads.pop_front();
    }
    if (!in_.aw.valid && !writes.empty() && !chance(stall_)) {
      in_.aw = writes.front();
      writes.pop_front();
      for (unsigned i = 0; i <= in_.aw.len; ++i) {
        AxiWriteBeat beat{true, i == in_.aw.len, strobes(), {}};
        for (auto& word : beat.data) word = static_cast<std::uint32_t>(random_());
        data.push_back(beat);
        written.push_back({in_.aw.addr + i * kBeatBytes, beat});
      }
    }
    if (!in_.w.valid && !data.empty() && !chance(stall_)) {
      in_.w = data.front();
      data.pop_front();
    }
  }
  [[nodiscard]] bool done() const {
    return reads.empty() && writes.empty() && data.empty() && !in_.ar.valid && !in_.aw.valid && !in_.w.valid &&
           memory_->idle();
  }
  void run() {
    while (!done()) {
      REQUIRE(cycle < 200000);
      clock();
    }
    checker_.finish();
    if (checker_.violation()) FAIL(checker_.violation()->text);
  }
  bool chance(int percent) { return static_cast<int>(random_() % 100) < percent; }
  std::uint64_t strobes() { return random_() % 4 == 0 ? random_() : ~std::uint64_t{0}; }

  SparseMemory store_;
  std::mt19937_64 random_;
  int stall_;
  std::unique_ptr<AxiMemory> memory_;
  AxiChecker checker_;
  AxiMaster in_;
  AxiSlave out_;
  int cycle = 0;
  std::deque<AxiAddress> reads, writes;
  std::deque<AxiWriteBeat> data;
  std::vector<std::pair<std::uint64_t, AxiWriteBeat>> written;
  std::map<std::uint32_t, std::vector<AxiReadBeat>> read;
  std::vector<std::uint32_t> read_order;
  std::vector<AxiWriteResponse> responses;
};

AxiAddress burst(std::uint64_t addr, unsigned beats, std::uint32_t id) {
  AxiAddress a;
  a.valid = true;
  a.addr = addr;
  a.len = static_cast<std::uint8_t>(beats - 1);
  a.id = id;
  return a;
}

std::uint32_t word_at(std::uint64_t address) { return static_cast<std::uint32_t>(address * 2654435761U + 12345U); }

void fill(SparseMemory& store, std::uint64_t from, std::uint64_t bytes) {
  for (std::uint64_t a = from; a < from + bytes; a += 4) {
    const std::uint32_t v = word_at(a);
    store.write(a, std::as_bytes(std::span(&v, 1)));
  }
}

}  // namespace

TEST_CASE("Reads of every memory return the bytes of the store in order for each id", "[rtl][memory]") {
  const std::string spec =
      GENERATE("ideal", "ideal:latency=1,bytes_per_cycle=64", "ideal:latency=33,bytes_per_cycle=7", "ddr4-2400", "lpddr4:channels=2",
               "hbm2:channels=4,interleave=64,outstanding=3", "hostile");
  const auto seed = GENERATE(range(1U, 6U));
  CAPTURE(spec, seed);
  Driver d(spec, seed, 30);
  fill(d.store_, 0x40000000ULL - 8192, 16384);  // across a page of the store
  std::map<std::uint32_t, std::vector<std::uint64_t>> expected;
  for (int i = 0; i < 200; ++i) {
    const auto id = static_cast<std::uint32_t>(d.random_() % 3);
    const std::uint64_t block = 0x40000000ULL - 8192 + d.random_() % 4 * 4096;
    const std::uint64_t first = d.random_() % 64;
    const auto beats = static_cast<unsigned>(1 + d.random_() % (64 - first));
    d.reads.push_back(burst(block + first * 64, beats, id));
    for (unsigned k = 0; k < beats; ++k) expected[id].push_back(block + (first + k) * 64);
  }
  d.run();
  for (const auto& [id, addresses] : expected) {
    REQUIRE(d.read[id].size() == addresses.size());
    for (std::size_t i = 0; i < addresses.size(); ++i) {
      REQUIRE(d.read[id][i].data[5] == word_at(addresses[i] + 20));
      REQUIRE(d.read[id][i].resp == AxiResponse::kOkay);
    }
  }
}

TEST_CASE("Writes of every memory change exactly the strobed bytes", "[rtl][memory]") {
  const std::string spec = GENERATE("ideal", "ideal:latency=3,bytes_per_cycle=20", "ddr4-2400:outstanding=2", "lpddr4", "hbm2:channels=32", "hostile");
  const auto seed = GENERATE(range(1U, 6U));
  CAPTURE(spec, seed);
  Driver d(spec, seed, 30);
  fill(d.store_, 0, 65536 * 2);
  SparseMemory want;
  fill(want, 0, 65536 * 2);
  std::uint64_t at = 0;  // no two bursts overlap, so their order does not matter
  for (int i = 0; i < 60; ++i) {
    const auto beats = static_cast<unsigned>(1 + d.random_() % 20);
    if (at % 4096 + beats * 64 > 4096) at += 4096 - at % 4096;
    d.writes.push_back(burst(at, beats, static_cast<std::uint32_t>(d.random_() % 3)));
    at += beats * 64;
  }
  d.run();
  CHECK(d.responses.size() == 60);
  for (const auto& [address, beat] : d.written) want.write_beat(address, beat.data, beat.strb);
  std::vector<std::byte> a(65536 * 2), b(65536 * 2);
  want.read(0, a);
  d.store_.read(0, b);
  CHECK(a == b);
}

TEST_CASE("A hostile memory interleaves ids and answers writes out of order", "[rtl][memory]") {
  Driver d("hostile", 3, 10);
  for (unsigned i = 0; i < 80; ++i) {
    d.reads.push_back(burst(i * 4096, 16, i % 2));
    d.writes.push_back(burst(i * 4096, 2, i % 8));
  }
  d.run();
  std::size_t switches = 0;
  for (std::size_t i = 1; i < d.read_order.size(); ++i) switches += d.read_order[i] != d.read_order[i - 1] ? 1 : 0;
  CHECK(switches > 100);  // 80 bursts: more switches than bursts means beats interleave
  bool reordered = false;
  for (std::size_t i = 0; i < d.responses.size(); ++i) reordered |= d.responses[i].id != i % 8;
  CHECK(reordered);
}

TEST_CASE("A hostile write becomes visible only with its response", "[rtl][memory]") {
  Driver d("hostile", 5, 0);
  d.writes.push_back(burst(128, 1, 0));
  Beat beat{};
  while (d.responses.empty()) {
    REQUIRE(d.cycle < 5000);
    d.store_.read_beat(128, beat);
    CHECK(beat == Beat{});
    d.clock();
  }
  Beat want{};
  SparseMemory reference;
  reference.write_beat(128, d.written[0].second.data, d.written[0].second.strb);
  reference.read_beat(128, want);
  d.store_.read_beat(128, beat);
  CHECK(beat == want);
}

TEST_CASE("A faulty memory answers some bursts with errors and names them", "[rtl][memory]") {
  std::set<std::pair<bool, AxiResponse>> kinds;
  for (unsigned seed = 1; seed <= 10; ++seed) {
    Driver d("faulty", seed, 10);
    for (unsigned i = 0; i < 20; ++i) {
      d.reads.push_back(burst(i * 4096, 4, 0));
      d.writes.push_back(burst(i * 4096, 2, 0));
    }
    d.run();
    std::size_t bad = 0;
    for (const auto& b : d.responses) bad += b.resp != AxiResponse::kOkay ? 1 : 0;
    bool bad_read = false, injected_read = false;
    for (const auto& r : d.read[0]) bad_read |= r.resp != AxiResponse::kOkay;
    for (const auto& f : d.memory_->faults()) {
      bad -= f.write ? 1 : 0;
      injected_read |= !f.write;
      kinds.insert({f.write, f.resp});
    }
    CHECK(bad == 0);
    CHECK(bad_read);
    CHECK(injected_read);
  }
  CHECK(kinds.size() == 4);
}

TEST_CASE("An ideal memory answers after its latency at its bandwidth", "[rtl][memory]") {
  const int latency = GENERATE(1, 2, 80);
  const int rate = GENERATE(64, 32, 48, 1);
  CAPTURE(latency, rate);
  Driver d("ideal:latency=" + std::to_string(latency) + ",bytes_per_cycle=" + std::to_string(rate), 1, 0);
  d.reads = {burst(0, 32, 0), burst(4096, 32, 1)};
  int accepted = -1, first = -1, last = -1;
  while (d.read_order.size() < 64) {
    REQUIRE(d.cycle < 20000);
    if (accepted < 0 && d.in_.ar.valid && d.out_.ar_ready) accepted = d.cycle;
    d.clock();
    if (first < 0 && !d.read_order.empty()) first = d.cycle - 1;
    last = d.cycle - 1;
  }
  CHECK(first - accepted == latency);
  CHECK(last - first == (63 * 64 + rate - 1) / rate);
}

TEST_CASE("A memory repeats its cycles after reset whatever ran before", "[rtl][memory]") {
  const std::string spec = GENERATE("ideal:latency=9,bytes_per_cycle=48", "ddr4-2400", "hbm2:channels=2", "hostile:4", "faulty:4");
  CAPTURE(spec);
  std::vector<int> cycles;
  SparseMemory store;
  auto memory = *make_memory(spec, store, 77);
  for (int round = 0; round < 3; ++round) {
    AxiMaster in;
    AxiSlave out;
    memory->reset();
    int sent = 0, got = 0, cycle = 0;
    const int bursts = round == 1 ? 7 : 20;  // another load in between
    while (got < bursts * 8) {
      REQUIRE(cycle < 50000);
      in.ar = burst(static_cast<std::uint64_t>(sent) * 4096, 8, static_cast<std::uint32_t>(sent % 2));
      in.ar.valid = sent < bursts;
      in.r_ready = true;
      sent += in.ar.valid && out.ar_ready ? 1 : 0;
      got += out.r.valid ? 1 : 0;
      memory->step(in, out);
      ++cycle;
    }
    cycles.push_back(cycle);
  }
  CHECK(cycles[0] == cycles[2]);
  CHECK(cycles[0] != cycles[1]);
}

TEST_CASE("A hostile memory has one schedule a stretch, whatever ran before it", "[rtl][memory]") {
  SparseMemory store;
  const auto memory = *make_memory("hostile:4", store, 1);
  const auto edges = [&](std::uint64_t epoch) {
    AxiMaster in;
    AxiSlave out;
    memory->restart(epoch);
    int sent = 0, got = 0, edge = 0;
    for (; got < 160; ++edge) {
      in.ar = burst(static_cast<std::uint64_t>(sent) * 4096, 8, static_cast<std::uint32_t>(sent % 2));
      in.ar.valid = sent < 20;
      in.r_ready = true;
      sent += in.ar.valid && out.ar_ready ? 1 : 0;
      got += out.r.valid ? 1 : 0;
      memory->step(in, out);
    }
    return edge;
  };
  std::set<int> different;
  for (std::uint64_t epoch = 0; epoch < 6; ++epoch) {
    const int first = edges(epoch);
    (void)edges(epoch + 3);
    CHECK(edges(epoch) == first);
    different.insert(first);
  }
  CHECK(different.size() > 3);
}

TEST_CASE("Another seed gives a hostile memory another schedule", "[rtl][memory]") {
  std::set<int> cycles;
  for (unsigned seed = 1; seed <= 6; ++seed) {
    Driver d("hostile:" + std::to_string(seed), 1, 0);
    for (unsigned i = 0; i < 30; ++i) d.reads.push_back(burst(i * 4096, 4, 0));
    d.run();
    cycles.insert(d.cycle);
  }
  CHECK(cycles.size() > 3);
}

TEST_CASE("A wrong memory description is refused with what is allowed", "[rtl][memory]") {
  SparseMemory store;
  for (const char* spec : {"", "dram", "ideal:", "ideal:latency=0", "ideal:latency=x", "ideal:bytes_per_cycle=65",
                           "ideal:speed=3", "ideal:latency", "hostile:abc", "hostile:-1", "ddr4", "ddr4-2400:channels=3", "hbm2:channels=64", "lpddr4:interleave=32",
                           "ddr4-2400:latency=3", "faulty:1,2", "idealx"}) {
    CAPTURE(spec);
    const auto made = make_memory(spec, store, 1);
    REQUIRE_FALSE(made);
    CHECK(made.error().code == ErrorCode::kInvalidInput);
    CHECK(made.error().what.find("allowed") != std::string::npos);
  }
  for (const char* spec : {"ideal", "ideal:latency=5", "ideal:bytes_per_cycle=1,latency=1000000", "hostile",
                           "ddr4-2400", "lpddr4:outstanding=64", "hbm2:channels=32,interleave=65536",
                           "hostile:18446744073709551615", "faulty:3"}) {
    CHECK(make_memory(spec, store, 1));
  }
}

TEST_CASE("A memory costs few nanoseconds a cycle", "[rtl][memory][speed]") {
  struct Bound {
    const char* memory;
    double beats;  ///< moved in 3 million busy cycles at least, both directions
    double idle, busy;  ///< ns, with room for a busy machine
  };
  for (const Bound& bound : {Bound{"ideal", 2'900'000, 30, 180}, Bound{"ddr4-2400", 1'200'000, 30, 600}, Bound{"hbm2:channels=4", 2'500'000, 30, 3000}}) {
    CAPTURE(bound.memory);
    SparseMemory store;
    fill(store, 0, 1 << 20);
    auto memory = *make_memory(bound.memory, store, 1);
    AxiMaster in;
    AxiSlave out;
    const auto time = [](int cycles, auto&& body) {
      double best = 1e9;  // of three, in processor time: other work shares the machine
      for (int round = 0; round < 3; ++round) {
        const auto start = std::clock();
        for (int i = 0; i < cycles; ++i) body(i);
        best = std::min(best, 1e9 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC / cycles);
      }
      return best;
    };
    memory->step(in, out);
    const double idle = time(1'000'000, [&](int) { memory->step(in, out); });
    std::uint64_t beats = 0, sent = 0;
    in.r_ready = in.b_ready = true;
    const double busy = time(1'000'000, [&](int) {
      in.ar = burst(sent % 256 * 4096, 16, 1);
      in.aw = burst(sent % 256 * 4096, 16, 1);
      in.w.valid = true;
      in.w.strb = ~std::uint64_t{0};
      beats += out.r.valid ? 1 : 0;
      sent += out.ar_ready ? 1 : 0;
      memory->step(in, out);
    });
    std::cout << bound.memory << " memory: idle " << idle << " ns, reading and writing every cycle " << busy << " ns a cycle\n";
    CHECK(static_cast<double>(beats) > bound.beats);
    CHECK(idle < bound.idle);
    CHECK(busy < bound.busy);
  }
}
