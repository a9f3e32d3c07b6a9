// SPDX-License-Identifier: Apache-2.0
// Every operator of golden against ONNX Runtime on the same QDQ node: contract C1 allows 1 LSB, from float rounding.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <vernier/golden/comparison.hpp>
#include <vernier/golden/evaluator.hpp>

#include "quantised_graphs.hpp"

using namespace vernier;
using namespace vernier::test;
using graph::OpKind;

namespace {

/// Kinds of stimulus that must have been met once the loops are through.
struct Met {
  int int8 = 0, uint8 = 0, clamped = 0, strided = 0, padded = 0, dilated = 0, grouped = 0, depthwise = 0, per_channel = 0, ceil = 0, with_pad = 0;
};

struct Total {
  std::int64_t elements = 0, differing = 0, distinct = 0;
};

DType pick_type(Random& r, Met& met) {
  const bool is_signed = r.coin();
  ++(is_signed ? met.int8 : met.uint8);
  return is_signed ? DType::kInt8 : DType::kUint8;
}
std::int32_t pick_zero(Random& r, DType type) {
  const std::int64_t lo = type == DType::kInt8 ? -128 : 0;
  return static_cast<std::int32_t>(r.integer(0, 4) == 0 ? lo + 255 * r.integer(0, 1) : r.integer(lo, lo + 255));
}
std::optional<graph::Clamp> pick_clamp(Random& r, DType type, std::int32_t zero, Met& met) {
  const double lo = type == DType::kInt8 ? -128 : 0;
  if (r.coin()) return graph::Clamp{lo, lo + 255};
  ++met.clamped;
  return graph::Clamp{static_cast<double>(zero), static_cast<double>(r.integer(zero, static_cast<std::int64_t>(lo) + 255))};
}
graph::Window pick_window(Random& r, Met& met, bool pool) {
  graph::Window w;
  w.kernel_h = r.integer(1, 3);
  w.kernel_w = r.integer(1, 4);
  w.stride_h = r.integer(1, 2);
  w.stride_w = r.integer(1, 3);
  const auto pad = [&](std::int64_t kernel) { return r.integer(0, std::min<std::int64_t>(2, kernel - 1)); };
  w.pad_top = pad(w.kernel_h);
  w.pad_bottom = pad(w.kernel_h);
  w.pad_left = pad(w.kernel_w);
  w.pad_right = pad(w.kernel_w);
  if (!pool && r.coin()) {
    w.dilation_h = r.integer(1, 2);
    w.dilation_w = r.integer(1, 2);
  }
  met.strided += w.stride_h > 1 || w.stride_w > 1;
  met.padded += w.pad_top + w.pad_left + w.pad_bottom + w.pad_right > 0;
  met.dilated += w.dilation_h * w.dilation_w > 1;
  return w;
}

/// Runs the one-node graph through both and holds them to 1 LSB.
void hold(const graph::Graph& g, Random& r, Total& total) {
  std::vector<std::vector<Tensor>> samples(1);
  for (const auto in : g.inputs) samples[0].push_back(r.activation(g.value(in).type, g.value(in).shape));
  auto reference = golden::reference_of(g);
  INFO((reference ? "" : to_string(reference.error())));
  REQUIRE(reference);
  const auto c = golden::compare_with_reference(g, std::move(*reference), samples);
  INFO((c ? "" : to_string(c.error())));
  REQUIRE(c);
  REQUIRE(c->layers.size() == 1);
  CHECK(c->worst_layer_lsb() <= 1);
  CHECK(c->max_lsb == c->worst_layer_lsb());  // one node: the whole graph is the layer
  total.elements += c->elements;
  total.differing += c->differing;
  const auto values = golden::evaluate(g, samples[0]);
  REQUIRE(values);
  const auto bytes = values->at(g.outputs.at(0)).bytes();
  std::vector<std::byte> sorted(bytes.begin(), bytes.end());
  std::ranges::sort(sorted);
  total.distinct += std::unique(sorted.begin(), sorted.end()) - sorted.begin();
}

/// Differences come from float32 sums near ties only, and the data must not be all one value.
void report(const char* op, const Total& t, int runs) {
  std::printf("golden against ONNX Runtime, %s: %lld of %lld elements differ, by 1 LSB\n", op, static_cast<long long>(t.differing), static_cast<long long>(t.elements));
  CHECK(t.differing * 200 <= t.elements);
  CHECK(t.distinct > 8 * runs);
}

}  // namespace

TEST_CASE("Golden convolutions are within one LSB of ONNX Runtime", "[golden][conv]") {
  Met met;
  Total total;
  constexpr int kRuns = 150;
  for (std::uint32_t seed = 0; seed < kRuns; ++seed) {
    CAPTURE(seed);
    Random r(seed);
    graph::Graph g;
    auto w = pick_window(r, met, false);
    const auto kind = r.integer(0, 3);  // dense, dense, grouped, depthwise
    w.group = kind < 2 ? 1 : r.integer(2, 5);
    const auto in = kind == 3 ? w.group : w.group * r.integer(1, 9);
    const auto out = kind == 3 ? w.group : w.group * r.integer(1, 6);
    met.grouped += kind == 2;
    met.depthwise += kind == 3;
    const Shape shape{r.integer(1, 2), in, r.integer(5, 9), r.integer(7, 11)};
    const auto size = graph::output_size(w, {shape[2], shape[3]});
    const auto tx = pick_type(r, met);
    const auto ty = pick_type(r, met);
    const float sx = r.scale(0.005F, 0.05F);
    const auto zy = pick_zero(r, ty);
    const auto x = add_activation(g, "x", tx, shape, sx, pick_zero(r, tx));
    const bool per_channel = r.coin();
    met.per_channel += per_channel;
    const auto [weight, bias] = add_weights(g, r, {out, in / w.group, w.kernel_h, w.kernel_w}, sx, per_channel, 20000);
    const auto y = add_activation(g, "y", ty, {shape[0], out, size.h, size.w}, r.scale(0.01F, 0.2F), zy);
    g.inputs = {x};
    add_node(g, OpKind::kConv, {x, weight, bias}, y, w, pick_clamp(r, ty, zy, met));
    hold(g, r, total);
  }
  report("Conv", total, kRuns);
  for (const int seen : {met.int8, met.uint8, met.clamped, met.strided, met.padded, met.dilated, met.grouped, met.depthwise, met.per_channel}) CHECK(seen > 10);
}

TEST_CASE("Golden one-dimensional convolutions are within one LSB of ONNX Runtime", "[golden][conv]") {
  Total total;
  for (std::uint32_t seed = 0; seed < 10; ++seed) {
    Random r(seed);
    graph::Graph g;
    graph::Window w{.kernel_w = 3, .stride_w = 2, .pad_left = 1};
    const auto x = add_activation(g, "x", DType::kInt8, {1, 4, 20}, 0.02F, 5);
    const auto [weight, bias] = add_weights(g, r, {6, 4, 3}, 0.02F, true, 9000);
    const auto y = add_activation(g, "y", DType::kInt8, {1, 6, 10}, 0.05F, -7);
    g.inputs = {x};
    add_node(g, OpKind::kConv, {x, weight, bias}, y, w);
    hold(g, r, total);
  }
  report("Conv 1-D", total, 10);
}

TEST_CASE("Golden matrix products are within one LSB of ONNX Runtime", "[golden][gemm]") {
  Met met;
  Total total;
  constexpr int kRuns = 80;
  for (std::uint32_t seed = 0; seed < kRuns; ++seed) {
    CAPTURE(seed);
    Random r(seed);
    graph::Graph g;
    const auto inner = seed % 8 == 0 ? r.integer(2000, 5000) : r.integer(1, 200);  // long sums round in float32
    const auto outputs = r.integer(5, 70);
    const bool batched = r.integer(0, 4) == 0;
    Shape shape{r.integer(1, 3) * (inner > 200 ? 8 : 1), inner};
    if (batched) shape.insert(shape.begin(), 2);
    auto out_shape = shape;
    out_shape.back() = outputs;
    const auto tx = pick_type(r, met);
    const auto ty = pick_type(r, met);
    const float sx = r.scale(0.005F, 0.05F);
    const auto zy = pick_zero(r, ty);
    const auto x = add_activation(g, "x", tx, shape, sx, pick_zero(r, tx));
    const auto [weight, bias] = add_weights(g, r, {outputs, inner}, sx, r.coin(), 30000);
    const auto y = add_activation(g, "y", ty, out_shape, r.scale(0.05F, 0.3F) * std::sqrt(static_cast<float>(inner) / 100.0F), zy);
    g.inputs = {x};
    add_node(g, OpKind::kGemm, {x, weight, bias}, y, {}, pick_clamp(r, ty, zy, met));
    hold(g, r, total);
  }
  report("Gemm", total, kRuns);
  CHECK(met.clamped > 10);
}

TEST_CASE("Golden additions are within one LSB of ONNX Runtime", "[golden][add]") {
  Met met;
  Total total;
  constexpr int kRuns = 60;
  for (std::uint32_t seed = 0; seed < kRuns; ++seed) {
    CAPTURE(seed);
    Random r(seed);
    graph::Graph g;
    const Shape shape{1, r.integer(1, 8), 9, 9};
    std::vector<graph::ValueId> in;
    for (const char* name : {"a", "b"}) {
      const auto t = pick_type(r, met);
      in.push_back(add_activation(g, name, t, shape, r.scale(0.002F, 0.2F), pick_zero(r, t)));
    }
    const auto ty = pick_type(r, met);
    const auto zy = pick_zero(r, ty);
    const auto y = add_activation(g, "y", ty, shape, r.scale(0.01F, 0.2F), zy);
    g.inputs = in;
    add_node(g, OpKind::kAdd, in, y, {}, pick_clamp(r, ty, zy, met));
    hold(g, r, total);
  }
  report("Add", total, kRuns);
  CHECK(met.clamped > 10);
}

TEST_CASE("Golden average pools are within one LSB of ONNX Runtime", "[golden][pool]") {
  Met met;
  Total total;
  constexpr int kRuns = 120;
  for (std::uint32_t seed = 0; seed < kRuns; ++seed) {
    CAPTURE(seed);
    Random r(seed);
    graph::Graph g;
    const Shape shape{r.integer(1, 2), r.integer(3, 6), r.integer(5, 9), r.integer(6, 10)};
    auto w = pick_window(r, met, true);
    if (r.integer(0, 3) == 0) w = {.kernel_h = shape[2], .kernel_w = shape[3]};
    w.ceil_mode = r.coin();
    w.count_include_pad = r.coin();
    met.ceil += w.ceil_mode;
    met.with_pad += w.count_include_pad && w.pad_top + w.pad_left > 0;
    const auto size = graph::output_size(w, {shape[2], shape[3]});
    const auto tx = pick_type(r, met);
    const auto ty = pick_type(r, met);
    const auto zy = pick_zero(r, ty);
    const float sx = r.scale(0.01F, 0.05F);
    const auto x = add_activation(g, "x", tx, shape, sx, pick_zero(r, tx));
    Shape out{shape[0], shape[1], size.h, size.w};
    if (size.h == 1 && size.w == 1 && r.coin()) out.resize(2);  // a mean without kept dimensions
    const auto y = add_activation(g, "y", ty, out, sx * r.scale(0.3F, 2.0F), zy);
    g.inputs = {x};
    add_node(g, OpKind::kAveragePool, {x}, y, w, pick_clamp(r, ty, zy, met));
    hold(g, r, total);
  }
  report("AveragePool", total, 1);
  for (const int seen : {met.clamped, met.strided, met.padded, met.ceil, met.with_pad}) CHECK(seen > 10);
}

TEST_CASE("Golden maximum pools equal ONNX Runtime", "[golden][pool]") {
  Met met;
  Total total;
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    Random r(seed);
    graph::Graph g;
    const Shape shape{r.integer(1, 2), 3, r.integer(5, 9), r.integer(6, 10)};
    auto w = pick_window(r, met, true);
    w.ceil_mode = r.coin();
    if (r.coin()) w.dilation_w = 2;
    const auto size = graph::output_size(w, {shape[2], shape[3]});
    const auto type = pick_type(r, met);
    const auto zero = pick_zero(r, type);
    const auto x = add_activation(g, "x", type, shape, 0.03F, zero);
    const auto y = add_activation(g, "y", type, {shape[0], 3, size.h, size.w}, 0.03F, zero);
    g.inputs = {x};
    add_node(g, OpKind::kMaxPool, {x}, y, w, pick_clamp(r, type, zero, met));
    hold(g, r, total);
  }
  CHECK(total.differing == 0);
  report("MaxPool", total, 1);
}

TEST_CASE("Golden clips are within one LSB of ONNX Runtime on every level", "[golden][clip]") {
  Met met;
  Total total;
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    Random r(seed);
    graph::Graph g;
    const auto tx = pick_type(r, met);
    const auto ty = pick_type(r, met);
    const auto zy = pick_zero(r, ty);
    const auto x = add_activation(g, "x", tx, {1, 512}, r.scale(0.01F, 0.1F), pick_zero(r, tx));
    const auto y = add_activation(g, "y", ty, {1, 512}, r.scale(0.01F, 0.1F), zy);
    g.inputs = {x};
    add_node(g, OpKind::kClip, {x}, y, {}, pick_clamp(r, ty, zy, met));
    hold(g, r, total);
  }
  report("Clip", total, 8);
}
