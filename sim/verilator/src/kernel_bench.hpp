// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include <vernier/core/result.hpp>
#include <vernier/memory/axi_checker.hpp>
#include <vernier/memory/axi_memory.hpp>
#include <vernier/spec/npu.hpp>

#include "model.hpp"

namespace vernier::verilator {

/// Clocks one Verilated kernel: its AXI4 port against a memory and a checker, its AXI4-Lite port by register
/// accesses, its trace ports into pulses of the last edge.
class KernelBench {
 public:
  KernelBench(Model& model, memory::AxiMemory& memory, double clock_hz);

  void reset();
  /// One clock cycle.
  void tick();
  /// AXI4-Lite accesses, a handful of cycles each; kTimeout when the slave does not answer in 1000 cycles.
  [[nodiscard]] Result<void> write_register(std::uint32_t offset, std::uint32_t value);
  [[nodiscard]] Result<std::uint32_t> read_register(std::uint32_t offset);
  [[nodiscard]] Result<std::uint64_t> read_register64(std::uint32_t offset);
  /// Called in front of the write of ap_start: the memory begins as stretch `epoch`, with nothing outstanding. Behind each
  /// fence it begins anew as the next one, as many edges ahead of the kernel as there are from here to its start.
  void begin(std::uint64_t epoch);
  void finish() { checker_.finish(); }

  [[nodiscard]] std::int64_t cycle() const { return cycle_; }
  [[nodiscard]] bool interrupt() const { return *p_.interrupt != 0; }
  [[nodiscard]] std::uint8_t issued() const { return issued_; }    ///< unit bits of the last edge
  [[nodiscard]] std::uint8_t retired() const { return retired_; }
  [[nodiscard]] bool bus_moved() const { return moved_; }          ///< a handshake on the AXI4 port at the last edge
  [[nodiscard]] const memory::AxiChecker& checker() const { return checker_; }
  /// Records cycles `first` to below `end`, and the falling edge behind them; `origin` is at time 0.
  void record_waves(std::int64_t first, std::int64_t end, std::int64_t origin) {
    waves_first_ = first;
    waves_end_ = end;
    waves_origin_ = origin;
  }

 private:
  void dump_waves(std::uint64_t phase_ps);
  void sample();
  void drive();
  void note_restart();

  Model& model_;
  const VrnPorts& p_;
  memory::AxiMemory& memory_;
  memory::AxiChecker checker_;
  memory::AxiMaster master_;
  memory::AxiSlave slave_;
  std::int64_t waves_first_ = 0, waves_end_ = -1, waves_origin_ = 0;
  std::int64_t cycle_ = 0, since_begin_ = 0, lead_ = -1;
  std::uint64_t period_ps_ = 0, epoch_ = 0;
  std::uint8_t issued_ = 0, retired_ = 0;
  bool moved_ = false;
};

}  // namespace vernier::verilator
