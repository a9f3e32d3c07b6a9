// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "command.hpp"
#include "network.hpp"
#include "schedule.hpp"
#include "tiling.hpp"

namespace vernier::lower {

/// Where an image, or several below each other, lie in the activation buffer: byte of (block, y, x) = base + block * block_stride + y * row_pitch +
/// x * pixel_pitch. Of a strip only some rows are there, and base is where row 0 would be.
struct View {
  std::int64_t base = 0, block_stride = 0, row_pitch = 0, pixel_pitch = 0;
};

/// Output rows [y0, y1) of a layer and where its operands are for them; rows of all images, or of one.
struct Strip {
  std::int64_t y0 = 0, y1 = 0;
  View in, other, out;
  std::vector<View> operands;  ///< kMove: in their order
  std::int64_t weights = 0;    ///< kMatMul: offset of the first operand in scratch memory
  std::int64_t image = 0;      ///< where it is of one image
};

/// What the builders of all kinds of layers work with.
struct BuildContext {
  const graph::Graph& graph;
  const Network& net;
  const program::Target& target;
  Schedule& schedule;
};

/// Turns one layer into commands, strip by strip.
class LayerBuilder {
 public:
  virtual ~LayerBuilder() = default;
  LayerBuilder(const LayerBuilder&) = delete;
  LayerBuilder& operator=(const LayerBuilder&) = delete;
  virtual void build(const Strip& strip) = 0;

 protected:
  LayerBuilder(const BuildContext& context, std::size_t index)
      : context_(context), index_(index), layer_(context.net.layers[index]) {}

  [[nodiscard]] const program::Layout& layout(std::size_t activation) const { return context_.net.activations[activation].stored.layout; }
  [[nodiscard]] const Stored& stored(std::size_t activation) const { return context_.net.activations[activation].stored; }

  /// Whether the images of a batch are one to this layer: each output row comes from the input row of its number alone.
  [[nodiscard]] bool joins_images(const graph::Window& window) const;
  /// The parts of a strip that lie in one image each, with rows and views of that image.
  [[nodiscard]] std::vector<Strip> images_of(const Strip& strip) const;
  /// Remembers the first value that does not fit and passes the word on.
  spec::Word finish(const WordBuilder& builder);
  /// Output, second operand and loop fields of a vector command.
  void put_output(WordBuilder& b, const PixelBlock& block, const ColumnGroup& group, const Strip& strip) const;
  /// One chunk of parameter words that all commands of the layer use.
  std::size_t add_parameter_chunk(std::span<const std::byte> bytes);

  BuildContext context_;
  std::size_t index_;
  const NetworkLayer& layer_;
};

[[nodiscard]] std::unique_ptr<LayerBuilder> make_builder(const BuildContext& context, std::size_t layer);
[[nodiscard]] std::unique_ptr<LayerBuilder> make_convolution(const BuildContext& context, std::size_t layer);
[[nodiscard]] std::unique_ptr<LayerBuilder> make_depthwise(const BuildContext& context, std::size_t layer);
[[nodiscard]] std::unique_ptr<LayerBuilder> make_matmul(const BuildContext& context, std::size_t layer);
[[nodiscard]] std::unique_ptr<LayerBuilder> make_softmax(const BuildContext& context, std::size_t layer);
[[nodiscard]] std::unique_ptr<LayerBuilder> make_move(const BuildContext& context, std::size_t layer);
[[nodiscard]] std::unique_ptr<LayerBuilder> make_window(const BuildContext& context, std::size_t layer);  ///< pools, binary, table, requantise

}  // namespace vernier::lower
