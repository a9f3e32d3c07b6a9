// SPDX-License-Identifier: Apache-2.0
#include <vernier/stages/design.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include <vernier/hls/binary.hpp>

namespace vernier::stages {
namespace {

int small(std::int64_t v) { return static_cast<int>(v); }

/// Rows of a sliding window's memory: one window, and those that the next ones need while its row goes out. Where a frame
/// begins, a whole window is new but for its padding.
int window_rows(const Operator& op, const Image& in, const Image& out) {
  const auto& w = op.window;
  const auto span = (w.kernel_h - 1) * w.dilation_h + 1;
  const auto below = std::max<std::int64_t>(0, (out.height - 1) * w.stride_h - w.pad_top + span - in.height);
  return small(span + std::max(w.stride_h, span - w.pad_top - below));
}

WindowSizes window_of(const Operator& op, const Image& in, const Image& out, int lanes) {
  const auto& w = op.window;
  WindowSizes s;
  s.height = small(in.height);
  s.width = small(in.width);
  s.channels = small(in.channels);
  s.lanes = lanes;
  s.kernel_h = small(w.kernel_h);
  s.kernel_w = small(w.kernel_w);
  s.stride_h = small(w.stride_h);
  s.stride_w = small(w.stride_w);
  s.dilation_h = small(w.dilation_h);
  s.dilation_w = small(w.dilation_w);
  s.pad_top = small(w.pad_top);
  s.pad_left = small(w.pad_left);
  s.out_h = small(out.height);
  s.out_w = small(out.width);
  s.rows = window_rows(op, in, out);
  s.pad = op.pad;
  s.groups = op.kind == OperatorKind::kMatrix ? small(op.window.group) : s.channels / lanes;
  return s;
}

Sizes binary_sizes(const Operator& op, const Image& image, int lanes) {
  BinarySizes s;
  s.beats = small(image.elements()) / lanes;
  s.lanes = lanes;
  s.zero_a = op.zero_a;
  s.zero_b = op.zero_b;
  s.zero_y = op.zero_y;
  s.lo = op.lo;
  s.hi = op.hi;
  if (op.kind == OperatorKind::kMul) {
    s.operation = hls::kBinaryMul;
    s.multiplier_a = static_cast<int>(op.product.mantissa);
    s.shift = op.product.shift;
  } else {
    s.operation = op.kind == OperatorKind::kSub ? hls::kBinarySub : hls::kBinaryAdd;
    s.multiplier_a = op.sum.a;
    s.multiplier_b = op.sum.b;
    s.shift = op.sum.shift;
  }
  return s;
}

}  // namespace

std::int64_t OperatorSizes::interval() const { return std::max(interval_of(own), window ? interval_of(*window) : 0); }

FoldLimits fold_limits(const Network& network, const Operator& op) {
  const auto& in = network.tensors[op.inputs[0]].image;
  const auto& out = network.tensors[op.output].image;
  switch (op.kind) {
    case OperatorKind::kMatrix: return {in.channels / op.window.group, out.channels / op.window.group, false};
    case OperatorKind::kConcat: return {std::gcd(in.channels, network.tensors[op.inputs[1]].image.channels), out.channels, true};
    case OperatorKind::kSlice: return {std::gcd(std::gcd(in.channels, out.channels), op.first_channel), out.channels, true};
    case OperatorKind::kUpSample: return {out.channels, out.channels, true};
    default: return {in.channels, out.channels, true};
  }
}

OperatorSizes sizes_of(const Network& network, const Operator& op, Fold fold) {
  const auto& in = network.tensors[op.inputs[0]].image;
  const auto& out = network.tensors[op.output].image;
  OperatorSizes sizes;
  if (op.is_windowed()) sizes.window = window_of(op, in, out, fold.simd);
  const auto taps = small(op.window.kernel_h * op.window.kernel_w), groups = small(op.window.group);
  switch (op.kind) {
    case OperatorKind::kMatrix:
      sizes.own = MatrixVectorSizes{small(op.inputs_per_sum), small(out.channels) / groups, fold.simd, fold.pe, small(out.pixels()) * groups, groups, op.zero_a, op.zero_y, op.lo, op.hi};
      break;
    case OperatorKind::kDepthwise:
      sizes.own = DepthwiseSizes{small(in.channels), fold.pe, taps, small(out.pixels()), op.zero_a, op.zero_y, op.lo, op.hi};
      break;
    case OperatorKind::kMaxPool:
    case OperatorKind::kAveragePool:
      sizes.own = PoolSizes{small(in.channels), fold.pe, taps, small(out.pixels()), op.kind == OperatorKind::kAveragePool ? 1 : 0, op.zero_a, op.zero_y, op.lo, op.hi};
      break;
    case OperatorKind::kAdd:
    case OperatorKind::kSub:
    case OperatorKind::kMul: sizes.own = binary_sizes(op, out, fold.pe); break;
    case OperatorKind::kTable: sizes.own = TableSizes{small(out.elements()) / fold.pe, fold.pe}; break;
    case OperatorKind::kConcat:
      sizes.own = ConcatSizes{small(out.pixels()), small(in.channels) / fold.pe, small(network.tensors[op.inputs[1]].image.channels) / fold.pe, fold.pe};
      break;
    case OperatorKind::kSlice:
      sizes.own = SliceSizes{small(out.pixels()), small(in.channels) / fold.pe, small(op.first_channel) / fold.pe, small(out.channels) / fold.pe, fold.pe};
      break;
    case OperatorKind::kUpSample:
      sizes.own = UpSampleSizes{small(in.height), small(in.width), small(out.channels), fold.pe, small(out.height / in.height), small(out.width / in.width), small(in.channels / out.channels)};
      break;
  }
  return sizes;
}

std::int64_t Design::interval() const { return interval_of(slowest().sizes); }

const Stage& Design::slowest() const {
  return *std::ranges::max_element(stages, {}, [](const Stage& s) { return interval_of(s.sizes); });
}

}  // namespace vernier::stages
