// SPDX-License-Identifier: Apache-2.0
#include "emitter.hpp"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <vernier/program/instruction.hpp>

#include "command.hpp"
#include "hazards.hpp"

namespace vernier::lower {
namespace {

// Loads sent ahead behind one bundle of commands. More would fill the load unit's queue and hold back the dispatch of
// the commands behind them; fewer would not get ahead of a layer that uses up one load a command.
constexpr int kAheadPerBundle = 2;

constexpr std::int64_t kFetchBurst = 4;  // commands

/// Commands [begin, end) that stay together, with the chunks that must be on chip for them.
struct Bundle {
  std::size_t begin = 0, end = 0;
  std::uint32_t layer = 0;
};

class Emitter {
 public:
  Emitter(Schedule& schedule, const std::vector<LayerGroup>& groups, const program::Target& target)
      : schedule_(schedule), target_(target), places_(schedule.chunks.size()), last_use_(schedule.chunks.size()),
        layer_of_(schedule.chunks.size()), position_(schedule.chunks.size(), kNowhere), stored_(schedule.chunks.size()) {
    for (std::size_t g = 0; g < groups.size(); ++g) group_of_.resize(groups[g].first_layer + groups[g].layers, g);
  }

  Result<Stream> run() {
    find_bundles();
    count_commands();
    for (std::size_t b = 0; b < bundles_.size(); ++b) {
      const auto group = group_of_[bundles_[b].layer];
      if (b != 0 && group != group_of_[bundles_[b - 1].layer]) fence(bundles_[b].layer);
      if (stream_.first_commands.size() == group) {
        stream_.first_commands.push_back(static_cast<std::uint32_t>(stream_.words.size()));
        missing_ = missing_in(group);
      }
      if (!load_required(b)) {
        const auto& chunk = schedule_.chunks[order_[loaded_]];
        return fail(ErrorCode::kUnsupported, fmt::format("{} bytes of {} find no place", chunk.bytes, names_[index_of(chunk.buffer)]), target_.name);
      }
      for (std::size_t d = bundles_[b].begin; d < bundles_[b].end; ++d) send(schedule_.drafts[d]);
      if (!chunks_of(schedule_.drafts[bundles_[b].begin]).empty()) load_ahead(b);
    }
    stream_.words.push_back(WordBuilder(spec::Opcode::kEnd).word());
    return std::move(stream_);
  }

 private:
  void find_bundles() {
    for (std::size_t d = 0; d < schedule_.drafts.size(); ++d) {
      const auto& draft = schedule_.drafts[d];
      if (!draft.glued) bundles_.push_back({d, d, draft.layer});
      bundles_.back().end = d + 1;
      note_store(draft);
      for (const auto chunk : chunks_of(draft)) {
        if (position_[chunk] == kNowhere) {
          position_[chunk] = order_.size();
          stored_[chunk] = bundles_before_load(schedule_.chunks[chunk]);
          order_.push_back(chunk);
        }
        last_use_[chunk] = bundles_.size() - 1;
        layer_of_[chunk] = draft.layer;
      }
    }
  }

  /// Of every group: one a draft, one a chunk and the fence.
  void count_commands() {
    commands_.assign(group_of_.empty() ? 1 : group_of_.back() + 1, 1);
    for (const auto& draft : schedule_.drafts) ++commands_[group_of_[draft.layer]];
    for (const auto chunk : order_) ++commands_[group_of_[layer_of_[chunk]]];
  }

  /// Commands that a group has fewer than whole bursts of fetch; the load of a chunk in as many more pieces makes up for
  /// them, so that every group begins with a burst and equal groups are fetched alike.
  [[nodiscard]] std::int64_t missing_in(std::size_t group) const { return (kFetchBurst - commands_[group] % kFetchBurst) % kFetchBurst; }

  void note_store(const Draft& draft) {
    if (spec::get(draft.word, spec::header::opcode) != static_cast<std::uint64_t>(spec::Opcode::kStore)) return;
    for (const auto& touch : footprint_of(draft.word, target_)) {
      if (touch.space == Space::kScratch) stores_.push_back({touch.begin, touch.end, bundles_.size()});
    }
  }

  /// Bundles that must have been sent before a chunk may be loaded: those that store it.
  [[nodiscard]] std::size_t bundles_before_load(const Chunk& chunk) const {
    std::size_t bundles = 0;
    if (chunk.region != program::Region::kScratch) return bundles;
    for (const auto& store : stores_) {
      if (store.begin < chunk.offset + chunk.bytes && chunk.offset < store.end) bundles = std::max(bundles, store.bundles);
    }
    return bundles;
  }

  bool load_required(std::size_t bundle) {
    std::size_t needed = loaded_;
    for (std::size_t d = bundles_[bundle].begin; d < bundles_[bundle].end; ++d) {
      for (const auto chunk : chunks_of(schedule_.drafts[d])) needed = std::max(needed, position_[chunk] + 1);
    }
    while (loaded_ < needed) {
      if (!load_next(bundle)) return false;
    }
    return true;
  }

  void load_ahead(std::size_t bundle) {
    for (int n = 0; n < kAheadPerBundle && loaded_ < order_.size(); ++n) {
      if (group_of_[layer_of_[order_[loaded_]]] != group_of_[bundles_[bundle].layer]) return;
      if (!load_next(bundle + 1)) return;
    }
  }

  /// Sends the load of the next chunk unless it would overwrite what `bundle` or a later one needs.
  bool load_next(std::size_t bundle) {
    const std::size_t next = order_[loaded_];
    const auto& chunk = schedule_.chunks[next];
    const auto place = find_room(chunk, bundle);
    if (!place || stored_[next] > bundle) return false;
    places_[next] = *place;
    for (const auto& table : chunk.tables) {
      spec::Word descriptor;
      auto* at = schedule_.constants.data() + chunk.offset + table.descriptor * 64;
      std::memcpy(descriptor.words.data(), at, 64);
      spec::set(descriptor, spec::descriptor::table_base, static_cast<std::uint64_t>(*place / 64 + table.place));
      std::memcpy(at, descriptor.words.data(), 64);
    }
    auto& buffer = buffers_[index_of(chunk.buffer)];
    buffer.cursor = *place + chunk.bytes;
    std::erase_if(buffer.live, [&](std::size_t c) { return last_use_[c] < bundle; });
    buffer.live.push_back(next);
    const std::int64_t words = chunk.bytes / 64, pieces = missing_ < words ? missing_ + 1 : 1;
    if (pieces > 1) missing_ = 0;
    for (std::int64_t p = 0; p < pieces; ++p) {
      const std::int64_t begin = words * p / pieces * 64, end = words * (p + 1) / pieces * 64;
      namespace f = spec::load;
      WordBuilder b(spec::Opcode::kLoad);
      b.put(f::buffer_select, static_cast<std::int64_t>(chunk.buffer)).put(f::region, static_cast<std::int64_t>(chunk.region)).put(f::offset, chunk.offset + begin).put(f::buffer, *place + begin);
      b.put(f::row_bytes, end - begin).put(f::n1, 1).put(f::n2, 1);
      send_word(b.word(), layer_of_[next]);
    }
    ++loaded_;
    return true;
  }

  std::optional<std::int64_t> find_room(const Chunk& chunk, std::size_t bundle) const {
    const auto& buffer = buffers_[index_of(chunk.buffer)];
    const std::int64_t size = std::array{target_.weight_bytes, target_.parameter_bytes, target_.depthwise_bytes}[index_of(chunk.buffer)];
    std::vector<std::pair<std::int64_t, std::int64_t>> busy;
    for (const auto c : buffer.live) {
      if (last_use_[c] >= bundle) busy.emplace_back(places_[c], places_[c] + schedule_.chunks[c].bytes);
    }
    std::ranges::sort(busy);
    const auto fit_from = [&](std::int64_t at) -> std::optional<std::int64_t> {
      for (const auto& [begin, end] : busy) {
        if (end <= at) continue;
        if (begin - at >= chunk.bytes) break;
        at = end;
      }
      return at + chunk.bytes <= size ? std::optional(at) : std::nullopt;
    };
    const auto behind = fit_from(buffer.cursor);  // the longest unused first: its readers have most likely retired
    return behind ? behind : fit_from(0);
  }

  void send(const Draft& draft) {
    auto word = draft.word;
    const auto word_of = [this](const ConstantPlace& place) { return static_cast<std::uint64_t>(places_[place.chunk] / 64 + place.words); };
    if (draft.weights) spec::set(word, spec::matrix::weight_base, word_of(*draft.weights));
    if (draft.parameters) {
      const bool softmax = spec::get(word, spec::header::opcode) == static_cast<std::uint64_t>(spec::Opcode::kSoftmax);
      spec::set(word, softmax ? spec::softmax::descriptor : spec::vector::descriptor, word_of(*draft.parameters));
    }
    if (draft.depthwise) {
      spec::set(word, spec::depthwise::descriptor, word_of(*draft.depthwise));
      spec::set(word, spec::depthwise::weight_base, word_of(*draft.depthwise) + 1 + static_cast<std::uint64_t>(target_.channel_words()));
    }
    std::vector<Touch> tables;
    if (draft.table) {
      const auto at = places_[draft.table->chunk] + draft.table->words * 64;
      tables.push_back({Space::kParameter, at, at + 256, false});
    }
    send_word(word, draft.layer, tables);
  }

  void send_word(spec::Word word, std::uint32_t layer, const std::vector<Touch>& tables = {}) {
    spec::set(word, spec::header::layer, layer);
    auto touches = footprint_of(word, target_);
    touches.insert(touches.end(), tables.begin(), tables.end());
    hazards_.order(word, *program::instruction_of(word)->unit, touches);
    stream_.words.push_back(word);
  }

  void fence(std::uint32_t layer) {
    WordBuilder b(spec::Opcode::kFence);
    b.put(spec::header::layer, layer);
    stream_.words.push_back(b.word());
    hazards_.fence();
    for (auto& buffer : buffers_) buffer = {};  // nothing that was loaded is needed again
  }

  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);
  static constexpr std::array<const char*, 3> names_{"weights", "parameters", "depthwise constants"};
  static std::size_t index_of(Chunk::Buffer buffer) { return static_cast<std::size_t>(buffer) - 1; }

  /// Bytes of scratch memory that the last of so many bundles stores.
  struct Stored {
    std::int64_t begin = 0, end = 0;
    std::size_t bundles = 0;
  };
  struct Buffer {
    std::int64_t cursor = 0;
    std::vector<std::size_t> live;  ///< chunks loaded and possibly still needed
  };

  Schedule& schedule_;
  const program::Target& target_;
  std::vector<std::size_t> group_of_;  ///< of a layer
  std::vector<Bundle> bundles_;
  std::vector<std::int64_t> places_;
  std::vector<std::size_t> last_use_;
  std::vector<std::uint32_t> layer_of_;
  std::vector<std::size_t> order_, position_;  ///< chunks in the order of their first use, and the inverse
  std::vector<std::size_t> stored_;            ///< bundles to be sent before a chunk's load
  std::vector<Stored> stores_;
  std::array<Buffer, 3> buffers_;
  std::size_t loaded_ = 0;             ///< chunks of order_
  std::vector<std::int64_t> commands_;  ///< of every group, with its fence
  std::int64_t missing_ = 0;            ///< in the group so far, see missing_in
  HazardTracker hazards_;
  Stream stream_;
};

}  // namespace

Result<Stream> emit(Schedule& schedule, const std::vector<LayerGroup>& groups, const program::Target& target) {
  return Emitter(schedule, groups, target).run();
}

}  // namespace vernier::lower
