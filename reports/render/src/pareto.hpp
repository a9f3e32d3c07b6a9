// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "experiment.hpp"

namespace vernier::render {

/// A figure that is better when it is smaller.
struct Objective {
  const char* name;
  const char* pointer;  ///< into a record
  const char* unit;
};

/// Records that may be weighed against each other: of one model, ruler and memory.
struct Contest {
  std::string model, ruler, memory;
  std::vector<std::size_t> records;
  std::vector<std::size_t> front;  ///< of them, those that no other one betters in all objectives, the fastest first
};

/// Objectives that every record has a figure for: latency, energy, area.
[[nodiscard]] std::vector<Objective> objectives_of(Records records);
[[nodiscard]] std::vector<Contest> contests_of(Records records, const std::vector<Objective>& objectives);

}  // namespace vernier::render
