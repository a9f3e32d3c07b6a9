// SPDX-License-Identifier: Apache-2.0
#include "random_graph.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <vernier/passes/pipeline.hpp>

namespace vernier::test {
namespace {

using graph::ValueId;
using graph::Window;

constexpr std::int64_t kMostChannels = 40;  ///< above the widest array's rows and columns
constexpr std::int64_t kMostMacs = 400'000; ///< of one operator: keeps a simulated run short

struct Growing {
  NetworkBuilder& n;
  ValueId x;                     ///< what the next operator reads
  std::vector<ValueId> images;   ///< every image so far
};

std::int64_t height(const Growing& g) { return g.n.shape(g.x)[2]; }
std::int64_t width(const Growing& g) { return g.n.shape(g.x)[3]; }
std::int64_t channels(const Growing& g) { return g.n.shape(g.x)[1]; }

/// One axis of a window: at least one output pixel, less padding than kernel.
struct Axis {
  std::int64_t kernel = 1, stride = 1, dilation = 1, before = 0, after = 0;
};
Axis any_axis(NetworkBuilder& n, std::int64_t size, bool dilated) {
  for (;;) {
    Axis a{n.integer(1, std::min<std::int64_t>(5, size + 1)), n.integer(1, 3), dilated && n.integer(0, 4) == 0 ? 2 : 1, 0, 0};
    if (a.stride == 3 && n.coin()) a.stride = 1;
    a.before = n.integer(0, a.kernel - 1);
    a.after = n.integer(0, a.kernel - 1);
    if (size + a.before + a.after >= a.dilation * (a.kernel - 1) + 1) return a;
  }
}

Window any_window(Growing& g, bool dilated) {
  const auto y = any_axis(g.n, height(g), dilated), x = any_axis(g.n, width(g), dilated);
  return {.kernel_h = y.kernel, .kernel_w = x.kernel, .stride_h = y.stride, .stride_w = x.stride, .dilation_h = y.dilation, .dilation_w = x.dilation,
          .pad_top = y.before, .pad_left = x.before, .pad_bottom = y.after, .pad_right = x.after};
}

bool small_enough(const Growing& g, const Window& w, std::int64_t outputs) {
  const auto size = output_size(w, {height(g), width(g)});
  return size.h * size.w * w.kernel_h * w.kernel_w * (channels(g) / w.group) * outputs <= kMostMacs;
}

std::optional<ValueId> any_conv(Growing& g) {
  const auto w = any_window(g, true);
  const auto outputs = g.n.coin() ? channels(g) : g.n.integer(1, kMostChannels);
  if (!small_enough(g, w, outputs)) return std::nullopt;
  return g.n.conv(g.x, outputs, w, g.n.coin(), g.n.any_type());
}

/// Depthwise, with a multiplier of 1 or 2, or groups of a few channels.
std::optional<ValueId> any_grouped_conv(Growing& g) {
  auto w = any_window(g, g.n.coin());
  const auto c = channels(g);
  w.group = c;
  for (std::int64_t divisor : {2, 3, 5}) {
    if (c % divisor == 0 && g.n.integer(0, 5) == 0) w.group = divisor;
  }
  const auto outputs = w.group * (w.group == c ? g.n.integer(1, 2) : g.n.integer(1, 4));
  if (!small_enough(g, w, outputs)) return std::nullopt;
  return g.n.conv(g.x, outputs, w, g.n.coin(), g.n.any_type());
}

std::optional<ValueId> same_conv(Growing& g) {
  const auto w = square(3, 1, 1);
  const auto outputs = g.n.coin() ? channels(g) : g.n.integer(1, kMostChannels);
  if (!small_enough(g, w, outputs)) return std::nullopt;
  return g.n.conv(g.x, outputs, w, g.n.coin(), g.n.any_type());
}

std::optional<ValueId> any_max_pool(Growing& g) {
  auto w = any_window(g, g.n.coin());
  w.ceil_mode = g.n.integer(0, 3) == 0;
  return g.n.max_pool(g.x, w);
}

std::optional<ValueId> any_average_pool(Growing& g) {
  auto w = any_window(g, false);
  w.count_include_pad = g.n.coin();
  return g.n.average_pool(g.x, w);
}

std::optional<ValueId> global_pool(Growing& g) {
  const Window w{.kernel_h = height(g), .kernel_w = width(g)};
  return g.n.coin() ? g.n.average_pool(g.x, w) : g.n.max_pool(g.x, w);
}

std::optional<ValueId> any_clip(Growing& g) { return g.n.clip(g.x, g.n.any_type()); }

/// Another image of the same shape, or this one itself.
ValueId any_fellow(Growing& g) {
  std::vector<ValueId> fitting;
  std::ranges::copy_if(g.images, std::back_inserter(fitting), [&](ValueId v) { return g.n.shape(v) == g.n.shape(g.x); });
  return fitting.at(static_cast<std::size_t>(g.n.integer(0, static_cast<std::int64_t>(fitting.size()) - 1)));
}

std::optional<ValueId> any_add(Growing& g) {
  const auto other = any_fellow(g);
  return g.n.coin() ? g.n.add(g.x, other, g.n.any_type()) : g.n.add(other, g.x, g.n.any_type());
}
std::optional<ValueId> any_difference(Growing& g) { return g.n.sub(g.x, any_fellow(g), g.n.any_type()); }
std::optional<ValueId> any_product(Growing& g) { return g.n.mul(g.x, any_fellow(g), g.n.any_type()); }

/// The image times its own mean or maximum a channel, as squeeze-and-excitation does.
std::optional<ValueId> any_gate(Growing& g) { return g.n.mul(g.x, g.n.table(*global_pool(g), graph::ScalarOp::kSigmoid, g.n.any_type()), g.n.any_type()); }

std::optional<ValueId> any_table(Growing& g) {
  static constexpr graph::ScalarOp kFunctions[] = {graph::ScalarOp::kSigmoid, graph::ScalarOp::kTanh, graph::ScalarOp::kAbs, graph::ScalarOp::kSoftplus, graph::ScalarOp::kSin};
  return g.n.table(g.x, kFunctions[g.n.integer(0, 4)], g.n.any_type());
}

/// Steps of channel, row and pixel in an image's order.
struct Steps {
  std::int64_t channel, row;
};
Steps steps_of(const Shape& s) { return {s[2] * s[3], s[3]}; }

std::optional<ValueId> any_softmax(Growing& g) { return g.n.softmax(g.x, g.n.any_type()); }

std::optional<ValueId> any_concat(Growing& g) {
  const auto axis = static_cast<std::size_t>(g.n.integer(1, 3));
  std::vector<ValueId> fitting;
  std::ranges::copy_if(g.images, std::back_inserter(fitting), [&](ValueId v) {
    auto a = g.n.shape(v), b = g.n.shape(g.x);
    a[axis] = b[axis] = 0;
    return a == b;
  });
  const auto other = fitting.at(static_cast<std::size_t>(g.n.integer(0, static_cast<std::int64_t>(fitting.size()) - 1)));
  auto shape = g.n.shape(g.x);
  shape[axis] += g.n.shape(other)[axis];
  if (shape[1] > 2 * kMostChannels || shape[2] > 20 || shape[3] > 20) return std::nullopt;
  const auto to = steps_of(shape);
  std::vector<graph::Copy> copies;
  std::int64_t start = 0;
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& s = g.n.shape(i == 0 ? g.x : other);
    const auto from = steps_of(s);
    copies.push_back({i, 0, start, {{s[1], from.channel, to.channel}, {s[2], from.row, to.row}, {s[3], 1, 1}}});
    start = axis == 1 ? s[1] * to.channel : (axis == 2 ? s[2] * to.row : s[3]);
  }
  return g.n.move("Concat", {g.x, other}, copies, shape, g.n.any_type());
}

std::optional<ValueId> any_slice(Growing& g) {
  const auto s = g.n.shape(g.x);
  const auto from = steps_of(s);
  std::int64_t first[4] = {}, step[4] = {1, 1, 1, 1};
  Shape shape{1, 0, 0, 0};
  for (std::size_t axis = 1; axis < 4; ++axis) {
    first[axis] = g.n.integer(0, s[axis] - 1);
    step[axis] = axis > 1 && g.n.integer(0, 2) == 0 ? 2 : 1;
    shape[axis] = g.n.integer(1, (s[axis] - first[axis] + step[axis] - 1) / step[axis]);
  }
  const auto to = steps_of(shape);
  const graph::Copy copy{0, first[1] * from.channel + first[2] * from.row + first[3], 0,
                         {{shape[1], from.channel * step[1], to.channel}, {shape[2], from.row * step[2], to.row}, {shape[3], step[3], 1}}};
  return g.n.move("Slice", {g.x}, {copy}, shape, g.n.any_type());
}

std::optional<ValueId> any_pad(Growing& g) {
  const auto s = g.n.shape(g.x);
  const auto from = steps_of(s);
  const std::int64_t before[3] = {g.n.integer(0, 2), g.n.integer(0, 2), g.n.integer(0, 2)};
  const Shape shape{1, s[1] + before[0] + g.n.integer(0, 2), s[2] + before[1] + g.n.integer(0, 1), s[3] + before[2] + g.n.integer(0, 1)};
  const auto to = steps_of(shape);
  const graph::Copy fill{std::nullopt, 0, 0, {{element_count(shape), 0, 1}}};
  const graph::Copy copy{0, 0, before[0] * to.channel + before[1] * to.row + before[2], {{s[1], from.channel, to.channel}, {s[2], from.row, to.row}, {s[3], 1, 1}}};
  return g.n.move("Pad", {g.x}, {fill, copy}, shape, g.n.any_type());
}

/// Axes in another order.
std::optional<ValueId> any_transpose(Growing& g) {
  const auto s = g.n.shape(g.x);
  std::vector<std::size_t> perm{1, 2, 3};
  for (std::size_t i = 2; i > 0; --i) std::swap(perm[i], perm[static_cast<std::size_t>(g.n.integer(0, static_cast<std::int64_t>(i)))]);
  const Shape shape{1, s[perm[0]], s[perm[1]], s[perm[2]]};
  const std::int64_t from[4] = {0, s[2] * s[3], s[3], 1};
  const auto to = steps_of(shape);
  const graph::Copy copy{0, 0, 0, {{shape[1], from[perm[0]], to.channel}, {shape[2], from[perm[1]], to.row}, {shape[3], from[perm[2]], 1}}};
  return g.n.move("Transpose", {g.x}, {copy}, shape, g.n.any_type());
}

/// Every pixel twice or three times in each direction.
std::optional<ValueId> any_upsample(Growing& g) {
  const auto s = g.n.shape(g.x);
  const auto times = g.n.integer(2, 3);
  if (s[2] * times > 24 || s[3] * times > 24) return std::nullopt;
  const Shape shape{1, s[1], s[2] * times, s[3] * times};
  const auto from = steps_of(s), to = steps_of(shape);
  const graph::Copy copy{0, 0, 0, {{s[1], from.channel, to.channel}, {s[2], from.row, to.row * times}, {times, 0, to.row}, {s[3], 1, times}, {times, 0, 1}}};
  return g.n.move("Resize", {g.x}, {copy}, shape, g.n.any_type());
}

/// All pixels of a channel with those of another, or rows of a channel with one another, as attention does.
std::optional<ValueId> any_matmul(Growing& g) {
  const auto s = g.n.shape(g.x);
  const bool planes = g.n.coin();
  const std::int64_t products = planes ? s[1] : 1, rows = planes ? s[2] : s[1], depth = planes ? s[3] : s[2] * s[3];
  if (products * rows * rows > 2000 || rows > kMostChannels) return std::nullopt;
  const auto all = element_count(s), matrix = rows * depth;
  const auto a = g.n.move("Reshape", {g.x}, {{0, 0, 0, {{all, 1, 1}}}}, {products, rows, depth}, g.n.any_type());
  const auto b = g.n.move("Transpose", {g.x}, {{0, 0, 0, {{products, matrix, matrix}, {depth, 1, rows}, {rows, depth, 1}}}}, {products, depth, rows}, g.n.any_type());
  const auto y = g.n.matmul(a, b, g.n.any_type());
  const auto image = g.n.move("Reshape", {y}, {{0, 0, 0, {{products * rows * rows, 1, 1}}}}, {1, products, rows, rows}, g.n.any_type());
  const auto scale_of = [&](ValueId v) { return g.n.graph.value(v).quantization->scale[0]; };
  g.n.graph.value(image).quantization->scale = {std::max(std::min(scale_of(y), 8 * scale_of(g.x)), scale_of(y) / 64)};  // sums of sums of sums would outgrow every multiplier
  return image;
}

using Step = std::optional<ValueId> (*)(Growing&);

/// One line an operator; how often it stands here is how often it is drawn.
constexpr Step kSteps[] = {any_conv, any_conv, any_conv, same_conv, same_conv, same_conv, any_grouped_conv, any_grouped_conv, any_grouped_conv, any_max_pool, any_average_pool,
                           any_clip, any_add, any_add, any_add, any_difference, any_product, any_gate, any_table, any_table, any_softmax, any_concat, any_slice, any_pad, any_transpose, any_upsample, any_matmul};

void grow_image(NetworkBuilder& n) {
  const bool flat = n.integer(0, 6) == 0;  // a one-dimensional signal
  Growing g{n, n.input({1, n.integer(1, n.coin() ? 4 : kMostChannels), flat ? 1 : n.integer(1, 14), n.integer(2, 14)}, n.any_type()), {}};
  g.images.push_back(g.x);
  for (auto left = n.integer(1, 7); left > 0;) {
    const auto y = kSteps[n.integer(0, static_cast<std::int64_t>(std::size(kSteps)) - 1)](g);
    if (!y) continue;
    --left;
    g.images.push_back(*y);
    g.x = n.integer(0, 5) == 0 ? g.images[static_cast<std::size_t>(n.integer(0, static_cast<std::int64_t>(g.images.size()) - 1))] : *y;  // a branch
  }
  g.x = g.images.back();
  if (n.integer(0, 2) == 0) g.x = *global_pool(g);
  n.output(g.x);
  if (n.coin()) n.output(n.gemm(n.flatten(g.x), n.integer(1, 40), n.any_type()));
}

void grow_dense(NetworkBuilder& n) {
  auto x = n.input({1, n.integer(1, 150)}, n.any_type());
  for (auto left = n.integer(1, 4); left > 0; --left) {
    const auto y = n.gemm(x, n.coin() ? n.shape(x)[1] : n.integer(1, 100), n.any_type());
    x = n.shape(y) == n.shape(x) && n.coin() ? n.add(x, y, n.any_type()) : y;
    if (n.integer(0, 3) == 0) x = n.clip(x, n.any_type());
    if (n.integer(0, 5) == 0) x = n.softmax(x, n.any_type());
  }
  n.output(x);
}

/// What nothing reads is an output, so that the reference sees every node.
void output_loose_ends(graph::Graph& g) {
  for (const auto id : g.nodes()) {
    const auto y = g.node(id).outputs.at(0);
    if (g.consumers(y).empty() && std::ranges::find(g.outputs, y) == g.outputs.end()) g.outputs.push_back(y);
  }
}

}  // namespace

NetworkBuilder random_graph(std::uint32_t seed) {
  NetworkBuilder n(seed);
  if (n.integer(0, 7) == 0) grow_dense(n);
  else grow_image(n);
  output_loose_ends(n.graph);
  if (n.integer(0, 3) == 0) {
    auto batch = graph::batched(n.graph, n.integer(2, 3));
    if (batch) n.graph = std::move(*batch);
  }
  return n;
}

}  // namespace vernier::test
