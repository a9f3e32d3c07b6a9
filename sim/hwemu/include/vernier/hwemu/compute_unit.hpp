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
#include <vernier/hwemu/faults.hpp>
#include <vernier/hwemu/kernel_model.hpp>
#include <vernier/hwemu/lite_port.hpp>
#include <vernier/hwemu/stream_link.hpp>
#include <vernier/memory/sparse_memory.hpp>

namespace vernier::hwemu {

/// What the user chose for a run.
struct RunSettings {
  std::string memory;                      ///< as make_memory() takes it; empty: the description's
  std::uint64_t seed = 1;
  std::int64_t watchdog_cycles = 1'000'000;  ///< a started kernel without a handshake on any memory port or stream
  std::string waves;                       ///< folder of FST files, empty: none
  std::string faults;                      ///< planted faults, as Faults::parse() takes them
};

/// One kernel instance: its model, clock, registers and memory ports.
class ComputeUnit {
 public:
  [[nodiscard]] static Result<std::unique_ptr<ComputeUnit>> open(const Unit& unit, const Description& description,
                                                                 const std::filesystem::path& folder, memory::SparseMemory& store,
                                                                 HostMemory* host, const RunSettings& settings, const Faults& faults);

  /// One cycle of the first clock, and of the others what falls into it.
  void tick();
  /// Whether the clock has work here: an access, a started kernel, or one that runs without being started and has shown
  /// a sign of life not long ago.
  [[nodiscard]] bool awake() const;
  /// Whether the kernel must be clocked as long as any other is: it has streams, or is never started.
  [[nodiscard]] bool follows() const { return !written_.empty() || !read_.empty() || unit_.protocol == Protocol::kNone; }
  /// The stream's beats leave or enter through this unit; `link` outlives it.
  void attach(StreamLink& link, bool as_writer) { (as_writer ? written_ : read_).push_back(&link); }
  void note_sign() { last_sign_ = cycle_; }
  [[nodiscard]] const KernelModel& model() const { return *model_; }
  /// A kernel of the handshake protocols between ap_start and the first read that showed ap_done or ap_idle.
  [[nodiscard]] bool started() const { return started_; }
  [[nodiscard]] std::int64_t cycles_since_start() const { return cycle_ - start_cycle_; }

  void begin_write(std::uint64_t offset, std::uint32_t value);
  void begin_read(std::uint64_t offset);
  /// Result of an access that is no longer busy.
  void end_access();
  [[nodiscard]] LitePort& registers() { return registers_; }
  /// What the last read shows.
  [[nodiscard]] std::uint32_t value() const;
  [[nodiscard]] const Unit& unit() const { return unit_; }
  /// Assertion of the RTL, broken AXI rule, access outside the banks, or a hang.
  [[nodiscard]] std::optional<Error> failure() const;
  [[nodiscard]] std::string state() const;

 private:
  explicit ComputeUnit(Unit unit) : unit_(std::move(unit)) {}
  void reset();
  void run_side_clocks(std::uint64_t until_ps);
  void restart_memories();
  void note_restart();
  void follow_function();
  void log(const std::string& text) const;  ///< to the file that XRT copies beside the host

  /// A second clock, with edges of its own.
  struct SideClock {
    Signal clock, reset_n;
    std::uint64_t half_period_ps = 0, next_edge_ps = 0;
    bool level = false;
  };

  Unit unit_;
  RunSettings settings_;
  bool hides_done_ = false;
  std::unique_ptr<KernelModel> model_;
  Signal clock_, reset_n_;
  Signal restart_;  // of the kernel, optional: a run or a stretch of it begins at this edge
  LitePort registers_;
  std::vector<std::unique_ptr<AxiPort>> ports_;
  std::vector<SideClock> side_clocks_;
  std::vector<StreamLink*> written_, read_;
  std::uint64_t period_ps_ = 0, time_ps_ = 0;
  std::int64_t cycle_ = 0, start_cycle_ = 0, last_sign_ = 0;
  std::uint64_t epoch_ = 0;                         // stretches begun since ap_start
  std::int64_t memories_began_ = 0, lead_ = -1;     // cycle; from there to the kernel's own begin, -1: not seen
  std::uint64_t access_offset_ = 0;
  std::uint32_t access_value_ = 0;
  bool access_write_ = false;
  bool started_ = false;
  std::uint64_t progress_ = 0;                      // of a function, seen so far
  std::uint64_t runs_ = 0;                          // that have ended, of a function as it says
  std::int64_t last_progress_ = 0;
};

}  // namespace vernier::hwemu
