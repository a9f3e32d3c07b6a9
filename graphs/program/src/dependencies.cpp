// SPDX-License-Identifier: Apache-2.0
#include "dependencies.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <vernier/program/instruction.hpp>

namespace vernier::program {
namespace {

constexpr unsigned kCountBits = 28;
constexpr std::uint32_t kCountMask = (1U << kCountBits) - 1;
constexpr std::array<const char*, kSpaces> kSpaceNames{"activation buffer", "weight buffer", "parameter buffer", "depthwise buffer", "constants",
                                                       "input", "output", "scratch"};
using spec::Unit;
constexpr std::size_t index(Unit u) { return static_cast<std::size_t>(u); }

/// Which units read a space; the others need no cells.
constexpr bool reads(Unit unit, Space space) {
  switch (space) {
    case Space::kActivation: return unit == Unit::kMatrix || unit == Unit::kVector || unit == Unit::kDepthwise || unit == Unit::kStore;
    case Space::kWeight: return unit == Unit::kMatrix;
    case Space::kParameter: return unit == Unit::kVector;
    case Space::kDepthwise: return unit == Unit::kDepthwise;
    default: return unit == Unit::kLoad;
  }
}

void raise(Timeline& to, const Timeline& from) {
  for (std::size_t u = 0; u < to.size(); ++u) to[u] = std::max(to[u], from[u]);
}

}  // namespace

DependencyChecker::DependencyChecker(const std::array<std::size_t, kSpaces>& bytes) {
  for (std::size_t s = 0; s < kSpaces; ++s) {
    cells_[s].writer.resize(bytes[s]);
    for (std::size_t u = 0; u < spec::kUnits; ++u) {
      if (reads(static_cast<Unit>(u), static_cast<Space>(s))) cells_[s].reader[u].resize(bytes[s]);
    }
  }
}

std::optional<std::string> DependencyChecker::start(Unit unit, const spec::Word& word) {
  unit_ = index(unit);
  Timeline known = fenced_;
  if (!history_[unit_].empty()) raise(known, history_[unit_].back());
  for (std::size_t u = 0; u < spec::kUnits; ++u) {
    const auto field = static_cast<std::uint16_t>(spec::get(word, kWaits[u]));
    const auto behind = static_cast<std::int16_t>(static_cast<std::uint16_t>(emitted_[u] & 0xFFFFU) - field);
    if (behind < 0) {
      return fmt::format("waits for {} more {} commands than stand before it", -behind, spec::kUnitNames[u]);
    }
    if (static_cast<std::uint32_t>(behind) > emitted_[u]) {
      return fmt::format("waits for a negative number of {} commands", spec::kUnitNames[u]);
    }
    const std::uint32_t count = emitted_[u] - static_cast<std::uint32_t>(behind);
    known[u] = std::max(known[u], count);
    if (count != 0) raise(known, history_[u][count - 1]);
  }
  known_ = known;
  history_[unit_].push_back(known);
  ++emitted_[unit_];
  return std::nullopt;
}

void DependencyChecker::fence() { fenced_ = emitted_; }

std::optional<std::string> DependencyChecker::read(Space space, std::size_t at, std::size_t bytes) {
  auto& cells = cells_[static_cast<std::size_t>(space)];
  if (cells.writer.empty()) return std::nullopt;
  auto& mine = cells.reader[unit_];
  const std::uint32_t own = own_count();
  for (std::size_t b = at; b < at + bytes; ++b) {
    if (mine[b] == own) continue;  // this command has read it before
    const std::uint32_t w = cells.writer[b];
    if (w != 0 && (w & kCountMask) > known_[w >> kCountBits]) {
      return conflict("reads what may not yet be written by", static_cast<Unit>(w >> kCountBits), w & kCountMask, space, b);
    }
    mine[b] = own;
  }
  return std::nullopt;
}

std::optional<std::string> DependencyChecker::write(Space space, std::size_t at, std::size_t bytes) {
  auto& cells = cells_[static_cast<std::size_t>(space)];
  const std::uint32_t own = own_count();
  const std::uint32_t mark = (static_cast<std::uint32_t>(unit_) << kCountBits) | own;
  for (std::size_t b = at; b < at + bytes; ++b) {
    const std::uint32_t w = cells.writer[b];
    const std::size_t writer = w >> kCountBits;
    if (w != 0 && writer != unit_ && (w & kCountMask) > known_[writer]) {
      return conflict("overwrites what may not yet be written by", static_cast<Unit>(writer), w & kCountMask, space, b);
    }
    cells.writer[b] = mark;
  }
  for (std::size_t u = 0; u < spec::kUnits; ++u) {
    const auto& reader = cells.reader[u];
    if (reader.empty() || u == unit_) continue;
    for (std::size_t b = at; b < at + bytes; ++b) {
      if (reader[b] > known_[u]) return conflict("overwrites what may not yet be read by", static_cast<Unit>(u), reader[b], space, b);
    }
  }
  return std::nullopt;
}

std::string DependencyChecker::conflict(const char* what, Unit other, std::uint32_t count, Space space, std::size_t at) const {
  return fmt::format("{} {} command {} ({} byte {}): {} are known to have retired", what, spec::kUnitNames[index(other)], count,
                     kSpaceNames[static_cast<std::size_t>(space)], at, known_[index(other)]);
}

}  // namespace vernier::program
