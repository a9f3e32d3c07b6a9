// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <vernier/core/result.hpp>
#include <vernier/core/units.hpp>
#include <vernier/memory/axi.hpp>
#include <vernier/memory/dram_activity.hpp>
#include <vernier/memory/sparse_memory.hpp>

namespace vernier::memory {

/// A bus error that a model answered with on purpose.
struct InjectedFault {
  bool write = false;
  std::uint64_t address = 0;  ///< of the burst
  AxiResponse resp = AxiResponse::kOkay;
};

/// What stands behind one AXI port. Registered: nothing a master drives in a cycle changes an output of that cycle.
///
/// Per clock cycle: the master's signals and `out` are both stable, the edge comes, step(in, out) takes the
/// handshakes of that edge (in.x.valid && out.x_ready and so on) and leaves in `out` what the memory drives in the
/// next cycle. `out` is the caller's, starts as AxiSlave{} and is changed by step() alone.
class AxiMemory {
 public:
  virtual ~AxiMemory() = default;
  AxiMemory(const AxiMemory&) = delete;
  AxiMemory& operator=(const AxiMemory&) = delete;

  /// Forgets all transfers and restarts time and random sequence, as at ap_start; the bytes stay. The caller
  /// sets its AxiSlave to AxiSlave{} with it.
  virtual void reset() = 0;
  /// Begins stretch `epoch` of a run: 0 at ap_start, n behind its n-th fence, where nothing is outstanding. Time, open
  /// rows and refresh start as after reset(); a random model takes another sequence for every stretch. Faults of
  /// earlier stretches stay on record. What a stretch does depends on nothing before it.
  virtual void restart([[maybe_unused]] std::uint64_t epoch) { reset(); }
  virtual void step(const AxiMaster& in, AxiSlave& out) = 0;
  /// True when no accepted transfer is unanswered.
  [[nodiscard]] virtual bool idle() const = 0;
  /// Errors answered since reset(), oldest first; empty for models that inject none.
  [[nodiscard]] virtual std::span<const InjectedFault> faults() const { return {}; }
  /// What it can move in one direction at best; 64 where nothing but the port limits it.
  [[nodiscard]] virtual double peak_bytes_per_cycle() const { return kBeatBytes; }
  /// Commands since reset(); nothing for models without rows.
  [[nodiscard]] virtual std::optional<DramActivity> activity() const { return std::nullopt; }

 protected:
  AxiMemory() = default;
};

/// One kind of memory, for help texts and error messages.
struct MemoryKind {
  std::string_view name;   ///< "ideal"
  std::string_view usage;  ///< "ideal[:latency=N,bytes_per_cycle=B]"
  std::string_view description;
};
[[nodiscard]] std::span<const MemoryKind> memory_kinds();

/// Builds a memory model over `store` from its description:
///
///   ideal[:latency=N,bytes_per_cycle=B]   N >= 1 cycles from the edge that takes an address to the first data edge
///                                         (write response: from the last data edge); at most B of 1..64 bytes a
///                                         cycle in each direction; defaults 80 and 64
///   ddr4-2400, lpddr4, hbm2               [:channels=N,interleave=B,outstanding=M] N channels of the part (docs/rtl/memory.md)
///                                         take turns every B bytes; at most M bursts in flight a direction;
///                                         defaults 1, 256 and 32
///   hostile[:seed]                        random stalls, order between ids, interleaving, late write responses; a
///                                         write becomes visible only when its response is sent
///   faulty[:seed]                         hostile with injected SLVERR and DECERR
///
/// @param spec   as above; a seed in it wins over `seed`
/// @param store  outlives the model
/// @param clock  of the port: what one step() lasts, for models whose own clock differs
/// @retval kInvalidInput  unknown kind, key or value; the message names what is allowed
[[nodiscard]] Result<std::unique_ptr<AxiMemory>> make_memory(std::string_view spec, SparseMemory& store,
                                                             std::uint64_t seed, Hertz clock = Hertz{300e6});

}  // namespace vernier::memory
