// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
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
  Resources used;                                 ///< of the whole design; a generic one has none
};

/// Reads the text of Yosys' `stat` of a design whose top is vrn_npu.
/// @retval kInvalidInput  no design hierarchy in it
[[nodiscard]] Result<Synthesis> parse_statistics(std::string_view text);

/// Synthesises the kernel of a target, minutes, or reads what an earlier call left in the cache (by content hash of RTL and
/// parameters). An estimate: no placement, and adders stay in LUTs that a vendor's tool moves into DSP slices.
/// @retval kUnavailable  Yosys is missing
[[nodiscard]] Result<Synthesis> synthesise(const program::Target& target, Family family);

}  // namespace vernier::package
