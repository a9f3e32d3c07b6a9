// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <vernier/core/result.hpp>
#include <vernier/package/resources.hpp>
#include <vernier/program/target.hpp>

namespace vernier::package {

/// Yosys' statistics of one synthesis.
struct Synthesis {
  std::map<std::string, std::int64_t> cells;      ///< of the whole design, by cell type
  std::map<std::string, Resources> modules;       ///< of every module with what it instantiates, once
  Resources used;                                 ///< of the whole design; standard cells have none
  std::map<std::string, double> areas;            ///< of every module with what it instantiates, once, um2; standard cells
  double area_um2 = 0;                            ///< of the whole design without memories
  std::optional<double> period_ns;                ///< OpenSTA's shortest between registers: no wires, memories left out
};

/// Reads the text of Yosys' `stat` of a design whose top is vrn_npu.
/// @retval kInvalidInput  no design hierarchy in it
[[nodiscard]] Result<Synthesis> parse_statistics(std::string_view text);

/// Synthesises the kernel of a target module by module, minutes, or reads what earlier calls left in the cache (by content
/// hash of RTL and parameters). An estimate: no placement, and adders stay in LUTs that a vendor's tool moves into DSP slices.
/// @retval kUnavailable  Yosys or the library of cells is missing
[[nodiscard]] Result<Synthesis> synthesise(const program::Target& target, Family family);

/// Whether synthesise() would find its result in the cache.
[[nodiscard]] bool is_synthesised(const program::Target& target, Family family);

}  // namespace vernier::package
