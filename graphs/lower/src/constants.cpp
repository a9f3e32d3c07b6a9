// SPDX-License-Identifier: Apache-2.0
#include "constants.hpp"

#include <cstring>
#include <numeric>
#include <vernier/core/assert.hpp>

#include "command.hpp"

namespace vernier::lower {

std::int64_t append_constants(std::vector<std::byte>& image, std::span<const std::byte> bytes) {
  image.resize((image.size() + 63) / 64 * 64);
  const auto offset = static_cast<std::int64_t>(image.size());
  image.insert(image.end(), bytes.begin(), bytes.end());
  image.resize((image.size() + 63) / 64 * 64);
  return offset;
}

spec::Word make_descriptor(const Network& net, const NetworkLayer& layer, std::int32_t pad, const std::optional<ChannelConstants>& channel) {
  namespace f = spec::descriptor;
  const auto& out = net.activations[layer.output].stored;
  const bool alone = layer.kind == LayerKind::kBinary;
  WordBuilder b;
  if (layer.other) {
    const auto& other = net.activations[*layer.other].stored;
    const auto& first = net.activations[layer.input].stored;
    const float scale_a = alone ? first.scale : layer.middle_scale;
    const std::int32_t zero_a = alone ? first.zero : layer.middle_zero;
    if (layer.binary == BinaryOp::kMultiply) {
      const auto m = multiplier_of(requantization_scale(scale_a, other.scale, out.scale));
      VERNIER_ASSERT(m.has_value(), "refused before: multiplier outside the format");
      b.put(f::m_a, m->mantissa).put(f::s_ab, m->shift);
    } else {
      const auto m = add_multipliers_of(scale_a, other.scale, out.scale);
      VERNIER_ASSERT(m.has_value(), "refused before: scales without a common shift");
      b.put(f::m_a, m->a).put(f::m_b, m->b).put(f::s_ab, m->shift);
    }
    const auto& limits = alone ? layer.limits : layer.add_limits;
    b.put_signed(f::zero_2, out.zero).put_signed(f::lo_2, limits.lo).put_signed(f::hi_2, limits.hi);
    b.put_signed(f::zero_a, zero_a).put_signed(f::zero_b, other.zero);
  }
  const bool table = layer.kind == LayerKind::kTable;  // alone
  const bool copies = alone || table || layer.kind == LayerKind::kMaxPool;  // stored values pass through unchanged
  b.put_signed(f::zero_1, copies ? 0 : first_result(net, layer).zero);
  b.put_signed(f::lo_1, alone || table ? -128 : layer.limits.lo).put_signed(f::hi_1, alone || table ? 127 : layer.limits.hi);
  b.put_signed(f::pad, pad).put(f::use_table, layer.table ? 1 : 0);  // where the table lies is known when its chunk has a place
  if (channel) {
    b.put(f::uniform, 1).put_signed(f::bias, channel->bias).put(f::m, channel->scale.mantissa).put(f::s, channel->scale.shift);
  }
  VERNIER_ASSERT(!b.problem(), "refused before: constants outside their fields");
  return b.word();
}

void append_table(std::vector<std::byte>& bytes, const graph::Graph& graph, graph::NodeId id) {
  const auto& node = graph.node(id);
  const std::int32_t shift = graph.value(node.outputs[0]).type == DType::kUint8 ? 128 : 0;
  for (const auto level : node.table) bytes.push_back(static_cast<std::byte>(level - shift));
}

void append_channels(std::vector<std::byte>& bytes, std::span<const ChannelConstants> channels, const program::Target& target) {
  namespace f = spec::channel;
  const std::size_t begin = bytes.size();
  bytes.resize(begin + static_cast<std::size_t>(target.channel_words()) * 64);
  for (std::size_t c = 0; c < channels.size(); ++c) {
    WordBuilder b;
    b.put_signed(f::bias, channels[c].bias).put(f::m, channels[c].scale.mantissa).put(f::s, channels[c].scale.shift);
    std::memcpy(bytes.data() + begin + c * 8, b.word().words.data(), 8);
  }
}

std::vector<ChannelConstants> convolution_constants(const graph::Graph& graph, const Network& net, const NetworkLayer& layer) {
  const auto& node = graph.node(layer.node);
  const auto weight = graph.value(node.inputs[1]).constant->as<std::int8_t>();
  const auto& scales = graph.value(node.inputs[1]).quantization->scale;
  const auto bias = graph.value(node.inputs[2]).constant->as<std::int32_t>();
  const auto& in = net.activations[layer.input].stored;
  const float out_scale = first_result(net, layer).scale;
  const std::size_t depth = weight.size() / bias.size();
  std::vector<ChannelConstants> channels(bias.size());
  for (std::size_t o = 0; o < bias.size(); ++o) {
    const auto row = weight.subspan(o * depth, depth);
    const auto sum = std::accumulate(row.begin(), row.end(), std::int64_t{0});
    const auto m = multiplier_of(requantization_scale(in.scale, scales.size() == 1 ? scales[0] : scales[o], out_scale));
    VERNIER_ASSERT(m.has_value(), "refused before: multiplier outside the format");
    channels[o] = {static_cast<std::int32_t>(bias[o] - in.zero * sum), *m};
  }
  return channels;
}

}  // namespace vernier::lower
