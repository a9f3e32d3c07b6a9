// SPDX-License-Identifier: Apache-2.0
#include "layer_builder.hpp"

#include <algorithm>

#include "constants.hpp"

namespace vernier::lower {

bool LayerBuilder::joins_images(const graph::Window& window) const {
  const bool same_row = window.kernel_h == 1 && window.stride_h == 1 && window.pad_top == 0 && window.pad_bottom == 0;
  return layout(layer_.output).images == 1 || (same_row && !(layer_.other && layer_.other_is_line));
}

std::vector<Strip> LayerBuilder::images_of(const Strip& strip) const {
  const std::int64_t height = layout(layer_.output).image_height();
  const auto begin_at = [this](View& view, std::size_t activation, std::int64_t n) { view.base += n * layout(activation).image_height() * view.row_pitch; };
  std::vector<Strip> parts;
  for (std::int64_t n = strip.y0 / height; n * height < strip.y1; ++n) {
    auto part = strip;
    part.y0 = std::max<std::int64_t>(strip.y0 - n * height, 0);
    part.y1 = std::min(strip.y1 - n * height, height);
    part.image = n;
    begin_at(part.in, layer_.input, n);
    begin_at(part.out, layer_.output, n);
    if (layer_.other) begin_at(part.other, *layer_.other, n);
    parts.push_back(std::move(part));
  }
  return parts;
}

spec::Word LayerBuilder::finish(const WordBuilder& builder) {
  auto& schedule = context_.schedule;
  if (builder.problem() && !schedule.problem) {
    schedule.problem = builder.problem();
    schedule.problem_layer = index_;
  }
  return builder.word();
}

void LayerBuilder::put_output(WordBuilder& b, const PixelBlock& block, const ColumnGroup& group, const Strip& strip) const {
  namespace f = spec::vector;
  const auto at = [&](const View& v) {
    return v.base + group.block * v.block_stride + group.lane + block.y * v.row_pitch + block.x * v.pixel_pitch;
  };
  const auto tile = [&](const View& v) { return group.tiles == 1 ? 0 : (group.over_blocks ? v.block_stride : context_.target.columns); };
  b.put(f::n_ct, group.tiles).put(f::n_y, block.height).put(f::n_x, block.width);
  b.put(f::out_base, at(strip.out)).put(f::out_tile, tile(strip.out)).put(f::out_row, strip.out.row_pitch);
  b.put(f::out_pitch, strip.out.pixel_pitch).put(f::out_bytes, group.out_bytes);
  if (!layer_.other) return;
  auto other = strip.other;
  if (layer_.other_is_line) other.row_pitch = other.pixel_pitch = 0;
  b.put(f::binary, static_cast<std::int64_t>(layer_.binary)).put(f::other_base, at(other)).put(f::other_tile, tile(other));
  b.put(f::other_row, other.row_pitch).put(f::other_pitch, other.pixel_pitch);
}

std::size_t LayerBuilder::add_parameter_chunk(std::span<const std::byte> bytes) {
  auto& schedule = context_.schedule;
  const std::int64_t offset = append_constants(schedule.constants, bytes);
  schedule.chunks.push_back({Chunk::Buffer::kParameter, offset, static_cast<std::int64_t>(bytes.size())});
  return schedule.chunks.size() - 1;
}

std::unique_ptr<LayerBuilder> make_builder(const BuildContext& context, std::size_t layer) {
  switch (context.net.layers[layer].kind) {
    case LayerKind::kConvolution: return make_convolution(context, layer);
    case LayerKind::kDepthwise: return make_depthwise(context, layer);
    case LayerKind::kMatMul: return make_matmul(context, layer);
    case LayerKind::kMove: return make_move(context, layer);
    case LayerKind::kSoftmax: return make_softmax(context, layer);
    default: return make_window(context, layer);
  }
}

}  // namespace vernier::lower
