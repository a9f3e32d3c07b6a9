// SPDX-License-Identifier: Apache-2.0
#include "kernel_bench.hpp"

#include <fmt/format.h>

#include <cstring>

namespace vernier::verilator {
namespace {
constexpr int kRegisterPatience = 1000;  // cycles
}

KernelBench::KernelBench(Model& model, memory::AxiMemory& memory, double clock_hz)
    : model_(model), p_(model.ports()), memory_(memory), period_ps_(static_cast<std::uint64_t>(1e12 / clock_hz)) {}

void KernelBench::reset() {
  *p_.s_axi_control_awvalid = *p_.s_axi_control_wvalid = *p_.s_axi_control_bready = 0;
  *p_.s_axi_control_arvalid = *p_.s_axi_control_rready = 0;
  *p_.ap_rst_n = 0;
  begin(0);
  for (int i = 0; i < 8; ++i) {
    *p_.ap_clk = 0;
    model_.eval();
    *p_.ap_clk = 1;
    model_.eval();
  }
  *p_.ap_rst_n = 1;
  for (int i = 0; i < 4; ++i) tick();
}

void KernelBench::begin(std::uint64_t epoch) {
  epoch_ = epoch;
  since_begin_ = 0;
  lead_ = -1;
  memory_.reset();
  memory_.restart(epoch);
  checker_.reset();
  slave_ = {};
  drive();
}

void KernelBench::sample() {
  master_.ar.valid = *p_.m_axi_gmem0_arvalid != 0;
  if (master_.ar.valid) {
    master_.ar.len = *p_.m_axi_gmem0_arlen;
    master_.ar.size = *p_.m_axi_gmem0_arsize;
    master_.ar.burst = *p_.m_axi_gmem0_arburst;
    master_.ar.id = *p_.m_axi_gmem0_arid;
    master_.ar.addr = *p_.m_axi_gmem0_araddr;
  }
  master_.aw.valid = *p_.m_axi_gmem0_awvalid != 0;
  if (master_.aw.valid) {
    master_.aw.len = *p_.m_axi_gmem0_awlen;
    master_.aw.size = *p_.m_axi_gmem0_awsize;
    master_.aw.burst = *p_.m_axi_gmem0_awburst;
    master_.aw.id = *p_.m_axi_gmem0_awid;
    master_.aw.addr = *p_.m_axi_gmem0_awaddr;
  }
  master_.w.valid = *p_.m_axi_gmem0_wvalid != 0;
  if (master_.w.valid) {
    master_.w.last = *p_.m_axi_gmem0_wlast != 0;
    master_.w.strb = *p_.m_axi_gmem0_wstrb;
    std::memcpy(master_.w.data.data(), p_.m_axi_gmem0_wdata, sizeof(memory::Beat));
  }
  master_.r_ready = *p_.m_axi_gmem0_rready != 0;
  master_.b_ready = *p_.m_axi_gmem0_bready != 0;
  moved_ = (master_.ar.valid && slave_.ar_ready) || (master_.aw.valid && slave_.aw_ready) ||
           (master_.w.valid && slave_.w_ready) || (slave_.r.valid && master_.r_ready) || (slave_.b.valid && master_.b_ready);
}

void KernelBench::drive() {
  *p_.m_axi_gmem0_arready = slave_.ar_ready ? 1 : 0;
  *p_.m_axi_gmem0_awready = slave_.aw_ready ? 1 : 0;
  *p_.m_axi_gmem0_wready = slave_.w_ready ? 1 : 0;
  *p_.m_axi_gmem0_rvalid = slave_.r.valid ? 1 : 0;
  if (slave_.r.valid) {
    *p_.m_axi_gmem0_rid = static_cast<std::uint8_t>(slave_.r.id);
    *p_.m_axi_gmem0_rresp = static_cast<std::uint8_t>(slave_.r.resp);
    *p_.m_axi_gmem0_rlast = slave_.r.last ? 1 : 0;
    std::memcpy(p_.m_axi_gmem0_rdata, slave_.r.data.data(), sizeof(memory::Beat));
  }
  *p_.m_axi_gmem0_bvalid = slave_.b.valid ? 1 : 0;
  if (slave_.b.valid) {
    *p_.m_axi_gmem0_bid = static_cast<std::uint8_t>(slave_.b.id);
    *p_.m_axi_gmem0_bresp = static_cast<std::uint8_t>(slave_.b.resp);
  }
}

void KernelBench::note_restart() {
  checker_.finish();  // nothing is outstanding where the kernel starts, at a fence either
  if (lead_ < 0) {
    lead_ = since_begin_;
    return;
  }
  memory_.restart(++epoch_);
  slave_ = {};
  for (std::int64_t i = 0; i < lead_; ++i) memory_.step({}, slave_);
}

void KernelBench::dump_waves(std::uint64_t phase_ps) {
  model_.dump_waves(static_cast<std::uint64_t>(cycle_ - waves_origin_) * period_ps_ + phase_ps);
}

void KernelBench::tick() {
  *p_.ap_clk = 0;
  model_.eval();  // settles what depends on the inputs combinationally
  if (cycle_ >= waves_first_ && cycle_ <= waves_end_) dump_waves(0);
  sample();
  issued_ = *p_.trace_issue_o;
  retired_ = *p_.trace_retire_o;
  checker_.observe(master_, slave_);
  if (*p_.trace_restart_o != 0) note_restart();
  memory_.step(master_, slave_);
  ++since_begin_;
  *p_.ap_clk = 1;
  model_.eval();
  if (cycle_ >= waves_first_ && cycle_ < waves_end_) dump_waves(period_ps_ / 2);
  drive();
  ++cycle_;
}

Result<void> KernelBench::write_register(std::uint32_t offset, std::uint32_t value) {
  *p_.s_axi_control_awaddr = static_cast<std::uint16_t>(offset);
  *p_.s_axi_control_wdata = value;
  *p_.s_axi_control_wstrb = 0xF;
  *p_.s_axi_control_awvalid = 1;
  *p_.s_axi_control_wvalid = 1;
  *p_.s_axi_control_bready = 1;
  bool answered = false;
  for (int i = 0; i < kRegisterPatience && !answered; ++i) {
    *p_.ap_clk = 0;
    model_.eval();
    const bool aw = *p_.s_axi_control_awvalid != 0 && *p_.s_axi_control_awready != 0;
    const bool w = *p_.s_axi_control_wvalid != 0 && *p_.s_axi_control_wready != 0;
    answered = *p_.s_axi_control_bvalid != 0;
    tick();
    if (aw) *p_.s_axi_control_awvalid = 0;
    if (w) *p_.s_axi_control_wvalid = 0;
  }
  *p_.s_axi_control_bready = 0;
  if (!answered) return fail(ErrorCode::kTimeout, "no answer to a register write", fmt::format("register 0x{:03x}", offset));
  return {};
}

Result<std::uint32_t> KernelBench::read_register(std::uint32_t offset) {
  *p_.s_axi_control_araddr = static_cast<std::uint16_t>(offset);
  *p_.s_axi_control_arvalid = 1;
  *p_.s_axi_control_rready = 1;
  for (int i = 0; i < kRegisterPatience; ++i) {
    *p_.ap_clk = 0;
    model_.eval();
    const bool ar = *p_.s_axi_control_arvalid != 0 && *p_.s_axi_control_arready != 0;
    const bool r = *p_.s_axi_control_rvalid != 0;
    const std::uint32_t value = *p_.s_axi_control_rdata;
    tick();
    if (ar) *p_.s_axi_control_arvalid = 0;
    if (r) {
      *p_.s_axi_control_rready = 0;
      return value;
    }
  }
  return fail(ErrorCode::kTimeout, "no answer to a register read", fmt::format("register 0x{:03x}", offset));
}

Result<std::uint64_t> KernelBench::read_register64(std::uint32_t offset) {
  const auto lo = read_register(offset);
  if (!lo) return forward_error(lo);
  const auto hi = read_register(offset + 4);
  if (!hi) return forward_error(hi);
  return static_cast<std::uint64_t>(*hi) << 32 | *lo;
}

}  // namespace vernier::verilator
