// SPDX-License-Identifier: Apache-2.0
#include "interleave.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <vernier/core/assert.hpp>
#include <vernier/program/instruction.hpp>

#include "access_map.hpp"
#include "timing.hpp"

namespace vernier::lower {
namespace {

/// Commands that keep their order among themselves. Vector commands that take sums of the matrix unit follow its order,
/// the others may run in between.
enum Stream : std::uint8_t { kLoad, kMatrix, kSums, kVector, kDepthwise, kStore };
constexpr std::size_t kStreams = 6;
using Accesses = AccessMap<kStreams>;

Stream stream_of(const Draft& draft) {
  switch (*program::instruction_of(draft.word)->unit) {
    case spec::Unit::kLoad: return kLoad;
    case spec::Unit::kMatrix: return kMatrix;
    case spec::Unit::kVector: return draft.glued ? kSums : kVector;
    case spec::Unit::kDepthwise: return kDepthwise;
    case spec::Unit::kStore: return kStore;
  }
  return kLoad;
}
constexpr std::size_t unit_of(Stream s) {
  constexpr std::array kUnit{spec::Unit::kLoad, spec::Unit::kMatrix, spec::Unit::kVector, spec::Unit::kVector, spec::Unit::kDepthwise, spec::Unit::kStore};
  return static_cast<std::size_t>(kUnit[s]);
}

/// Cycles of a matrix command in front of the pass whose sums leave it first.
std::int64_t before_sums(const spec::Word& word, std::int64_t busy) {
  namespace f = spec::matrix;
  return busy - busy / static_cast<std::int64_t>(spec::get(word, f::n_kh) * spec::get(word, f::n_kw) * spec::get(word, f::n_cb));
}

/// One draft, or a matrix command and the vector command that takes its sums.
struct Item {
  std::size_t draft = 0;
  bool pair = false;
  Duration time, sums;
  std::int64_t before_sums = 0;
  Accesses::Timeline need{}, sums_need{};
};

class Interleaver {
 public:
  Interleaver(Schedule& schedule, const program::Target& target) : schedule_(schedule), target_(target) {}

  /// Drafts [begin, end), which start on an idle machine; returns when the last one ends.
  std::int64_t run(std::size_t begin, std::size_t end) {
    collect(begin, end);
    free_.fill(now_);
    std::array<std::size_t, kStreams> next{};
    const std::int64_t start = now_;
    while (auto s = choose(next)) {
      const auto& item = items_[*s][next[*s]++];
      issue(item, *s);
      order_.push_back(std::move(schedule_.drafts[item.draft]));
      if (item.pair) order_.push_back(std::move(schedule_.drafts[item.draft + 1]));
    }
    for (std::size_t s = 0; s < kStreams; ++s) {
      VERNIER_ASSERT(next[s] == items_[s].size(), "a draft depends on one behind it");
      items_[s].clear();
    }
    return now_ - start;
  }

  void finish() { schedule_.drafts = std::move(order_); }

 private:
  void collect(std::size_t begin, std::size_t end) {
    for (std::size_t d = begin; d < end; ++d) {
      const auto& draft = schedule_.drafts[d];
      Item item;
      item.draft = d;
      item.time = duration_of(draft.word, target_);
      const auto stream = stream_of(draft);
      item.need = access(draft, stream);
      if (stream == kMatrix && d + 1 < end && schedule_.drafts[d + 1].glued) {
        const auto& sums = schedule_.drafts[++d];
        item.pair = true;
        item.sums = duration_of(sums.word, target_);
        item.before_sums = before_sums(draft.word, item.time.busy);
        item.sums_need = access(sums, kSums);
      }
      items_[stream].push_back(item);
    }
  }

  /// What a command depends on; constants have no place yet, and loads bring them in time. Weights that were stored before
  /// count as read by the command itself.
  Accesses::Timeline access(const Draft& draft, Stream stream) {
    Accesses::Timeline need{};
    auto touches = footprint_of(draft.word, target_);
    if (draft.weights) {
      const auto& chunk = schedule_.chunks[draft.weights->chunk];
      if (chunk.region == program::Region::kScratch) touches.push_back({Space::kScratch, chunk.offset, chunk.offset + chunk.bytes, false});
    }
    const auto moves = [](const Touch& t) { return t.space == Space::kActivation || t.space == Space::kOutput || t.space == Space::kScratch; };
    for (const auto& t : touches) {
      if (moves(t)) accesses_.require(need, t, stream);
    }
    const auto count = ++collected_[stream];
    for (const auto& t : touches) {
      if (moves(t)) accesses_.record(t, stream, count);
    }
    return need;
  }

  /// When all of `need` has retired; nothing while some of it has not been issued.
  [[nodiscard]] std::optional<std::int64_t> met(const Accesses::Timeline& need) const {
    std::int64_t at = 0;
    for (std::size_t s = 0; s < kStreams; ++s) {
      if (need[s] > retired_[s].size()) return std::nullopt;
      if (need[s] != 0) at = std::max(at, retired_[s][need[s] - 1]);
    }
    return at;
  }

  struct Start {
    std::int64_t at = 0, sums = 0;
  };
  [[nodiscard]] std::optional<Start> start_of(const Item& item, Stream stream) const {
    const auto ready = met(item.need);
    const auto sums_ready = item.pair ? met(item.sums_need) : std::optional<std::int64_t>(0);
    if (!ready || !sums_ready) return std::nullopt;
    Start start{std::max(*ready, free_[unit_of(stream)]), 0};
    if (item.pair) start.sums = std::max({start.at + item.before_sums, *sums_ready, free_[unit_of(kSums)]});
    return start;
  }

  /// The stream whose next item is expected to start first.
  [[nodiscard]] std::optional<Stream> choose(const std::array<std::size_t, kStreams>& next) const {
    std::optional<Stream> best;
    std::int64_t earliest = std::numeric_limits<std::int64_t>::max();
    std::array<std::optional<Start>, kStreams> starts;
    for (std::size_t s = 0; s < kStreams; ++s) {
      if (next[s] == items_[s].size()) continue;
      starts[s] = start_of(items_[s][next[s]], static_cast<Stream>(s));
      if (!starts[s]) continue;
      const bool older = best && starts[s]->at == earliest && items_[s][next[s]].draft < items_[*best][next[*best]].draft;
      if (starts[s]->at < earliest || older) {
        best = static_cast<Stream>(s);
        earliest = starts[s]->at;
      }
    }
    // The vector unit may do something else until the sums come.
    if (best == kMatrix && items_[kMatrix][next[kMatrix]].pair && starts[kVector]) {
      if (starts[kVector]->at + items_[kVector][next[kVector]].time.busy <= starts[kMatrix]->sums) return kVector;
    }
    return best;
  }

  void issue(const Item& item, Stream stream) {
    const auto start = *start_of(item, stream);
    std::int64_t end = start.at + item.time.busy;
    if (item.pair) {
      end = std::max(end, start.sums + item.sums.busy);
      retire(kSums, end, end + item.sums.latency);
    }
    retire(stream, end, end + item.time.latency);
  }

  void retire(Stream stream, std::int64_t free, std::int64_t visible) {
    free_[unit_of(stream)] = free;
    if (!retired_[stream].empty()) visible = std::max(visible, retired_[stream].back());
    retired_[stream].push_back(visible);
    now_ = std::max(now_, visible);
  }

  Schedule& schedule_;
  const program::Target& target_;
  Accesses accesses_;
  std::array<std::vector<Item>, kStreams> items_;
  std::array<std::uint32_t, kStreams> collected_{};
  std::array<std::vector<std::int64_t>, kStreams> retired_;
  std::array<std::int64_t, spec::kUnits> free_{};
  std::int64_t now_ = 0;
  std::vector<Draft> order_;
};

}  // namespace

void interleave(Schedule& schedule, std::vector<LayerGroup>& groups, const program::Target& target) {
  Interleaver interleaver(schedule, target);
  std::size_t begin = 0;
  for (auto& group : groups) {
    std::size_t end = begin;
    while (end < schedule.drafts.size() && schedule.drafts[end].layer < group.first_layer + group.layers) ++end;
    group.cycles = interleaver.run(begin, end);
    begin = end;
  }
  interleaver.finish();
}

}  // namespace vernier::lower
