// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <map>
#include <numeric>
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

/// Every q-th output of an axis, whose windows take every d-th input: between them a window without dilation.
struct Phase {
  std::int64_t out_first = 0, out_step = 1, outputs = 0;
  std::int64_t in_first = 0, in_step = 1, inputs = 0;
  std::int64_t start = 0, stride = 1;  ///< of the first window, in steps of the inputs
};

std::vector<Phase> phases_of(std::int64_t outputs, std::int64_t inputs, std::int64_t stride, std::int64_t dilation, std::int64_t pad) {
  const std::int64_t common = std::gcd(stride, dilation);
  std::vector<Phase> phases;
  for (std::int64_t first = 0; first < std::min(dilation / common, outputs); ++first) {
    Phase p{.out_first = first, .out_step = dilation / common, .in_step = dilation, .stride = stride / common};
    p.outputs = (outputs - first + p.out_step - 1) / p.out_step;
    const std::int64_t place = first * stride - pad;
    p.in_first = (place % dilation + dilation) % dilation;
    p.start = (place - p.in_first) / dilation;
    p.inputs = std::max<std::int64_t>(0, (inputs - p.in_first + dilation - 1) / dilation);
    phases.push_back(p);
  }
  return phases;
}

/// The pixels of a view that a phase of rows and one of columns take.
View part_of(const View& view, std::int64_t row, std::int64_t row_step, std::int64_t column, std::int64_t column_step) {
  return {view.base + row * view.row_pitch + column * view.pixel_pitch, view.block_stride, view.row_pitch * row_step, view.pixel_pitch * column_step};
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
    row_phases_ = phases_of(height, joined_ ? in.height : in.image_height(), w.stride_h, w.dilation_h, w.pad_top);
    column_phases_ = phases_of(out.width, in.width, w.stride_w, w.dilation_w, w.pad_left);
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
      for (const auto& y : row_phases_) {
        for (const auto& x : column_phases_) build_phase(strip, y, x, {top, bottom, rows.count}, columns);
      }
    }
  }

  /// The outputs of one phase in a range of rows and columns.
  void build_phase(const Strip& strip, const Phase& y, const Phase& x, const Span& rows, const Span& columns) {
    const auto begin_of = [](std::int64_t at, const Phase& p) { return std::clamp<std::int64_t>((at - p.out_first + p.out_step - 1) / p.out_step, 0, p.outputs); };
    const std::int64_t top = begin_of(rows.begin, y), bottom = begin_of(rows.end, y), left = begin_of(columns.begin, x), right = begin_of(columns.end, x);
    if (top >= bottom || left >= right) return;
    auto part = strip;
    part.in = part_of(strip.in, y.in_first, y.in_step, x.in_first, x.in_step);
    part.out = part_of(strip.out, y.out_first, y.out_step, x.out_first, x.out_step);
    for (auto block : cut_pixels(top, bottom, right - left, most_pixels_, kLeastPixels, kWantedBlocks)) {
      block.x += left;
      for (const auto& group : groups_) build_block(part, y, x, block, group, descriptors_.at(rows.count * columns.count));
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

  void build_block(const Strip& strip, const Phase& y, const Phase& x, const PixelBlock& block, const ColumnGroup& group, std::int64_t descriptor) {
    namespace f = spec::vector;
    const auto& w = layer_window_;
    const std::int64_t iy0 = block.y * y.stride + y.start, ix0 = block.x * x.stride + x.start;
    WordBuilder b(spec::Opcode::kVector);
    b.put(f::source, layer_.kind == LayerKind::kAveragePool ? 2 : 1);
    put_output(b, block, group, strip);
    b.put_address(f::in_base, strip.in.base + group.block * strip.in.block_stride + group.lane + iy0 * strip.in.row_pitch + ix0 * strip.in.pixel_pitch);
    b.put(f::in_tile, group.tiles == 1 ? 0 : (group.over_blocks ? strip.in.block_stride : context_.target.columns));
    b.put(f::in_row, strip.in.row_pitch).put(f::in_step, x.stride * strip.in.pixel_pitch).put(f::in_pitch, strip.in.pixel_pitch);
    b.put(f::k_h, w.kernel_h).put(f::k_w, w.kernel_w).put(f::stride_y, y.stride).put(f::stride_x, x.stride);
    b.put_signed(f::iy0, iy0).put_signed(f::ix0, ix0).put(f::in_h, y.inputs).put(f::in_w, x.inputs);
    Draft draft{.word = finish(b), .layer = static_cast<std::uint32_t>(index_), .parameters = ConstantPlace{*chunk_, descriptor}};
    if (table_) draft.table = ConstantPlace{*chunk_, *table_};
    context_.schedule.drafts.push_back(std::move(draft));
  }

  graph::Window layer_window_ = layer_.window;
  bool joined_ = true;
  std::vector<Span> rows_, columns_;
  std::vector<Phase> row_phases_, column_phases_;
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
