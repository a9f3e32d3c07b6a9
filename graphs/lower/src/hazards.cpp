// SPDX-License-Identifier: Apache-2.0
#include "hazards.hpp"

#include <algorithm>
#include <iterator>
#include <vernier/program/instruction.hpp>

namespace vernier::lower {
namespace {

// Wait fields are 16-bit counts compared as signed differences: one that lags further than this is moved up to it.
constexpr std::uint32_t kOldest = 16384;

template <class Timeline>
void raise(Timeline& to, const Timeline& from) {
  for (std::size_t u = 0; u < to.size(); ++u) to[u] = std::max(to[u], from[u]);
}

}  // namespace

std::pair<HazardTracker::Cells::iterator, HazardTracker::Cells::iterator> HazardTracker::cut(Cells& cells, std::int64_t begin, std::int64_t end) {
  const auto split = [&cells](std::int64_t at) {
    auto it = cells.upper_bound(at);
    if (it == cells.begin()) return;
    --it;
    if (it->first == at || it->second.end <= at) return;
    cells.emplace(at, it->second);
    it->second.end = at;
  };
  split(begin);
  split(end);
  std::int64_t at = begin;
  for (auto it = cells.lower_bound(begin); at < end;) {  // bytes that nobody has touched yet become cells, too
    const std::int64_t next = it == cells.end() ? end : std::min(it->first, end);
    if (at < next) {
      cells.emplace_hint(it, at, Cell{next, 0, 0, {}});
      at = next;
    } else {
      at = it->second.end;
      ++it;
    }
  }
  return {cells.lower_bound(begin), cells.lower_bound(end)};
}

void HazardTracker::require(Timeline& need, const Touch& touch, std::size_t unit) {
  const auto [first, last] = cut(cells_[static_cast<std::size_t>(touch.space)], touch.begin, touch.end);
  for (auto it = first; it != last; ++it) {
    const auto& c = it->second;
    // A unit keeps its own writes in order; what it reads may still be on its way from its own last command.
    if (c.writer != 0 && (!touch.write || c.writer_unit != unit)) need[c.writer_unit] = std::max(need[c.writer_unit], c.writer);
    if (!touch.write) continue;
    for (std::size_t u = 0; u < spec::kUnits; ++u) {
      if (u != unit) need[u] = std::max(need[u], c.readers[u]);
    }
  }
}

void HazardTracker::record(const Touch& touch, std::size_t unit, std::uint32_t count) {
  auto& cells = cells_[static_cast<std::size_t>(touch.space)];
  const auto [first, last] = cut(cells, touch.begin, touch.end);
  if (!touch.write) {
    for (auto it = first; it != last; ++it) it->second.readers[unit] = count;
    return;
  }
  // One cell again. Whoever waits for this write waits for all earlier readers: it waited for them itself, or they are
  // commands of its own unit, which retire before it.
  cells.erase(first, last);
  cells.emplace(touch.begin, Cell{touch.end, unit, count, {}});
}

HazardTracker::Timeline HazardTracker::minimal(const Timeline& need, const Timeline& known) const {
  Timeline wait{};
  for (std::size_t u = 0; u < spec::kUnits; ++u) {
    if (need[u] <= known[u]) continue;
    bool implied = false;
    for (std::size_t v = 0; v < spec::kUnits; ++v) {
      implied = implied || (v != u && need[v] > known[v] && history_[v][need[v] - 1][u] >= need[u]);
    }
    if (!implied) wait[u] = need[u];
  }
  return wait;
}

void HazardTracker::order(spec::Word& word, spec::Unit which, std::span<const Touch> touches) {
  const auto unit = static_cast<std::size_t>(which);
  Timeline known = fenced_;
  if (!history_[unit].empty()) raise(known, history_[unit].back());
  Timeline need{};
  for (const auto& touch : touches) require(need, touch, unit);
  const auto wait = minimal(need, known);
  for (std::size_t u = 0; u < spec::kUnits; ++u) {
    auto& field = fields_[unit][u];
    field = std::max({field, wait[u], emitted_[u] > kOldest ? emitted_[u] - kOldest : 0});
    spec::set(word, program::kWaits[u], field & 0xFFFFU);
    known[u] = std::max(known[u], field);
    if (field != 0) raise(known, history_[u][field - 1]);
  }
  history_[unit].push_back(known);
  const std::uint32_t count = ++emitted_[unit];
  for (const auto& touch : touches) record(touch, unit, count);
}

void HazardTracker::fence() { fenced_ = emitted_; }

}  // namespace vernier::lower
