// SPDX-License-Identifier: Apache-2.0
// Concat, Slice, Pad, Transpose and the like: vector commands that copy lanes from strided places to strided places.
#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <vernier/core/assert.hpp>

#include "constants.hpp"
#include "layer_builder.hpp"

namespace vernier::lower {
namespace {

constexpr std::int64_t kMostCount = 1023;                       // 10-bit loops
constexpr std::int64_t kMostPitch = 127, kMostStep = 1023;      // bytes from one column to the next
constexpr std::int64_t kMostRow = (1 << 18) - 1;                // bytes from one row to the next
constexpr std::int64_t kMostTile = (1 << 22) - 1;
constexpr std::int64_t kMostCommands = 4096;                    // the host is faster with what takes more

/// A loop of a command: bytes.
struct ByteLoop {
  std::int64_t count = 1, from = 0, to = 0;
};

/// Lanes that lie side by side on both sides, and the loops over them.
struct Run {
  std::int64_t from = 0, to = 0, lanes = 1;
  std::vector<ByteLoop> loops;
};

/// bytes = pitch * stride with both inside their fields.
struct ColumnStep {
  std::int64_t pitch = 0, stride = 0;
};
std::optional<ColumnStep> column_step(std::int64_t bytes) {
  if (bytes < 1 || bytes > kMostStep) return std::nullopt;
  for (std::int64_t stride = 1; stride <= 15; ++stride) {
    if (bytes % stride == 0 && bytes / stride <= kMostPitch) return ColumnStep{bytes / stride, stride};
  }
  return std::nullopt;
}

class MoveLayer final : public LayerBuilder {
 public:
  MoveLayer(const BuildContext& context, std::size_t index) : LayerBuilder(context, index), operands_{layer_.input} {
    operands_.insert(operands_.end(), layer_.rest.begin(), layer_.rest.end());
  }

  void build(const Strip& strip) override {
    if (!chunk_) chunk_ = add_parameter_chunk(descriptors());
    for (const auto& piece : layer_.pieces) {
      const auto part = clip_to_rows(piece, strip.y0, strip.y1);
      if (part) expand(*part, strip);
    }
  }

 private:
  [[nodiscard]] static bool is_line(const program::Layout& l) { return l.height == 1 && l.width == 1; }

  /// One for each operand, which may have a scale of its own, and one that fills.
  [[nodiscard]] std::vector<std::byte> descriptors() const {
    namespace f = spec::descriptor;
    const auto& out = stored(layer_.output);
    std::vector<std::byte> bytes;
    for (std::size_t i = 0; i <= operands_.size(); ++i) {
      WordBuilder b;
      b.put(f::uniform, 1);
      if (i < operands_.size()) {
        const auto& in = stored(operands_[i]);
        const auto m = multiplier_of(in.scale / out.scale);
        VERNIER_ASSERT(m.has_value(), "refused before: multiplier outside the format");
        b.put_signed(f::bias, -in.zero).put(f::m, m->mantissa).put(f::s, m->shift);
        b.put_signed(f::zero_1, out.zero).put_signed(f::lo_1, layer_.limits.lo).put_signed(f::hi_1, layer_.limits.hi);
      } else {
        b.put(f::m, 1).put_signed(f::lo_1, -128).put_signed(f::hi_1, 127).put_signed(f::pad, layer_.fill);
      }
      VERNIER_ASSERT(!b.problem(), "refused before: constants outside their fields");
      const auto at = bytes.size();
      bytes.resize(at + 64);
      std::memcpy(bytes.data() + at, b.word().words.data(), 64);
    }
    return bytes;
  }

  /// Loops along channels that do not stay in a block are no strides: one piece an iteration. The channel loop of unit
  /// steps becomes lanes.
  void expand(const Piece& piece, const Strip& strip) {
    const auto& out = layout(layer_.output);
    const auto& in = piece.operand ? layout(operands_[*piece.operand]) : out;
    std::optional<std::size_t> lanes;
    for (std::size_t l = 0; l < piece.loops.size(); ++l) {
      const auto& loop = piece.loops[l];
      const bool unit = loop.to == Pixel{1, 0, 0} && (!piece.operand || loop.from == Pixel{1, 0, 0});
      if (unit && (!lanes || loop.count > piece.loops[*lanes].count)) lanes = l;
    }
    for (std::size_t l = 0; l < piece.loops.size(); ++l) {
      const auto& loop = piece.loops[l];
      const bool strided = (loop.to.c == 0 || is_line(out)) && (loop.from.c == 0 || is_line(in)) && forward(loop, piece.operand.has_value());
      if (lanes == l || strided) continue;
      auto one = piece;
      one.loops.erase(one.loops.begin() + static_cast<std::ptrdiff_t>(l));
      for (std::int64_t i = 0; i < loop.count; ++i) {
        expand(one, strip);
        one.from = {one.from.c + loop.from.c, one.from.y + loop.from.y, one.from.x + loop.from.x};
        one.to = {one.to.c + loop.to.c, one.to.y + loop.to.y, one.to.x + loop.to.x};
      }
      return;
    }
    send_lanes(piece, lanes, strip);
  }

  /// Whether both addresses grow from one iteration to the next, as the fields of a command need it; a source that
  /// stays where it is has no pitch.
  [[nodiscard]] static bool forward(const Piece::Loop& loop, bool reads) {
    const auto positive = [](const Pixel& p) { return p.c >= 0 && p.y >= 0 && p.x >= 0 && !(p == Pixel{}); };
    return positive(loop.to) && (!reads || positive(loop.from));
  }

  static std::int64_t address(const View& view, const program::Layout& l, const Pixel& p) {
    const std::int64_t channel = is_line(l) ? p.c : p.c / l.block * view.block_stride + p.c % l.block;
    return view.base + channel + p.y * view.row_pitch + p.x * view.pixel_pitch;
  }

  void send_lanes(const Piece& piece, std::optional<std::size_t> lane_loop, const Strip& strip) {
    const auto& out = layout(layer_.output);
    const auto& to = strip.out;
    const auto& in = piece.operand ? layout(operands_[*piece.operand]) : out;
    const auto& from = piece.operand ? strip.operands[*piece.operand] : strip.out;
    std::vector<ByteLoop> loops;
    for (std::size_t l = 0; l < piece.loops.size(); ++l) {
      if (lane_loop == l) continue;
      const auto& loop = piece.loops[l];
      const auto bytes = [](const Pixel& p, const View& v) { return p.c + p.y * v.row_pitch + p.x * v.pixel_pitch; };
      loops.push_back({loop.count, piece.operand ? bytes(loop.from, from) : 1, bytes(loop.to, to)});
    }
    const std::int64_t channels = lane_loop ? piece.loops[*lane_loop].count : 1;
    std::vector<Run> runs;
    for (std::int64_t c = 0; c < channels;) {
      const auto room = [](std::int64_t channel, const program::Layout& l) { return is_line(l) ? l.channels - channel : l.block - channel % l.block; };
      std::int64_t lanes = std::min({channels - c, context_.target.columns, room(piece.to.c + c, out)});
      if (piece.operand) lanes = std::min(lanes, room(piece.from.c + c, in));
      const Pixel source{piece.from.c + (piece.operand ? c : 0), piece.from.y, piece.from.x}, target{piece.to.c + c, piece.to.y, piece.to.x};
      append({piece.operand ? address(from, in, source) : 0, address(to, out, target), lanes, loops}, runs);
      c += lanes;
    }
    for (const auto& run : runs) send(run, piece.operand);
  }

  /// Runs at equal distances become one with one more loop.
  static void append(const Run& run, std::vector<Run>& runs) {
    if (!runs.empty() && runs.back().lanes == run.lanes) {
      auto& last = runs.back();
      const bool looped = last.loops.size() > run.loops.size();
      const std::int64_t count = looped ? last.loops.back().count : 1;
      const std::int64_t from = run.from - last.from, to = run.to - last.to;
      if (!looped && from >= 0 && to > 0) {
        last.loops.push_back({2, from, to});
        return;
      }
      if (looped && from == count * last.loops.back().from && to == count * last.loops.back().to) {
        ++last.loops.back().count;
        return;
      }
    }
    runs.push_back(run);
  }

  /// Loops find their places in a command, the longest first; what has no place is unrolled.
  void send(const Run& run, std::optional<std::size_t> operand) {
    auto loops = run.loops;
    std::erase_if(loops, [](const ByteLoop& loop) { return loop.count == 1; });
    std::ranges::stable_sort(loops, std::ranges::greater{}, &ByteLoop::count);
    std::optional<ByteLoop> x, y, tile;
    for (const auto& loop : loops) {
      const bool narrow = column_step(loop.from) && loop.to <= kMostPitch && loop.count <= kMostCount;
      const bool wide = loop.from <= kMostRow && loop.to <= kMostRow && loop.from > 0 && loop.count <= kMostCount;
      const bool far = loop.from <= kMostTile && loop.to <= kMostTile && loop.count <= kMostCount;
      if (!x && narrow) {
        x = loop;
      } else if (!y && wide) {
        y = loop;
      } else if (!tile && far) {
        tile = loop;
      } else {
        unroll(run, loop, operand);
        return;
      }
    }
    command(run, x.value_or(ByteLoop{}), y.value_or(ByteLoop{}), tile.value_or(ByteLoop{}), operand);
  }

  void unroll(const Run& run, const ByteLoop& loop, std::optional<std::size_t> operand) {
    auto one = run;
    std::erase_if(one.loops, [&](const ByteLoop& l) { return l.count == loop.count && l.from == loop.from && l.to == loop.to; });
    for (std::int64_t done = 0; done < loop.count;) {
      const std::int64_t count = loop.count > kMostCount ? std::min(kMostCount, loop.count - done) : 1;
      auto part = one;
      part.from += done * loop.from;
      part.to += done * loop.to;
      if (count > 1) part.loops.push_back({count, loop.from, loop.to});
      send(part, operand);
      done += count;
    }
  }

  void command(const Run& run, const ByteLoop& x, const ByteLoop& y, const ByteLoop& tile, std::optional<std::size_t> operand) {
    namespace f = spec::vector;
    auto& schedule = context_.schedule;
    if (++commands_ > kMostCommands) {
      if (!schedule.problem) {
        schedule.problem = fmt::format("it needs more than {} commands, so few elements lie side by side on both sides", kMostCommands);
        schedule.problem_layer = index_;
      }
      return;
    }
    const auto step = x.count == 1 ? ColumnStep{1, 1} : *column_step(x.from);
    WordBuilder b(spec::Opcode::kVector);
    b.put(f::source, 1).put(f::n_ct, tile.count).put(f::n_y, y.count).put(f::n_x, x.count);
    b.put(f::out_base, run.to).put(f::out_tile, tile.to).put(f::out_row, y.to).put(f::out_pitch, x.to).put(f::out_bytes, run.lanes);
    b.put(f::k_h, 1).put(f::k_w, 1).put(f::stride_y, 1).put(f::stride_x, step.stride);
    b.put(f::in_step, step.stride * step.pitch).put(f::in_pitch, step.pitch);
    if (operand) {
      // The image is as large as the command's reach: nothing lies outside.
      b.put_address(f::in_base, run.from).put(f::in_tile, tile.from).put(f::in_row, y.from);
      b.put(f::in_h, y.count).put(f::in_w, (x.count - 1) * step.stride + (run.lanes + step.pitch - 1) / step.pitch);
    } else {
      // The image is one row, and the command reads below it.
      b.put_signed(f::iy0, 1).put(f::in_h, 1).put(f::in_w, 1);
    }
    const auto descriptor = static_cast<std::int64_t>(operand.value_or(operands_.size()));
    schedule.drafts.push_back({.word = finish(b), .layer = static_cast<std::uint32_t>(index_), .parameters = ConstantPlace{*chunk_, descriptor}});
  }

  std::vector<std::size_t> operands_;
  std::optional<std::size_t> chunk_;
  std::int64_t commands_ = 0;
};

}  // namespace

std::unique_ptr<LayerBuilder> make_move(const BuildContext& context, std::size_t layer) { return std::make_unique<MoveLayer>(context, layer); }

}  // namespace vernier::lower
