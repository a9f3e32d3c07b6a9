// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <vernier/core/requantize.hpp>
#include <vernier/spec/npu.hpp>

#include "network.hpp"

namespace vernier::lower {

/// Requantisation of one output channel.
struct ChannelConstants {
  std::int32_t bias = 0;
  Multiplier scale{};
};

/// Appends to the image of region 0 and returns the offset; offsets are multiples of 64.
std::int64_t append_constants(std::vector<std::byte>& image, std::span<const std::byte> bytes);

/// A descriptor for result y of `layer`; `channel` makes it uniform.
[[nodiscard]] spec::Word make_descriptor(const Network& net, const NetworkLayer& layer, std::int32_t pad,
                                         const std::optional<ChannelConstants>& channel);

/// The four words of a kTable: entry v stands at byte v + 128, v and the result as they are stored.
void append_table(std::vector<std::byte>& bytes, const graph::Graph& graph, graph::NodeId node);

/// The 64-byte words behind a descriptor for one column tile; channels missing in the last tile are 0.
void append_channels(std::vector<std::byte>& bytes, std::span<const ChannelConstants> channels, const program::Target& target);

/// Bias with -z_x * sum(w) folded in and multiplier of every output channel of a convolution.
[[nodiscard]] std::vector<ChannelConstants> convolution_constants(const graph::Graph& graph, const Network& net, const NetworkLayer& layer);

}  // namespace vernier::lower
