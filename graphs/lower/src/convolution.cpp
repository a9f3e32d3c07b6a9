// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <vernier/core/assert.hpp>

#include "constants.hpp"
#include "layer_builder.hpp"

namespace vernier::lower {
namespace {

// A command of several column tiles pays where a pass has few vectors: it saves commands, not passes.
constexpr std::int64_t kFewPixels = 16;
// Rectangles of a resident layer: enough of them that the next layer starts early, none so small that a tile's load shows.
constexpr std::int64_t kWantedBlocks = 4, kLeastPixels = 32;

/// Constants that one load brings: consecutive units (a piece of a column group, or a group's parameters).
struct LoadRange {
  std::int64_t offset = 0, bytes = 0;
  std::int64_t epoch = -1;  ///< of the newest chunk made of it
  std::size_t chunk = 0;
};
struct Unit {
  std::size_t range = 0;
  std::int64_t offset = 0;  ///< in region 0
};

/// A convolution (or a fully connected layer, whose kernel is its input image): output blocks on the array, each
/// followed by its requantisation.
class Convolution final : public LayerBuilder {
 public:
  Convolution(const BuildContext& context, std::size_t index) : LayerBuilder(context, index) {
    const auto& t = context_.target;
    const auto& out = layout(layer_.output);
    const std::int64_t pixels = out.height * out.width;
    tile_bytes_ = 64 * t.tile_words();
    blocks_ = cut_pixels(0, out.height, out.width, t.accumulator_rows, least(), 1).size();
    const std::int64_t limit = std::max(tile_bytes_, t.weight_bytes / (blocks_ == 1 ? 8 : 4));
    std::int64_t most_tiles = 1;
    if (pixels <= kFewPixels) {
      most_tiles = std::min({t.accumulator_rows / pixels, limit / tile_bytes_, (t.parameter_bytes / 64 / 4 - 1) / t.channel_words()});
    }
    depth_ = cut_depth(layout(layer_.input), layer_.window, t);
    groups_ = group_columns(out, t, most_tiles);
    std::int64_t widest = 1;
    for (const auto& g : groups_) widest = std::max(widest, g.tiles);
    pieces_ = cut_pieces(depth_, layer_.window, limit / (widest * tile_bytes_));
    pack_weights(std::max(limit / 2, tile_bytes_));
    pack_parameters();
    choose_order();
  }

  void build(const Strip& strip) override {
    ++strip_;
    const auto most = context_.target.accumulator_rows;
    if (order_ == Order::kResident) {
      for (const auto& block : cut_pixels(strip.y0, strip.y1, layout(layer_.output).width, most, least(), kWantedBlocks)) {
        for (std::size_t g = 0; g < groups_.size(); ++g) build_block(strip, block, g, 0);
      }
      return;
    }
    const auto blocks = cut_pixels(strip.y0, strip.y1, layout(layer_.output).width, most, least(), 1);
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      for (const auto& block : blocks) {
        if (order_ == Order::kReload) ++reload_;
        build_block(strip, block, g, order_ == Order::kReload ? reload_ : strip_);
      }
    }
  }

 private:
  /// kResident: all weights stay, pixels outermost. kColumns: the weights of a column group stay while all pixels pass.
  /// kReload: not even those fit; they come anew for every block of pixels.
  enum class Order : std::uint8_t { kResident, kColumns, kReload };

  [[nodiscard]] std::int64_t least() const { return std::max(kLeastPixels, 4 * context_.target.tile_words()); }

  void choose_order() {
    const auto& t = context_.target;
    std::int64_t total = 0, parameters = 0, widest = 0;
    for (const auto& g : groups_) {
      std::int64_t passes = 0;
      for (const auto& p : pieces_) passes += p.passes();
      total += passes * g.tiles * tile_bytes_;
      widest = std::max(widest, passes * g.tiles * tile_bytes_);
    }
    for (const auto& r : parameter_ranges_) parameters += r.bytes;
    if (total <= t.weight_bytes / 2 && parameters <= t.parameter_bytes / 2) {
      order_ = Order::kResident;
    } else {
      order_ = widest <= t.weight_bytes / 2 ? Order::kColumns : Order::kReload;
    }
  }

  /// Input channel and kernel column of row r of the array; nothing for a row that meets no weight.
  struct RowSource {
    std::int64_t channel = 0, kernel_column = 0;
    bool used = false;
  };
  [[nodiscard]] RowSource row_source(const DepthSlice& slice, std::int64_t kw, std::int64_t cb, std::int64_t r) const {
    const auto& in = layout(layer_.input);
    if (r >= slice.window_bytes) return {};
    const bool folded = slice.blocks == 1 && depth_.fold > 1;
    const std::int64_t pixel = folded ? r / in.pixel_pitch : 0, lane = folded ? r % in.pixel_pitch : r;
    RowSource s{slice.first_byte + cb * slice.block_channels + lane, kw * depth_.fold + pixel, true};
    const std::int64_t end = slice.over_blocks ? std::min((cb + 1) * in.block, in.channels) : in.channels;
    s.used = s.channel < end && s.kernel_column < layer_.window.kernel_w;
    return s;
  }

  /// Weight tiles in the exact order in which commands consume them.
  void pack_weights(std::int64_t range_bytes) {
    const auto& node = context_.graph.node(layer_.node);
    weight_ = context_.graph.value(node.inputs[1]).constant->as<std::int8_t>();
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      for (const auto& piece : pieces_) {
        std::vector<std::byte> bytes;
        for (std::int64_t pass = 0; pass < piece.passes(); ++pass) {
          const std::int64_t cb = piece.cb + pass % piece.n_cb, kw = piece.kw + pass / piece.n_cb % piece.n_kw;
          const std::int64_t kh = piece.kh + pass / piece.n_cb / piece.n_kw;
          for (std::int64_t ct = 0; ct < groups_[g].tiles; ++ct) pack_tile(bytes, depth_.slices[piece.slice], groups_[g], ct, kh, kw, cb);
        }
        add_unit(bytes, weight_units_, weight_ranges_, range_bytes);
      }
    }
  }

  void pack_tile(std::vector<std::byte>& bytes, const DepthSlice& slice, const ColumnGroup& group, std::int64_t ct, std::int64_t kh, std::int64_t kw, std::int64_t cb) const {
    const auto& t = context_.target;
    const auto& in = layout(layer_.input);
    const std::size_t begin = bytes.size();
    bytes.resize(begin + static_cast<std::size_t>(tile_bytes_));
    const auto range = channels_of(group, ct, layout(layer_.output), t);
    const std::int64_t rows_per_word = 64 / t.columns, taps = layer_.window.kernel_h * layer_.window.kernel_w;
    for (std::int64_t r = 0; r < t.rows; ++r) {
      const auto source = row_source(slice, kw, cb, r);
      if (!source.used) continue;
      std::byte* row = bytes.data() + begin + static_cast<std::size_t>(r / rows_per_word * 64 + r % rows_per_word * t.columns);
      for (std::int64_t o = range.begin; o < range.end; ++o) {
        const std::int64_t from = (o * in.channels + source.channel) * taps + kh * layer_.window.kernel_w + source.kernel_column;
        row[o - range.begin] = static_cast<std::byte>(weight_[static_cast<std::size_t>(from)]);
      }
    }
  }

  void pack_parameters() {
    const auto constants = convolution_constants(context_.graph, context_.net, layer_);
    const auto descriptor = make_descriptor(context_.net, layer_, stored(layer_.input).zero, std::nullopt);
    for (const auto& group : groups_) {
      std::vector<std::byte> bytes(64);
      std::memcpy(bytes.data(), descriptor.words.data(), 64);
      for (std::int64_t ct = 0; ct < group.tiles; ++ct) {
        const auto range = channels_of(group, ct, layout(layer_.output), context_.target);
        append_channels(bytes, std::span(constants).subspan(static_cast<std::size_t>(range.begin), static_cast<std::size_t>(range.end - range.begin)), context_.target);
      }
      add_unit(bytes, parameter_units_, parameter_ranges_, context_.target.parameter_bytes / 8);
    }
  }

  /// Appends a unit's constants, to the newest range while that stays below the limit.
  void add_unit(std::span<const std::byte> bytes, std::vector<Unit>& units, std::vector<LoadRange>& ranges, std::int64_t limit) {
    const std::int64_t offset = append_constants(context_.schedule.constants, bytes);
    const auto size = static_cast<std::int64_t>(bytes.size());
    if (!ranges.empty() && ranges.back().offset + ranges.back().bytes == offset && ranges.back().bytes + size <= limit) {
      ranges.back().bytes += size;
    } else {
      ranges.push_back({offset, size});
    }
    units.push_back({ranges.size() - 1, offset});
  }

  std::size_t chunk_of(std::vector<LoadRange>& ranges, const Unit& unit, std::int64_t epoch, Chunk::Buffer buffer) {
    auto& range = ranges[unit.range];
    if (range.epoch != epoch) {
      range.epoch = epoch;
      range.chunk = context_.schedule.chunks.size();
      context_.schedule.chunks.push_back({buffer, range.offset, range.bytes});
    }
    return range.chunk;
  }

  /// All pieces of one output block, then its vector command.
  void build_block(const Strip& strip, const PixelBlock& block, std::size_t g, std::int64_t epoch) {
    auto& drafts = context_.schedule.drafts;
    const auto layer = static_cast<std::uint32_t>(index_);
    for (std::size_t p = 0; p < pieces_.size(); ++p) {
      const auto& unit = weight_units_[g * pieces_.size() + p];
      const auto word = matrix_command(strip, block, groups_[g], p);
      const auto chunk = chunk_of(weight_ranges_, unit, epoch, Chunk::Buffer::kWeight);
      drafts.push_back({.word = word, .layer = layer, .weights = chunk, .weight_words = (unit.offset - weight_ranges_[unit.range].offset) / 64, .parameters = {}});
      if (p + 1 < pieces_.size()) continue;
      const auto& constants = parameter_units_[g];
      // The vector command's constants belong to the pair: they are asked for before its matrix command is sent.
      const auto parameters = chunk_of(parameter_ranges_, constants, order_ == Order::kResident ? 0 : strip_, Chunk::Buffer::kParameter);
      WordBuilder v(spec::Opcode::kVector);
      put_output(v, block, groups_[g], strip);
      drafts.push_back({.word = finish(v), .layer = layer, .glued = true, .weights = {}, .parameters = parameters,
                        .parameter_words = (constants.offset - parameter_ranges_[constants.range].offset) / 64});
    }
  }

  spec::Word matrix_command(const Strip& strip, const PixelBlock& block, const ColumnGroup& group, std::size_t p) {
    namespace f = spec::matrix;
    const auto& piece = pieces_[p];
    const auto& slice = depth_.slices[piece.slice];
    const auto& in = layout(layer_.input);
    const auto& w = layer_.window;
    const std::int64_t kw_pixels = depth_.fold * w.dilation_w;
    const std::int64_t iy0 = block.y * w.stride_h - w.pad_top + piece.kh * w.dilation_h;
    const std::int64_t ix0 = block.x * w.stride_w - w.pad_left + piece.kw * kw_pixels;
    const std::int64_t in_block = slice.over_blocks ? strip.in.block_stride : slice.block_bytes;
    WordBuilder b(spec::Opcode::kMatrix);
    b.put_address(f::in_base, strip.in.base + iy0 * strip.in.row_pitch + ix0 * strip.in.pixel_pitch + slice.first_byte + piece.cb * in_block);
    b.put(f::in_row, strip.in.row_pitch).put(f::in_step, w.stride_w * strip.in.pixel_pitch).put(f::in_block, slice.blocks == 1 ? 0 : in_block);
    b.put(f::in_pitch, strip.in.pixel_pitch).put(f::window_bytes, slice.window_bytes);
    b.put(f::kw_bytes, depth_.column_passes == 1 ? 0 : kw_pixels * strip.in.pixel_pitch).put(f::kw_pixels, depth_.column_passes == 1 ? 0 : kw_pixels);
    b.put(f::dil_y, w.kernel_h == 1 ? 0 : w.dilation_h).put(f::stride_y, w.stride_h).put(f::stride_x, w.stride_w);
    b.put_signed(f::iy0, iy0).put_signed(f::ix0, ix0).put(f::in_h, in.height).put(f::in_w, in.width);
    b.put(f::n_kh, piece.n_kh).put(f::n_kw, piece.n_kw).put(f::n_cb, piece.n_cb);
    b.put(f::n_ct, group.tiles).put(f::n_y, block.height).put(f::n_x, block.width);
    b.put_signed(f::pad, stored(layer_.input).zero).put(f::tile_words, context_.target.tile_words());
    b.put(f::init, p == 0 ? 1 : 0).put(f::emit, p + 1 == pieces_.size() ? 1 : 0);
    return finish(b);
  }

  std::int64_t tile_bytes_ = 0;
  std::size_t blocks_ = 0;
  Depth depth_;
  std::vector<ColumnGroup> groups_;
  std::vector<DepthPiece> pieces_;
  std::span<const std::int8_t> weight_;
  std::vector<Unit> weight_units_, parameter_units_;
  std::vector<LoadRange> weight_ranges_, parameter_ranges_;
  Order order_ = Order::kResident;
  std::int64_t strip_ = -1, reload_ = -1;
};

}  // namespace

std::unique_ptr<LayerBuilder> make_convolution(const BuildContext& context, std::size_t layer) {
  return std::make_unique<Convolution>(context, layer);
}

}  // namespace vernier::lower
