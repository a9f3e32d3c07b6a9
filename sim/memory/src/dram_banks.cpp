// SPDX-License-Identifier: Apache-2.0
#include <vernier/memory/dram_banks.hpp>

#include <algorithm>

namespace vernier::memory {

DramBanks::DramBanks(const DramPart& part)
    : t_(part.timing), burst_(part.burst_clocks()), group_mask_(part.bank_groups - 1), banks_(part.banks()),
      group_columns_(part.bank_groups), group_activate_(part.bank_groups) {}

void DramBanks::reset() {
  std::fill(banks_.begin(), banks_.end(), Bank{});
  std::fill(group_columns_.begin(), group_columns_.end(), Columns{});
  std::fill(group_activate_.begin(), group_activate_.end(), 0);
  columns_ = {};
  activate_ = 0;
  activates_.fill(0);
  oldest_activate_ = 0;
}

std::int64_t DramBanks::earliest(DramCommand command, unsigned bank) const {
  const Bank& b = banks_[bank];
  const unsigned group = bank & group_mask_;
  switch (command) {
    case DramCommand::kActivate:
      return std::max({b.activate, activate_, group_activate_[group], activates_[oldest_activate_]});
    case DramCommand::kPrecharge:
      return b.precharge;
    case DramCommand::kRead:
      return std::max({b.column, columns_.read, group_columns_[group].read});
    case DramCommand::kWrite:
      return std::max({b.column, columns_.write, group_columns_[group].write});
    case DramCommand::kRefresh: {
      std::int64_t closed = 0;  // an activate may follow a precharge when a refresh may
      for (const Bank& any : banks_) closed = std::max(closed, any.activate);
      return closed;
    }
  }
  return 0;
}

void DramBanks::issue(DramCommand command, unsigned bank, std::int64_t at, std::uint32_t row) {
  Bank& b = banks_[bank];
  const unsigned group = bank & group_mask_;
  const auto later = [](std::int64_t& limit, std::int64_t clock) { limit = std::max(limit, clock); };
  switch (command) {
    case DramCommand::kActivate:
      b.row = row;
      b.column = at + t_.activate_to_column;
      b.precharge = at + t_.row_active;
      b.activate = at + t_.row_active + t_.precharge;
      activate_ = at + t_.activate_short;
      group_activate_[group] = at + t_.activate_long;
      activates_[oldest_activate_] = at + t_.four_activates;
      oldest_activate_ = (oldest_activate_ + 1) % 4;
      return;
    case DramCommand::kPrecharge:
      b.row = kClosed;
      later(b.activate, at + t_.precharge);
      return;
    case DramCommand::kRead:
      later(b.precharge, at + t_.read_to_precharge);
      later(columns_.read, at + t_.column_short);
      later(group_columns_[group].read, at + t_.column_long);
      later(columns_.write, at + t_.read_to_write);
      return;
    case DramCommand::kWrite: {
      const std::int64_t end = at + t_.write_latency + burst_;
      later(b.precharge, end + t_.write_recovery);
      later(columns_.write, at + t_.column_short);
      later(group_columns_[group].write, at + t_.column_long);
      later(columns_.read, end + t_.write_to_read_short);
      later(group_columns_[group].read, end + t_.write_to_read_long);
      return;
    }
    case DramCommand::kRefresh:
      for (Bank& any : banks_) later(any.activate, at + t_.refresh);
      return;
  }
}

}  // namespace vernier::memory
