// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <vernier/core/assert.hpp>

#include "constants.hpp"
#include "layer_builder.hpp"
#include "packed_constants.hpp"

namespace vernier::lower {
namespace {

// A command of several column tiles pays where a pass has few vectors: it saves commands, not passes.
constexpr std::int64_t kFewPixels = 16;
// Rectangles of a resident layer: enough of them that the next layer starts early, none so small that a tile's load shows.
constexpr std::int64_t kWantedBlocks = 8, kLeastPixels = 12;

/// A convolution (or a fully connected layer, whose kernel is its input image): output blocks on the array, each
/// followed by its requantisation.
class Convolution final : public LayerBuilder {
 public:
  Convolution(const BuildContext& context, std::size_t index)
      : LayerBuilder(context, index), rows_(rows_of_layer()), tile_bytes_(64 * context.target.tile_words()),
        piece_bytes_(std::max(tile_bytes_, context.target.weight_bytes / (output_blocks() == 1 ? 8 : 4))),
        weights_(Chunk::Buffer::kWeight, std::max(piece_bytes_ / 2, tile_bytes_)),
        parameters_(Chunk::Buffer::kParameter, context.target.parameter_bytes / 8) {
    cut_columns();
    pack_weights();
    pack_parameters();
    choose_order();
  }

  void build(const Strip& strip) override {
    ++strip_;
    const auto most = context_.target.accumulator_rows;
    const auto images = rows_ == Rows::kImage ? images_of(strip) : std::vector{strip};
    const auto blocks_of = [&](const Strip& image, std::int64_t wanted) { return cut_pixels(image.y0, image.y1, layout(layer_.output).width, most, least(), wanted); };
    if (order_ == Order::kResident) {
      for (const auto& image : images) {
        for (const auto& block : blocks_of(image, std::max<std::int64_t>(1, kWantedBlocks / static_cast<std::int64_t>(images.size())))) {
          for (const auto& columns : columns_) build_block(image, block, columns, 0);
        }
      }
      return;
    }
    for (const auto& columns : columns_) {
      for (const auto& image : images) {
        for (const auto& block : blocks_of(image, 1)) {
          if (order_ == Order::kReload) ++reload_;
          build_block(image, block, columns, order_ == Order::kReload ? reload_ : strip_);
        }
      }
    }
  }

 private:
  /// What the rows of a matrix command are in a batch. kImage: those of one image. kAll: those of all images, of which
  /// each comes from the input row of its number. kImages: the kernel is the image, so a row is an image, and kernel rows
  /// are commands.
  enum class Rows : std::uint8_t { kImage, kAll, kImages };

  [[nodiscard]] Rows rows_of_layer() const {
    const auto& in = layout(layer_.input);
    const auto& out = layout(layer_.output);
    const auto& w = layer_.window;
    if (joins_images(w)) return Rows::kAll;
    constexpr std::int64_t kMostRow = (std::int64_t{1} << spec::matrix::in_row.bits) - 1;
    const bool whole = out.image_height() == 1 && w.kernel_h == in.image_height() && w.pad_top == 0 && w.pad_bottom == 0 && w.dilation_h == 1;
    const bool line = layer_.other && layer_.other_is_line;
    return whole && !line && in.image_height() * in.row_pitch <= kMostRow ? Rows::kImages : Rows::kImage;
  }

  /// kResident: all weights stay, pixels outermost. kColumns: the weights of a column group stay while all pixels pass.
  /// kReload: not even those fit; they come anew for every block of pixels.
  enum class Order : std::uint8_t { kResident, kColumns, kReload };

  [[nodiscard]] std::int64_t least() const { return std::max(kLeastPixels, 2 * context_.target.tile_words()); }

  /// A column group with the input channels it needs, in pieces of its depth.
  struct Columns {
    ColumnGroup group;
    std::size_t number = 0;      ///< unit of its parameters
    ChannelRange inputs;
    Depth depth;
    std::vector<DepthPiece> pieces;
    std::size_t first_unit = 0;  ///< of its weights
  };

  [[nodiscard]] std::size_t output_blocks() const {
    const auto& out = layout(layer_.output);
    const bool apart = rows_ == Rows::kImage;
    const auto blocks = cut_pixels(0, apart ? out.image_height() : out.height, out.width, context_.target.accumulator_rows, least(), 1).size();
    return apart ? blocks * static_cast<std::size_t>(out.images) : blocks;
  }

  void cut_columns() {
    const auto& t = context_.target;
    const auto& in = layout(layer_.input);
    const auto& out = layout(layer_.output);
    const std::int64_t pixels = (rows_ == Rows::kImage ? out.image_height() : out.height) * out.width, groups = layer_.window.group;
    std::int64_t most_tiles = 1;
    if (pixels <= kFewPixels && groups == 1) {
      most_tiles = std::min({t.accumulator_rows / pixels, piece_bytes_ / tile_bytes_, (t.parameter_bytes / 64 / 4 - 1) / t.channel_words()});
    }
    const std::int64_t group_inputs = in.channels / groups, group_outputs = out.channels / groups;
    const auto tiles = group_columns(out, t, most_tiles);
    std::int64_t widest = 1;
    for (const auto& group : tiles) widest = std::max(widest, group.tiles);
    std::size_t unit = 0;
    for (const auto& group : tiles) {
      Columns c{.group = group, .number = columns_.size(), .inputs = {0, in.channels}, .depth = {}, .pieces = {}, .first_unit = unit};
      if (groups > 1) {
        const auto outputs = channels_of(group, 0, out, t);
        c.inputs = {outputs.begin / group_outputs * group_inputs, ((outputs.end - 1) / group_outputs + 1) * group_inputs};
      }
      c.depth = cut_depth(in, layer_.window, t, c.inputs);
      c.pieces = cut_pieces(c.depth, layer_.window, piece_bytes_ / (widest * tile_bytes_), rows_ == Rows::kImages ? 1 : layer_.window.kernel_h);
      unit += c.pieces.size();
      columns_.push_back(std::move(c));
    }
  }

  void choose_order() {
    const auto& t = context_.target;
    std::int64_t total = 0, widest = 0;
    for (const auto& c : columns_) {
      std::int64_t passes = 0;
      for (const auto& p : c.pieces) passes += p.passes();
      total += passes * c.group.tiles * tile_bytes_;
      widest = std::max(widest, passes * c.group.tiles * tile_bytes_);
    }
    if (total <= t.weight_bytes / 2 && parameters_.bytes() <= t.parameter_bytes / 2) {
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
  [[nodiscard]] RowSource row_source(const Columns& columns, const DepthSlice& slice, std::int64_t kw, std::int64_t cb, std::int64_t r) const {
    const auto& in = layout(layer_.input);
    if (r >= slice.window_bytes) return {};
    const std::int64_t fold = columns.depth.fold;
    const std::int64_t pixel = fold > 1 ? r / in.pixel_pitch : 0, lane = fold > 1 ? r % in.pixel_pitch : r;
    RowSource s{slice.first_block * in.block + slice.first_byte + cb * slice.block_channels + lane, kw * fold + pixel, true};
    const std::int64_t end = slice.over_blocks ? std::min((slice.first_block + cb + 1) * in.block, columns.inputs.end) : columns.inputs.end;
    s.used = s.channel < end && s.kernel_column < layer_.window.kernel_w;
    return s;
  }

  /// Weight tiles in the exact order in which commands consume them.
  void pack_weights() {
    const auto& node = context_.graph.node(layer_.node);
    weight_ = context_.graph.value(node.inputs[1]).constant->as<std::int8_t>();
    for (const auto& columns : columns_) {
      for (const auto& piece : columns.pieces) {
        std::vector<std::byte> bytes;
        for (std::int64_t pass = 0; pass < piece.passes(); ++pass) {
          const std::int64_t cb = piece.cb + pass % piece.n_cb, kw = piece.kw + pass / piece.n_cb % piece.n_kw;
          const std::int64_t kh = piece.kh + pass / piece.n_cb / piece.n_kw;
          for (std::int64_t ct = 0; ct < columns.group.tiles; ++ct) pack_tile(bytes, columns, columns.depth.slices[piece.slice], ct, kh, kw, cb);
        }
        weights_.add(context_.schedule, bytes);
      }
    }
  }

  void pack_tile(std::vector<std::byte>& bytes, const Columns& columns, const DepthSlice& slice, std::int64_t ct, std::int64_t kh, std::int64_t kw, std::int64_t cb) const {
    const auto& t = context_.target;
    const std::size_t begin = bytes.size();
    bytes.resize(begin + static_cast<std::size_t>(tile_bytes_));
    const auto range = channels_of(columns.group, ct, layout(layer_.output), t);
    const std::int64_t groups = layer_.window.group, inputs = layout(layer_.input).channels / groups, outputs = layout(layer_.output).channels / groups;
    const std::int64_t rows_per_word = 64 / t.columns, taps = layer_.window.kernel_h * layer_.window.kernel_w;
    for (std::int64_t r = 0; r < t.rows; ++r) {
      const auto source = row_source(columns, slice, kw, cb, r);
      if (!source.used) continue;
      std::byte* row = bytes.data() + begin + static_cast<std::size_t>(r / rows_per_word * 64 + r % rows_per_word * t.columns);
      for (std::int64_t o = range.begin; o < range.end; ++o) {
        const std::int64_t input = source.channel - o / outputs * inputs;
        if (input < 0 || input >= inputs) continue;  // a channel of another group
        const std::int64_t from = (o * inputs + input) * taps + kh * layer_.window.kernel_w + source.kernel_column;
        row[o - range.begin] = static_cast<std::byte>(weight_[static_cast<std::size_t>(from)]);
      }
    }
  }

  void pack_parameters() {
    const auto constants = convolution_constants(context_.graph, context_.net, layer_);
    const auto descriptor = make_descriptor(context_.net, layer_, stored(layer_.input).zero, std::nullopt);
    for (const auto& columns : columns_) {
      std::vector<std::byte> bytes(64);
      std::memcpy(bytes.data(), descriptor.words.data(), 64);
      for (std::int64_t ct = 0; ct < columns.group.tiles; ++ct) {
        const auto range = channels_of(columns.group, ct, layout(layer_.output), context_.target);
        append_channels(bytes, std::span(constants).subspan(static_cast<std::size_t>(range.begin), static_cast<std::size_t>(range.end - range.begin)), context_.target);
      }
      std::optional<std::int64_t> table;
      if (layer_.table) {
        table = static_cast<std::int64_t>(bytes.size()) / 64;
        append_table(bytes, context_.graph, *layer_.table);
      }
      parameters_.add(context_.schedule, bytes, table);
    }
  }

  /// All pieces of one output block, then its vector command.
  void build_block(const Strip& strip, const PixelBlock& block, const Columns& columns, std::int64_t epoch) {
    auto& schedule = context_.schedule;
    const auto layer = static_cast<std::uint32_t>(index_);
    for (std::size_t p = 0; p < columns.pieces.size(); ++p) {
      const auto word = matrix_command(strip, block, columns, p);
      const auto weights = weights_.use(schedule, columns.first_unit + p, epoch);
      schedule.drafts.push_back({.word = word, .layer = layer, .weights = weights});
    }
    // The vector command's constants belong to the pair: they are asked for before its matrix command is sent.
    const auto parameters = parameters_.use(schedule, columns.number, order_ == Order::kResident ? 0 : strip_);
    WordBuilder v(spec::Opcode::kVector);
    put_output(v, block, columns.group, strip);
    Draft draft{.word = finish(v), .layer = layer, .glued = true, .parameters = parameters};
    if (const auto table = parameters_.table_of(columns.number)) draft.table = ConstantPlace{parameters.chunk, parameters.words + *table};
    schedule.drafts.push_back(std::move(draft));
  }

  spec::Word matrix_command(const Strip& strip, const PixelBlock& block, const Columns& columns, std::size_t p) {
    namespace f = spec::matrix;
    const auto& piece = columns.pieces[p];
    const auto& depth = columns.depth;
    const auto& slice = depth.slices[piece.slice];
    const auto& in = layout(layer_.input);
    const auto& w = layer_.window;
    const std::int64_t kw_pixels = depth.fold * w.dilation_w;
    const bool images = rows_ == Rows::kImages;
    const std::int64_t in_row = images ? in.image_height() * strip.in.row_pitch : strip.in.row_pitch;
    const std::int64_t iy0 = images ? block.y : block.y * w.stride_h - w.pad_top + piece.kh * w.dilation_h;
    const std::int64_t in_h = images ? in.images : (rows_ == Rows::kAll ? in.height : in.image_height());
    const std::int64_t ix0 = block.x * w.stride_w - w.pad_left + piece.kw * kw_pixels;
    const std::int64_t in_block = slice.over_blocks ? strip.in.block_stride : slice.block_bytes;
    WordBuilder b(spec::Opcode::kMatrix);
    b.put_address(f::in_base, strip.in.base + iy0 * in_row + (images ? piece.kh * strip.in.row_pitch : 0) + ix0 * strip.in.pixel_pitch + slice.first_block * strip.in.block_stride + slice.first_byte + piece.cb * in_block);
    b.put(f::in_row, in_row).put(f::in_step, w.stride_w * strip.in.pixel_pitch).put(f::in_block, slice.blocks == 1 ? 0 : in_block);
    b.put(f::in_pitch, strip.in.pixel_pitch).put(f::window_bytes, slice.window_bytes);
    b.put(f::kw_bytes, depth.column_passes == 1 ? 0 : kw_pixels * strip.in.pixel_pitch).put(f::kw_pixels, depth.column_passes == 1 ? 0 : kw_pixels);
    b.put(f::dil_y, images || w.kernel_h == 1 ? 0 : w.dilation_h).put(f::stride_y, images ? 1 : w.stride_h).put(f::stride_x, w.stride_w);
    b.put_signed(f::iy0, iy0).put_signed(f::ix0, ix0).put(f::in_h, in_h).put(f::in_w, in.width);
    b.put(f::n_kh, piece.n_kh).put(f::n_kw, piece.n_kw).put(f::n_cb, piece.n_cb);
    b.put(f::n_ct, columns.group.tiles).put(f::n_y, block.height).put(f::n_x, block.width);
    b.put_signed(f::pad, stored(layer_.input).zero).put(f::tile_words, context_.target.tile_words());
    b.put(f::init, p == 0 ? 1 : 0).put(f::emit, p + 1 == columns.pieces.size() ? 1 : 0);
    return finish(b);
  }

  Rows rows_;
  std::int64_t tile_bytes_ = 0, piece_bytes_ = 0;
  std::vector<Columns> columns_;
  std::span<const std::int8_t> weight_;
  PackedConstants weights_, parameters_;
  Order order_ = Order::kResident;
  std::int64_t strip_ = -1, reload_ = -1;
};

}  // namespace

std::unique_ptr<LayerBuilder> make_convolution(const BuildContext& context, std::size_t layer) {
  return std::make_unique<Convolution>(context, layer);
}

}  // namespace vernier::lower
