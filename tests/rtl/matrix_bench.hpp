// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <deque>
#include <optional>
#include <vector>

#include "matrix_model.hpp"
#include "wires.hpp"

namespace vernier::test {

/// What the unit's event bits added up to.
struct MatrixEvents {
  std::int64_t busy = 0, vectors = 0, stall_weights = 0, stall_input = 0, stall_output = 0;
  std::int64_t weight_words = 0, swaps = 0, acc_reads = 0, acc_writes = 0, abuf_reads = 0;
};

/// The matrix unit between its buffers and a model of what it must do. Model is one of the wrappers
/// in matrix.tests.cpp.
template <class Config>
class MatrixBench {
 public:
  static constexpr std::int64_t kRows = Config::kRows, kCols = Config::kCols;
  static constexpr std::size_t kAbufWords = 1024, kWbufWords = 1024, kAccRows = 512;

  explicit MatrixBench(std::uint32_t seed)
      : stimulus(seed), model(kRows, kCols, 64 * kAbufWords, kWbufWords, kAccRows) {
    dut.cmd_valid_i = dut.acc_ready_i = dut.rival_req_i = dut.abuf_we_i = dut.wbuf_we_i = 0;
    reset(dut);
  }

  /// New contents of both buffers, which the unit must not be using. Weights of rows above
  /// window_bytes are for the caller to clear.
  void fill() {
    stimulus.fill(model.abuf);
    stimulus.fill(model.wbuf);
  }
  void write_buffers() {
    for (std::size_t w = 0; w < kAbufWords; ++w) {
      dut.abuf_addr_i = static_cast<std::uint16_t>(w);
      dut.wbuf_addr_i = static_cast<std::uint16_t>(w);
      dut.abuf_we_i = 1;
      std::copy_n(model.abuf.begin() + static_cast<std::ptrdiff_t>(64 * w), 64,
                  bytes_of(dut.fill_data_i).begin());
      clock(dut);
      dut.abuf_we_i = 0;
      dut.wbuf_we_i = 1;
      std::copy_n(model.wbuf.begin() + static_cast<std::ptrdiff_t>(64 * w), 64,
                  bytes_of(dut.fill_data_i).begin());
      clock(dut);
      dut.wbuf_we_i = 0;
    }
  }

  /// Runs the commands; every sum, the retirements' order and every event count are checked.
  void run(const std::vector<MatrixCommand>& commands, int idle = 0, int stall = 0, int rival = 0) {
    for (const auto& c : commands) expect(c);
    std::size_t sent = 0, retired = 0;
    first_vector.reset();
    first_sum.reset();
    for (std::int64_t quiet = 0; retired < commands.size(); ++quiet) {
      REQUIRE(quiet < 5000);
      if (!dut.cmd_valid_i && sent < commands.size() && !stimulus.chance(idle)) {
        const auto word = commands[sent].encode();
        std::memcpy(bytes_of(dut.cmd_i).data(), word.words.data(), 64);
        dut.cmd_valid_i = 1;
      }
      dut.acc_ready_i = !stimulus.chance(stall);
      dut.rival_req_i = stimulus.chance(rival);
      dut.rival_addr_i = static_cast<std::uint16_t>(stimulus.below(kAbufWords));
      dut.eval();
      REQUIRE(dut.busy_o == (sent > retired));
      count();
      if (dut.acc_valid_o && dut.acc_ready_i) {
        if (!first_sum) first_sum = cycle;
        take();
        quiet = 0;
      }
      if (dut.retire_o) {
        REQUIRE(retired < sent);
        // all it must have done, and all of those before it
        CHECK(taken >= finished_[retired].emitted);
        CHECK(events.acc_writes >= finished_[retired].written);
        ++retired;
        quiet = 0;
      }
      if (dut.ev_matrix_vectors_o) {
        if (!first_vector) first_vector = cycle;
        last_vector = cycle;
        quiet = 0;
      }
      const bool accepted = dut.cmd_valid_i && dut.cmd_ready_o;
      if (accepted && sent == 0) first_accept = cycle;
      clock(dut);
      ++cycle;
      if (accepted) {
        dut.cmd_valid_i = 0;
        ++sent;
      }
    }
    finished_.clear();
    for (int i = 0; i < 8; ++i) {
      dut.eval();
      CHECK_FALSE(dut.busy_o);
      CHECK_FALSE(dut.retire_o);
      CHECK_FALSE(dut.acc_valid_o);
      clock(dut);
    }
    CHECK(expected_.empty());
    CHECK(events.vectors == want_.vectors);
    CHECK(events.swaps == want_.swaps);
    CHECK(events.weight_words == want_.weight_words);
    CHECK(events.acc_reads == want_.acc_reads);
    CHECK(events.acc_writes == want_.acc_writes);
  }

  /// Cycles from the first vector to the last of the latest run, both included.
  [[nodiscard]] std::int64_t span() const { return last_vector - *first_vector + 1; }

  typename Config::Dut dut;
  Stimulus stimulus;
  MatrixModel model;
  MatrixEvents events;
  std::int64_t cycle = 0, taken = 0, refused = 0, first_accept = 0, last_vector = 0;
  std::optional<std::int64_t> first_vector, first_sum;

 private:
  struct Finished {
    std::int64_t emitted, written;  ///< totals once the command and all before it are done
  };

  void expect(const MatrixCommand& c) {
    for (auto& row : model.run(c)) expected_.push_back(std::move(row));
    const std::int64_t vectors = c.tiles() * c.pixels(), first = c.init ? c.rows() : 0,
                       last = c.emit ? c.rows() : 0;
    want_.vectors += vectors;
    want_.swaps += c.tiles();
    want_.weight_words += c.tiles() * model.tile_words();
    want_.acc_reads += vectors - first;
    want_.acc_writes += vectors - last;
    finished_.push_back({taken + static_cast<std::int64_t>(expected_.size()), want_.acc_writes});
  }
  void take() {
    REQUIRE_FALSE(expected_.empty());
    std::vector<std::int32_t> got(static_cast<std::size_t>(kCols));
    std::memcpy(got.data(), bytes_of(dut.acc_data_o).data(), 4 * got.size());
    REQUIRE(got == expected_.front());
    expected_.pop_front();
    ++taken;
  }
  void count() {
    events.busy += dut.ev_matrix_busy_o;
    events.vectors += dut.ev_matrix_vectors_o;
    events.stall_weights += dut.ev_matrix_stall_weights_o;
    events.stall_input += dut.ev_matrix_stall_input_o;
    events.stall_output += dut.ev_matrix_stall_output_o;
    events.weight_words += dut.ev_weight_words_o;
    events.swaps += dut.ev_weight_swaps_o;
    events.acc_reads += dut.ev_acc_reads_o;
    events.acc_writes += dut.ev_acc_writes_o;
    events.abuf_reads += dut.ev_abuf_reads_matrix_o;
    refused += dut.refused_o;
    // a cycle has a vector or one cause why not, never two
    REQUIRE(dut.ev_matrix_vectors_o + dut.ev_matrix_stall_weights_o + dut.ev_matrix_stall_input_o +
                dut.ev_matrix_stall_output_o <=
            1);
  }

  MatrixEvents want_;
  std::deque<std::vector<std::int32_t>> expected_;
  std::vector<Finished> finished_;
};

}  // namespace vernier::test
