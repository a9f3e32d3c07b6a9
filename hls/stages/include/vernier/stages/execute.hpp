// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <vernier/core/assert.hpp>
#include <vernier/hls/beat.hpp>
#include <vernier/hls/binary.hpp>
#include <vernier/hls/depthwise.hpp>
#include <vernier/hls/dma.hpp>
#include <vernier/hls/matrix_vector.hpp>
#include <vernier/hls/pool.hpp>
#include <vernier/hls/route.hpp>
#include <vernier/hls/table.hpp>
#include <vernier/hls/up_sample.hpp>
#include <vernier/hls/width.hpp>
#include <vernier/hls/window.hpp>
#include <vernier/stages/design.hpp>

namespace vernier::stages {

/// A kernel's memory in simulation: as large as it is used.
template <class T>
class GrowingArray {
 public:
  T& operator[](int i) {
    const auto at = static_cast<std::size_t>(i);
    if (at >= items_.size()) items_.resize(at + 1);
    return items_[at];
  }

 private:
  std::vector<T> items_;
};

/// The Cfg of a kernel in simulation: sizes are members, and every iteration of its loop tells a clock.
/// @tparam kWithValues  false: only the order of reads and writes
template <class SizesOfKernel, bool kWithValues, class Clock>
struct LiveConfig : SizesOfKernel {
  LiveConfig(const SizesOfKernel& sizes, Clock& clock) : SizesOfKernel(sizes), clock_(&clock) {}
  static constexpr bool kFixed = false;
  static constexpr bool kValues = kWithValues;
  static constexpr int kMostLanes = kWithValues ? stages::kMostLanes : 1, kMostPe = kMostLanes;
  using Beat = hls::Beat<kMostLanes>;
  using In = Beat;
  using Out = Beat;
  using Buffer = GrowingArray<Beat>;
  using Held = GrowingArray<Beat>;
  using Row = GrowingArray<Beat>;
  void cycle() const { clock_->cycle(); }

 private:
  Clock* clock_;
};

/// Weights as the kernel indexes them.
struct FoldedWeights {
  const std::int8_t* data;
  std::size_t lanes;
  const std::int8_t* operator[](int fold) const { return data + static_cast<std::size_t>(fold) * lanes; }
};

/// Runs a stage's kernel over so many frames. `in` and `out` are its streams, of a type with read(), empty() and write();
/// `memory` is what a load reads or a store writes.
template <bool kWithValues, class Stream, class Clock>
void execute(const Stage& stage, int frames, const std::vector<Stream*>& in, const std::vector<Stream*>& out, std::int8_t* memory, Clock& clock) {
  const auto run = [&]<class S>(const S& sizes) {
    const LiveConfig<S, kWithValues, Clock> c(sizes, clock);
    const FoldedWeights weights{stage.weights.data(), stage.weight_lanes};
    if constexpr (std::is_same_v<S, LoadSizes>) hls::load(c, frames, memory, *out[0]);
    else if constexpr (std::is_same_v<S, StoreSizes>) hls::store(c, frames, *in[0], memory);
    else if constexpr (std::is_same_v<S, WindowSizes>) hls::window(c, frames, *in[0], *out[0]);
    else if constexpr (std::is_same_v<S, MatrixVectorSizes>) hls::matrix_vector(c, frames, *in[0], *out[0], weights, stage.channels.data());
    else if constexpr (std::is_same_v<S, DepthwiseSizes>) hls::depthwise(c, frames, *in[0], *out[0], weights, stage.channels.data());
    else if constexpr (std::is_same_v<S, PoolSizes>) hls::pool(c, frames, *in[0], *out[0], stage.kinds.data(), stage.multipliers.data());
    else if constexpr (std::is_same_v<S, BinarySizes>) hls::binary(c, frames, *in[0], *in[1], *out[0]);
    else if constexpr (std::is_same_v<S, TableSizes>) hls::table(c, frames, *in[0], *out[0], stage.table.data());
    else if constexpr (std::is_same_v<S, ForkSizes>) hls::fork(c, frames, *in[0], *out[0], *out[1]);
    else if constexpr (std::is_same_v<S, ConcatSizes>) hls::concat(c, frames, *in[0], *in[1], *out[0]);
    else if constexpr (std::is_same_v<S, SliceSizes>) hls::slice(c, frames, *in[0], *out[0]);
    else if constexpr (std::is_same_v<S, UpSampleSizes>) hls::up_sample(c, frames, *in[0], *out[0]);
    else hls::width(c, frames, *in[0], *out[0]);
  };
  std::visit(run, stage.sizes);
}

}  // namespace vernier::stages
