// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/hwemu/description.hpp>

namespace vernier::hwemu {

/// Faults planted in the emulated card, so that bring-up and error handling can be tried (docs/hwemu.md lists them).
class Faults {
 public:
  /// "dead_bank=TAG", "stuck_data=TAG:BIT:VALUE", "swapped_address=TAG:BIT:BIT", "slow_clock=DIVISOR", "no_done", "bus_error=read|write:BURST",
  /// "dies=CALL:SIGNAL|exit", "kills_host=CALL", separated by commas.
  [[nodiscard]] static Result<Faults> parse(const std::string& text, const std::vector<Bank>& banks);

  /// What a read of memory returns, by whatever way it is read.
  void corrupt_read(std::uint64_t address, std::span<std::byte> bytes) const;
  /// Where an access of a kernel really goes.
  [[nodiscard]] std::uint64_t kernel_address(std::uint64_t address) const;
  [[nodiscard]] double clock_divisor() const { return clock_divisor_; }
  [[nodiscard]] bool hides_done() const { return hides_done_; }
  [[nodiscard]] bool any_memory() const { return !memory_.empty() || bus_error_.burst > 0; }
  /// Whether the `burst`th burst that a port answers, counted from 1, gets SLVERR.
  [[nodiscard]] bool refuses(bool write, std::int64_t burst) const { return burst == bus_error_.burst && write == bus_error_.write; }
  /// Ends this process or the host when the `call`th call of the host has come in.
  void before_answer(std::int64_t call) const;

 private:
  enum class Kind : std::uint8_t { kDead, kStuck, kSwapped };
  struct MemoryFault {
    Kind kind;
    Bank bank;
    unsigned first = 0, second = 0;  ///< bit and value, or two bits
  };
  struct BusError {
    bool write = false;
    std::int64_t burst = 0;  ///< 0: none
  };
  std::vector<MemoryFault> memory_;
  BusError bus_error_;
  double clock_divisor_ = 1;
  bool hides_done_ = false;
  std::optional<std::int64_t> dies_at_, kills_host_at_;
  int signal_ = 0;  ///< 0: exit
};

}  // namespace vernier::hwemu
