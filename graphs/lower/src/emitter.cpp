// SPDX-License-Identifier: Apache-2.0
#include "emitter.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <vernier/program/instruction.hpp>

#include "command.hpp"
#include "hazards.hpp"

namespace vernier::lower {
namespace {

// Loads sent ahead behind one group of commands. More would fill the load unit's queue and hold back the dispatch of
// the commands behind them; fewer would not get ahead of a layer that uses up one load a command.
constexpr int kAheadPerGroup = 2;

/// Commands [begin, end) that stay together, with the chunks that must be on chip for them.
struct Group {
  std::size_t begin = 0, end = 0;
  std::uint32_t layer = 0;
};

class Emitter {
 public:
  Emitter(const Schedule& schedule, const program::Target& target, const Options& options)
      : schedule_(schedule), target_(target), options_(options), places_(schedule.chunks.size()), last_use_(schedule.chunks.size()),
        layer_of_(schedule.chunks.size()) {}

  Result<std::vector<spec::Word>> run() {
    find_groups();
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      if (options_.fence_between_layers && g != 0 && groups_[g].layer != groups_[g - 1].layer) fence(groups_[g].layer);
      if (!load_required(g)) {
        const auto& chunk = schedule_.chunks[loaded_];
        return fail(ErrorCode::kUnsupported, fmt::format("{} bytes of {} find no place", chunk.bytes, names_[index_of(chunk.buffer)]), target_.name);
      }
      for (std::size_t d = groups_[g].begin; d < groups_[g].end; ++d) send(schedule_.drafts[d]);
      if (!chunks_of(schedule_.drafts[groups_[g].begin]).empty()) load_ahead(g);
    }
    words_.push_back(WordBuilder(spec::Opcode::kEnd).word());
    return std::move(words_);
  }

 private:
  void find_groups() {
    for (std::size_t d = 0; d < schedule_.drafts.size(); ++d) {
      const auto& draft = schedule_.drafts[d];
      if (!draft.glued) groups_.push_back({d, d, draft.layer});
      groups_.back().end = d + 1;
      for (const auto chunk : chunks_of(draft)) {
        last_use_[chunk] = groups_.size() - 1;
        layer_of_[chunk] = draft.layer;
      }
    }
  }

  bool load_required(std::size_t group) {
    std::size_t needed = loaded_;
    for (std::size_t d = groups_[group].begin; d < groups_[group].end; ++d) {
      for (const auto chunk : chunks_of(schedule_.drafts[d])) needed = std::max(needed, chunk + 1);
    }
    while (loaded_ < needed) {
      if (!load_next(group)) return false;
    }
    return true;
  }

  void load_ahead(std::size_t group) {
    for (int n = 0; n < kAheadPerGroup && loaded_ < schedule_.chunks.size(); ++n) {
      if (options_.fence_between_layers && layer_of_[loaded_] != groups_[group].layer) return;
      if (!load_next(group + 1)) return;
    }
  }

  /// Sends the load of the next chunk unless it would overwrite what `group` or a later one needs.
  bool load_next(std::size_t group) {
    const auto& chunk = schedule_.chunks[loaded_];
    const auto place = find_room(chunk, group);
    if (!place) return false;
    places_[loaded_] = *place;
    auto& buffer = buffers_[index_of(chunk.buffer)];
    buffer.cursor = *place + chunk.bytes;
    std::erase_if(buffer.live, [&](std::size_t c) { return last_use_[c] < group; });
    buffer.live.push_back(loaded_);
    namespace f = spec::load;
    WordBuilder b(spec::Opcode::kLoad);
    b.put(f::buffer_select, static_cast<std::int64_t>(chunk.buffer)).put(f::region, 0).put(f::offset, chunk.offset).put(f::buffer, *place);
    b.put(f::row_bytes, chunk.bytes).put(f::n1, 1).put(f::n2, 1);
    send_word(b.word(), layer_of_[loaded_]);
    ++loaded_;
    return true;
  }

  std::optional<std::int64_t> find_room(const Chunk& chunk, std::size_t group) const {
    const auto& buffer = buffers_[index_of(chunk.buffer)];
    const std::int64_t size = std::array{target_.weight_bytes, target_.parameter_bytes, target_.depthwise_bytes}[index_of(chunk.buffer)];
    std::vector<std::pair<std::int64_t, std::int64_t>> busy;
    for (const auto c : buffer.live) {
      if (last_use_[c] >= group) busy.emplace_back(places_[c], places_[c] + schedule_.chunks[c].bytes);
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
    if (draft.parameters) spec::set(word, spec::vector::descriptor, word_of(*draft.parameters));
    if (draft.depthwise) {
      spec::set(word, spec::depthwise::descriptor, word_of(*draft.depthwise));
      spec::set(word, spec::depthwise::weight_base, word_of(*draft.depthwise) + 1 + static_cast<std::uint64_t>(target_.channel_words()));
    }
    send_word(word, draft.layer);
  }

  void send_word(spec::Word word, std::uint32_t layer) {
    spec::set(word, spec::header::layer, layer);
    hazards_.order(word, *program::instruction_of(word)->unit, footprint_of(word, target_));
    words_.push_back(word);
  }

  void fence(std::uint32_t layer) {
    WordBuilder b(spec::Opcode::kFence);
    b.put(spec::header::layer, layer);
    words_.push_back(b.word());
    hazards_.fence();
  }

  static constexpr std::array<const char*, 3> names_{"weights", "parameters", "depthwise constants"};
  static std::size_t index_of(Chunk::Buffer buffer) { return static_cast<std::size_t>(buffer) - 1; }

  static std::vector<std::size_t> chunks_of(const Draft& draft) {
    std::vector<std::size_t> chunks;
    for (const auto& place : {draft.weights, draft.parameters, draft.depthwise}) {
      if (place) chunks.push_back(place->chunk);
    }
    return chunks;
  }

  struct Buffer {
    std::int64_t cursor = 0;
    std::vector<std::size_t> live;  ///< chunks loaded and possibly still needed
  };

  const Schedule& schedule_;
  const program::Target& target_;
  const Options& options_;
  std::vector<Group> groups_;
  std::vector<std::int64_t> places_;
  std::vector<std::size_t> last_use_;
  std::vector<std::uint32_t> layer_of_;
  std::array<Buffer, 3> buffers_;
  std::size_t loaded_ = 0;
  HazardTracker hazards_;
  std::vector<spec::Word> words_;
};

}  // namespace

Result<std::vector<spec::Word>> emit(const Schedule& schedule, const program::Target& target, const Options& options) {
  return Emitter(schedule, target, options).run();
}

}  // namespace vernier::lower
