// SPDX-License-Identifier: Apache-2.0
// MaxPool: the plain maximum, padding left out. AveragePool: the sum of x - zero with one multiplier a window count.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include <vernier/golden/pool_window.hpp>
#include <vernier/golden/quantised.hpp>

#include "operator.hpp"

namespace vernier::golden {
namespace {

struct PoolPlan {
  Level x, y;
  Limits limits;
  graph::Window window;
  ImageShape in, out;
  Shape output_shape;
};

Result<PoolPlan> plan_of(const graph::Graph& graph, const graph::Node& node) {
  const auto ends = ends_of(graph, node);
  if (!ends) return forward_error(ends);
  const auto& [x, y, limits] = *ends;
  const auto in = image_shape(graph.value(node.inputs[0]).shape, node);
  if (!in) return forward_error(in);
  const auto& w = node.window;
  if (std::min({w.kernel_h, w.kernel_w, w.stride_h, w.stride_w, w.dilation_h, w.dilation_w}) < 1) {
    return fail(ErrorCode::kInvalidInput, "kernel, strides and dilations are at least 1", node.name);
  }
  if (std::min({w.pad_top, w.pad_left, w.pad_bottom, w.pad_right}) < 0) return fail(ErrorCode::kUnsupported, "negative padding", node.name);
  const auto size = graph::output_size(w, {in->h, in->w});
  PoolPlan plan{x, y, limits, w, *in, {in->n, in->c, size.h, size.w}, graph.value(node.outputs[0]).shape};
  if (element_count(plan.output_shape) != in->n * in->c * size.h * size.w) {
    return fail(ErrorCode::kInvalidInput, fmt::format("output {} does not follow from its window", to_string(plan.output_shape)), node.name);
  }
  for (const auto& [rows, kernel] : {std::pair{std::max(w.pad_top, w.pad_bottom), w.kernel_h}, {std::max(w.pad_left, w.pad_right), w.kernel_w}}) {
    if (rows >= kernel) return fail(ErrorCode::kInvalidInput, fmt::format("padding {} with kernel {}: a window would hold no pixel", rows, kernel), node.name);
  }
  return plan;
}

/// Walks all windows; `reduce` gets the plane's first element and the two extents and returns the output level.
template <class F>
void for_each_window(const PoolPlan& p, const F& reduce) {
  const auto& w = p.window;
  std::vector<Extent> columns;
  for (std::int64_t ox = 0; ox < p.out.w; ++ox) columns.push_back(extent_of(ox * w.stride_w - w.pad_left, p.in.w, w.pad_right, w.kernel_w, w.dilation_w));
  std::int64_t at = 0;
  for (std::int64_t plane = 0; plane < p.in.n * p.in.c; ++plane) {
    for (std::int64_t oy = 0; oy < p.out.h; ++oy) {
      const auto top = oy * w.stride_h - w.pad_top;
      const auto rows = extent_of(top, p.in.h, w.pad_bottom, w.kernel_h, w.dilation_h);
      for (std::int64_t ox = 0; ox < p.out.w; ++ox, ++at) {
        reduce(at, plane * p.in.h * p.in.w + top * p.in.w + ox * w.stride_w - w.pad_left, rows, columns[static_cast<std::size_t>(ox)]);
      }
    }
  }
}

class MaxPool final : public Operator {
 public:
  explicit MaxPool(PoolPlan plan) : p_(std::move(plan)) {}

  Result<std::vector<Tensor>> run(std::span<const Tensor* const> inputs) override {
    std::vector<Tensor> outputs;
    auto& out = outputs.emplace_back(p_.y.type, p_.output_shape);
    with_elements(*inputs[0], [&](auto x) {
      using T = std::remove_const_t<typename decltype(x)::element_type>;
      const auto y = out.template as<T>();
      for_each_window(p_, [&](std::int64_t at, std::int64_t start, const Extent& rows, const Extent& columns) {
        std::int32_t best = p_.limits.lo;
        for (auto ky = rows.begin; ky < rows.end; ++ky) {
          for (auto kx = columns.begin; kx < columns.end; ++kx) {
            best = std::max<std::int32_t>(best, x[static_cast<std::size_t>(start + ky * p_.window.dilation_h * p_.in.w + kx * p_.window.dilation_w)]);
          }
        }
        y[static_cast<std::size_t>(at)] = static_cast<T>(std::min(best, p_.limits.hi));
      });
    });
    return outputs;
  }

 private:
  PoolPlan p_;
};

class AveragePool final : public Operator {
 public:
  AveragePool(PoolPlan plan, std::map<std::int64_t, Multiplier> multipliers) : p_(std::move(plan)), multipliers_(std::move(multipliers)) {}

  Result<std::vector<Tensor>> run(std::span<const Tensor* const> inputs) override {
    std::vector<Tensor> outputs;
    auto& out = outputs.emplace_back(p_.y.type, p_.output_shape);
    with_elements(*inputs[0], [&](auto x) {
      with_elements(out, [&](auto y) {
        using T = typename decltype(y)::value_type;
        for_each_window(p_, [&](std::int64_t at, std::int64_t start, const Extent& rows, const Extent& columns) {
          std::int32_t sum = 0;
          for (auto ky = rows.begin; ky < rows.end; ++ky) {
            for (auto kx = columns.begin; kx < columns.end; ++kx) {
              sum += x[static_cast<std::size_t>(start + ky * p_.window.dilation_h * p_.in.w + kx * p_.window.dilation_w)] - p_.x.zero_point;
            }
          }
          const auto& m = multipliers_.at(averaged_elements(p_.window, rows, columns));
          y[static_cast<std::size_t>(at)] = static_cast<T>(requantize(sum, m, p_.y.zero_point, p_.limits.lo, p_.limits.hi));
        });
      });
    });
    return outputs;
  }

 private:
  PoolPlan p_;
  std::map<std::int64_t, Multiplier> multipliers_;  ///< by window count
};

}  // namespace

Extent extent_of(std::int64_t start, std::int64_t size, std::int64_t pad_end, std::int64_t kernel, std::int64_t dilation) {
  Extent e{kernel, 0, 0};
  for (std::int64_t k = 0; k < kernel; ++k) {
    const auto at = start + k * dilation;
    if (at < size + pad_end) ++e.with_padding;  // ceil mode reaches beyond the padding, which counts nowhere
    if (at < 0 || at >= size) continue;
    e.begin = std::min(e.begin, k);
    e.end = k + 1;
  }
  return e;
}

std::int64_t averaged_elements(const graph::Window& w, const Extent& rows, const Extent& columns) {
  return w.count_include_pad ? rows.with_padding * columns.with_padding : (rows.end - rows.begin) * (columns.end - columns.begin);
}

PreparedOperator prepare_max_pool(const graph::Graph& graph, graph::NodeId id) {
  const auto& node = graph.node(id);
  auto plan = plan_of(graph, node);
  if (!plan) return forward_error(plan);
  if (plan->x.type != plan->y.type || plan->x.scale != plan->y.scale || plan->x.zero_point != plan->y.zero_point) {
    return fail(ErrorCode::kInvalidInput, "input and output of a quantised MaxPool differ in type, scale or zero point", node.name);
  }
  return std::make_unique<MaxPool>(std::move(*plan));
}

PreparedOperator prepare_average_pool(const graph::Graph& graph, graph::NodeId id) {
  const auto& node = graph.node(id);
  auto plan = plan_of(graph, node);
  if (!plan) return forward_error(plan);
  if (node.window.dilation_h != 1 || node.window.dilation_w != 1) return fail(ErrorCode::kUnsupported, "average pooling with dilation", node.name);
  if (plan->x.reach() * node.window.kernel_h * node.window.kernel_w > std::numeric_limits<std::int32_t>::max()) {
    return fail(ErrorCode::kUnsupported, fmt::format("a window of {}x{} may sum beyond 32 bits", node.window.kernel_h, node.window.kernel_w), node.name);
  }
  std::map<std::int64_t, Multiplier> multipliers;
  std::optional<Error> refused;
  for_each_window(*plan, [&](std::int64_t, std::int64_t, const Extent& rows, const Extent& columns) {
    const auto n = averaged_elements(node.window, rows, columns);
    if (refused || multipliers.contains(n)) return;
    const auto m = checked_multiplier(average_scale(plan->x.scale, plan->y.scale, n), node);
    if (!m) {
      refused = m.error();
    } else {
      multipliers[n] = *m;
    }
  });
  if (refused) return tl::unexpected<Error>(*refused);
  return std::make_unique<AveragePool>(std::move(*plan), std::move(multipliers));
}

}  // namespace vernier::golden
