// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>
#include <vernier/core/result.hpp>
#include <vernier/core/units.hpp>
#include <vernier/energy/table.hpp>
#include <vernier/program/target.hpp>
#include <vernier/runtime/ruler.hpp>

namespace vernier::energy {

/// What a sum of energy includes; each scope includes those before it.
enum class Scope : std::uint8_t {
  kCore,   ///< logic, clocks, buffers and leakage of the accelerator
  kChip,   ///< and the memory it works on: commands and background
  kBoard,  ///< and the rest of the board: row board_rest [W]
  kWall,   ///< and what the supply loses: row supply_efficiency [1]
};
[[nodiscard]] std::string_view name_of(Scope scope);
[[nodiscard]] Result<Scope> scope_of(std::string_view name);

enum class Kind : std::uint8_t { kCompute, kSram, kDram, kClock, kStatic, kRest };
[[nodiscard]] std::string_view name_of(Kind kind);

/// One term of the sum.
struct Term {
  std::string unit;   ///< load, matrix, vector, store, fetch, buffers, dram, board or supply
  std::string event;  ///< counter, "clock", "leakage", "background", ...
  Kind kind = Kind::kCompute;
  Scope scope = Scope::kCore;  ///< the smallest that includes the term
  double count = 0;            ///< events, cycles or seconds
  Joules energy{0};
  Status status = Status::kVerified;  ///< of the weakest row behind it
};

struct EnergyReport {
  std::string table;
  Scope scope = Scope::kCore;
  std::vector<Term> terms;
  Joules total{0};
  Status weakest = Status::kVerified;
  [[nodiscard]] Joules of_unit(std::string_view unit) const;
  [[nodiscard]] Joules of_kind(Kind kind) const;
};

/// E = sum of events x energy an event + clocked cycles x clock energy (stalled cycles are clocked) + leakage x T
///   + memory commands and background x T, up to `scope`.
///
/// @param dram     counted commands of the memory; without them every burst is taken to open a row, and the background
///                 includes refreshes at their mean rate on one channel
/// @param seconds  duration of the run, > 0: cycles / clock on a simulated ruler
/// @retval kInvalidInput  a row is missing (named; never taken as zero) or has another unit, or seconds <= 0
/// @par Source  docs/howto/add-an-energy-table.md states every formula; src/event_costs.cpp holds them
[[nodiscard]] Result<EnergyReport> energy_of(const runtime::Activity& activity, const program::Target& target,
                                             const Table& table, Seconds seconds, Scope scope,
                                             const std::optional<memory::DramActivity>& dram = std::nullopt);

/// The run as Accelergy's action counts (YAML): a component a unit, an action a row of the energy table, on-chip memory as
/// 64-bit accesses to a bank of so many bytes. Times the table's rows they are the terms of energy_of() without its
/// powers.
[[nodiscard]] std::string action_counts(const runtime::Activity& activity, const program::Target& target,
                                        const std::optional<memory::DramActivity>& dram = std::nullopt);

/// The record's `energy` object.
[[nodiscard]] nlohmann::json breakdown_of(const EnergyReport& report);

}  // namespace vernier::energy
