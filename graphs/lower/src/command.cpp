// SPDX-License-Identifier: Apache-2.0
#include "command.hpp"

#include <fmt/format.h>

namespace vernier::lower {

WordBuilder& WordBuilder::put(spec::Field field, std::int64_t value) {
  if ((value < 0 || !spec::fits(field, static_cast<std::uint64_t>(value))) && !problem_) {
    problem_ = fmt::format("{} would be {}, the field ends at {}", field.name, value, (std::uint64_t{1} << field.bits) - 1);
  }
  spec::set(word_, field, static_cast<std::uint64_t>(value));
  return *this;
}

WordBuilder& WordBuilder::put_signed(spec::Field field, std::int64_t value) {
  const std::int64_t half = std::int64_t{1} << (field.bits - 1);
  if ((value < -half || value >= half) && !problem_) {
    problem_ = fmt::format("{} would be {}, the field holds {} to {}", field.name, value, -half, half - 1);
  }
  spec::set(word_, field, static_cast<std::uint64_t>(value));
  return *this;
}

WordBuilder& WordBuilder::put_address(spec::Field field, std::int64_t value) {
  spec::set(word_, field, static_cast<std::uint64_t>(value));
  return *this;
}

}  // namespace vernier::lower
