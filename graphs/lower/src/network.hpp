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
};

enum class LayerKind : std::uint8_t { kConvolution, kDepthwise, kMaxPool, kAveragePool, kRequantise, kAdd };

/// Limits of a quantised result in stored integers.
struct Limits {
  std::int32_t lo = -128, hi = 127;
};

/// One operator of the accelerator, with a residual addition that runs behind it.
struct NetworkLayer {
  LayerKind kind = LayerKind::kConvolution;
  graph::NodeId node{};
  std::optional<graph::NodeId> add;     ///< fused residual addition
  std::size_t input = 0;                ///< activation
  std::optional<std::size_t> other;     ///< second operand of an addition, alone or fused
  std::size_t output = 0;
  graph::Window window;                 ///< a Gemm's is the image
  Limits limits;                        ///< of the node itself
  Limits add_limits;                    ///< of the fused addition
  float middle_scale = 1;               ///< quantisation between node and fused addition
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

/// @retval kInvalidInput  the graph itself is broken; refusals are in the placement
[[nodiscard]] Result<Network> analyse(const graph::Graph& graph, const program::Target& target, const Options& options);

/// Why a quantised operator cannot run on the accelerator, or nothing.
[[nodiscard]] std::optional<std::string> refusal(const graph::Graph& graph, const graph::Node& node);
/// Whether the accelerator knows this kind and its activations are quantised int8 or uint8.
[[nodiscard]] bool accelerated_kind(const graph::Graph& graph, const graph::Node& node);
/// Activations of a node as text, for messages.
[[nodiscard]] std::string shapes_of(const graph::Graph& graph, const graph::Node& node);

struct ImageShape {
  std::int64_t channels = 0, height = 0, width = 0;
  friend bool operator==(const ImageShape&, const ImageShape&) = default;
};
/// [1, C], [1, C, W] or [1, C, H, W]; nothing for any other shape.
[[nodiscard]] std::optional<ImageShape> image_of(const Shape& shape);

}  // namespace vernier::lower
