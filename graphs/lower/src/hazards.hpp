// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "access_map.hpp"

namespace vernier::lower {

/// Works out the wait fields: for every command the retired counts that make its reads and writes safe, and no more
/// than those that earlier waits do not already imply.
class HazardTracker {
 public:
  /// Fills the wait fields of the next command of the stream and takes its accesses into account.
  void order(spec::Word& word, spec::Unit unit, std::span<const Touch> touches);
  /// All commands so far have retired.
  void fence();

 private:
  using Timeline = AccessMap<spec::kUnits>::Timeline;
  Timeline minimal(const Timeline& need, const Timeline& known) const;

  AccessMap<spec::kUnits> accesses_;
  std::array<std::vector<Timeline>, spec::kUnits> history_;  ///< known at the start of each command
  std::array<Timeline, spec::kUnits> fields_{};              ///< last wait fields of each unit
  Timeline emitted_{}, fenced_{};
};

}  // namespace vernier::lower
