// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <vernier/memory/dram_activity.hpp>
#include <vernier/memory/dram_banks.hpp>

namespace vernier::memory {

/// One channel with its scheduler. Rows stay open. Of one direction the first ready command goes first, columns before
/// rows, in order within a bank. Writes wait until there are no reads or until they fill their queue. Because each turn
/// of the bus costs, a direction that others wait for keeps the bus for three quarters of a queue. A refresh that is due
/// closes all banks and comes before anything else.
class DramChannel {
 public:
  explicit DramChannel(const DramPart& part);
  void reset();

  [[nodiscard]] bool room(bool write) const { return queue(write).size() < depth_; }
  [[nodiscard]] std::size_t waiting(bool write) const { return queue(write).size(); }
  [[nodiscard]] std::size_t depth() const { return depth_; }
  /// One burst of the part, from memory clock `at` on. `address` counts bytes within the channel; `tag` comes back.
  void push(bool write, std::uint64_t address, std::uint32_t tag, std::int64_t at);
  [[nodiscard]] bool idle() const { return reads_.empty() && writes_.empty(); }

  /// Issues every command that is legal up to and including memory clock `now`.
  void advance(std::int64_t now) {
    while (next_ <= now) issue_next(now);
  }

  struct Served {
    std::uint32_t tag;
    bool write;
    std::int64_t end;  ///< memory clock after the last data
  };
  /// Bursts served by the last advance()s; the caller clears it.
  std::vector<Served> served;

  [[nodiscard]] const DramActivity& activity() const { return activity_; }

 private:
  struct Request {
    std::int64_t at;
    std::uint32_t row, tag;
    std::uint16_t bank;
  };
  struct Choice {
    std::int64_t at;
    std::size_t index;
    DramCommand command;
  };
  [[nodiscard]] const std::vector<Request>& queue(bool write) const { return write ? writes_ : reads_; }
  void choose_direction();
  [[nodiscard]] DramCommand needed(const Request& request, bool write) const;
  [[nodiscard]] Choice choose(const std::vector<Request>& requests) const;
  void issue_next(std::int64_t now);
  void refresh(std::int64_t now);

  DramPart part_;
  DramBanks banks_;
  std::size_t depth_;
  unsigned burst_shift_, bank_shift_, column_shift_, bank_mask_;
  std::vector<Request> reads_, writes_;  ///< oldest first; as short as the queue is deep
  bool writing_ = false;
  std::size_t in_turn_ = 0;  ///< bursts served since the bus turned
  std::int64_t clock_ = 0;  ///< first clock at which the command bus is free
  std::int64_t next_ = 0;   ///< nothing can be issued before this clock
  std::int64_t refresh_due_ = 0;
  DramActivity activity_;
};

}  // namespace vernier::memory
