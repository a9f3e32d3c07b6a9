// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vector_stimulus.hpp"
#include "wires.hpp"

namespace vernier::test {

/// The depthwise command as rtl/spec/npu.toml states it; its requantisation is that of VectorModel, whose parameter
/// buffer is the depthwise buffer here.
class DepthwiseModel : public VectorModel {
 public:
  DepthwiseModel(int taps, int columns, int block, std::size_t abuf_bytes, std::size_t dbuf_words)
      : VectorModel(columns, abuf_bytes, dbuf_words), taps_(taps), columns_(columns), block_(block) {}

  int windows = 0, tiles = 0, padded_windows = 0;

  void run(const spec::Word& c) {
    namespace d = spec::depthwise;
    namespace v = spec::vector;
    const std::uint32_t n_y = field(c, d::n_y), n_x = field(c, d::n_x), n_kw = field(c, d::n_kw);
    const std::uint32_t passes = field(c, d::n_kh) * n_kw;
    std::deque<Acc> rows(n_y * n_x, Acc(static_cast<std::size_t>(columns_)));
    for (std::uint32_t t = 0; t < passes; ++t) {
      for (std::uint32_t p = 0; p < n_y * n_x; ++p) add(c, t, t / n_kw, t % n_kw, p / n_x, p % n_x, rows[p]);
    }
    tiles += static_cast<int>(passes);
    windows += static_cast<int>(passes * n_y * n_x);
    spec::Word rest{};
    spec::set(rest, v::n_ct, 1);
    const std::pair<spec::Field, spec::Field> same[] = {
        {v::n_y, d::n_y},         {v::n_x, d::n_x},             {v::descriptor, d::descriptor}, {v::out_base, d::out_base},
        {v::out_row, d::out_row}, {v::out_pitch, d::out_pitch}, {v::out_bytes, d::out_bytes}};
    for (const auto& [to, from] : same) spec::set(rest, to, spec::get(c, from));
    VectorModel::run(rest, rows);
  }

 private:
  void add(const spec::Word& c, std::uint32_t t, std::uint32_t kh, std::uint32_t kw, std::uint32_t y, std::uint32_t x, Acc& row) {
    namespace d = spec::depthwise;
    const auto block = static_cast<std::uint32_t>(block_), columns = static_cast<std::uint32_t>(columns_);
    const std::uint32_t taps = static_cast<std::uint32_t>(taps_), rows_per_word = 64 / columns;
    const std::uint32_t tile_words = (taps + rows_per_word - 1) / rows_per_word;
    const std::uint32_t down = y * field(c, d::stride_y) + kh * field(c, d::dil_y);
    const std::uint32_t right = x * field(c, d::stride_x) + kw * field(c, d::kw_pixels);
    const auto iy = spec::get_signed(c, d::iy0) + down, ix = spec::get_signed(c, d::ix0) + right;
    bool padded = false;
    for (std::uint32_t p = 0; p < taps; ++p) {
      const bool inside = iy >= 0 && iy < field(c, d::in_h) && ix + p >= 0 && ix + p < field(c, d::in_w);
      padded |= !inside;
      for (std::uint32_t lane = 0; lane < columns; ++lane) {
        const std::uint32_t address = field(c, d::in_base) + down * field(c, d::in_row) + (right + p) * block + lane;
        const std::uint8_t byte = inside ? abuf[(address & 0x3FFFFF) % abuf.size()] : static_cast<std::uint8_t>(field(c, d::pad));
        const std::size_t word = field(c, d::weight_base) + t * tile_words + p / rows_per_word;
        const std::uint32_t at = p % rows_per_word * columns + lane;
        const auto weight = static_cast<std::int8_t>(pbuf[word % pbuf.size()].words[at / 8] >> (8 * (at % 8)));
        row[lane] += static_cast<std::int8_t>(byte) * weight;
      }
    }
    padded_windows += padded ? 1 : 0;
  }

  int taps_, columns_, block_;
};

enum class DepthwiseEvent : std::size_t {
  kBusy, kWindows, kStallWeights, kStallInput, kStallOutput, kWeightWords, kSwaps, kAccReads, kAccWrites, kRows, kStallWrite,
  kParamReads, kReads, kCount
};

/// Drives a Verilated depthwise_bench.
template <class Dut>
class DepthwiseBench {
 public:
  static constexpr std::size_t kAbufWords = 512, kDbufWords = 128, kAccRows = 64;
  using Event = DepthwiseEvent;

  explicit DepthwiseBench(unsigned seed = 1) : stimulus_(seed) { reset(dut_); }

  void load(const std::vector<std::uint8_t>& abuf, const std::vector<spec::Word>& dbuf) {
    for (std::size_t word = 0; word < kAbufWords; ++word) {
      dut_.load_req_i = 1;
      dut_.load_addr_i = static_cast<std::uint16_t>(word);
      std::copy_n(abuf.begin() + static_cast<std::ptrdiff_t>(64 * word), 64, bytes_of(dut_.load_data_i).begin());
      dut_.fill_req_i = word < kDbufWords;
      dut_.fill_addr_i = static_cast<std::uint8_t>(word % kDbufWords);
      std::memcpy(bytes_of(dut_.fill_data_i).data(), dbuf[word % kDbufWords].words.data(), 64);
      clock(dut_);
    }
    dut_.load_req_i = 0;
  }

  [[nodiscard]] std::vector<std::uint8_t> dump() {
    std::vector<std::uint8_t> bytes(kAbufWords * 64);
    for (std::size_t word = 0; word < kAbufWords; ++word) {
      dut_.dump_req_i = 1;
      dut_.dump_addr_i = static_cast<std::uint16_t>(word);
      clock(dut_);
      dut_.dump_req_i = 0;
      clock(dut_);
      std::memcpy(bytes.data() + word * 64, bytes_of(dut_.dump_data_o).data(), 64);
    }
    return bytes;
  }

  /// Plays the commands to the last retirement; returns the cycles from the first acceptance to it, both counted.
  int run(const std::vector<Issue>& issues, Stalls stalls = {}) {
    std::size_t accepted = 0, retired = 0;
    int cycles = 0, quiet = 0;
    window_cycles.clear();
    while (retired < issues.size()) {
      REQUIRE(++quiet < 5000);  // cycles without a sign of life
      dut_.block_read_i = stimulus_.chance(stalls.reads);
      dut_.block_write_i = stimulus_.chance(stalls.writes);
      dut_.foreign_req_i = stimulus_.chance(stalls.foreign);
      dut_.foreign_addr_i = static_cast<std::uint16_t>(stimulus_.below(kAbufWords));
      if (!dut_.cmd_valid_i && accepted < issues.size() && (!issues[accepted].waits || retired == accepted) &&
          !stimulus_.chance(stalls.commands)) {
        std::memcpy(bytes_of(dut_.cmd_i).data(), issues[accepted].command.words.data(), 64);
        dut_.cmd_valid_i = 1;
      }
      dut_.eval();
      const bool accepts = dut_.cmd_valid_i && dut_.cmd_ready_o;
      REQUIRE(bool(dut_.busy_o) == (accepted > retired));
      if (accepted > 0 || accepts) ++cycles;
      count();
      refused += dut_.refused_o;
      if (dut_.events_o >> static_cast<int>(Event::kWindows) & 1) window_cycles.push_back(cycles);
      if (dut_.retire_o) ++retired;
      if (accepts || dut_.retire_o || dut_.write_o || dut_.events_o >> static_cast<int>(Event::kWindows) & 1) quiet = 0;
      accepted += accepts ? 1 : 0;
      REQUIRE(retired <= accepted);
      clock(dut_);
      if (accepts) dut_.cmd_valid_i = 0;
    }
    dut_.foreign_req_i = 0;  // loads and dumps have the buffer to themselves
    dut_.eval();
    REQUIRE_FALSE(dut_.busy_o);
    return cycles;
  }

  [[nodiscard]] int events(Event e) const { return events_[static_cast<std::size_t>(e)]; }
  /// Cycles from the first window of the last run to its last, both counted.
  [[nodiscard]] int span() const { return window_cycles.back() - window_cycles.front() + 1; }

  int refused = 0;
  std::vector<int> window_cycles;

 private:
  void count() {
    for (std::size_t e = 0; e < events_.size(); ++e) events_[e] += dut_.events_o >> e & 1;
    // a cycle has a window or one cause why not, never two
    const auto one = [this](Event e) { return dut_.events_o >> static_cast<int>(e) & 1; };
    REQUIRE(one(Event::kWindows) + one(Event::kStallWeights) + one(Event::kStallInput) + one(Event::kStallOutput) <= 1);
  }

  Dut dut_;
  Stimulus stimulus_;
  std::array<int, static_cast<std::size_t>(Event::kCount)> events_{};
};

}  // namespace vernier::test
