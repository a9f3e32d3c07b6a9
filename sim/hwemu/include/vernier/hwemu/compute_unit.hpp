// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/hwemu/axi_port.hpp>
#include <vernier/hwemu/description.hpp>
#include <vernier/hwemu/kernel_model.hpp>
#include <vernier/hwemu/lite_port.hpp>
#include <vernier/memory/sparse_memory.hpp>

namespace vernier::hwemu {

/// What the user chose for a run.
struct RunSettings {
  std::string memory;                      ///< as make_memory() takes it; empty: the description's
  std::uint64_t seed = 1;
  std::int64_t watchdog_cycles = 1'000'000;  ///< a started kernel without a handshake on any memory port
  std::string waves;                       ///< folder of FST files, empty: none
};

/// One kernel instance: its model, clock, registers and memory ports.
class ComputeUnit {
 public:
  [[nodiscard]] static Result<std::unique_ptr<ComputeUnit>> open(const Unit& unit, const Description& description,
                                                                 const std::filesystem::path& folder, memory::SparseMemory& store,
                                                                 HostMemory* host, const RunSettings& settings);

  /// One clock cycle.
  void tick();
  /// Whether the clock has work here: an access, a started kernel, or one that runs without being started.
  [[nodiscard]] bool awake() const;
  /// A kernel of the handshake protocols between ap_start and the first read that showed ap_done or ap_idle.
  [[nodiscard]] bool started() const { return started_; }
  [[nodiscard]] std::int64_t cycles_since_start() const { return cycle_ - start_cycle_; }

  void begin_write(std::uint64_t offset, std::uint32_t value);
  void begin_read(std::uint64_t offset);
  /// Result of an access that is no longer busy.
  void end_access();
  [[nodiscard]] LitePort& registers() { return registers_; }
  [[nodiscard]] const Unit& unit() const { return unit_; }
  /// Assertion of the RTL, broken AXI rule, access outside the banks, or a hang.
  [[nodiscard]] std::optional<Error> failure() const;
  [[nodiscard]] std::string state() const;

 private:
  explicit ComputeUnit(Unit unit) : unit_(std::move(unit)) {}
  void reset();

  Unit unit_;
  RunSettings settings_;
  std::unique_ptr<KernelModel> model_;
  Signal clock_, reset_n_;
  LitePort registers_;
  std::vector<std::unique_ptr<AxiPort>> ports_;
  std::uint64_t period_ps_ = 0;
  std::int64_t cycle_ = 0, start_cycle_ = 0, last_sign_ = 0;
  std::uint64_t access_offset_ = 0;
  std::uint32_t access_value_ = 0;
  bool access_write_ = false;
  bool started_ = false;
};

}  // namespace vernier::hwemu
