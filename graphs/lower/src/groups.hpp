// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include <vernier/lower/lower.hpp>

#include "schedule.hpp"

namespace vernier::lower {

/// Layers between two fences.
struct LayerGroup {
  std::size_t first_layer = 0, layers = 0;
  std::int64_t cycles = 0;  ///< predicted
};

/// Cuts the layers into groups of about Options::group_cycles, each long enough that the overlap lost at its fence does not
/// matter.
[[nodiscard]] std::vector<LayerGroup> cut_groups(const Schedule& schedule, std::size_t layers, const program::Target& target, const Options& options);

/// Moves the constants of every group to the beginning of a page, where the bursts of equal groups are cut alike.
void align_constants(Schedule& schedule, const std::vector<LayerGroup>& groups);

}  // namespace vernier::lower
