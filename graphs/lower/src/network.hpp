// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <vernier/lower/lower.hpp>

namespace vernier::lower {

/// How an activation tensor is stored: uint8 is int8 less 128, so is its zero point.
struct Stored {
  program::Layout layout;
  float scale = 1;
  std::int32_t zero = 0;
};

/// One activation tensor of the network; values that are reshapes of each other share it.
struct Activation {
  graph::ValueId value{};             ///< the value that first held it
  Stored stored;
  std::optional<std::size_t> writer;  ///< layer; none for an input of the program
  std::vector<std::size_t> readers;   ///< layers
  std::vector<graph::ValueId> outputs;///< graph values that leave the program
  bool weights = false;               ///< of a product: stored, and read from memory alone
};

enum class LayerKind : std::uint8_t { kConvolution, kDepthwise, kMaxPool, kAveragePool, kRequantise, kBinary, kTable, kMove, kMatMul, kSoftmax };

/// The vector command's operation with a second operand.
enum class BinaryOp : std::uint8_t { kNone = 0, kAdd = 1, kMultiply = 2, kSubtract = 3 };

/// Place of an element of an image, or a step from one to another.
struct Pixel {
  std::int64_t c = 0, y = 0, x = 0;
  friend bool operator==(const Pixel&, const Pixel&) = default;
};

/// One graph::Copy between two images.
struct Piece {
  struct Loop {
    std::int64_t count = 1;
    Pixel from, to;
  };
  std::optional<std::size_t> operand;  ///< of the layer; none: filled
  Pixel from, to;
  std::vector<Loop> loops;             ///< at most one steps through rows of the output
};

/// Limits of a quantised result in stored integers.
struct Limits {
  std::int32_t lo = -128, hi = 127;
};

/// One operator of the accelerator, with an operation of two operands that runs behind it.
struct NetworkLayer {
  LayerKind kind = LayerKind::kConvolution;
  graph::NodeId node{};
  std::optional<graph::NodeId> table;   ///< the kTable itself, or the one fused behind a convolution
  std::optional<graph::NodeId> add;     ///< fused addition, product or difference
  std::size_t input = 0;                ///< activation
  std::optional<std::size_t> other;     ///< second operand of `binary`, alone or fused
  BinaryOp binary = BinaryOp::kNone;
  bool other_is_line = false;           ///< the second operand is one pixel for the whole image
  std::vector<std::size_t> rest;        ///< kMove: operands behind the first
  std::vector<Piece> pieces;            ///< kMove
  std::int32_t fill = 0;                ///< kMove: stored value where a piece has no operand
  std::optional<std::size_t> weights;   ///< kMatMul: the first operand in the order of weight tiles; the second is `input`
  std::size_t output = 0;
  graph::Window window;                 ///< a Gemm's is the image
  Limits limits;                        ///< of the node itself
  Limits add_limits;                    ///< of the fused operation
  float inner_scale = 1;                ///< quantisation between a convolution and the table behind it
  std::int32_t inner_zero = 0;
  float middle_scale = 1;               ///< quantisation in front of the fused operation
  std::int32_t middle_zero = 0;
};

/// The part of a graph that runs on the accelerator, ready to be planned, and where every node went.
struct Network {
  std::vector<Activation> activations;
  std::vector<NetworkLayer> layers;     ///< in the order of execution
  std::vector<std::size_t> inputs;      ///< activations
  std::vector<graph::NodeId> head, tail;
  std::vector<Placement> placement;
};

/// Quantisation of what the first requantisation of a layer gives: before the table and the operation fused behind it.
struct FirstResult {
  float scale = 1;
  std::int32_t zero = 0;
};
[[nodiscard]] FirstResult first_result(const Network& net, const NetworkLayer& layer);

/// @retval kInvalidInput  the graph itself is broken; refusals are in the placement
[[nodiscard]] Result<Network> analyse(const graph::Graph& graph, const program::Target& target, const Options& options);

/// Why a quantised operator cannot run on the accelerator, or nothing.
[[nodiscard]] std::optional<std::string> refusal(const graph::Graph& graph, const graph::Node& node);
/// Whether the accelerator knows this kind and its activations are quantised int8 or uint8.
[[nodiscard]] bool accelerated_kind(const graph::Graph& graph, const graph::Node& node);
/// Why a node that is none of those cannot run there.
[[nodiscard]] std::string host_reason(const graph::Graph& graph, const graph::Node& node);
/// Activations of a node as text, for messages.
[[nodiscard]] std::string shapes_of(const graph::Graph& graph, const graph::Node& node);

struct ImageShape {
  std::int64_t channels = 0, height = 0, width = 0;
  std::int64_t images = 1;  ///< one below the other in the buffer
  friend bool operator==(const ImageShape&, const ImageShape&) = default;
};
/// [N, C], [N, C, W] or [N, C, H, W]; nothing for any other shape.
[[nodiscard]] std::optional<ImageShape> image_of(const Shape& shape);
/// An image for operators that treat channels alike: that of image_of where there is one image or the graph tells images
/// apart, or with the batch in front of the channels, or all elements in one line of channels.
[[nodiscard]] std::optional<ImageShape> element_image_of(const Shape& shape, bool apart);
/// Whether an operator needs no more than its elements, in images of element_image_of().
[[nodiscard]] bool treats_channels_alike(graph::OpKind kind);

/// A copy between images in pieces of which one loop at most steps through rows of the output; nothing where a step is
/// no step of the images.
[[nodiscard]] std::optional<std::vector<Piece>> pieces_of(const graph::Copy& copy, const ImageShape& from, const ImageShape& to);

/// The part of a piece that goes to rows [y0, y1) of the output, or nothing.
[[nodiscard]] std::optional<Piece> clip_to_rows(const Piece& piece, std::int64_t y0, std::int64_t y1);

/// All activations that a layer reads.
[[nodiscard]] std::vector<std::size_t> operands_of(const NetworkLayer& layer);

}  // namespace vernier::lower
