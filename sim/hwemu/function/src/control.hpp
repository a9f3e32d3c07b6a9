// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>

#include "pin.hpp"

namespace vernier_unit {

/// The AXI4-Lite port with Vitis HLS' registers: 0x00 control, 0x04 to 0x0c interrupts, arguments behind.
class Control {
 public:
  Control(Pins& pins, bool handshake, bool chain);

  void edge();
  /// The function is to begin now; said once a run.
  [[nodiscard]] bool take_start();
  void note_done();
  /// What the function left in a register of its own; the word behind it says once that it is there.
  void set_output(std::uint64_t offset, std::uint32_t bytes, std::uint64_t value);
  [[nodiscard]] std::uint64_t argument(std::uint64_t offset, std::uint32_t bytes) const;

 private:
  [[nodiscard]] std::uint32_t read(std::uint64_t offset);
  void write(std::uint64_t offset, std::uint32_t value, std::uint32_t strobe);
  Pin &aw_valid_, &aw_ready_, &aw_addr_, &w_valid_, &w_ready_, &w_data_, &w_strb_, &b_valid_, &b_ready_, &b_resp_;
  Pin &ar_valid_, &ar_ready_, &ar_addr_, &r_valid_, &r_ready_, &r_data_, &r_resp_, &interrupt_;
  const bool handshake_, chain_;
  bool address_there_ = false, data_there_ = false;
  std::uint64_t address_ = 0;
  std::uint32_t data_ = 0, strobe_ = 0;
  bool start_ = false, running_ = false, done_ = false, ready_ = false, restarts_ = false;
  std::uint32_t global_enable_ = 0, enable_ = 0, status_ = 0;
  std::map<std::uint64_t, std::uint32_t> arguments_;
  std::map<std::uint64_t, std::uint32_t> outputs_;  // words that the host cannot write
  std::map<std::uint64_t, bool> valid_;             // by the offset of the word that says so
};

}  // namespace vernier_unit
