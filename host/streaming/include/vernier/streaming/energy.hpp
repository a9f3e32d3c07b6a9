// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vernier/core/result.hpp>
#include <vernier/core/units.hpp>
#include <vernier/energy/energy.hpp>
#include <vernier/energy/table.hpp>
#include <vernier/stages/design.hpp>

namespace vernier::streaming {

/// What one stage of a streaming design does in one frame, and what it is made of.
struct StageActivity {
  double macs = 0, accumulations = 0, requantisations = 0, binaries = 0, taps = 0;
  double memory_bits = 0;    ///< read and written in memories of `memory_bytes`
  double memory_bytes = 0;
  double stream_bits = 0;    ///< into and out of FIFOs behind it
  double registers = 0;      ///< bits
  double multipliers = 0, requantisers = 0;
  double dram_words_read = 0, dram_words_written = 0;  ///< of 64 bytes
};
[[nodiscard]] StageActivity activity_of(const stages::Design& design, const stages::Stage& stage);

/// Energy of one frame in the steady state, from the rows that price the NPU's events: counted events, all registers
/// clocked over the design's interval, leakage and the memory's background over the same time. Scope core or chip.
/// @retval kInvalidInput  a row is missing
[[nodiscard]] Result<energy::EnergyReport> energy_of(const stages::Design& design, const energy::Table& table, Hertz clock, energy::Scope scope);
/// The share of one stage in it, background of the memory apart.
[[nodiscard]] Result<energy::EnergyReport> energy_of(const stages::Design& design, const stages::Stage& stage, const energy::Table& table, Hertz clock);

}  // namespace vernier::streaming
