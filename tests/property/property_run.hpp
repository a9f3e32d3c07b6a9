// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "property.hpp"
#include "random_target.hpp"

namespace vernier::test {

inline constexpr std::uint32_t kGraphs = 504;  ///< 21 on each target

/// Counts over graphs that were checked.
struct PropertyTotal {
  std::int64_t graphs = 0, operators = 0, on_npu = 0;
};

/// Checks one graph on target `target` of the list. A failure is Catch's, with the target and the command that replays it.
void check_graph(std::uint32_t seed, std::uint32_t target, runtime::Ruler* rtl, PropertyTotal& total);

/// A property that nothing enters holds of everything: most operators have to reach the accelerator.
void check_reach(const PropertyTotal& total);

}  // namespace vernier::test
