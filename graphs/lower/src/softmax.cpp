// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <vernier/core/assert.hpp>
#include <vernier/core/softmax.hpp>
#include <vernier/program/activity.hpp>

#include "constants.hpp"
#include "layer_builder.hpp"

namespace vernier::lower {
namespace {

/// A softmax over the channels of every pixel: commands of rectangles of pixels, descriptor and exponentials of the layer.
class SoftmaxLayer final : public LayerBuilder {
 public:
  SoftmaxLayer(const BuildContext& context, std::size_t index) : LayerBuilder(context, index) {}

  void build(const Strip& strip) override {
    if (!chunk_) chunk_ = add_parameter_chunk(constants());
    for (const auto& block : cut_pixels(strip.y0, strip.y1, layout(layer_.output).width, most_pixels(), 1, 1)) build_block(strip, block);
  }

 private:
  // As pools have it: a command fits between two that take sums of the array.
  static constexpr std::int64_t kLongest = 2048, kMostPixels = 1023;

  [[nodiscard]] std::int64_t most_pixels() const {
    const auto& in = layout(layer_.input);
    return std::clamp<std::int64_t>(kLongest / program::softmax_pixel_cycles(in.channels, in.block, context_.target), 1, kMostPixels);
  }

  [[nodiscard]] std::vector<std::byte> constants() const {
    const auto softmax = softmax_constants(stored(layer_.input).scale, stored(layer_.output).scale);
    VERNIER_ASSERT(softmax.has_value(), "refused before: scales outside the format");
    const auto descriptor = make_descriptor(context_.net, layer_, 0, ChannelConstants{0, softmax->scale});
    std::vector<std::byte> bytes(sizeof(descriptor.words) + sizeof(softmax->exponentials));
    std::memcpy(bytes.data(), descriptor.words.data(), sizeof(descriptor.words));
    std::memcpy(bytes.data() + sizeof(descriptor.words), softmax->exponentials.data(), sizeof(softmax->exponentials));
    return bytes;
  }

  void build_block(const Strip& strip, const PixelBlock& block) {
    namespace f = spec::softmax;
    const auto& in = layout(layer_.input);
    const auto at = [&](const View& v) { return v.base + block.y * v.row_pitch + block.x * v.pixel_pitch; };
    WordBuilder b(spec::Opcode::kSoftmax);
    b.put(f::n_y, block.height).put(f::n_x, block.width).put(f::channels, in.channels).put(f::block, in.block);
    b.put(f::in_base, at(strip.in)).put(f::in_block, strip.in.block_stride).put(f::in_row, strip.in.row_pitch).put(f::in_pitch, strip.in.pixel_pitch);
    b.put(f::out_base, at(strip.out)).put(f::out_block, strip.out.block_stride).put(f::out_row, strip.out.row_pitch).put(f::out_pitch, strip.out.pixel_pitch);
    context_.schedule.drafts.push_back({.word = finish(b), .layer = static_cast<std::uint32_t>(index_), .parameters = ConstantPlace{*chunk_, 0}});
  }

  std::optional<std::size_t> chunk_;
};

}  // namespace

std::unique_ptr<LayerBuilder> make_softmax(const BuildContext& context, std::size_t layer) { return std::make_unique<SoftmaxLayer>(context, layer); }

}  // namespace vernier::lower
