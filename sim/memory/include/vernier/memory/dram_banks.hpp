// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include <vernier/memory/dram_part.hpp>

namespace vernier::memory {

enum class DramCommand : std::uint8_t { kActivate, kPrecharge, kRead, kWrite, kRefresh };

/// The banks of one channel: which rows are open, and when which command is legal. Times are memory clocks since
/// reset(). Banks are numbered so that neighbours lie in different bank groups: group = bank % groups.
class DramBanks {
 public:
  explicit DramBanks(const DramPart& part);
  void reset();

  /// The first clock at which `command` is legal as far as timing goes; the row's state is the caller's concern.
  /// kRefresh concerns all banks, which must be closed; `bank` is ignored.
  [[nodiscard]] std::int64_t earliest(DramCommand command, unsigned bank) const;
  [[nodiscard]] bool legal(DramCommand command, unsigned bank, std::int64_t at) const { return at >= earliest(command, bank); }
  /// Takes note of a command that is legal `at`; `row` is read by kActivate alone.
  void issue(DramCommand command, unsigned bank, std::int64_t at, std::uint32_t row = 0);

  static constexpr std::int64_t kClosed = -1;
  /// The open row, or kClosed.
  [[nodiscard]] std::int64_t row(unsigned bank) const { return banks_[bank].row; }

 private:
  struct Bank {
    std::int64_t row = kClosed;
    std::int64_t activate = 0, precharge = 0, column = 0;  ///< first legal clocks
  };
  struct Columns {
    std::int64_t read = 0, write = 0;
  };

  DramTiming t_;
  std::int64_t burst_;
  unsigned group_mask_;
  std::vector<Bank> banks_;
  std::vector<Columns> group_columns_;
  std::vector<std::int64_t> group_activate_;
  Columns columns_;
  std::int64_t activate_ = 0;
  std::array<std::int64_t, 4> activates_{};  ///< clocks from which one more activate fits the window of four
  unsigned oldest_activate_ = 0;
};

}  // namespace vernier::memory
