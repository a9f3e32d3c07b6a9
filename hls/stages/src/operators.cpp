// SPDX-License-Identifier: Apache-2.0
// Nodes of the canonical graph as streaming operators. Levels, limits, multipliers and their checks are golden's.
#include "operators.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include <vernier/golden/pool_window.hpp>

namespace vernier::stages {
namespace {

using golden::Level;
using graph::OpKind;

tl::unexpected<Error> refuse(const graph::Node& node, std::string why) { return fail(ErrorCode::kUnsupported, std::move(why), node.name); }

/// Name, output level and clamp, which all kinds have.
Result<Operator> begin(const Reader& r, OperatorKind kind, Level& y) {
  const auto level = golden::level_of(r.graph, r.node.outputs.at(0), r.node);
  if (!level) return forward_error(level);
  const auto limits = golden::limits_of(r.node, *level);
  if (!limits) return forward_error(limits);
  y = *level;
  Operator op;
  op.name = r.node.name;
  op.op = graph::name_of(r.node.kind);
  op.kind = kind;
  op.zero_y = carried(y, y.zero_point);
  op.lo = carried(y, limits->lo);
  op.hi = carried(y, limits->hi);
  return op;
}

Result<golden::Weights> read_weights(const Reader& r, const Level& x, const Level& y, Operator& op) {
  auto weights = golden::weights_of(r.graph, r.node, x, y);
  if (!weights) return weights;
  const auto bias = weights->bias->as<std::int32_t>();
  for (std::size_t o = 0; o < bias.size(); ++o) op.channels.push_back({bias[o], weights->multipliers[o]});
  op.zero_a = carried(x, x.zero_point);
  op.pad = static_cast<std::int8_t>(op.zero_a);
  return weights;
}

std::array<std::int8_t, 256> carried_table(const std::array<std::int32_t, 256>& levels, const Level& y) {
  std::array<std::int8_t, 256> table{};
  std::ranges::transform(levels, table.begin(), [&y](std::int32_t q) { return static_cast<std::int8_t>(carried(y, q)); });
  return table;
}

}  // namespace

Result<Operator> read_convolution(const Reader& r) {
  const auto x = golden::level_of(r.graph, r.node.inputs.at(0), r.node);
  if (!x) return forward_error(x);
  const auto& in = r.inputs.at(0);
  const auto& w = r.node.window;
  const bool depthwise = w.group > 1 && w.group == in.channels && w.group == r.output.channels;
  if (std::min({w.pad_top, w.pad_left, w.pad_bottom, w.pad_right}) < 0) return refuse(r.node, "negative padding");
  Level y;
  auto op = begin(r, depthwise ? OperatorKind::kDepthwise : OperatorKind::kMatrix, y);
  if (!op) return op;
  const auto weights = read_weights(r, *x, y, *op);
  if (!weights) return forward_error(weights);
  op->window = w;
  const auto taps = w.kernel_h * w.kernel_w;
  const auto channels = in.channels / w.group;
  op->inputs_per_sum = taps * channels;
  op->macs = r.output.pixels() * r.output.channels * op->inputs_per_sum;
  const auto from = weights->weight->as<std::int8_t>();
  op->weights.resize(from.size());
  for (std::int64_t o = 0; o < r.output.channels; ++o) {
    for (std::int64_t t = 0; t < taps; ++t) {
      for (std::int64_t c = 0; c < channels; ++c) {
        const auto to = depthwise ? t * r.output.channels + o : (o * taps + t) * channels + c;
        op->weights[static_cast<std::size_t>(to)] = from[static_cast<std::size_t>((o * channels + c) * taps + t)];
      }
    }
  }
  return op;
}

Result<Operator> read_dense(const Reader& r) {
  const auto x = golden::level_of(r.graph, r.node.inputs.at(0), r.node);
  if (!x) return forward_error(x);
  Level y;
  auto op = begin(r, OperatorKind::kMatrix, y);
  if (!op) return op;
  const auto weights = read_weights(r, *x, y, *op);
  if (!weights) return forward_error(weights);
  const auto& in = r.inputs.at(0);
  const auto outputs = weights->weight->shape().at(0);
  if (weights->weight->shape().at(1) != in.elements()) {
    return refuse(r.node, fmt::format("{} rows of {}; a stage streams one product a frame", in.elements() / weights->weight->shape()[1], weights->weight->shape()[1]));
  }
  op->inputs_per_sum = in.elements();
  op->macs = outputs * in.elements();
  const auto from = weights->weight->as<std::int8_t>();
  op->weights.resize(from.size());
  for (std::int64_t o = 0; o < outputs; ++o) {  // columns of the graph go by channel, those of the stream by pixel
    for (std::int64_t p = 0; p < in.pixels(); ++p) {
      for (std::int64_t c = 0; c < in.channels; ++c) {
        op->weights[static_cast<std::size_t>(o * in.elements() + p * in.channels + c)] = from[static_cast<std::size_t>(o * in.elements() + c * in.pixels() + p)];
      }
    }
  }
  return op;
}

Result<Operator> read_pool(const Reader& r) {
  const auto x = golden::level_of(r.graph, r.node.inputs.at(0), r.node);
  if (!x) return forward_error(x);
  const bool average = r.node.kind == OpKind::kAveragePool;
  Level y;
  auto op = begin(r, average ? OperatorKind::kAveragePool : OperatorKind::kMaxPool, y);
  if (!op) return op;
  const auto& w = r.node.window;
  const auto& in = r.inputs.at(0);
  op->window = w;
  op->zero_a = carried(*x, x->zero_point);
  op->pad = static_cast<std::int8_t>(average ? op->zero_a : -128);
  if (!average) return op;
  if (w.dilation_h != 1 || w.dilation_w != 1) return refuse(r.node, "average pooling with dilation");
  std::map<std::int64_t, std::uint8_t> known;
  for (std::int64_t oy = 0; oy < r.output.height; ++oy) {
    const auto rows = golden::extent_of(oy * w.stride_h - w.pad_top, in.height, w.pad_bottom, w.kernel_h, 1);
    for (std::int64_t ox = 0; ox < r.output.width; ++ox) {
      const auto columns = golden::extent_of(ox * w.stride_w - w.pad_left, in.width, w.pad_right, w.kernel_w, 1);
      const auto count = golden::averaged_elements(w, rows, columns);
      if (!known.contains(count)) {
        const auto m = golden::checked_multiplier(average_scale(x->scale, y.scale, count), r.node);
        if (!m) return forward_error(m);
        known.emplace(count, static_cast<std::uint8_t>(op->multipliers.size()));
        op->multipliers.push_back(*m);
      }
      op->multiplier_of_pixel.push_back(known[count]);
    }
  }
  return op;
}

Result<Operator> read_binary(const Reader& r) {
  const auto a = golden::level_of(r.graph, r.node.inputs.at(0), r.node);
  if (!a) return forward_error(a);
  const auto b = golden::level_of(r.graph, r.node.inputs.at(1), r.node);
  if (!b) return forward_error(b);
  const auto kind = r.node.kind == OpKind::kMul ? OperatorKind::kMul : (r.node.kind == OpKind::kSub ? OperatorKind::kSub : OperatorKind::kAdd);
  Level y;
  auto op = begin(r, kind, y);
  if (!op) return op;
  if (r.inputs.size() != 2) return refuse(r.node, "one operand is a constant");
  const Image pixel{r.output.channels, 1, 1};
  if (std::ranges::any_of(r.inputs, [&](const Image& in) { return in != r.output && in != pixel; }) || std::ranges::none_of(r.inputs, [&](const Image& in) { return in == r.output; })) {
    return refuse(r.node, "operands of different shapes; a stage takes two streams beat by beat, or repeats one pixel with all channels");
  }
  op->zero_a = carried(*a, a->zero_point);
  op->zero_b = carried(*b, b->zero_point);
  if (kind == OperatorKind::kMul) {
    const auto m = golden::checked_multiplier(requantization_scale(a->scale, b->scale, y.scale), r.node);
    if (!m) return forward_error(m);
    op->product = *m;
  } else {
    const auto m = add_multipliers_of(a->scale, b->scale, y.scale);
    if (!m) return refuse(r.node, fmt::format("scales {} and {} to {} have no common multiplier", a->scale, b->scale, y.scale));
    op->sum = *m;
  }
  return op;
}

Result<Operator> read_table(const Reader& r) {
  const auto x = golden::level_of(r.graph, r.node.inputs.at(0), r.node);
  if (!x) return forward_error(x);
  Level y;
  auto op = begin(r, OperatorKind::kTable, y);
  if (!op) return op;
  std::array<std::int32_t, 256> levels{};
  if (r.node.kind == OpKind::kTable) {
    if (r.node.table.size() != levels.size()) return fail(ErrorCode::kInvalidInput, fmt::format("its table has {} entries, 256 are needed", r.node.table.size()), r.node.name);
    std::ranges::copy(r.node.table, levels.begin());
  } else {
    const auto limits = golden::limits_of(r.node, y);
    if (!limits) return forward_error(limits);
    const auto m = golden::checked_multiplier(x->scale / y.scale, r.node);
    if (!m) return forward_error(m);
    levels = golden::requantisation_table(*x, y, *limits, *m);
  }
  op->table = carried_table(levels, y);
  return op;
}

namespace {

/// Whether a pixel becomes as many as the output is higher and wider, and nothing else moves: each the pixel again, or
/// each a run of its channels, those of the first row first.
bool multiplies_pixels(const Reader& r) {
  const auto& out = r.output;
  if (r.inputs.size() != 1) return false;
  const auto& in = r.inputs[0];
  if (in.pixels() == out.pixels() || out.height % in.height != 0 || out.width % in.width != 0) return false;
  std::vector<std::int64_t> source(static_cast<std::size_t>(out.elements()), -1);
  for (const auto& copy : r.node.copies) {
    if (!copy.input) return false;
    graph::for_each_element(copy, [&source](std::int64_t from, std::int64_t to) { source[static_cast<std::size_t>(to)] = from; });
  }
  const auto down = out.height / in.height, across = out.width / in.width;
  const bool repeats = in.channels == out.channels;
  if (!repeats && in.channels != out.channels * down * across) return false;
  for (std::int64_t to = 0; to < out.elements(); ++to) {  // both by channel, row, column
    const auto x = to % out.width, row = to / out.width, y = row % out.height, channel = row / out.height;
    const auto phase = repeats ? 0 : y % down * across + x % across;
    if (source[static_cast<std::size_t>(to)] != ((phase * out.channels + channel) * in.height + y / down) * in.width + x / across) return false;
  }
  return true;
}

/// Concat and Slice: a run of channels of each input, one behind another. kUnsupported where the node moves anything else.
Result<void> read_channels(const Reader& r, Operator& op) {
  // In the graph's order of elements, channels are planes: a run of them is one run of elements.
  std::vector<std::optional<std::int64_t>> moved(r.inputs.size());  // to - from, by input
  std::vector<std::int64_t> elements(r.inputs.size());
  bool straight = true;
  for (const auto& copy : r.node.copies) {
    if (!copy.input) return refuse(r.node, "fills elements; stages move channels alone");
    graph::for_each_element(copy, [&](std::int64_t from, std::int64_t to) {
      auto& by = moved.at(*copy.input);
      straight = straight && (!by || *by == to - from);
      by = to - from;
      ++elements[*copy.input];
    });
  }
  const auto pixels = r.output.pixels();
  std::int64_t channels = 0;
  for (std::size_t i = 0; i < r.inputs.size(); ++i) {
    straight = straight && moved[i] && *moved[i] % pixels == 0 && r.inputs[i].height == r.output.height && r.inputs[i].width == r.output.width;
    if (straight && r.inputs.size() > 1) straight = *moved[i] == channels * pixels && elements[i] == r.inputs[i].elements();
    channels += r.inputs[i].channels;
  }
  if (!straight || (r.inputs.size() > 1 && channels != r.output.channels)) return refuse(r.node, fmt::format("{} moves more than whole channels or pixels", r.node.op_type));
  op.kind = OperatorKind::kConcat;
  if (r.inputs.size() > 1) return {};
  op.kind = OperatorKind::kSlice;
  op.first_channel = -*moved[0] / pixels;
  if (elements[0] != r.output.elements() || *moved[0] > 0) return refuse(r.node, fmt::format("{} moves more than whole channels or pixels", r.node.op_type));
  return {};
}

}  // namespace

Result<Move> read_move(const Reader& r) {
  Level y;
  auto op = begin(r, OperatorKind::kUpSample, y);
  if (!op) return forward_error(op);
  if (!multiplies_pixels(r)) {
    if (auto ok = read_channels(r, *op); !ok) return forward_error(ok);
  }
  Move result{*op, {}};
  const auto limits = golden::limits_of(r.node, y);
  if (!limits) return forward_error(limits);
  for (const auto in : r.node.inputs) {
    const auto x = golden::level_of(r.graph, in, r.node);
    if (!x) return forward_error(x);
    const auto m = golden::checked_multiplier(x->scale / y.scale, r.node);
    if (!m) return forward_error(m);
    const auto table = carried_table(golden::requantisation_table(*x, y, *limits, *m), y);
    bool same = true;
    for (int q = 0; q < 256; ++q) same = same && table[static_cast<std::size_t>(q)] == q - 128;
    result.tables.emplace_back();
    if (same) continue;
    auto& rescale = result.tables.back().emplace(*op);
    rescale.kind = OperatorKind::kTable;
    rescale.table = table;
  }
  return result;
}

}  // namespace vernier::stages
