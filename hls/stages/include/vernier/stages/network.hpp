// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/hls/channel.hpp>
#include <vernier/ir/graph.hpp>

namespace vernier::stages {

/// A tensor as it streams: pixels in row-major order, the channels of a pixel side by side.
struct Image {
  std::int64_t channels = 0, height = 0, width = 0;
  [[nodiscard]] std::int64_t pixels() const { return height * width; }
  [[nodiscard]] std::int64_t elements() const { return channels * height * width; }
  friend bool operator==(const Image&, const Image&) = default;
};

enum class OperatorKind : std::uint8_t { kMatrix, kDepthwise, kMaxPool, kAveragePool, kAdd, kSub, kMul, kTable, kConcat, kSlice, kUpSample };
[[nodiscard]] std::string_view name_of(OperatorKind kind);

/// One operator with its numbers in the order a stream needs them. Levels are int8: uint8 tensors are carried less 128.
struct Operator {
  std::string name;   ///< the graph node's
  std::string op;     ///< its operator, for reports
  OperatorKind kind = OperatorKind::kMatrix;
  std::vector<std::size_t> inputs;  ///< tensors
  std::size_t output = 0;
  std::int64_t macs = 0;

  graph::Window window;             ///< kMatrix, kDepthwise and pools; a dense layer has the one of a 1 x 1 convolution
  std::int64_t inputs_per_sum = 0;  ///< kMatrix: values that one output sums
  std::int32_t zero_a = 0, zero_b = 0, zero_y = 0, lo = -128, hi = 127;
  std::int8_t pad = 0;              ///< what stands outside of the image
  std::vector<std::int8_t> weights; ///< kMatrix: [output][row][column][channel of its group]; kDepthwise: [row][column][channel]
  std::vector<hls::Channel> channels;     ///< kMatrix, kDepthwise: one an output channel
  std::array<std::int8_t, 256> table{};   ///< kTable: by level + 128
  std::vector<Multiplier> multipliers;    ///< kAveragePool: one for each number of elements in a window
  std::vector<std::uint8_t> multiplier_of_pixel;  ///< kAveragePool
  AddMultipliers sum;               ///< kAdd, kSub
  Multiplier product;               ///< kMul
  std::int64_t first_channel = 0;   ///< kSlice

  /// Whether the input has to be brought into the order of windows first.
  [[nodiscard]] bool is_windowed() const;
};

struct StreamTensor {
  std::string name;
  Image image;
  std::optional<graph::ValueId> value;  ///< of the graph; none between the parts of one operator
  std::int8_t zero = 0;
};

/// Where a node of the graph runs.
struct Placement {
  graph::NodeId node{};
  bool streamed = false;
  std::string reason;  ///< why not
};

/// The part of a canonical quantised graph that streams, whole and connected: what the host computes lies before or
/// behind it.
struct Network {
  std::string name;
  std::vector<StreamTensor> tensors;
  std::vector<Operator> operators;      ///< in topological order
  std::vector<std::size_t> inputs;      ///< tensors that come from memory
  std::vector<std::size_t> outputs;     ///< tensors that go to memory
  std::map<graph::ValueId, std::size_t> tensor_of;  ///< of every value that streams; a reshape has its source's tensor
  std::vector<Placement> placement;     ///< every node, in topological order
};

/// @retval kInvalidInput  the graph is not canonical
/// @retval kUnsupported   nothing streams, or a node that cannot stream stands between two that do: named, with the reason
[[nodiscard]] Result<Network> read_network(const graph::Graph& graph);

}  // namespace vernier::stages
