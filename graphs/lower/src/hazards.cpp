// SPDX-License-Identifier: Apache-2.0
#include "hazards.hpp"

#include <algorithm>
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
  for (const auto& touch : touches) accesses_.require(need, touch, unit);
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
  for (const auto& touch : touches) accesses_.record(touch, unit, count);
}

void HazardTracker::fence() { fenced_ = emitted_; }

}  // namespace vernier::lower
