// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <catch2/catch.hpp>
#include <random>

#include "vector_model.hpp"

namespace vernier::test {

/// A command and whether it waits until all before it have retired.
struct Issue {
  spec::Word command;
  bool waits = true;
};

/// Percent of cycles in which something does not happen.
struct Stalls {
  int source = 0, reads = 0, writes = 0, commands = 0, foreign = 0;
};

enum Event { kBusy, kRows, kBinaryRows, kTaps, kStallSource, kStallOther, kStallWrite, kParamReads, kSourceReads, kOtherReads, kExponentials, kReciprocals, kEvents };

/// Drives a Verilated vector_bench: fills and dumps its buffers, plays commands and stream rows under stalls.
template <class Dut>
class VectorBench {
 public:
  static constexpr std::size_t kAbufWords = 512, kPbufWords = 256;

  explicit VectorBench(int columns, unsigned seed = 1) : random_(seed), columns_(columns) {
    dut_.rst_ni = 0;
    clock();
    clock();
    dut_.rst_ni = 1;
    clock();
  }

  void load(const std::vector<std::uint8_t>& abuf, const std::vector<spec::Word>& pbuf) {
    for (std::size_t word = 0; word < kAbufWords; ++word) {
      dut_.load_req_i = 1;
      dut_.load_addr_i = static_cast<std::uint16_t>(word);
      std::memcpy(&dut_.load_data_i, abuf.data() + word * 64, 64);
      clock();
    }
    dut_.load_req_i = 0;
    for (std::size_t word = 0; word < kPbufWords; ++word) {
      dut_.param_req_i = 1;
      dut_.param_addr_i = static_cast<std::uint8_t>(word);
      std::memcpy(&dut_.param_data_i, pbuf[word].words.data(), 64);
      clock();
    }
    dut_.param_req_i = 0;
  }

  [[nodiscard]] std::vector<std::uint8_t> dump() {
    std::vector<std::uint8_t> bytes(kAbufWords * 64);
    for (std::size_t word = 0; word < kAbufWords; ++word) {
      dut_.dump_req_i = 1;
      dut_.dump_addr_i = static_cast<std::uint16_t>(word);
      clock();
      dut_.dump_req_i = 0;
      clock();
      std::memcpy(bytes.data() + word * 64, &dut_.dump_data_o, 64);
    }
    return bytes;
  }

  /// Plays the commands to the last retirement; returns the cycles from the first acceptance to it.
  int run(const std::vector<Issue>& issues, std::deque<Acc> stream, Stalls stalls = {}) {
    std::size_t accepted = 0, retired = 0;
    int cycles = 0, quiet = 0;
    bool command_held = false, row_held = false;
    row_cycles.clear();
    while (retired < issues.size()) {
      REQUIRE(++quiet < 5000);  // cycles without a sign of life
      dut_.block_source_i = happens(stalls.reads);
      dut_.block_other_i = happens(stalls.reads);
      dut_.block_write_i = happens(stalls.writes);
      dut_.foreign_req_i = happens(stalls.foreign);
      dut_.foreign_addr_i = static_cast<std::uint16_t>(random_() % kAbufWords);
      if (!command_held) {
        const bool may = accepted < issues.size() && (!issues[accepted].waits || retired == accepted);
        dut_.cmd_valid_i = may && !happens(stalls.commands);
        if (may) std::memcpy(&dut_.cmd_i, issues[accepted].command.words.data(), 64);
      }
      if (!row_held) {
        dut_.acc_valid_i = !stream.empty() && !happens(stalls.source);
        if (!stream.empty()) std::memcpy(&dut_.acc_data_i, stream.front().data(), 4U * static_cast<unsigned>(columns_));
      }
      dut_.eval();
      const bool accepts = dut_.cmd_valid_i && dut_.cmd_ready_o;
      const bool takes = dut_.acc_valid_i && dut_.acc_ready_o;
      command_held = dut_.cmd_valid_i && !accepts;
      row_held = dut_.acc_valid_i && !takes;
      if (takes) stream.pop_front();
      if (accepted > 0 || accepts) ++cycles;
      count();
      accepted += accepts ? 1 : 0;
      if (dut_.retire_o) ++retired;
      REQUIRE(retired <= accepted);
      if (accepts || takes || dut_.retire_o || dut_.write_o) quiet = 0;
      if ((dut_.events_o >> kRows & 1) != 0) row_cycles.push_back(cycles);
      if ((dut_.events_o >> kTaps & 1) != 0) quiet = 0;
      clock();
    }
    dut_.foreign_req_i = 0;  // loads and dumps have the buffer to themselves
    REQUIRE_FALSE(dut_.busy_o);
    REQUIRE(stream.empty());
    return cycles;
  }

  std::array<int, kEvents> events{};
  int writes = 0, partial_writes = 0;
  std::vector<int> row_cycles;  ///< of the last run: cycles in which a row entered the lanes

 private:
  bool happens(int percent) { return percent > 0 && static_cast<int>(random_() % 100) < percent; }

  void count() {
    for (int e = 0; e < kEvents; ++e) events[static_cast<std::size_t>(e)] += dut_.events_o >> e & 1;
    writes += dut_.write_o;
    partial_writes += dut_.write_o && dut_.write_mask_o != ~std::uint64_t{0} ? 1 : 0;
  }

  void clock() {
    dut_.clk_i = 0;
    dut_.eval();
    dut_.clk_i = 1;
    dut_.eval();
  }

  Dut dut_;
  std::mt19937 random_;
  int columns_;
};

}  // namespace vernier::test
