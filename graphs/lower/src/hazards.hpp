// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "footprint.hpp"

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
  using Timeline = std::array<std::uint32_t, spec::kUnits>;
  struct Cell {
    std::int64_t end = 0;
    std::size_t writer_unit = 0;
    std::uint32_t writer = 0;  ///< retired count of its unit that means written; 0 for none
    Timeline readers{};
  };
  using Cells = std::map<std::int64_t, Cell>;

  /// The cells of [begin, end), cut out of `cells` exactly.
  static std::pair<Cells::iterator, Cells::iterator> cut(Cells& cells, std::int64_t begin, std::int64_t end);
  void require(Timeline& need, const Touch& touch, std::size_t unit);
  void record(const Touch& touch, std::size_t unit, std::uint32_t count);
  Timeline minimal(const Timeline& need, const Timeline& known) const;

  std::array<Cells, kSpaces> cells_;
  std::array<std::vector<Timeline>, spec::kUnits> history_;  ///< known at the start of each command
  std::array<Timeline, spec::kUnits> fields_{};              ///< last wait fields of each unit
  Timeline emitted_{}, fenced_{};
};

}  // namespace vernier::lower
