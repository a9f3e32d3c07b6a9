// SPDX-License-Identifier: Apache-2.0
#include "packed_constants.hpp"

#include <algorithm>

#include "constants.hpp"

namespace vernier::lower {
namespace {

constexpr std::int64_t kFirstLoad = 2048;

}  // namespace

void PackedConstants::add(Schedule& schedule, std::span<const std::byte> unit, std::optional<std::int64_t> table) {
  const std::int64_t offset = append_constants(schedule.constants, unit);
  const std::int64_t size = static_cast<std::int64_t>(schedule.constants.size()) - offset;
  // Short loads first: a layer whose constants could not come ahead of it starts with the first of them.
  const std::int64_t limit = std::min(load_bytes_, kFirstLoad << std::min<std::size_t>(ranges_.size(), 20));
  if (!ranges_.empty() && ranges_.back().offset + ranges_.back().bytes == offset && ranges_.back().bytes + size <= limit) {
    ranges_.back().bytes += size;
  } else {
    ranges_.push_back({offset, size});
  }
  units_.push_back({ranges_.size() - 1, offset, table});
}

ConstantPlace PackedConstants::use(Schedule& schedule, std::size_t unit, std::int64_t epoch) {
  auto& range = ranges_[units_[unit].range];
  if (range.epoch != epoch) {
    const bool again = range.epoch >= 0;
    range.epoch = epoch;
    range.chunk = schedule.chunks.size();
    Chunk chunk{buffer_, range.offset, range.bytes, tables_of(units_[unit].range)};
    if (again && !chunk.tables.empty()) {  // a descriptor names its table's place, and every load has a place of its own
      const std::vector<std::byte> copy(schedule.constants.begin() + range.offset, schedule.constants.begin() + range.offset + range.bytes);
      chunk.offset = append_constants(schedule.constants, copy);
    }
    schedule.chunks.push_back(std::move(chunk));
  }
  return {range.chunk, (units_[unit].offset - range.offset) / 64};
}

std::vector<Chunk::Table> PackedConstants::tables_of(std::size_t range) const {
  std::vector<Chunk::Table> tables;
  for (const auto& unit : units_) {
    if (unit.range != range || !unit.table) continue;
    const std::int64_t word = (unit.offset - ranges_[range].offset) / 64;
    tables.push_back({word, word + *unit.table});
  }
  return tables;
}

std::int64_t PackedConstants::bytes() const {
  std::int64_t sum = 0;
  for (const auto& r : ranges_) sum += r.bytes;
  return sum;
}

}  // namespace vernier::lower
