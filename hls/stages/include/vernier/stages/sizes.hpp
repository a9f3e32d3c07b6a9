// SPDX-License-Identifier: Apache-2.0
// The sizes of each kind of stage: the constants of a kernel's Cfg, and the members of it in simulation.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

namespace vernier::stages {

/// A name as a template's argument.
template <std::size_t kSize>
struct Name {
  consteval Name(const char (&name)[kSize]) { std::ranges::copy(name, text); }
  char text[kSize];
};
/// A kernel that passes beats on, one by one.
template <Name kName>
struct BeatSizes {
  static constexpr std::string_view kKernel = kName.text;
  int beats = 0, lanes = 0;
  template <class F> void each(F&& f) const { f("beats", beats), f("lanes", lanes); }
};
using LoadSizes = BeatSizes<"load">;
using StoreSizes = BeatSizes<"store">;
using TableSizes = BeatSizes<"table">;
using ForkSizes = BeatSizes<"fork">;
struct WindowSizes {
  static constexpr std::string_view kKernel = "window";
  int height = 0, width = 0, channels = 0, lanes = 0;
  int kernel_h = 1, kernel_w = 1, stride_h = 1, stride_w = 1, dilation_h = 1, dilation_w = 1, pad_top = 0, pad_left = 0;
  int out_h = 0, out_w = 0, rows = 0, pad = 0, groups = 1;
  template <class F> void each(F&& f) const {
    f("height", height), f("width", width), f("channels", channels), f("lanes", lanes);
    f("kernel_h", kernel_h), f("kernel_w", kernel_w), f("stride_h", stride_h), f("stride_w", stride_w);
    f("dilation_h", dilation_h), f("dilation_w", dilation_w), f("pad_top", pad_top), f("pad_left", pad_left);
    f("out_h", out_h), f("out_w", out_w), f("rows", rows), f("pad", pad), f("groups", groups);
  }
};
struct MatrixVectorSizes {
  static constexpr std::string_view kKernel = "matrix_vector";
  int inputs = 0, outputs = 0, simd = 0, pe = 0, vectors = 0, groups = 1, zero_x = 0, zero_y = 0, lo = 0, hi = 0;
  template <class F> void each(F&& f) const {
    f("inputs", inputs), f("outputs", outputs), f("simd", simd), f("pe", pe), f("vectors", vectors), f("groups", groups);
    f("zero_x", zero_x), f("zero_y", zero_y), f("lo", lo), f("hi", hi);
  }
};
struct DepthwiseSizes {
  static constexpr std::string_view kKernel = "depthwise";
  int channels = 0, lanes = 0, taps = 0, pixels = 0, zero_x = 0, zero_y = 0, lo = 0, hi = 0;
  template <class F> void each(F&& f) const {
    f("channels", channels), f("lanes", lanes), f("taps", taps), f("pixels", pixels);
    f("zero_x", zero_x), f("zero_y", zero_y), f("lo", lo), f("hi", hi);
  }
};
struct PoolSizes {
  static constexpr std::string_view kKernel = "pool";
  int channels = 0, lanes = 0, taps = 0, pixels = 0, average = 0, zero_x = 0, zero_y = 0, lo = 0, hi = 0;
  template <class F> void each(F&& f) const {
    f("channels", channels), f("lanes", lanes), f("taps", taps), f("pixels", pixels), f("average", average);
    f("zero_x", zero_x), f("zero_y", zero_y), f("lo", lo), f("hi", hi);
  }
};
struct BinarySizes {
  static constexpr std::string_view kKernel = "binary";
  int beats = 0, lanes = 0, operation = 0, zero_a = 0, zero_b = 0, zero_y = 0, lo = 0, hi = 0, multiplier_a = 0, multiplier_b = 0, shift = 0;
  template <class F> void each(F&& f) const {
    f("beats", beats), f("lanes", lanes), f("operation", operation), f("zero_a", zero_a), f("zero_b", zero_b), f("zero_y", zero_y);
    f("lo", lo), f("hi", hi), f("multiplier_a", multiplier_a), f("multiplier_b", multiplier_b), f("shift", shift);
  }
};
struct ConcatSizes {
  static constexpr std::string_view kKernel = "concat";
  int pixels = 0, beats_a = 0, beats_b = 0, lanes = 0;
  template <class F> void each(F&& f) const { f("pixels", pixels), f("beats_a", beats_a), f("beats_b", beats_b), f("lanes", lanes); }
};
struct SliceSizes {
  static constexpr std::string_view kKernel = "slice";
  int pixels = 0, beats = 0, first = 0, count = 0, lanes = 0;
  template <class F> void each(F&& f) const { f("pixels", pixels), f("beats", beats), f("first", first), f("count", count), f("lanes", lanes); }
};
struct UpSampleSizes {
  static constexpr std::string_view kKernel = "up_sample";
  int height = 0, width = 0, channels = 0, lanes = 0, scale_h = 1, scale_w = 1, phases = 1;
  template <class F> void each(F&& f) const {
    f("height", height), f("width", width), f("channels", channels), f("lanes", lanes), f("scale_h", scale_h), f("scale_w", scale_w), f("phases", phases);
  }
};
struct WidthSizes {
  static constexpr std::string_view kKernel = "width";
  int from = 0, to = 0, wide = 0;
  template <class F> void each(F&& f) const { f("from", from), f("to", to), f("wide", wide); }
};

using Sizes = std::variant<LoadSizes, StoreSizes, WindowSizes, MatrixVectorSizes, DepthwiseSizes, PoolSizes, BinarySizes, TableSizes,
                           ForkSizes, ConcatSizes, SliceSizes, UpSampleSizes, WidthSizes>;

/// Cycles a frame of the kernel's loop when it never waits: what its comment calls its cost. This is the formula of a
/// stage's interval; the slowest stage's is the design's.
[[nodiscard]] std::int64_t interval_of(const Sizes& sizes);

/// Cycles from an iteration of the loop to its result in the stream: pipeline registers, estimated from the operators
/// in it at a clock of 200 to 300 MHz.
[[nodiscard]] int latency_of(const Sizes& sizes);

/// Name of the kernel function.
[[nodiscard]] std::string_view kernel_of(const Sizes& sizes);

}  // namespace vernier::stages
