// SPDX-License-Identifier: Apache-2.0
#include <Vtb_vector1.h>
#include <Vtb_vector16.h>
#include <Vtb_vector20.h>
#include <Vtb_vector3.h>
#include <Vtb_vector8.h>

#include "vector_stimulus.hpp"

namespace vernier::test {
namespace {

template <class Dut>
void equals_model(int columns, Stalls stalls, unsigned seed) {
  using Bench = VectorBench<Dut>;
  CAPTURE(columns, seed, stalls.source, stalls.reads, stalls.writes);
  VectorStimulus stimulus(columns, seed);
  Bench bench(columns, seed);
  VectorModel model(columns, Bench::kAbufWords * 64, Bench::kPbufWords);
  model.abuf = stimulus.bytes(model.abuf.size());
  int overlapped = 0;
  for (int round = 0; round < 12; ++round) {
    const auto batch = stimulus.batch(model.pbuf);
    bench.load(model.abuf, model.pbuf);
    bench.run(batch.issues, batch.stream, stalls);
    auto stream = batch.stream;
    for (const auto& issue : batch.issues) {
      model.run(issue.command, stream);
      overlapped += issue.waits ? 0 : 1;
    }
    const auto got = bench.dump();
    for (std::size_t at = 0; at < got.size(); ++at) {
      if (got[at] == model.abuf[at]) continue;
      CAPTURE(round, at, int(got[at]), int(model.abuf[at]));
      FAIL("a byte of the activation buffer differs from the model");
    }
  }
  const VectorSeen& seen = model.seen;
  CHECK(bench.events[kRows] == seen.rows);
  CHECK(bench.events[kBinaryRows] == seen.binary_rows);
  CHECK(bench.events[kTaps] == seen.taps);
  CHECK(bench.events[kParamReads] == seen.param_reads);
  CHECK(bench.events[kExponentials] == seen.exponentials);
  CHECK(bench.events[kReciprocals] == seen.pixels);
  CHECK(bench.events[kSourceReads] > 0);
  CHECK(bench.events[kOtherReads] > 0);
  CHECK(bench.events[kStallSource] > 0);
  CHECK((stalls.reads < 90 || bench.events[kStallOther] > 0));
  CHECK((stalls.writes < 90 || bench.events[kStallWrite] > 0));
  // the stimulus was what it claims to be
  CHECK(overlapped > 20);
  CHECK(std::min({seen.several_blocks, seen.parts_of_blocks}) > 5);
  CHECK(seen.spread_results > 1000);
  CHECK(std::min({seen.added, seen.multiplied, seen.subtracted}) > 100);
  CHECK(seen.padded_taps > 100);
  CHECK((columns == 1 || (seen.straddles > 50 && seen.overlaps > 5)));
  CHECK(bench.partial_writes > 50);
  CHECK(seen.shift_zero > 10);
  CHECK(seen.shift_max > 10);
  CHECK((columns < 8 || (seen.ties_even > 10 && seen.ties_odd > 10 && seen.ties_negative > 10)));
  CHECK(seen.clamped_low > 50);
  CHECK(seen.clamped_high > 50);
}

const Stalls kStalls[] = {{0, 0, 0, 0, 0},     {50, 0, 0, 50, 30}, {0, 50, 0, 0, 30}, {0, 0, 50, 0, 0},
                          {90, 50, 50, 90, 0}, {0, 90, 0, 0, 50},  {0, 0, 95, 0, 0}};

TEST_CASE("The vector unit leaves the bytes of its model for any commands under any stalls", "[rtl]") {
  const unsigned which = GENERATE(range(0U, 7U));
  const Stalls stalls = kStalls[which];
  SECTION("1 column") { equals_model<Vtb_vector1>(1, stalls, 10 + which); }
  SECTION("3 columns") { equals_model<Vtb_vector3>(3, stalls, 20 + which); }
  SECTION("8 columns") { equals_model<Vtb_vector8>(8, stalls, 30 + which); }
  SECTION("16 columns") { equals_model<Vtb_vector16>(16, stalls, 40 + which); }
  SECTION("20 columns") { equals_model<Vtb_vector20>(20, stalls, 50 + which); }
}

// Reads a word, overwrites it and reads it again, by both readers: what they remember of the buffer must not outlive a command.
TEST_CASE("A command sees what the command before it has written", "[rtl]") {
  namespace v = spec::vector;
  namespace k = spec::descriptor;
  const bool window = GENERATE(false, true);
  CAPTURE(window);
  using Bench = VectorBench<Vtb_vector16>;
  Bench bench(16);
  VectorModel model(16, Bench::kAbufWords * 64, Bench::kPbufWords);
  for (std::size_t at = 0; at < model.abuf.size(); ++at) model.abuf[at] = static_cast<std::uint8_t>(at * 7 + at / 64);
  spec::Word d{};
  for (const auto& f : {k::lo_1, k::lo_2}) spec::set(d, f, 0x80);
  for (const auto& f : {k::hi_1, k::hi_2}) spec::set(d, f, 0x7F);
  for (const auto& f : {k::uniform, k::m, k::m_a, k::m_b}) spec::set(d, f, 1);
  model.pbuf[0] = d;
  bench.load(model.abuf, model.pbuf);
  spec::Word read{};
  for (const auto& f : {v::n_ct, v::n_y, v::n_x, v::k_h, v::k_w, v::in_h, v::in_w}) spec::set(read, f, 1);
  spec::set(read, v::out_bytes, 16);
  spec::set(read, window ? v::source : v::binary, 1);
  spec::set(read, window ? v::in_base : v::other_base, 4096);
  spec::Word write = read, again = read;
  spec::set(write, window ? v::in_base : v::other_base, 8192 + 64);  // a word of the other parity: the first stays at hand
  spec::set(write, v::out_base, 4096);
  spec::set(again, v::out_base, 64);
  const std::vector<Issue> issues{{read, true}, {write, true}, {again, true}};
  const std::deque<Acc> stream(window ? 0 : 3, Acc(16, 1));
  bench.run(issues, stream);
  auto rows = stream;
  for (const auto& issue : issues) model.run(issue.command, rows);
  CHECK(bench.dump() == model.abuf);
  CHECK_FALSE(std::equal(model.abuf.begin(), model.abuf.begin() + 16, model.abuf.begin() + 64));
}

// ---- timing, 16 columns: two parameter words a tile ----

constexpr int kTileWords = 2;
// From the cycle that accepts a command: descriptor requested in 1, there in 2, decided in 3; channel words requested from
// 3, the last one in place in 3 + kTileWords, so the first row enters in 4 + kTileWords.
constexpr int kFirstRow = 4 + kTileWords;
// From the last row: 10 stages, result queue 1, place 1, word on the port 1, retire 1 (one more to flush a straddling row).
constexpr int kTail = 14;
// The first tap is asked for in 2, its window comes from the reader in 6; a row enters one cycle after its last tap.
constexpr int kFirstTap = 6;

class Timed {
 public:
  static constexpr unsigned kUniform = 250, kTable = 251, kSoftmax = 240;  // descriptors; other words are zero but for an exponential

  Timed() : bench_(16) {
    std::vector<spec::Word> pbuf(Bench::kPbufWords);
    spec::set(pbuf[kUniform], spec::descriptor::uniform, 1);
    spec::set(pbuf[kTable], spec::descriptor::use_table, 1);
    pbuf[kSoftmax + 1].words[0] = 65535;
    bench_.load(std::vector<std::uint8_t>(Bench::kAbufWords * 64, 1), pbuf);
  }

  static spec::Word command(std::uint32_t n_ct, std::uint32_t n_y, std::uint32_t n_x) {
    namespace v = spec::vector;
    spec::Word c{};
    spec::set(c, v::n_ct, n_ct);
    spec::set(c, v::n_y, n_y);
    spec::set(c, v::n_x, n_x);
    spec::set(c, v::out_pitch, 16);
    spec::set(c, v::out_row, 16 * n_x);
    spec::set(c, v::out_tile, 16 * n_x * n_y);
    spec::set(c, v::out_bytes, 16);
    spec::set(c, v::other_base, 16384);
    spec::set(c, v::other_pitch, 16);
    spec::set(c, v::other_row, 16 * n_x);
    spec::set(c, v::other_tile, 16 * n_x * n_y);
    return c;
  }

  // Cycles from the acceptance of the first command to the last retirement, both counted.
  int cycles(const std::vector<spec::Word>& commands, Stalls stalls = {}) {
    std::vector<Issue> issues;
    std::size_t stream = 0;
    for (const auto& c : commands) {
      namespace v = spec::vector;
      issues.push_back({c, false});
      if (spec::get(c, spec::header::opcode) == 0 && spec::get(c, v::source) == 0) stream += spec::get(c, v::n_ct) * spec::get(c, v::n_y) * spec::get(c, v::n_x);
    }
    return bench_.run(issues, std::deque<Acc>(stream, Acc(16, 1)), stalls);
  }

  // Whether rows entered in `count` consecutive cycles, the first in cycle `first` after the acceptance.
  [[nodiscard]] bool rows_in_a_row(std::size_t count, int first) const {
    const auto& at = bench_.row_cycles;
    return at.size() == count && at.front() == 1 + first && at.back() == first + static_cast<int>(count);
  }

 private:
  using Bench = VectorBench<Vtb_vector16>;
  Bench bench_;
};

TEST_CASE("The vector unit takes a row a cycle from the stream of the matrix unit", "[rtl]") {
  Timed t;
  CHECK(t.cycles({Timed::command(1, 4, 50)}) == kFirstRow + 200 + kTail);
  CHECK(t.rows_in_a_row(200, kFirstRow));
}

TEST_CASE("A second operand that lies dense costs no cycles", "[rtl]") {
  Timed t;
  auto c = Timed::command(1, 4, 50);
  spec::set(c, spec::vector::binary, GENERATE(1U, 2U, 3U));
  CHECK(t.cycles({c}) == kFirstRow + 200 + kTail);
  CHECK(t.rows_in_a_row(200, kFirstRow));
}

TEST_CASE("Results at odd byte addresses cost no cycles while they lie dense", "[rtl]") {
  Timed t;
  auto c = Timed::command(1, 1, 200);
  spec::set(c, spec::vector::out_base, 5);  // the last row straddles: its second word follows a cycle later
  CHECK(t.cycles({c}) == kFirstRow + 200 + kTail + 1);
  CHECK(t.rows_in_a_row(200, kFirstRow));
}

TEST_CASE("A tile of one row costs the cycles of its parameter words", "[rtl]") {
  Timed t;
  CHECK(t.cycles({Timed::command(60, 1, 1)}) == kFirstRow + 59 * kTileWords + 1 + kTail);
}

TEST_CASE("A tile of one row and one parameter word costs a cycle", "[rtl]") {
  using Bench = VectorBench<Vtb_vector8>;
  Bench bench(8);
  bench.load(std::vector<std::uint8_t>(Bench::kAbufWords * 64, 1), std::vector<spec::Word>(Bench::kPbufWords));
  spec::Word c = Timed::command(60, 1, 1);
  spec::set(c, spec::vector::out_bytes, 8);
  CHECK(bench.run({{c, true}}, std::deque<Acc>(60, Acc(8, 1))) == 4 + 1 + 60 + kTail);
}

TEST_CASE("Uniform constants come a cycle sooner and a table four cycles later", "[rtl]") {
  Timed t;
  auto c = Timed::command(1, 1, 30);
  spec::set(c, spec::vector::descriptor, Timed::kUniform);
  t.cycles({c});
  CHECK(t.rows_in_a_row(30, kFirstRow - 1));
  spec::set(c, spec::vector::descriptor, Timed::kTable);
  t.cycles({c});
  CHECK(t.rows_in_a_row(30, kFirstRow + 4));
}

TEST_CASE("A tile of as many rows as parameter words costs its rows", "[rtl]") {
  Timed t;
  CHECK(t.cycles({Timed::command(40, 1, 3)}) == kFirstRow + 120 + kTail);
  CHECK(t.rows_in_a_row(120, kFirstRow));
}

TEST_CASE("Commands follow one another without a gap", "[rtl]") {
  Timed t;
  CHECK(t.cycles(std::vector<spec::Word>(8, Timed::command(1, 1, 20))) == kFirstRow + 160 + kTail);
  CHECK(t.rows_in_a_row(160, kFirstRow));
}

TEST_CASE("A window tap costs one cycle inside the image and outside", "[rtl]") {
  Timed t;
  namespace v = spec::vector;
  auto c = Timed::command(1, 1, 20);
  spec::set(c, v::source, 1);
  spec::set(c, v::k_h, 3);
  spec::set(c, v::k_w, 3);
  spec::set(c, v::in_h, 3);
  spec::set(c, v::in_w, 21);
  spec::set(c, v::in_pitch, 16);
  spec::set(c, v::in_row, 16 * 21);
  spec::set(c, v::in_step, 16);
  spec::set(c, v::stride_x, 1);
  spec::set(c, v::in_base, 16384 - 16);
  spec::set(c, v::ix0, 0xFFFF);
  CHECK(t.cycles({c}) == kFirstTap + 20 * 9 + 1 + kTail);
}

// 16 lanes fold in 4 cycles; after the sum 2 of them are on their way, the division takes 26 and two words the reciprocal.
TEST_CASE("A pixel of a softmax costs three passes and forty cycles less two", "[rtl]") {
  namespace s = spec::softmax;
  const unsigned pieces = GENERATE(1U, 3U, 8U), pixels = GENERATE(1U, 5U);
  CAPTURE(pieces, pixels);
  spec::Word c{};
  spec::set(c, spec::header::opcode, static_cast<std::uint64_t>(spec::Opcode::kSoftmax));
  spec::set(c, s::n_y, 1);
  spec::set(c, s::n_x, pixels);
  spec::set(c, s::channels, 16 * pieces);
  spec::set(c, s::block, 16);
  spec::set(c, s::in_pitch, 16);
  spec::set(c, s::in_block, 1024);
  spec::set(c, s::out_base, 16384);
  spec::set(c, s::out_pitch, 16);
  spec::set(c, s::out_block, 1024);
  spec::set(c, s::descriptor, Timed::kSoftmax);
  constexpr int kConstants = 11, kFold = 4, kDivide = 2 + kFold + 26 + 2, kToLanes = 2;
  Timed t;
  const int n = static_cast<int>(pixels), passes = 3 * static_cast<int>(pieces);
  const int another_word = pieces > 1 || pixels > 4 ? 1 : 0;  // of the last piece, behind one that waits for more
  CHECK(t.cycles({c}) == kConstants + n * (passes + kFold + kDivide) + kToLanes + kTail + another_word);
}

TEST_CASE("A write port that grants half of the time costs little while rows fill a quarter of a word", "[rtl]") {
  Timed t;
  Stalls stalls;
  stalls.writes = 50;
  CHECK(t.cycles({Timed::command(1, 4, 50)}, stalls) <= kFirstRow + 200 + kTail + 20);
}

}  // namespace
}  // namespace vernier::test
