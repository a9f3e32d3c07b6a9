// SPDX-License-Identifier: Apache-2.0
#include "packed_constants.hpp"

#include <algorithm>

#include "constants.hpp"

namespace vernier::lower {
namespace {

constexpr std::int64_t kFirstLoad = 2048;

}  // namespace

void PackedConstants::add(Schedule& schedule, std::span<const std::byte> unit) {
  const std::int64_t offset = append_constants(schedule.constants, unit);
  const std::int64_t size = static_cast<std::int64_t>(schedule.constants.size()) - offset;
  // Short loads first: a layer whose constants could not come ahead of it starts with the first of them.
  const std::int64_t limit = std::min(load_bytes_, kFirstLoad << std::min<std::size_t>(ranges_.size(), 20));
  if (!ranges_.empty() && ranges_.back().offset + ranges_.back().bytes == offset && ranges_.back().bytes + size <= limit) {
    ranges_.back().bytes += size;
  } else {
    ranges_.push_back({offset, size});
  }
  units_.push_back({ranges_.size() - 1, offset});
}

ConstantPlace PackedConstants::use(Schedule& schedule, std::size_t unit, std::int64_t epoch) {
  auto& range = ranges_[units_[unit].range];
  if (range.epoch != epoch) {
    range.epoch = epoch;
    range.chunk = schedule.chunks.size();
    schedule.chunks.push_back({buffer_, range.offset, range.bytes});
  }
  return {range.chunk, (units_[unit].offset - range.offset) / 64};
}

std::int64_t PackedConstants::bytes() const {
  std::int64_t sum = 0;
  for (const auto& r : ranges_) sum += r.bytes;
  return sum;
}

}  // namespace vernier::lower
