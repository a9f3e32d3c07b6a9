// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include <vernier_unit/unit.hpp>

#include "pin.hpp"

namespace vernier_unit {

inline constexpr std::uint64_t kLineBytes = 64;  ///< a beat: ports are widened to 512 bits, as Vitis does
inline constexpr std::uint64_t kBurstLines = 16; ///< Vitis' default for the longest burst
using Line = std::array<unsigned char, kLineBytes>;

/// One AXI4 master port: bursts that arguments ask for, in order, all of one id.
class MemoryPort {
 public:
  MemoryPort(const std::string& name, Pins& pins);

  struct Read {
    std::uint64_t line = 0, lines = 0;
    std::function<void(std::uint64_t line, const Line& data)> deliver;
  };
  struct Write {
    std::uint64_t line = 0;
    std::deque<Line> data;
    std::deque<std::uint64_t> strobes;
  };
  void read(Read burst) { wanted_.push_back(std::move(burst)); }
  /// Waits while too many are on their way.
  void write(Write burst);
  /// A rising edge with settled inputs; outputs are those of the next cycle.
  void edge();
  /// Forgets bursts that were wanted ahead and not asked for yet.
  void forget_wanted();
  [[nodiscard]] bool idle() const { return wanted_.empty() && reads_.empty() && writes_.empty() && unanswered_ == 0; }
  [[nodiscard]] const std::string& failure() const { return failure_; }
  [[nodiscard]] const std::string& name() const { return name_; }

  Resource read_beats, write_beats;  ///< an access to another line takes a cycle of its direction

 private:
  void fail(const char* what, std::uint64_t response);
  std::string name_;
  Pin &ar_valid_, &ar_ready_, &ar_id_, &ar_addr_, &ar_len_, &ar_size_, &ar_burst_;
  Pin &r_valid_, &r_ready_, &r_id_, &r_data_, &r_resp_, &r_last_;
  Pin &aw_valid_, &aw_ready_, &aw_id_, &aw_addr_, &aw_len_, &aw_size_, &aw_burst_;
  Pin &w_valid_, &w_ready_, &w_data_, &w_strb_, &w_last_;
  Pin &b_valid_, &b_ready_, &b_id_, &b_resp_;
  std::deque<Read> wanted_, reads_;  // reads_: offered or accepted
  std::deque<Write> writes_;         // the first one's address may be out
  bool address_out_ = false;
  std::size_t unanswered_ = 0;
  std::string failure_;
};

}  // namespace vernier_unit
