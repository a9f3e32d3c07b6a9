// SPDX-License-Identifier: Apache-2.0
// ConvTranspose of stride s is s * s convolutions of stride 1, one a phase of the output, side by side as channels of
// one convolution; placing the phases is copying. Output u = s * q + r, counted from the padding's begin, sums
// x[q - j] * w[r + s * j].
#include <algorithm>

#include <vernier/passes/passes.hpp>

#include "phases.hpp"
#include "rewrite.hpp"

namespace vernier::graph {
namespace {

struct Axis {
  std::int64_t stride = 1, kernel = 1, pad = 0, input = 1, output = 1;
  [[nodiscard]] std::int64_t taps() const { return (kernel + stride - 1) / stride; }
  [[nodiscard]] std::int64_t first() const { return std::min(pad / stride, taps() - 1); }  ///< smallest q that is computed
  [[nodiscard]] std::int64_t pad_begin() const { return taps() - 1 - first(); }
  [[nodiscard]] std::int64_t pad_end() const { return std::max<std::int64_t>(0, (output - 1 + pad) / stride - (input - 1)); }
  [[nodiscard]] std::int64_t steps() const { return input + pad_begin() + pad_end() - taps() + 1; }
  [[nodiscard]] PhaseAxis phases() const { return {stride, pad, first()}; }
};

struct Form {
  Axis rows, columns;
  std::int64_t groups = 1;
};

std::optional<Form> form_of(const Graph& graph, const Node& node) {
  if (!is_operator(node, "ConvTranspose") || node.inputs.size() < 2) return std::nullopt;
  const auto& x = graph.value(node.inputs[0]);
  const auto& w = graph.value(node.inputs[1]);
  const auto& y = graph.value(node.outputs[0]);
  if (x.shape.size() != 4 || x.type != DType::kFloat32 || !w.constant || (w.type != DType::kFloat32 && !w.quantization)) return std::nullopt;
  if (w.quantization && w.quantization->scale.size() > 1 && w.quantization->axis != 1) return std::nullopt;
  if (node.inputs.size() > 2 && (!graph.value(node.inputs[2]).constant || (graph.value(node.inputs[2]).type != DType::kFloat32 && !graph.value(node.inputs[2]).quantization))) return std::nullopt;
  if (node.attributes.contains("output_shape")) return std::nullopt;
  if (const auto it = node.attributes.find("auto_pad"); it != node.attributes.end()) {
    const auto* mode = std::get_if<std::string>(&it->second);
    if (mode && *mode != "NOTSET" && *mode != "VALID") return std::nullopt;
  }
  const auto dilations = ints_attribute(node, "dilations");
  if (std::ranges::any_of(dilations, [](auto d) { return d != 1; })) return std::nullopt;
  auto strides = ints_attribute(node, "strides"), pads = ints_attribute(node, "pads");
  if (strides.empty()) strides.assign(2, 1);
  if (pads.empty()) pads.assign(4, 0);
  if (strides.size() != 2 || pads.size() != 4 || std::ranges::any_of(pads, [](auto p) { return p < 0; })) return std::nullopt;
  Form form{{strides[0], w.shape[2], pads[0], x.shape[2], y.shape[2]}, {strides[1], w.shape[3], pads[1], x.shape[3], y.shape[3]}, int_attribute(node, "group", 1)};
  if (form.groups < 1 || x.shape[1] % form.groups != 0) return std::nullopt;
  return form;
}

/// Weight [groups * phases * m, C / groups, taps, taps]; taps past the kernel are zero.
ValueId phase_weight(Graph& graph, const Form& form, ValueId given) {
  const auto from = graph.value(given);
  const auto inputs = from.shape[0] / form.groups, outputs = from.shape[1];
  const auto &r = form.rows, &c = form.columns;
  const auto phases = r.stride * c.stride;
  Tensor weight(from.type, {form.groups * phases * outputs, inputs, r.taps(), c.taps()});
  Quantization q{{}, {}, 0};
  const auto size = size_of(from.type);
  std::size_t at = 0;
  for (std::int64_t o = 0; o < weight.shape()[0]; ++o) {
    const auto group = o / (phases * outputs), phase = o / outputs % phases, m = o % outputs;
    std::int32_t zero = 0;
    if (from.quantization) {
      const auto i = from.quantization->scale.size() == 1 ? 0 : static_cast<std::size_t>(m);
      zero = from.quantization->zero_point[i];
      q.scale.push_back(from.quantization->scale[i]);
      q.zero_point.push_back(zero);
    }
    for (std::int64_t i = 0; i < inputs; ++i) {
      for (std::int64_t jy = 0; jy < r.taps(); ++jy) {
        for (std::int64_t jx = 0; jx < c.taps(); ++jx, ++at) {
          const auto ky = phase / c.stride + r.stride * (r.taps() - 1 - jy), kx = phase % c.stride + c.stride * (c.taps() - 1 - jx);
          auto* to = weight.bytes().data() + at * size;
          if (ky < r.kernel && kx < c.kernel) {
            const auto source = ((group * inputs + i) * outputs + m) * r.kernel * c.kernel + ky * c.kernel + kx;
            std::copy_n(from.constant->bytes().data() + static_cast<std::size_t>(source) * size, size, to);
          } else if (size == 1) {
            *to = static_cast<std::byte>(zero);
          }
        }
      }
    }
  }
  const auto id = add_constant(graph, from.name + "_phases", std::move(weight));
  if (from.quantization) graph.value(id).quantization = std::move(q);
  return id;
}

/// The bias of every output channel once for each phase.
ValueId phase_bias(Graph& graph, const Form& form, ValueId given) {
  const auto from = graph.value(given);
  const auto phases = form.rows.stride * form.columns.stride, outputs = from.shape[0] / form.groups;
  Tensor bias(from.type, {from.shape[0] * phases});
  Quantization q{{}, {}, 0};
  const auto size = size_of(from.type);
  for (std::int64_t o = 0; o < bias.size(); ++o) {
    const auto source = static_cast<std::size_t>(o / (phases * outputs) * outputs + o % outputs);
    std::copy_n(from.constant->bytes().data() + source * size, size, bias.bytes().data() + static_cast<std::size_t>(o) * size);
    if (!from.quantization) continue;
    const auto i = from.quantization->scale.size() == 1 ? 0 : source;
    q.scale.push_back(from.quantization->scale[i]);
    q.zero_point.push_back(from.quantization->zero_point[i]);
  }
  const auto id = add_constant(graph, from.name + "_phases", std::move(bias));
  if (from.quantization) graph.value(id).quantization = std::move(q);
  return id;
}

}  // namespace

Result<void> run_part_transposed_convs(Graph& graph) {
  for (const auto id : graph.nodes()) {
    const auto form = form_of(graph, graph.node(id));
    if (!form) continue;
    const auto node = graph.node(id);
    const auto x = graph.value(node.inputs[0]).shape;  // a copy: constants are added below
    const auto &r = form->rows, &c = form->columns;
    Node conv{.name = node.name, .kind = OpKind::kConv, .op_type = node.op_type};
    conv.window = {.kernel_h = r.taps(), .kernel_w = c.taps(), .pad_top = r.pad_begin(), .pad_left = c.pad_begin(), .pad_bottom = r.pad_end(), .pad_right = c.pad_end(), .group = form->groups};
    conv.inputs = {node.inputs[0], phase_weight(graph, *form, node.inputs[1])};
    if (node.inputs.size() > 2) conv.inputs.push_back(phase_bias(graph, *form, node.inputs[2]));
    const Shape shape{x[0], graph.value(conv.inputs[1]).shape[0], r.steps(), c.steps()};
    auto copies = interleave(shape, graph.value(node.outputs[0]).shape, form->groups, r.phases(), c.phases());
    replace_by_phases(graph, id, std::move(conv), shape, std::move(copies));
  }
  return {};
}

}  // namespace vernier::graph
