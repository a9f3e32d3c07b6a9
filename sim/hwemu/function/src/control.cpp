// SPDX-License-Identifier: Apache-2.0
#include "control.hpp"

#include <utility>

namespace vernier_unit {
namespace {
enum Register : std::uint64_t { kControl = 0x0, kGlobalEnable = 0x4, kEnable = 0x8, kStatus = 0xc, kArguments = 0x10 };
constexpr std::uint32_t kStart = 1, kDone = 2, kIdle = 4, kReady = 8, kContinue = 16, kRestart = 128;
constexpr std::uint32_t kAddressBits = 12;
}  // namespace

Control::Control(Pins& p, bool handshake, bool chain)
    : aw_valid_(p.add("s_axi_control_awvalid", 1, true)), aw_ready_(p.add("s_axi_control_awready", 1, false)), aw_addr_(p.add("s_axi_control_awaddr", kAddressBits, true)),
      w_valid_(p.add("s_axi_control_wvalid", 1, true)), w_ready_(p.add("s_axi_control_wready", 1, false)), w_data_(p.add("s_axi_control_wdata", 32, true)),
      w_strb_(p.add("s_axi_control_wstrb", 4, true)), b_valid_(p.add("s_axi_control_bvalid", 1, false)), b_ready_(p.add("s_axi_control_bready", 1, true)),
      b_resp_(p.add("s_axi_control_bresp", 2, false)), ar_valid_(p.add("s_axi_control_arvalid", 1, true)), ar_ready_(p.add("s_axi_control_arready", 1, false)),
      ar_addr_(p.add("s_axi_control_araddr", kAddressBits, true)), r_valid_(p.add("s_axi_control_rvalid", 1, false)), r_ready_(p.add("s_axi_control_rready", 1, true)),
      r_data_(p.add("s_axi_control_rdata", 32, false)), r_resp_(p.add("s_axi_control_rresp", 2, false)), interrupt_(p.add("interrupt", 1, false)), handshake_(handshake), chain_(chain) {}

void Control::edge() {
  if (aw_valid_.get() != 0 && aw_ready_.get() != 0) address_ = aw_addr_.get(), address_there_ = true;
  if (w_valid_.get() != 0 && w_ready_.get() != 0) {
    data_ = static_cast<std::uint32_t>(w_data_.get());
    strobe_ = static_cast<std::uint32_t>(w_strb_.get());
    data_there_ = true;
  }
  if (b_valid_.get() != 0 && b_ready_.get() != 0) b_valid_.set(0);
  if (address_there_ && data_there_ && b_valid_.get() == 0) {
    write(address_, data_, strobe_);
    address_there_ = data_there_ = false;
    b_valid_.set(1);
  }
  if (r_valid_.get() != 0 && r_ready_.get() != 0) r_valid_.set(0);
  if (ar_valid_.get() != 0 && ar_ready_.get() != 0) {
    r_data_.set(read(ar_addr_.get()));
    r_valid_.set(1);
  }
  aw_ready_.set(address_there_ ? 0 : 1);
  w_ready_.set(data_there_ ? 0 : 1);
  ar_ready_.set(r_valid_.get() == 0 ? 1 : 0);
  interrupt_.set((global_enable_ & 1) != 0 && status_ != 0 ? 1 : 0);
}

std::uint32_t Control::read(std::uint64_t offset) {
  switch (offset) {
    case kControl: {
      if (!handshake_) return 0;
      const bool idle = !running_ && !start_;
      const std::uint32_t value = (start_ ? kStart : 0) | (done_ ? kDone : 0) | (idle ? kIdle : 0) | (ready_ ? kReady : 0) | (restarts_ ? kRestart : 0);
      ready_ = false;  // cleared by the read; so is done, which in a chain waits for ap_continue
      if (!chain_) done_ = false;
      return value;
    }
    case kGlobalEnable: return global_enable_;
    case kEnable: return enable_;
    case kStatus: return status_;
    default: break;
  }
  if (const auto valid = valid_.find(offset); valid != valid_.end()) return std::exchange(valid->second, false) ? 1 : 0;
  if (const auto output = outputs_.find(offset); output != outputs_.end()) return output->second;
  const auto found = arguments_.find(offset);
  return found == arguments_.end() ? 0 : found->second;
}

void Control::set_output(std::uint64_t offset, std::uint32_t bytes, std::uint64_t value) {
  outputs_[offset] = static_cast<std::uint32_t>(value);
  if (bytes > 4) outputs_[offset + 4] = static_cast<std::uint32_t>(value >> 32);
  valid_[offset + bytes] = true;
}

void Control::write(std::uint64_t offset, std::uint32_t value, std::uint32_t strobe) {
  std::uint32_t mask = 0;
  for (int i = 0; i < 4; ++i) mask |= (strobe >> i & 1) != 0 ? 0xFFU << 8 * i : 0;
  value &= mask;
  switch (offset) {
    case kControl:
      if (!handshake_) return;
      if ((value & kStart) != 0) start_ = true;
      if ((value & kContinue) != 0) done_ = false;
      restarts_ = (value & kRestart) != 0;
      return;
    case kGlobalEnable: global_enable_ = value & 1; return;
    case kEnable: enable_ = value & 3; return;
    case kStatus: status_ ^= value & 3; return;  // a 1 turns the bit
    default: break;
  }
  auto& old = arguments_[offset];
  old = (old & ~mask) | value;
}

bool Control::take_start() {
  if (!start_ || running_ || (chain_ && done_)) return false;
  start_ = restarts_;
  return running_ = true;
}

void Control::note_done() {
  running_ = false;
  done_ = ready_ = true;
  status_ |= enable_;
}

std::uint64_t Control::argument(std::uint64_t offset, std::uint32_t bytes) const {
  const auto word = [this](std::uint64_t at) -> std::uint64_t {
    const auto found = arguments_.find(at);
    return found == arguments_.end() ? 0 : found->second;
  };
  return bytes > 4 ? word(offset) | word(offset + 4) << 32 : word(offset);
}

}  // namespace vernier_unit
