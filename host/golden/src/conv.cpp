// SPDX-License-Identifier: Apache-2.0
// acc = bias + sum (x - zero) * w over the window; padding holds the zero point, which is 0 once centred.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include <vernier/golden/quantised.hpp>

#include "dot.hpp"
#include "operator.hpp"

namespace vernier::golden {
namespace {

/// Everything run() needs, with weights packed to fit its loops.
struct ConvPlan {
  Level x, y;
  Limits limits;
  graph::Window window;
  ImageShape in, out;
  Shape output_shape;
  bool depthwise = false;           ///< one input and one output channel a group
  std::size_t row = 0;              ///< packed weights of one output channel
  std::vector<std::int16_t> weights;  ///< [output][kernel row][kernel column][channel of the group], or [tap][channel]
  std::vector<std::int32_t> bias;
  std::vector<Multiplier> multipliers;
};

class Conv final : public Operator {
 public:
  explicit Conv(ConvPlan plan) : p_(std::move(plan)) {
    const auto& w = p_.window;
    height_ = p_.in.h + w.pad_top + w.pad_bottom;
    width_ = p_.in.w + w.pad_left + w.pad_right;
    image_.assign(static_cast<std::size_t>(height_ * width_ * p_.in.c), 0);
    plane_.resize(static_cast<std::size_t>(p_.in.h * p_.in.w));
    patch_.assign(p_.row, 0);
    acc_.resize(static_cast<std::size_t>(p_.out.c));
  }

  Result<std::vector<Tensor>> run(std::span<const Tensor* const> inputs) override {
    Tensor y(p_.y.type, p_.output_shape);
    for (std::int64_t n = 0; n < p_.in.n; ++n) {
      load(*inputs[0], n);
      with_elements(y, [this, n](auto elements) {
        for (std::int64_t oy = 0; oy < p_.out.h; ++oy) {
          for (std::int64_t ox = 0; ox < p_.out.w; ++ox) {
            if (p_.depthwise) {
              accumulate_depthwise(oy, ox);
            } else {
              accumulate(oy, ox);
            }
            store(elements, n, oy, ox);
          }
        }
      });
    }
    std::vector<Tensor> outputs;
    outputs.push_back(std::move(y));
    return outputs;
  }

 private:
  [[nodiscard]] const std::int16_t* pixel(std::int64_t y, std::int64_t x) const { return image_.data() + (y * width_ + x) * p_.in.c; }

  /// Image n centred, padded, and with the channels of a pixel side by side.
  void load(const Tensor& x, std::int64_t n) {
    const auto size = p_.in.h * p_.in.w;
    for (std::int64_t c = 0; c < p_.in.c; ++c) {
      centre(x, (n * p_.in.c + c) * size, plane_, p_.x.zero_point);
      for (std::int64_t iy = 0; iy < p_.in.h; ++iy) {
        auto* to = image_.data() + ((iy + p_.window.pad_top) * width_ + p_.window.pad_left) * p_.in.c + c;
        const auto* from = plane_.data() + iy * p_.in.w;
        for (std::int64_t ix = 0; ix < p_.in.w; ++ix) to[ix * p_.in.c] = from[ix];
      }
    }
  }

  void accumulate(std::int64_t oy, std::int64_t ox) {
    const auto& w = p_.window;
    const auto channels = p_.in.c / w.group;
    const auto outputs = static_cast<std::size_t>(p_.out.c / w.group);
    const bool pointwise = w.group == 1 && w.kernel_h == 1 && w.kernel_w == 1 && static_cast<std::size_t>(channels) == p_.row;
    for (std::int64_t g = 0; g < w.group; ++g) {
      std::span<const std::int16_t> x(patch_);
      if (pointwise) {
        x = {pixel(oy * w.stride_h, ox * w.stride_w), p_.row};
      } else {
        auto* to = patch_.data();
        for (std::int64_t ky = 0; ky < w.kernel_h; ++ky) {
          for (std::int64_t kx = 0; kx < w.kernel_w; ++kx, to += channels) {
            const auto* from = pixel(oy * w.stride_h + ky * w.dilation_h, ox * w.stride_w + kx * w.dilation_w) + g * channels;
            std::memcpy(to, from, static_cast<std::size_t>(channels) * sizeof(std::int16_t));
          }
        }
      }
      const auto first = static_cast<std::size_t>(g) * outputs;
      dot_rows(x, p_.weights.data() + first * p_.row, p_.bias.data() + first, std::span(acc_).subspan(first, outputs));
    }
  }

  void accumulate_depthwise(std::int64_t oy, std::int64_t ox) {
    const auto& w = p_.window;
    std::ranges::copy(p_.bias, acc_.begin());
    const auto* weights = p_.weights.data();
    for (std::int64_t ky = 0; ky < w.kernel_h; ++ky) {
      for (std::int64_t kx = 0; kx < w.kernel_w; ++kx, weights += p_.in.c) {
        multiply_accumulate(pixel(oy * w.stride_h + ky * w.dilation_h, ox * w.stride_w + kx * w.dilation_w), weights, acc_);
      }
    }
  }

  template <class T>
  void store(std::span<T> y, std::int64_t n, std::int64_t oy, std::int64_t ox) const {
    const auto plane = static_cast<std::size_t>(p_.out.h * p_.out.w);
    auto at = static_cast<std::size_t>(n * p_.out.c) * plane + static_cast<std::size_t>(oy * p_.out.w + ox);
    for (std::size_t o = 0; o < acc_.size(); ++o, at += plane) {
      y[at] = static_cast<T>(requantize(acc_[o], p_.multipliers[o], p_.y.zero_point, p_.limits.lo, p_.limits.hi));
    }
  }

  ConvPlan p_;
  std::int64_t height_ = 0, width_ = 0;
  std::vector<std::int16_t> image_, plane_, patch_;
  std::vector<std::int32_t> acc_;
};

void pack(ConvPlan& plan, std::span<const std::int8_t> w) {
  const auto taps = plan.window.kernel_h * plan.window.kernel_w;
  const auto channels = plan.in.c / plan.window.group;
  const auto source = [&](std::int64_t o, std::int64_t c, std::int64_t t) { return static_cast<std::int16_t>(w[static_cast<std::size_t>((o * channels + c) * taps + t)]); };
  plan.depthwise = channels == 1 && plan.out.c == plan.in.c;
  plan.row = plan.depthwise ? 0 : padded_length(static_cast<std::size_t>(taps * channels));
  plan.weights.assign(plan.depthwise ? w.size() : static_cast<std::size_t>(plan.out.c) * plan.row, 0);
  for (std::int64_t o = 0; o < plan.out.c; ++o) {
    for (std::int64_t t = 0; t < taps; ++t) {
      for (std::int64_t c = 0; c < channels; ++c) {
        const auto at = plan.depthwise ? static_cast<std::size_t>(t * plan.out.c + o) : static_cast<std::size_t>(o) * plan.row + static_cast<std::size_t>(t * channels + c);
        plan.weights[at] = source(o, c, t);
      }
    }
  }
}

Result<void> check_shapes(const ConvPlan& plan, const Tensor& weight, const graph::Node& node) {
  const auto& w = plan.window;
  const auto bad = [&node](std::string what) { return fail(ErrorCode::kInvalidInput, std::move(what), node.name); };
  if (w.group < 1 || w.stride_h < 1 || w.stride_w < 1 || w.dilation_h < 1 || w.dilation_w < 1) return bad("group, strides and dilations are at least 1");
  if (std::min({w.pad_top, w.pad_left, w.pad_bottom, w.pad_right}) < 0) return fail(ErrorCode::kUnsupported, "negative padding", node.name);
  if (plan.in.c % w.group != 0 || plan.out.c % w.group != 0) return bad(fmt::format("{} and {} channels do not divide into {} groups", plan.in.c, plan.out.c, w.group));
  const auto wanted = plan.out.c * (plan.in.c / w.group) * w.kernel_h * w.kernel_w;
  if (weight.shape()[0] != plan.out.c || weight.size() != wanted) {
    return bad(fmt::format("weight {} does not fit {} to {} channels with a {}x{} kernel", to_string(weight.shape()), plan.in.c, plan.out.c, w.kernel_h, w.kernel_w));
  }
  if (graph::output_size(w, {plan.in.h, plan.in.w}) != graph::ImageSize{plan.out.h, plan.out.w} || plan.in.n != plan.out.n) {
    return bad(fmt::format("output {} does not follow from its window", to_string(plan.output_shape)));
  }
  return {};
}

}  // namespace

PreparedOperator prepare_conv(const graph::Graph& graph, graph::NodeId id) {
  const auto& node = graph.node(id);
  ConvPlan plan;
  const auto ends = ends_of(graph, node);
  if (!ends) return forward_error(ends);
  const auto& [x, y, limits] = *ends;
  auto weights = weights_of(graph, node, x, y);
  if (!weights) return forward_error(weights);
  const auto in = image_shape(graph.value(node.inputs[0]).shape, node);
  if (!in) return forward_error(in);
  const auto out = image_shape(graph.value(node.outputs[0]).shape, node);
  if (!out) return forward_error(out);
  plan.x = x;
  plan.y = y;
  plan.limits = limits;
  plan.window = node.window;
  plan.in = *in;
  plan.out = *out;
  plan.output_shape = graph.value(node.outputs[0]).shape;
  if (auto ok = check_shapes(plan, *weights->weight, node); !ok) return forward_error(ok);
  const auto bias = weights->bias->as<std::int32_t>();
  plan.bias.assign(bias.begin(), bias.end());
  plan.multipliers = std::move(weights->multipliers);
  pack(plan, weights->weight->as<std::int8_t>());
  return std::make_unique<Conv>(std::move(plan));
}

}  // namespace vernier::golden
