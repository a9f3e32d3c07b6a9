// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>

#include "constants.hpp"
#include "layer_builder.hpp"
#include "packed_constants.hpp"

namespace vernier::lower {
namespace {

// Rectangles small enough that the layer behind can start before all of this one is done.
constexpr std::int64_t kWantedBlocks = 8, kLeastPixels = 12;
constexpr std::int64_t kLoads = 16;  // of all that the buffer holds

/// A depthwise convolution on its own unit: a command for every rectangle of output pixels and every tile of channels.
class Depthwise final : public LayerBuilder {
 public:
  Depthwise(const BuildContext& context, std::size_t index)
      : LayerBuilder(context, index), taps_(depthwise_taps(layer_.window, context.target)),
        constants_(Chunk::Buffer::kDepthwise, context.target.depthwise_bytes / kLoads),
        tiles_(group_columns(blocks(), context.target, 1)) {
    pack();
  }

  void build(const Strip& strip) override {
    std::vector<Rectangle> rectangles;
    for (const auto& image : images_of(strip)) {
      const auto wanted = std::max<std::int64_t>(1, kWantedBlocks / layout(layer_.output).images);
      for (const auto& block : cut_pixels(image.y0, image.y1, layout(layer_.output).width, context_.target.depthwise_rows, kLeastPixels, wanted)) rectangles.push_back({image, block});
    }
    if (!after_columns()) {
      // Constants that do not fit, with one load's room for the ring's end, come again for every rectangle.
      const bool stay = constants_.bytes() <= context_.target.depthwise_bytes - context_.target.depthwise_bytes / kLoads;
      for (const auto& r : rectangles) {
        if (!stay) ++round_;
        for (std::size_t t = 0; t < tiles_.size(); ++t) build_block(r, t, round_);
      }
      return;
    }
    ++round_;
    for (std::size_t t = 0; t < tiles_.size(); ++t) {
      for (const auto& r : rectangles) build_block(r, t, round_);
    }
  }

 private:
  /// Output pixels of one image.
  struct Rectangle {
    Strip image;
    PixelBlock block;
  };

  /// Whether the input comes a column of channels after the other, all pixels of it, because the weights behind it do not
  /// stay on chip. Rectangles that want all channels would then wait for the last.
  [[nodiscard]] bool after_columns() const {
    const auto writer = context_.net.activations[layer_.input].writer;
    if (!writer || context_.net.layers[*writer].kind != LayerKind::kConvolution) return false;
    const auto& node = context_.graph.node(context_.net.layers[*writer].node);
    return context_.graph.value(node.inputs[1]).constant->size() > context_.target.weight_bytes / 2;
  }

  /// The operand that decides the tiles: a 1 x 1 image is a line that also lies block after block, the other one does not
  /// also lie in a line.
  [[nodiscard]] const program::Layout& blocks() const {
    const auto& in = layout(layer_.input);
    return in.height == 1 && in.width == 1 ? layout(layer_.output) : in;
  }

  /// Descriptor, channel parameters and weight tiles of every tile of channels.
  void pack() {
    const auto weight = context_.graph.value(context_.graph.node(layer_.node).inputs[1]).constant->as<std::int8_t>();
    const auto channels = convolution_constants(context_.graph, context_.net, layer_);
    const auto descriptor = make_descriptor(context_.net, layer_, stored(layer_.input).zero, std::nullopt);
    for (const auto& tile : tiles_) {
      const auto range = channels_of(tile, 0, blocks(), context_.target);
      const auto begin = static_cast<std::size_t>(range.begin), count = static_cast<std::size_t>(range.end - range.begin);
      std::vector<std::byte> bytes(64);
      std::memcpy(bytes.data(), descriptor.words.data(), 64);
      append_channels(bytes, std::span(channels).subspan(begin, count), context_.target);
      append_weights(bytes, weight.subspan(begin * weight.size() / channels.size(), count * weight.size() / channels.size()), count);
      constants_.add(context_.schedule, bytes);
    }
  }

  void append_weights(std::vector<std::byte>& bytes, std::span<const std::int8_t> weight, std::size_t channels) const {
    const auto& w = layer_.window;
    const std::int64_t taps_per_word = 64 / context_.target.columns, tile_words = context_.target.depthwise_tile_words();
    const std::size_t begin = bytes.size();
    bytes.resize(begin + static_cast<std::size_t>(64 * tile_words * w.kernel_h * taps_.passes));
    for (std::int64_t kh = 0; kh < w.kernel_h; ++kh) {
      for (std::int64_t kw = 0; kw < w.kernel_w; ++kw) {
        const std::int64_t tile = kh * taps_.passes + kw / taps_.columns, tap = kw % taps_.columns * w.dilation_w;
        const std::int64_t row = 64 * (tile * tile_words + tap / taps_per_word) + tap % taps_per_word * context_.target.columns;
        for (std::size_t c = 0; c < channels; ++c) {
          bytes[begin + static_cast<std::size_t>(row) + c] = static_cast<std::byte>(weight[(c * static_cast<std::size_t>(w.kernel_h) + static_cast<std::size_t>(kh)) * static_cast<std::size_t>(w.kernel_w) + static_cast<std::size_t>(kw)]);
        }
      }
    }
  }

  void build_block(const Rectangle& rectangle, std::size_t t, std::int64_t epoch) {
    namespace f = spec::depthwise;
    const auto& [strip, block] = rectangle;
    const auto& w = layer_.window;
    const auto& in = layout(layer_.input);
    const auto& tile = tiles_[t];
    const std::int64_t iy0 = block.y * w.stride_h - w.pad_top, ix0 = block.x * w.stride_w - w.pad_left;
    WordBuilder b(spec::Opcode::kDepthwise);
    b.put_address(f::in_base, strip.in.base + tile.block * strip.in.block_stride + tile.lane + iy0 * strip.in.row_pitch + ix0 * strip.in.pixel_pitch);
    b.put(f::in_row, strip.in.row_pitch).put(f::kw_pixels, taps_.passes == 1 ? 0 : taps_.pixels);
    b.put(f::dil_y, w.kernel_h == 1 ? 0 : w.dilation_h).put(f::stride_y, w.stride_h).put(f::stride_x, w.stride_w);
    b.put_signed(f::iy0, iy0).put_signed(f::ix0, ix0).put(f::in_h, in.image_height()).put(f::in_w, in.width);
    b.put(f::n_kh, w.kernel_h).put(f::n_kw, taps_.passes).put(f::n_y, block.height).put(f::n_x, block.width);
    b.put_signed(f::pad, stored(layer_.input).zero);
    b.put(f::out_base, strip.out.base + tile.block * strip.out.block_stride + tile.lane + block.y * strip.out.row_pitch + block.x * strip.out.pixel_pitch);
    b.put(f::out_row, strip.out.row_pitch).put(f::out_pitch, strip.out.pixel_pitch).put(f::out_bytes, tile.out_bytes);
    const auto word = finish(b);
    const auto constants = constants_.use(context_.schedule, t, epoch);
    context_.schedule.drafts.push_back({.word = word, .layer = static_cast<std::uint32_t>(index_), .depthwise = constants});
  }

  DepthwiseTaps taps_;
  PackedConstants constants_;
  std::vector<ColumnGroup> tiles_;
  std::int64_t round_ = 0;  ///< of loading the constants
};

}  // namespace

std::unique_ptr<LayerBuilder> make_depthwise(const BuildContext& context, std::size_t layer) {
  return std::make_unique<Depthwise>(context, layer);
}

}  // namespace vernier::lower
