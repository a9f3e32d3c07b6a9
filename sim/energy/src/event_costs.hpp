// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <vernier/energy/energy.hpp>

namespace vernier::energy {

/// So many times a row of the table, or so many 64-bit accesses to a bank of sram_bytes.
struct Part {
  std::string row;        ///< row in pJ; empty: on-chip memory
  double times = 0;       ///< a event
  double sram_bytes = 0;  ///< capacity of the bank
};

/// What one event of a counter costs in one unit.
struct Cost {
  std::string unit, event;
  Kind kind = Kind::kCompute;
  Scope scope = Scope::kCore;
  std::vector<Part> parts;
  bool estimates_rows = false;  ///< stands for what a memory with rows counts itself
};

/// Costs of one event of a counter on a target; empty for counters that only tell time.
[[nodiscard]] std::vector<Cost> costs_of(spec::Counter counter, const program::Target& target);

/// Leakage of a unit: so many times a row in W.
struct Leak {
  std::string unit, row;
  double times = 0;
};
[[nodiscard]] std::vector<Leak> leaks_of(const program::Target& target);

/// Register bits that are clocked in every cycle, by unit: an estimate from the blocks' structure, for clock and
/// leakage.
[[nodiscard]] double register_bits(std::string_view unit, const program::Target& target);

}  // namespace vernier::energy
