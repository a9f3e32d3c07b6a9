// SPDX-License-Identifier: Apache-2.0
#include "groups.hpp"

#include <algorithm>
#include <array>
#include <vernier/program/instruction.hpp>

#include "timing.hpp"

namespace vernier::lower {
namespace {

constexpr std::int64_t kWorthFence = 16;  // cycles before a fence for one that it costs
constexpr std::size_t kPageBytes = 4096;  // no burst crosses

using Busy = std::array<std::int64_t, spec::kUnits>;

std::int64_t longest(const Busy& busy) { return *std::ranges::max_element(busy); }

void add(Busy& to, const Busy& from) {
  for (std::size_t u = 0; u < to.size(); ++u) to[u] += from[u];
}

/// A pool or a depthwise layer runs beside the array and is hidden by its neighbours.
bool beside_array(const Busy& busy) {
  return longest(busy) == busy[static_cast<std::size_t>(spec::Unit::kVector)] || longest(busy) == busy[static_cast<std::size_t>(spec::Unit::kDepthwise)];
}

}  // namespace

std::vector<LayerGroup> cut_groups(const Schedule& schedule, std::size_t layers, const program::Target& target, const Options& options) {
  std::vector<Busy> busy(layers);
  for (const auto& draft : schedule.drafts) {
    busy[draft.layer][static_cast<std::size_t>(*program::instruction_of(draft.word)->unit)] += duration_of(draft.word, target).busy;
  }
  Busy rest{};
  for (const auto& b : busy) add(rest, b);
  std::vector<LayerGroup> groups{{}};
  Busy group{};
  for (std::size_t l = 0; l < layers; ++l) {
    add(group, busy[l]);
    for (std::size_t u = 0; u < rest.size(); ++u) rest[u] -= busy[l][u];
    groups.back().layers = l + 1 - groups.back().first_layer;
    groups.back().cycles = longest(group);
    if (l + 1 == layers) break;
    // A fence shows the whole of such a layer, or of its first rectangles: worth it only where much lies before it.
    const std::int64_t shown = beside_array(busy[l + 1]) ? longest(busy[l + 1]) : 0;
    const std::int64_t full = options.group_cycles + kWorthFence * shown;
    const bool fence = options.group_cycles > 0 && longest(group) > full && longest(rest) > options.group_cycles / 4 && !beside_array(busy[l]);
    if (!options.fence_between_layers && !fence) continue;
    groups.push_back({.first_layer = l + 1});
    group = {};
  }
  return groups;
}

void align_constants(Schedule& schedule, const std::vector<LayerGroup>& groups) {
  std::vector<std::size_t> group_of_layer;
  for (std::size_t g = 0; g < groups.size(); ++g) group_of_layer.resize(groups[g].first_layer + groups[g].layers, g);
  std::vector<std::size_t> group_of(schedule.chunks.size());
  for (const auto& draft : schedule.drafts) {
    for (const auto chunk : chunks_of(draft)) group_of[chunk] = group_of_layer[draft.layer];
  }
  // Constants lie in the order of the layers, so those of a group end where the next one's begin.
  const auto all = static_cast<std::int64_t>(schedule.constants.size());
  std::vector<std::int64_t> begin(groups.size() + 1, all);
  for (std::size_t c = 0; c < schedule.chunks.size(); ++c) {
    if (schedule.chunks[c].region == program::Region::kConstants) begin[group_of[c]] = std::min(begin[group_of[c]], schedule.chunks[c].offset);
  }
  for (std::size_t g = groups.size(); g-- > 0;) begin[g] = std::min(begin[g], begin[g + 1]);
  std::vector<std::byte> moved;
  moved.reserve(schedule.constants.size() + groups.size() * kPageBytes);
  std::vector<std::int64_t> shift(groups.size());
  for (std::size_t g = 0; g < groups.size(); ++g) {
    moved.resize((moved.size() + kPageBytes - 1) / kPageBytes * kPageBytes);
    shift[g] = static_cast<std::int64_t>(moved.size()) - begin[g];
    moved.insert(moved.end(), schedule.constants.begin() + begin[g], schedule.constants.begin() + begin[g + 1]);
  }
  for (std::size_t c = 0; c < schedule.chunks.size(); ++c) {
    if (schedule.chunks[c].region == program::Region::kConstants) schedule.chunks[c].offset += shift[group_of[c]];
  }
  schedule.constants = std::move(moved);
}

}  // namespace vernier::lower
