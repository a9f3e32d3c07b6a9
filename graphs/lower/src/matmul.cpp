// SPDX-License-Identifier: Apache-2.0
// A product of two activations: the first operand has been stored as weight tiles, and comes back as weights.
#include "matmul.hpp"

#include <algorithm>
#include <cstring>
#include <vernier/core/assert.hpp>

#include "constants.hpp"
#include "layer_builder.hpp"
#include "packed_constants.hpp"

namespace vernier::lower {
namespace {

/// Channels of the second operand that meet the rows of one weight tile.
struct DepthTile {
  std::int64_t first = 0, count = 0;
  friend bool operator==(const DepthTile&, const DepthTile&) = default;
};

Depth depth_of(const program::Layout& input, const program::Target& target) { return cut_depth(input, graph::Window{}, target, {0, input.channels}); }

/// In the order in which commands consume them.
std::vector<DepthTile> depth_tiles(const program::Layout& input, const program::Target& target) {
  std::vector<DepthTile> tiles;
  for (const auto& slice : depth_of(input, target).slices) {
    for (std::int64_t cb = 0; cb < slice.blocks; ++cb) {
      const std::int64_t first = slice.first_block * input.block + slice.first_byte + cb * slice.block_channels;
      tiles.push_back({first, std::min(slice.window_bytes, input.channels - first)});
    }
  }
  return tiles;
}

/// A zero point as weights, or as pixels outside the image, that are subtracted: int8 does not hold 128.
std::vector<std::int8_t> negated(std::int32_t zero) {
  if (zero == 0) return {};
  if (zero == -128) return {64, 64};
  return {static_cast<std::int8_t>(-zero)};
}

/// Sums (a - z_a)(b - z_b) as a*b - z_b*a - z_a*b + depth*z_a*z_b: for the second term all windows lie outside the
/// image, whose pad is -z_b; for the third all weights are -z_a; the last is the bias.
class MatMul final : public LayerBuilder {
 public:
  MatMul(const BuildContext& context, std::size_t index)
      : LayerBuilder(context, index), tile_bytes_(64 * context.target.tile_words()), depth_(depth_of(layout(layer_.input), context.target)),
        tiles_(depth_tiles(layout(layer_.input), context.target)), columns_(group_columns(layout(layer_.output), context.target, 1)),
        constants_(Chunk::Buffer::kWeight, piece_bytes()), parameters_(Chunk::Buffer::kParameter, context.target.parameter_bytes / 8) {
    pieces_ = cut_pieces(depth_, graph::Window{}, std::max<std::int64_t>(1, piece_bytes() / tile_bytes_), 1);
    stay_ = pieces_.size() == 1;
    pack_constants();
    pack_parameters();
  }

  void build(const Strip& strip) override {
    const auto& out = layout(layer_.output);
    const auto blocks = cut_pixels(0, 1, out.width, context_.target.accumulator_rows, kLeastPixels, 1);
    for (const auto& image : images_of(strip)) {
      for (std::size_t c = 0; c < columns_.size(); ++c) {
        std::vector<ConstantPlace> weights;
        for (const auto& block : blocks) {
          if (weights.empty() || !stay_) weights = load(image, c);
          if (constants_.bytes() > piece_bytes()) ++round_;
          build_block(image, block, columns_[c], weights);
        }
      }
    }
  }

 private:
  static constexpr std::int64_t kLeastPixels = 12;

  /// Small against the buffer: what stays must leave room for what comes and goes, wherever it lies.
  [[nodiscard]] std::int64_t piece_bytes() const { return context_.target.weight_bytes / 8; }
  [[nodiscard]] const Stored& weights() const { return stored(*layer_.weights); }

  /// Tiles before a piece, in the order of tiles.
  [[nodiscard]] std::int64_t first_tile(const DepthPiece& piece) const {
    std::int64_t before = piece.cb;
    for (std::size_t s = 0; s < piece.slice; ++s) before += depth_.slices[s].blocks;
    return before;
  }

  /// All weights -z_a where a row meets a channel.
  void pack_constants() {
    const auto& t = context_.target;
    const std::int64_t rows_per_word = 64 / t.columns;
    for (const auto value : negated(weights().zero)) {
      for (const auto& piece : pieces_) {
        std::vector<std::byte> bytes(static_cast<std::size_t>(piece.n_cb * tile_bytes_));
        for (std::int64_t i = 0; i < piece.n_cb; ++i) {
          const auto& tile = tiles_[static_cast<std::size_t>(first_tile(piece) + i)];
          for (std::int64_t r = 0; r < tile.count; ++r) {
            const auto row = bytes.begin() + i * tile_bytes_ + r / rows_per_word * 64 + r % rows_per_word * t.columns;
            std::fill_n(row, t.columns, static_cast<std::byte>(value));
          }
        }
        constants_.add(context_.schedule, bytes);
      }
    }
  }

  void pack_parameters() {
    const auto &a = weights(), &b = stored(layer_.input), &y = stored(layer_.output);
    const auto m = multiplier_of(requantization_scale(a.scale, b.scale, y.scale));
    VERNIER_ASSERT(m.has_value(), "refused before: multiplier outside the format");
    const auto bias = static_cast<std::int32_t>(layout(layer_.input).channels * a.zero * b.zero);
    const auto descriptor = make_descriptor(context_.net, layer_, 0, std::nullopt);
    std::vector<std::byte> bytes(64);
    std::memcpy(bytes.data(), descriptor.words.data(), 64);
    append_channels(bytes, std::vector<ChannelConstants>(static_cast<std::size_t>(context_.target.columns), {bias, *m}), context_.target);
    parameters_.add(context_.schedule, bytes);
  }

  /// Places of the weights of every piece for one tile of columns of one product.
  std::vector<ConstantPlace> load(const Strip& image, std::size_t c) {
    const auto& l = weights().layout;
    const std::int64_t begin = image.weights + static_cast<std::int64_t>(c) * l.block_stride + image.image * l.image_height() * l.row_pitch;
    std::vector<ConstantPlace> places;
    auto& chunks = context_.schedule.chunks;
    for (const auto& piece : pieces_) {
      places.push_back({chunks.size(), 0});
      chunks.push_back({Chunk::Buffer::kWeight, begin + first_tile(piece) * tile_bytes_, piece.n_cb * tile_bytes_, {}, program::Region::kScratch});
    }
    return places;
  }

  void build_block(const Strip& image, const PixelBlock& block, const ColumnGroup& group, const std::vector<ConstantPlace>& weights) {
    auto& schedule = context_.schedule;
    const auto layer = static_cast<std::uint32_t>(index_);
    const auto first = schedule.drafts.size();
    const auto add = [&](const spec::Word& word, const ConstantPlace& place) { schedule.drafts.push_back({.word = word, .layer = layer, .weights = place}); };
    for (std::size_t p = 0; p < pieces_.size(); ++p) {
      add(matrix_command(image, block, pieces_[p], std::nullopt), weights[p]);
      for (const auto pad : negated(stored(layer_.input).zero)) add(matrix_command(image, block, pieces_[p], pad), weights[p]);
      for (std::size_t part = 0; part < negated(this->weights().zero).size(); ++part) {
        add(matrix_command(image, block, pieces_[p], std::nullopt), constants_.use(schedule, part * pieces_.size() + p, round_));
      }
    }
    spec::set(schedule.drafts[first].word, spec::matrix::init, 1);
    spec::set(schedule.drafts.back().word, spec::matrix::emit, 1);
    WordBuilder v(spec::Opcode::kVector);
    put_output(v, block, group, image);
    schedule.drafts.push_back({.word = finish(v), .layer = layer, .glued = true, .parameters = parameters_.use(schedule, 0, 0)});
  }

  /// One pass over the pixels of a block; with `outside`, over as many of that value.
  spec::Word matrix_command(const Strip& image, const PixelBlock& block, const DepthPiece& piece, std::optional<std::int8_t> outside) {
    namespace f = spec::matrix;
    const auto& in = layout(layer_.input);
    const auto& slice = depth_.slices[piece.slice];
    const std::int64_t in_block = slice.over_blocks ? image.in.block_stride : slice.block_bytes;
    WordBuilder b(spec::Opcode::kMatrix);
    b.put_address(f::in_base, image.in.base + block.x * image.in.pixel_pitch + slice.first_block * image.in.block_stride + slice.first_byte + piece.cb * in_block);
    b.put(f::in_row, image.in.row_pitch).put(f::in_step, image.in.pixel_pitch).put(f::in_block, slice.blocks == 1 ? 0 : in_block);
    b.put(f::in_pitch, image.in.pixel_pitch).put(f::window_bytes, slice.window_bytes).put(f::stride_y, 1).put(f::stride_x, 1);
    b.put_signed(f::iy0, outside ? 1 : 0).put_signed(f::ix0, block.x).put(f::in_h, 1).put(f::in_w, in.width);
    b.put(f::n_kh, 1).put(f::n_kw, 1).put(f::n_cb, piece.n_cb).put(f::n_ct, 1).put(f::n_y, 1).put(f::n_x, block.width);
    b.put_signed(f::pad, outside ? *outside : 0).put(f::tile_words, context_.target.tile_words());
    return finish(b);
  }

  std::int64_t tile_bytes_;
  Depth depth_;
  std::vector<DepthTile> tiles_;
  std::vector<ColumnGroup> columns_;
  std::vector<DepthPiece> pieces_;
  PackedConstants constants_, parameters_;
  bool stay_ = true;           ///< the weights of a tile of columns, for all pixels
  std::int64_t round_ = 0;     ///< of loading the constant weights
};

}  // namespace

WeightImage weight_image_of(const program::Layout& weights, const program::Layout& input, const program::Layout& output, const program::Target& target) {
  const auto tiles = depth_tiles(input, target);
  const auto columns = group_columns(output, target, 1);
  const auto count = [](const auto& list) { return static_cast<std::int64_t>(list.size()); };
  const std::int64_t per_word = 64 / target.columns;
  const bool whole = 64 % target.columns == 0 && target.rows % per_word == 0;  // a tile fills its words
  const std::int64_t width = whole ? target.rows : per_word, pixel_rows = whole ? 1 : target.tile_words();

  WeightImage image;
  auto& l = image.layout;
  l.channels = count(columns) * target.columns;
  l.images = weights.images;
  l.height = l.images * std::max<std::int64_t>(count(tiles) * pixel_rows, 2);  // one pixel alone would be a line of channels
  l.width = width;
  l.block = l.pixel_pitch = target.columns;
  l.row_pitch = whole ? width * target.columns : 64;
  l.block_stride = l.height * l.row_pitch;
  l.bytes = count(columns) * l.block_stride;

  // Tiles at equal distances whose rows are filled alike are one loop.
  const auto add_rows = [&](std::size_t first, std::int64_t tile_count, std::int64_t step, std::int64_t row, std::int64_t rows, bool filled, std::int64_t c, std::int64_t product) {
    const auto range = channels_of(columns[static_cast<std::size_t>(c)], 0, output, target);
    Piece piece{filled ? std::nullopt : std::optional<std::size_t>(0), {range.begin, product, tiles[first].first + row},
                {c * target.columns, product * l.image_height() + static_cast<std::int64_t>(first) * pixel_rows + row / width, row % width}, {}};
    piece.loops = {{tile_count, {0, 0, step}, {0, pixel_rows, 0}}, {rows, {0, 0, 1}, {0, 0, 1}}, {range.end - range.begin, {1, 0, 0}, {1, 0, 0}}};
    std::erase_if(piece.loops, [](const Piece::Loop& loop) { return loop.count == 1; });
    image.pieces.push_back(std::move(piece));
  };
  for (std::int64_t product = 0; product < l.images; ++product) {
    for (std::int64_t c = 0; c < count(columns); ++c) {
      for (std::size_t first = 0; first < tiles.size();) {
        std::size_t end = first + 1;
        const std::int64_t step = end < tiles.size() ? tiles[end].first - tiles[first].first : 0;
        while (end < tiles.size() && tiles[end].count == tiles[first].count && tiles[end].first - tiles[end - 1].first == step && step > 0) ++end;
        for (std::int64_t row = 0; row < target.rows;) {
          const bool filled = row >= tiles[first].count;
          const std::int64_t limit = std::min(filled ? target.rows : tiles[first].count, (row / width + 1) * width);
          add_rows(first, static_cast<std::int64_t>(end - first), step, row, limit - row, filled, c, product);
          row = limit;
        }
        first = end;
      }
    }
  }
  return image;
}

std::unique_ptr<LayerBuilder> make_matmul(const BuildContext& context, std::size_t layer) { return std::make_unique<MatMul>(context, layer); }

}  // namespace vernier::lower
