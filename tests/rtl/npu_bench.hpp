// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <catch2/catch.hpp>
#include <optional>

#include "shell_bench.hpp"

/// The whole kernel as a host sees it: registers over AXI4-Lite, memory behind the AXI master.
namespace vernier::bench {

template <class Dut>
class NpuBench {
 public:
  static constexpr std::uint64_t kCommands = 0x10'0000'0000;

  NpuBench(std::string_view spec, std::uint64_t seed) : port(spec, seed), chance(seed) {
    dut.ap_rst_n = 0;
    for (int i = 0; i < 4; ++i) clock();
    dut.ap_rst_n = 1;
    clock();
    port.model->reset();
    port.slave = {};
    port.checker.reset();
  }

  void clock() {
    auto& s = port.slave;
    dut.m_axi_gmem0_arready = s.ar_ready;
    dut.m_axi_gmem0_rvalid = s.r.valid;
    dut.m_axi_gmem0_rid = s.r.id & 1U;
    drive(dut.m_axi_gmem0_rdata, s.r.data);
    dut.m_axi_gmem0_rresp = static_cast<std::uint8_t>(s.r.resp);
    dut.m_axi_gmem0_rlast = s.r.last;
    dut.m_axi_gmem0_awready = s.aw_ready;
    dut.m_axi_gmem0_wready = s.w_ready;
    dut.m_axi_gmem0_bvalid = s.b.valid;
    dut.m_axi_gmem0_bid = s.b.id & 1U;
    dut.m_axi_gmem0_bresp = static_cast<std::uint8_t>(s.b.resp);
    dut.ap_clk = 0;
    dut.eval();
    auto& m = port.master;
    m.ar = {dut.m_axi_gmem0_arvalid != 0, dut.m_axi_gmem0_arlen, dut.m_axi_gmem0_arsize,
            dut.m_axi_gmem0_arburst,      dut.m_axi_gmem0_arid,  dut.m_axi_gmem0_araddr};
    m.aw = {dut.m_axi_gmem0_awvalid != 0, dut.m_axi_gmem0_awlen, dut.m_axi_gmem0_awsize,
            dut.m_axi_gmem0_awburst,      dut.m_axi_gmem0_awid,  dut.m_axi_gmem0_awaddr};
    m.w.valid = dut.m_axi_gmem0_wvalid;
    m.w.last = dut.m_axi_gmem0_wlast;
    m.w.strb = dut.m_axi_gmem0_wstrb;
    if (m.w.valid) sample(m.w.data, dut.m_axi_gmem0_wdata);
    m.r_ready = dut.m_axi_gmem0_rready;
    m.b_ready = dut.m_axi_gmem0_bready;
    for (unsigned u = 0; u < 5; ++u) {
      issued[u] += dut.trace_issue_o >> u & 1U;
      retired[u] += dut.trace_retire_o >> u & 1U;
    }
    if (dut.ap_rst_n) port.step();
    dut.ap_clk = 1;
    dut.eval();
    ++edges;
    if (port.checker.violation()) FAIL(port.checker.violation()->text);
  }

  void write(std::uint32_t offset, std::uint32_t value) {
    dut.s_axi_control_awaddr = static_cast<std::uint16_t>(offset);
    dut.s_axi_control_wdata = value;
    dut.s_axi_control_wstrb = 15;
    dut.s_axi_control_awvalid = dut.s_axi_control_wvalid = 1;
    clock();  // both are taken: the registers are idle between the calls of this bench
    dut.s_axi_control_awvalid = dut.s_axi_control_wvalid = 0;
    dut.s_axi_control_bready = 1;
    clock();
    answer_edge = edges;
    REQUIRE(dut.s_axi_control_bvalid);
    clock();
    dut.s_axi_control_bready = 0;
  }
  std::uint32_t read(std::uint32_t offset) {
    dut.s_axi_control_araddr = static_cast<std::uint16_t>(offset);
    dut.s_axi_control_arvalid = 1;
    clock();
    dut.s_axi_control_arvalid = 0;
    dut.s_axi_control_rready = 1;
    for (int i = 0; !dut.s_axi_control_rvalid; ++i) {
      REQUIRE(i < 10);
      clock();
    }
    const std::uint32_t value = dut.s_axi_control_rdata;
    clock();
    dut.s_axi_control_rready = 0;
    return value;
  }
  std::uint64_t read64(std::uint32_t offset) { return read(offset) | std::uint64_t{read(offset + 4)} << 32U; }
  void write64(std::uint32_t offset, std::uint64_t value) {
    write(offset, static_cast<std::uint32_t>(value));
    write(offset + 4, static_cast<std::uint32_t>(value >> 32U));
  }
  std::uint64_t counter(spec::Counter c) { return read64(spec::reg::counters + 8 * static_cast<std::uint32_t>(c)); }

  /// Runs a program to ap_done; measured holds the cycles as the outside sees them.
  void run(std::span<const spec::Word> program, std::int64_t limit = 400000) {
    port.store.write(kCommands, std::as_bytes(program));
    write64(spec::reg::commands, kCommands);
    write64(spec::reg::constants, kRegions[0]);
    write64(spec::reg::input, kRegions[1]);
    write64(spec::reg::output, kRegions[2]);
    write64(spec::reg::scratch, kRegions[3]);
    write(spec::reg::command_count, static_cast<std::uint32_t>(program.size()));
    write(spec::reg::gie, 1);
    write(spec::reg::ier, 1);
    issued = retired = {};
    port.model->reset();
    port.slave = {};
    write(spec::reg::control, 1);
    const std::int64_t sampled = answer_edge + 1;  // the register rose with the answer, the next edge samples it
    while (!dut.__SYM__interrupt) {
      if (edges - sampled > limit) {
        FAIL("no ap_done; issued " << issued[0] << ' ' << issued[1] << ' ' << issued[2] << ' ' << issued[4]
                                   << ", retired " << retired[0] << ' ' << retired[1] << ' ' << retired[2] << ' '
                                   << retired[4]);
      }
      clock();
    }
    measured = edges - sampled;
    port.checker.finish();
    if (port.checker.violation()) FAIL(port.checker.violation()->text);
    CHECK((read(spec::reg::control) & 2U) != 0);
    write(spec::reg::isr, 1);
  }

  Dut dut;
  Port port;
  Chance chance;
  std::array<unsigned, 5> issued{}, retired{};
  std::int64_t edges = 0, answer_edge = 0, measured = 0;
};

}  // namespace vernier::bench
