// SPDX-License-Identifier: Apache-2.0
#include <vernier/stages/sizes.hpp>

#include <algorithm>
#include <bit>

namespace vernier::stages {
namespace {

using Int = std::int64_t;

struct Interval {
  template <Name kName>
  Int operator()(const BeatSizes<kName>& s) const { return s.beats; }
  Int operator()(const WindowSizes& s) const {
    const Int folds = s.channels / s.lanes;
    return std::max(Int{1} * s.height * s.width * folds, Int{1} * s.out_h * s.out_w * s.kernel_h * s.kernel_w * folds);
  }
  Int operator()(const MatrixVectorSizes& s) const { return Int{1} * s.vectors * (s.inputs / s.simd) * (s.outputs / s.pe); }
  Int operator()(const DepthwiseSizes& s) const { return Int{1} * s.pixels * (s.channels / s.lanes) * s.taps; }
  Int operator()(const PoolSizes& s) const { return Int{1} * s.pixels * (s.channels / s.lanes) * s.taps; }
  Int operator()(const BinarySizes& s) const { return s.beats; }
  Int operator()(const ConcatSizes& s) const { return Int{1} * s.pixels * (s.beats_a + s.beats_b); }
  Int operator()(const SliceSizes& s) const { return Int{1} * s.pixels * s.beats; }
  Int operator()(const UpSampleSizes& s) const {
    const Int beats_of_pixel = s.channels / s.lanes, first_line = s.phases > 1 ? s.phases : s.scale_w;
    return s.height * s.width * beats_of_pixel * (first_line + Int{1} * (s.scale_h - 1) * s.scale_w);
  }
  Int operator()(const WidthSizes& s) const { return Int{1} * s.wide * (std::max(s.from, s.to) / std::min(s.from, s.to)); }
};

int levels_of(int terms) { return std::bit_width(static_cast<unsigned>(std::max(terms, 1) - 1)); }

constexpr int kRequantise = 5;  // product, shift, round, add, clamp
constexpr int kMultiplyAdd = 3;

struct Latency {
  int operator()(const LoadSizes&) const { return 2; }
  int operator()(const StoreSizes&) const { return 1; }
  int operator()(const WindowSizes&) const { return 2; }  // address, memory
  int operator()(const MatrixVectorSizes& s) const { return kMultiplyAdd + levels_of(s.simd) + kRequantise; }
  int operator()(const DepthwiseSizes&) const { return kMultiplyAdd + kRequantise; }
  int operator()(const PoolSizes& s) const { return s.average != 0 ? 1 + kRequantise : 2; }
  int operator()(const BinarySizes&) const { return kMultiplyAdd + kRequantise; }
  int operator()(const TableSizes&) const { return 2; }
  int operator()(const ForkSizes&) const { return 1; }
  int operator()(const ConcatSizes&) const { return 1; }
  int operator()(const SliceSizes&) const { return 1; }
  int operator()(const UpSampleSizes&) const { return 2; }  // address, memory
  int operator()(const WidthSizes&) const { return 1; }
};

}  // namespace

std::int64_t interval_of(const Sizes& sizes) { return std::visit(Interval{}, sizes); }
int latency_of(const Sizes& sizes) { return std::visit(Latency{}, sizes); }
std::string_view kernel_of(const Sizes& sizes) {
  return std::visit([](const auto& s) { return s.kKernel; }, sizes);
}

}  // namespace vernier::stages
