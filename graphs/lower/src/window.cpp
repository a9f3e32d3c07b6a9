// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <map>
#include <vernier/core/assert.hpp>

#include "constants.hpp"
#include "layer_builder.hpp"

namespace vernier::lower {
namespace {

/// Output positions [begin, end) of one axis whose windows hold the same number of counted pixels.
struct Span {
  std::int64_t begin = 0, end = 0, count = 0;
};

std::vector<Span> spans_of(std::int64_t outputs, std::int64_t inputs, std::int64_t kernel, std::int64_t stride, std::int64_t pad_begin, std::int64_t pad_end, bool count_pad) {
  std::vector<Span> spans;
  for (std::int64_t o = 0; o < outputs; ++o) {
    const std::int64_t first = o * stride - pad_begin;
    const std::int64_t lo = std::max(first, count_pad ? -pad_begin : 0);
    const std::int64_t hi = std::min(first + kernel, inputs + (count_pad ? pad_end : 0));
    if (spans.empty() || spans.back().count != hi - lo) spans.push_back({o, o, hi - lo});
    spans.back().end = o + 1;
  }
  return spans;
}

/// Operators whose rows come from windows of the activation buffer: pools, and with 1 x 1 windows operations of two operands,
/// tables and requantisation.
class WindowLayer final : public LayerBuilder {
 public:
  WindowLayer(const BuildContext& context, std::size_t index) : LayerBuilder(context, index) {
    const auto& in = layout(layer_.input);
    const auto& out = layout(layer_.output);
    if (!pooling()) layer_window_ = graph::Window{};
    const auto& w = layer_window_;
    const bool average = layer_.kind == LayerKind::kAveragePool;
    joined_ = joins_images(w);
    const std::int64_t height = joined_ ? out.height : out.image_height();
    rows_ = average ? spans_of(height, joined_ ? in.height : in.image_height(), w.kernel_h, w.stride_h, w.pad_top, w.pad_bottom, w.count_include_pad)
                    : std::vector<Span>{{0, height, 1}};
    columns_ = average ? spans_of(out.width, in.width, w.kernel_w, w.stride_w, w.pad_left, w.pad_right, w.count_include_pad)
                       : std::vector<Span>{{0, out.width, 1}};
    const bool line = in.height == 1 && in.width == 1;
    const std::int64_t taps = w.kernel_h * w.kernel_w;
    most_pixels_ = std::clamp<std::int64_t>(kLongest / taps, kLeastPixels, kMostPixels);
    const std::int64_t cycles_a_tile = taps * std::min(height * out.width, most_pixels_);
    groups_ = group_columns(line ? out : in, context_.target, line ? 64 : kLongest / cycles_a_tile);
    pack_descriptors();
  }

  void build(const Strip& strip) override {
    if (!chunk_) {
      chunk_ = context_.schedule.chunks.size();
      context_.schedule.chunks.push_back({Chunk::Buffer::kParameter, constants_, bytes_});
      if (table_) context_.schedule.chunks.back().tables.push_back({0, *table_});
    }
    for (const auto& image : joined_ ? std::vector{strip} : images_of(strip)) {
      for (const auto& rows : rows_) build_rows(image, rows);
    }
  }

 private:
  static constexpr std::int64_t kMostPixels = 1024, kLeastPixels = 32, kWantedBlocks = 4;
  // Cycles of a command, so that it fits between two that take sums of the array.
  static constexpr std::int64_t kLongest = 2048;

  void build_rows(const Strip& strip, const Span& rows) {
    const std::int64_t top = std::max(rows.begin, strip.y0), bottom = std::min(rows.end, strip.y1);
    if (top >= bottom) return;
    for (const auto& columns : columns_) {
      for (auto block : cut_pixels(top, bottom, columns.end - columns.begin, most_pixels_, kLeastPixels, kWantedBlocks)) {
        block.x += columns.begin;
        for (const auto& group : groups_) build_block(strip, block, group, descriptors_.at(rows.count * columns.count));
      }
    }
  }

  [[nodiscard]] bool pooling() const { return layer_.kind == LayerKind::kMaxPool || layer_.kind == LayerKind::kAveragePool; }

  /// One uniform descriptor for every window count.
  void pack_descriptors() {
    for (const auto& rows : rows_) {
      for (const auto& columns : columns_) descriptors_.emplace(rows.count * columns.count, 0);
    }
    std::vector<std::byte> bytes;
    std::int64_t word = 0;
    for (auto& [count, place] : descriptors_) {
      place = word++;
      const auto descriptor = make_descriptor(context_.net, layer_, pad(), channel(count));
      bytes.resize(bytes.size() + 64);
      std::memcpy(bytes.data() + bytes.size() - 64, descriptor.words.data(), 64);
    }
    if (layer_.kind == LayerKind::kTable) {
      table_ = word;
      append_table(bytes, context_.graph, *layer_.table);
    }
    bytes_ = static_cast<std::int64_t>(bytes.size());
    constants_ = append_constants(context_.schedule.constants, bytes);
  }

  [[nodiscard]] std::int32_t pad() const { return layer_.kind == LayerKind::kMaxPool ? -128 : stored(layer_.input).zero; }

  [[nodiscard]] ChannelConstants channel(std::int64_t count) const {
    const auto& in = stored(layer_.input);
    const auto& out = stored(layer_.output);
    switch (layer_.kind) {
      case LayerKind::kAveragePool: {
        // Pixels outside read as the zero point, so the whole window is subtracted whatever it counts.
        const std::int64_t taps = layer_window_.kernel_h * layer_window_.kernel_w;
        const auto m = multiplier_of(average_scale(in.scale, out.scale, count));
        VERNIER_ASSERT(m.has_value(), "refused before: multiplier outside the format");
        return {static_cast<std::int32_t>(-in.zero * taps), *m};
      }
      case LayerKind::kRequantise: {
        const auto m = multiplier_of(in.scale / out.scale);
        VERNIER_ASSERT(m.has_value(), "refused before: multiplier outside the format");
        return {-in.zero, *m};
      }
      default: return {0, Multiplier{1, 0}};
    }
  }

  void build_block(const Strip& strip, const PixelBlock& block, const ColumnGroup& group, std::int64_t descriptor) {
    namespace f = spec::vector;
    const auto& in = layout(layer_.input);
    const auto& w = layer_window_;
    const std::int64_t iy0 = block.y * w.stride_h - w.pad_top, ix0 = block.x * w.stride_w - w.pad_left;
    WordBuilder b(spec::Opcode::kVector);
    b.put(f::source, layer_.kind == LayerKind::kAveragePool ? 2 : 1);
    put_output(b, block, group, strip);
    b.put_address(f::in_base, strip.in.base + group.block * strip.in.block_stride + group.lane + iy0 * strip.in.row_pitch + ix0 * strip.in.pixel_pitch);
    b.put(f::in_tile, group.tiles == 1 ? 0 : (group.over_blocks ? strip.in.block_stride : context_.target.columns));
    b.put(f::in_row, strip.in.row_pitch).put(f::in_step, w.stride_w * strip.in.pixel_pitch).put(f::in_pitch, strip.in.pixel_pitch);
    b.put(f::k_h, w.kernel_h).put(f::k_w, w.kernel_w).put(f::stride_y, w.stride_h).put(f::stride_x, w.stride_w);
    b.put_signed(f::iy0, iy0).put_signed(f::ix0, ix0).put(f::in_h, joined_ ? in.height : in.image_height()).put(f::in_w, in.width);
    Draft draft{.word = finish(b), .layer = static_cast<std::uint32_t>(index_), .parameters = ConstantPlace{*chunk_, descriptor}};
    if (table_) draft.table = ConstantPlace{*chunk_, *table_};
    context_.schedule.drafts.push_back(std::move(draft));
  }

  graph::Window layer_window_ = layer_.window;
  bool joined_ = true;
  std::vector<Span> rows_, columns_;
  std::vector<ColumnGroup> groups_;
  std::map<std::int64_t, std::int64_t> descriptors_;  ///< window count to word of the chunk
  std::int64_t constants_ = 0, bytes_ = 0, most_pixels_ = 0;
  std::optional<std::int64_t> table_;  ///< word of the chunk
  std::optional<std::size_t> chunk_;
};

}  // namespace

std::unique_ptr<LayerBuilder> make_window(const BuildContext& context, std::size_t layer) {
  return std::make_unique<WindowLayer>(context, layer);
}

}  // namespace vernier::lower
