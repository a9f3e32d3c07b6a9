// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/core/tensor.hpp>
#include <vernier/core/units.hpp>
#include <vernier/memory/dram_activity.hpp>
#include <vernier/program/program.hpp>
#include <vernier/spec/npu.hpp>

namespace vernier::runtime {

enum class Fidelity : std::uint8_t { kMeasured, kRtl, kSystemC, kAnalytic, kFunctional, kPublished };
[[nodiscard]] std::string_view name_of(Fidelity fidelity);

/// Counted events of a run, one number per counter of rtl/spec.
struct Activity {
  std::array<std::uint64_t, spec::kCounters> counts{};
  [[nodiscard]] std::uint64_t operator[](spec::Counter c) const { return counts[static_cast<std::size_t>(c)]; }
  [[nodiscard]] std::uint64_t& operator[](spec::Counter c) { return counts[static_cast<std::size_t>(c)]; }
  Activity& operator+=(const Activity& other);
  friend bool operator==(const Activity&, const Activity&) = default;
};

/// When a command was issued to its unit and when it retired, in cycles from ap_start.
struct CommandTrace {
  std::uint32_t command = 0;  ///< index in Program::commands
  std::int64_t issued = 0, retired = 0;
};

/// What one run of a program cost.
struct RunReport {
  Cycles cycles{0};
  Activity activity;
  std::optional<memory::DramActivity> dram;  ///< where a memory with rows stood behind the port
  std::vector<CommandTrace> trace;     ///< empty where a ruler cannot see commands
  double wall_s = 0;                   ///< host time of the simulation alone; on a card from start to notice of completion
  double transfer_s = 0;               ///< host time of copies to and from a card
  std::vector<std::pair<std::string, double>> sensors;  ///< a card's own, read right after the queue: "power_w", "fpga0_c"; in the first report
  double clock_hz = 0;                 ///< the card's own; 0: the target's is assumed
  std::string array_body;              ///< "gen", "beh", "dpi" or empty
  int jobs = 1;                        ///< processes that simulated it at a time
  std::int64_t groups = 1;             ///< stretches of commands simulated apart, cut at fences; 1: the run was one
  std::int64_t groups_simulated = 1;   ///< of these; the others repeat one of them
};

struct RulerInfo {
  std::string name;       ///< "rtl", "golden", ...
  Fidelity fidelity = Fidelity::kFunctional;
  bool has_cycles = false;
  std::string description;
  int queue = 1;          ///< runs worth handing over at once: a card copies for one while others run
};

enum class WaveFormat { kNone, kFst, kVcd };

/// Signals of the RTL to record.
struct Waves {
  WaveFormat format = WaveFormat::kNone;
  std::string file;
  std::int64_t first = 0;  ///< of VCD: first cycle, counted as in the run's trace, and the first one behind the window
  std::int64_t end = 0;
  std::string saif;        ///< of VCD: file for the toggles of every bit in the window, empty for none

  [[nodiscard]] bool wanted() const { return format != WaveFormat::kNone; }
};

struct RunOptions {
  std::string memory = "ideal:latency=80,bytes_per_cycle=64";
  std::uint64_t seed = 1;
  Waves waves;                              ///< of rulers of RTL
  bool assertions = false;                  ///< rulers of RTL: its assertions end the run; slower
  int jobs = 1;                             ///< rulers of RTL: processes for the stretches between fences; 1 with waves
  bool unique_layers = false;               ///< rulers of RTL: simulates one of equal stretches only
  bool values = true;                       ///< rulers of time alone leave the output as it is where false
  std::int64_t watchdog_cycles = 100'000;   ///< without a handshake: kTimeout
  std::function<void(Cycles, double)> progress;  ///< cycles so far, share of commands retired
};

/// One run of several: the image of region 1, and where region 2 goes.
struct Job {
  std::span<const std::byte> input;
  std::span<std::byte> output;
};

/// One ruler for NPU programs: runs a lowered program on packed regions and reports cost at a stated fidelity.
/// Not thread-safe.
class Ruler {
 public:
  virtual ~Ruler() = default;
  Ruler(const Ruler&) = delete;
  Ruler& operator=(const Ruler&) = delete;
  [[nodiscard]] virtual RulerInfo info() const = 0;  ///< never fails
  /// Why this program cannot run here, or nothing. Asked before anything runs.
  [[nodiscard]] virtual std::optional<Error> refuses(const program::Program& program) const = 0;
  /// `input` is the image of region 1; region 2 is written to `output`. On error `output` is unspecified and
  /// the ruler stays usable.
  [[nodiscard]] virtual Result<RunReport> run(const program::Program& program, std::span<const std::byte> input,
                                              std::span<std::byte> output, const RunOptions& options) = 0;
  /// One report a job, in their order; stops at the first error. Unless a ruler can do better, one after another.
  [[nodiscard]] virtual Result<std::vector<RunReport>> run_all(const program::Program& program, std::span<const Job> jobs, const RunOptions& options);

 protected:
  Ruler() = default;
};

}  // namespace vernier::runtime
