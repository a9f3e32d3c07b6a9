// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "schedule.hpp"

namespace vernier::lower {

/// The constants of a layer for one buffer: units in the order of their use, several of them loaded as one.
class PackedConstants {
 public:
  /// A load brings at most `load_bytes`, or one unit; the first ones bring less.
  PackedConstants(Chunk::Buffer buffer, std::int64_t load_bytes) : buffer_(buffer), load_bytes_(load_bytes) {}

  /// @param table  word of the unit where the table begins that its descriptor, the unit's first word, names
  void add(Schedule& schedule, std::span<const std::byte> unit, std::optional<std::int64_t> table = std::nullopt);

  /// Where a unit lies. What is loaded together is loaded anew for every new `epoch`.
  ConstantPlace use(Schedule& schedule, std::size_t unit, std::int64_t epoch);
  /// Word of the unit's table, from its start.
  [[nodiscard]] std::optional<std::int64_t> table_of(std::size_t unit) const { return units_[unit].table; }

  [[nodiscard]] std::int64_t bytes() const;

 private:
  struct Range {
    std::int64_t offset = 0, bytes = 0;
    std::int64_t epoch = -1;  ///< of the newest chunk made of it
    std::size_t chunk = 0;
  };
  struct Unit {
    std::size_t range = 0;
    std::int64_t offset = 0;  ///< in region 0
    std::optional<std::int64_t> table;
  };
  [[nodiscard]] std::vector<Chunk::Table> tables_of(std::size_t range) const;

  Chunk::Buffer buffer_;
  std::int64_t load_bytes_;
  std::vector<Unit> units_;
  std::vector<Range> ranges_;
};

}  // namespace vernier::lower
