// SPDX-License-Identifier: Apache-2.0
#include <Vtb_depthwise1x1x1.h>
#include <Vtb_depthwise2x3x5.h>
#include <Vtb_depthwise3x16x16.h>
#include <Vtb_depthwise3x32x32.h>
#include <Vtb_depthwise3x8x8.h>

#include "depthwise_bench.hpp"

namespace vernier::test {
namespace {

namespace d = spec::depthwise;
using Seen = DepthwiseEvent;

template <class Model, int Taps, int Columns, int Block>
struct Lanes {
  using Bench = DepthwiseBench<Model>;
  static constexpr int kTaps = Taps, kColumns = Columns, kBlock = Block;
  static constexpr int kTileWords = (Taps + 64 / Columns - 1) / (64 / Columns);
  static DepthwiseModel model() { return {Taps, Columns, Block, Bench::kAbufWords * 64, Bench::kDbufWords}; }
};
using Lanes1 = Lanes<Vtb_depthwise1x1x1, 1, 1, 1>;
using Lanes3 = Lanes<Vtb_depthwise2x3x5, 2, 3, 5>;
using Lanes8 = Lanes<Vtb_depthwise3x8x8, 3, 8, 8>;
using Lanes16 = Lanes<Vtb_depthwise3x16x16, 3, 16, 16>;
using Lanes32 = Lanes<Vtb_depthwise3x32x32, 3, 32, 32>;

/// Random convolutions whose reads stay in one half of the activation buffer and whose writes stay in the other.
class DepthwiseStimulus : public VectorStimulus {
 public:
  DepthwiseStimulus(int taps, int columns, int block, unsigned seed)
      : VectorStimulus(columns, seed), taps_(static_cast<std::uint32_t>(taps)), columns_(static_cast<std::uint32_t>(columns)),
        block_(static_cast<std::uint32_t>(block)) {}

  bool strided = false, dilated = false, several_columns = false, seven = false, one_window = false;

  /// As many commands as the depthwise buffer has constants for; fills it. Halves change places at every wait.
  std::vector<Issue> batch(std::vector<spec::Word>& dbuf) {
    std::vector<Issue> issues;
    for (auto& word : dbuf) {
      for (auto& eight : word.words) eight = static_cast<std::uint64_t>(any()) << 32 | any();
    }
    std::uint32_t word = 0;
    unsigned half = any() % 2;
    while (true) {
      const bool waits = issues.empty() || one_in(3);
      if (waits) half ^= 1U;
      spec::Word c{};
      spec::set(c, spec::header::opcode, static_cast<std::uint64_t>(spec::Opcode::kDepthwise));
      const std::uint32_t passes = kernel(c), tile_words = (taps_ + 64 / columns_ - 1) / (64 / columns_);
      const std::uint32_t descriptor = word + passes * tile_words, end = descriptor + 1 + (columns_ + 7) / 8 + 4;
      if (end > dbuf.size()) return issues;
      image(c, half ^ 1U);
      destination(c, half);
      spec::set(c, d::weight_base, word);
      spec::set(c, d::descriptor, descriptor);
      constants(dbuf, descriptor, 1);
      word = end;
      issues.push_back({c, waits});
    }
  }

 private:
  std::uint32_t kernel(spec::Word& c) {
    const std::uint32_t rows = one_in(6) ? 7 : between(1, 4), columns = one_in(6) ? 7 : between(1, 5);
    const bool spread = one_in(4);  // a pass a tap, as a kernel dilated in x needs
    const std::uint32_t passes = spread ? columns : (columns + taps_ - 1) / taps_;
    spec::set(c, d::n_kh, rows);
    spec::set(c, d::n_kw, passes);
    spec::set(c, d::kw_pixels, spread ? between(1, 4) : taps_);
    spec::set(c, d::dil_y, between(1, 3));
    dilated |= rows > 1 && spec::get(c, d::dil_y) > 1 && spread;
    several_columns |= passes > 1;
    seven |= rows == 7;
    return rows * passes;
  }

  void image(spec::Word& c, unsigned half) {
    const std::uint32_t height = between(1, 12), width = between(1, 12), row = width * block_ + between(0, 9);
    const std::uint32_t iy0 = 0U - between(0, 4), ix0 = 0U - between(0, 4);
    const std::uint32_t base = place(half, height * row + block_);
    spec::set(c, d::in_h, height);
    spec::set(c, d::in_w, width);
    spec::set(c, d::in_row, row);
    spec::set(c, d::iy0, iy0);
    spec::set(c, d::ix0, ix0);
    spec::set(c, d::in_base, base + iy0 * row + ix0 * block_);
    spec::set(c, d::stride_y, between(1, 3));
    spec::set(c, d::stride_x, between(1, 3));
    spec::set(c, d::pad, any());
    strided |= spec::get(c, d::stride_x) == 2;
  }

  void destination(spec::Word& c, unsigned half) {
    const std::uint32_t n_y = one_in(5) ? 1 : between(1, 8), n_x = one_in(5) ? 1 : between(1, 8);
    const std::uint32_t bytes = one_in(2) ? columns_ : between(1, columns_), pitch = one_in(2) ? bytes : between(bytes, 127);
    const std::uint32_t row = one_in(2) ? n_x * pitch : between(n_x * pitch, 1100);
    spec::set(c, d::n_y, n_y);
    spec::set(c, d::n_x, n_x);
    spec::set(c, d::out_bytes, bytes);
    spec::set(c, d::out_pitch, pitch);
    spec::set(c, d::out_row, row);
    spec::set(c, d::out_base, place(half, (n_y - 1) * row + (n_x - 1) * pitch + bytes));
    one_window |= n_y == 1 && n_x == 1;
  }

  std::uint32_t taps_, columns_, block_;
};

const Stalls kStalls[] = {{0, 0, 0, 0, 0}, {0, 50, 0, 50, 30}, {0, 0, 60, 0, 0}, {0, 90, 50, 90, 90}, {0, 0, 97, 0, 0}};

}  // namespace

TEMPLATE_TEST_CASE("The depthwise unit leaves the bytes of its model for any commands under any stalls", "[rtl]", Lanes1, Lanes3,
                   Lanes8, Lanes16, Lanes32) {
  const unsigned which = GENERATE(range(0U, 5U));
  const Stalls stalls = kStalls[which];
  typename TestType::Bench bench(which + 1);
  DepthwiseStimulus stimulus(TestType::kTaps, TestType::kColumns, TestType::kBlock, 100 + which);
  auto model = TestType::model();
  model.abuf = stimulus.bytes(model.abuf.size());
  int overlapped = 0, reads = 0;
  for (int round = 0; round < 16; ++round) {
    const auto issues = stimulus.batch(model.pbuf);
    bench.load(model.abuf, model.pbuf);
    bench.run(issues, stalls);
    for (const auto& issue : issues) {
      model.run(issue.command);
      overlapped += issue.waits ? 0 : 1;
      reads += static_cast<int>((spec::get(issue.command, d::n_kh) * spec::get(issue.command, d::n_kw) - 1) *
                                spec::get(issue.command, d::n_y) * spec::get(issue.command, d::n_x));
    }
    const auto got = bench.dump();
    for (std::size_t at = 0; at < got.size(); ++at) {
      if (got[at] == model.abuf[at]) continue;
      CAPTURE(which, round, at, int(got[at]), int(model.abuf[at]));
      FAIL("a byte of the activation buffer differs from the model");
    }
  }
  CHECK(bench.events(Seen::kWindows) == model.windows);
  CHECK(bench.events(Seen::kSwaps) == model.tiles);
  CHECK(bench.events(Seen::kWeightWords) == model.tiles * TestType::kTileWords);
  CHECK(bench.events(Seen::kRows) == model.seen.rows);
  CHECK(bench.events(Seen::kAccReads) == reads);
  CHECK(bench.events(Seen::kAccWrites) == reads);  // as many: every sum but a window's last is written
  CHECK(bench.events(Seen::kParamReads) == model.seen.param_reads);
  CHECK(bench.events(Seen::kReads) > 0);
  // the stimulus was what it claims to be
  CHECK(overlapped > 10);
  CHECK(model.padded_windows > 500);
  CHECK(model.windows - model.padded_windows > 50);
  CHECK(stimulus.strided);
  CHECK(stimulus.dilated);
  CHECK(stimulus.several_columns);
  CHECK(stimulus.seven);
  CHECK(stimulus.one_window);
  CHECK((stalls.reads == 0 || bench.refused > 100));
  CHECK((stalls.writes < 90 || (bench.events(Seen::kStallWrite) > 0 && bench.events(Seen::kStallOutput) > 0)));
}

namespace {

/// A kernel of k x k over rows of n_x pixels that lie dense in aligned words, padded by k / 2 on all sides.
template <class Config>
spec::Word dense(std::uint32_t k, std::uint32_t n_y, std::uint32_t n_x, std::uint32_t stride = 1) {
  constexpr std::uint32_t kTaps = Config::kTaps, kBlock = Config::kBlock;
  const std::uint32_t row = stride * n_x * kBlock, pad = k / 2;
  spec::Word c{};
  const std::pair<spec::Field, std::uint64_t> fields[] = {
      {spec::header::opcode, static_cast<std::uint64_t>(spec::Opcode::kDepthwise)},
      {d::in_base, 4096 - pad * row - pad * kBlock}, {d::in_row, row}, {d::kw_pixels, kTaps}, {d::dil_y, 1}, {d::stride_y, stride},
      {d::stride_x, stride}, {d::iy0, 0U - pad}, {d::ix0, 0U - pad}, {d::in_h, stride * n_y}, {d::in_w, stride * n_x}, {d::n_kh, k},
      {d::n_kw, (k + kTaps - 1) / kTaps}, {d::n_y, n_y}, {d::n_x, n_x}, {d::descriptor, 120},
      {d::out_row, n_x * static_cast<std::uint32_t>(Config::kColumns)}, {d::out_pitch, Config::kColumns},
      {d::out_bytes, Config::kColumns}};
  for (const auto& [field, value] : fields) spec::set(c, field, value);
  return c;
}

/// A pass of dense<Lanes16>(3, 4, 16): one window, the first within the image, lies in two words not at hand.
constexpr int kPass = 4 * 16 + 1;

template <class Config>
void empty_buffers(typename Config::Bench& bench) {
  bench.load(std::vector<std::uint8_t>(Config::Bench::kAbufWords * 64), std::vector<spec::Word>(Config::Bench::kDbufWords));
}

}  // namespace

TEMPLATE_TEST_CASE("A depthwise pass takes a cycle a window and nothing lies between passes", "[rtl]", Lanes8, Lanes16, Lanes32) {
  const std::uint32_t k = GENERATE(1U, 3U, 5U, 7U), stride = GENERATE(1U, 2U);
  CAPTURE(k, stride);
  typename TestType::Bench bench;
  empty_buffers<TestType>(bench);
  const auto c = dense<TestType>(k, 4, 16, stride);
  bench.run({{c, false}});
  const int passes = static_cast<int>(k * ((k + 2) / 3));
  CHECK(static_cast<int>(bench.window_cycles.size()) == passes * 64);
  // the first window of a row may lie in two words of which neither is at hand
  CHECK(bench.span() >= passes * 64);
  CHECK(bench.span() <= passes * (64 + (k == 1 ? 0 : 4)));
}

TEST_CASE("A command's results leave behind its last pass", "[rtl]") {
  Lanes16::Bench bench;
  empty_buffers<Lanes16>(bench);
  // 7 cycles to the first window; from the last one 3 stages of the array, the stream, and the vector unit's 14
  CHECK(bench.run({{dense<Lanes16>(3, 4, 16), false}}) == 7 + 3 * kPass + 3 + 1 + 14);
}

TEST_CASE("Depthwise commands follow one another without a gap", "[rtl]") {
  Lanes16::Bench bench;
  empty_buffers<Lanes16>(bench);
  bench.run(std::vector<Issue>(6, {dense<Lanes16>(3, 4, 16), false}));
  CHECK(bench.span() == 6 * 3 * kPass);
}

TEST_CASE("Depthwise windows lose little beside a reader that goes first", "[rtl]") {
  // a matrix unit of 16 rows reads a word in every fourth cycle; in every cycle is the worst there can be: a fourth of
  // a read a window finds its bank taken in a fourth of the cycles
  const auto [foreign, percent] = GENERATE(std::pair(25, 2), std::pair(100, 9));
  Lanes16::Bench bench;
  empty_buffers<Lanes16>(bench);
  Stalls stalls;
  stalls.foreign = foreign;
  bench.run(std::vector<Issue>(6, {dense<Lanes16>(3, 4, 16), false}), stalls);
  CHECK(bench.refused > 10);
  CHECK(bench.span() <= 6 * 3 * kPass * (100 + percent) / 100);
}

TEST_CASE("Windows of one pixel wait for their weight tile of two words", "[rtl]") {
  Lanes32::Bench bench;
  empty_buffers<Lanes32>(bench);
  bench.run({{dense<Lanes32>(5, 1, 1), false}});
  CHECK(bench.window_cycles.size() == 10);
  CHECK(bench.span() == 9 * Lanes32::kTileWords + 1);
}

}  // namespace vernier::test
