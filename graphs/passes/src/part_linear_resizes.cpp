// SPDX-License-Identifier: Apache-2.0
// A linear Resize by whole factors has one filter for each phase of the output, with weights that are exact in int8: the
// image with its edges repeated, a convolution of each channel on its own, and the placing of the phases.
#include <algorithm>
#include <cmath>

#include <vernier/passes/passes.hpp>

#include "phases.hpp"
#include "rewrite.hpp"

namespace vernier::graph {
namespace {

/// Filters of one axis: `taps` weights a phase, over `whole`.
struct Filter {
  std::int64_t factor = 1, before = 0, after = 0, whole = 1;  ///< pixels before and behind the one of the phase's own step
  std::vector<std::int64_t> weights{};
  [[nodiscard]] std::int64_t taps() const { return before + 1 + after; }
};

std::optional<Filter> filter_of(std::int64_t in, std::int64_t out, bool half_pixel) {
  if (in < 1 || out % in != 0) return std::nullopt;
  Filter f{.factor = out / in};
  if (f.factor == 1) {
    f.weights = {1};
    return f;
  }
  f.before = half_pixel ? 1 : 0;
  f.after = 1;
  f.whole = (half_pixel ? 2 : 1) * f.factor;
  for (std::int64_t r = 0; r < f.factor; ++r) {
    const auto offset = half_pixel ? 2 * r + 1 - f.factor : r;  // of the output pixel from its step, in wholes
    std::vector<std::int64_t> taps(static_cast<std::size_t>(f.taps()), 0);
    taps[static_cast<std::size_t>(f.before)] = f.whole - std::abs(offset);
    if (offset != 0) taps[static_cast<std::size_t>(f.before + (offset < 0 ? -1 : 1))] = std::abs(offset);
    f.weights.insert(f.weights.end(), taps.begin(), taps.end());
  }
  return f;
}

struct Form {
  Filter rows, columns;
};

std::string text_of(const Node& node, const char* name, std::string fallback) {
  const auto it = node.attributes.find(name);
  const auto* text = it == node.attributes.end() ? nullptr : std::get_if<std::string>(&it->second);
  return text ? *text : std::move(fallback);
}

/// Scales that are given are the ratio of the sizes; where they are not, sampling points lie elsewhere.
bool scales_agree(const Graph& graph, const Node& node, const Shape& x, const Shape& y) {
  for (std::size_t i = 1; i < node.inputs.size(); ++i) {
    const auto& value = graph.value(node.inputs[i]);
    if (!value.constant) return false;
    if (value.type != DType::kFloat32 || value.constant->size() != 4) continue;  // sizes, or the region that this mode does not look at
    for (std::size_t axis = 0; axis < 4; ++axis) {
      if (value.constant->as<float>()[axis] * static_cast<float>(x[axis]) != static_cast<float>(y[axis])) return false;
    }
  }
  return true;
}

/// Operator set 10 has no coordinate modes. How many inputs a node has does not tell: an absent region is left out.
std::int64_t opset_of(const Graph& graph) {
  for (const auto& [domain, version] : graph.opsets) {
    if (domain.empty() || domain == "ai.onnx") return version;
  }
  return 13;
}

std::optional<Form> form_of(const Graph& graph, const Node& node) {
  if (!is_operator(node, "Resize") || text_of(node, "mode", "nearest") != "linear") return std::nullopt;
  const auto& x = graph.value(node.inputs[0]);
  const auto& y = graph.value(node.outputs[0]);
  if (x.shape.size() != 4 || x.type != DType::kFloat32 || x.shape[0] != y.shape[0] || x.shape[1] != y.shape[1]) return std::nullopt;
  const auto coordinates = text_of(node, "coordinate_transformation_mode", opset_of(graph) < 11 ? "asymmetric" : "half_pixel");
  const bool half_pixel = coordinates == "half_pixel" || (coordinates == "pytorch_half_pixel" && y.shape[2] > 1 && y.shape[3] > 1);
  if ((!half_pixel && coordinates != "asymmetric") || !scales_agree(graph, node, x.shape, y.shape)) return std::nullopt;
  const auto rows = filter_of(x.shape[2], y.shape[2], half_pixel), columns = filter_of(x.shape[3], y.shape[3], half_pixel);
  if (!rows || !columns) return std::nullopt;
  const auto largest = std::ranges::max(rows->weights) * std::ranges::max(columns->weights);
  return largest <= 127 ? std::optional(Form{*rows, *columns}) : std::nullopt;
}

/// Copies of an image with its edge pixels repeated outwards.
std::vector<Copy> repeat_edges(const Shape& from, const Filter& rows, const Filter& columns) {
  struct Run {
    std::int64_t from, step, to, count;
  };
  const auto runs = [](const Filter& f, std::int64_t size) {
    std::vector<Run> list{{0, 1, f.before, size}};
    if (f.before > 0) list.push_back({0, 0, 0, f.before});
    if (f.after > 0) list.push_back({size - 1, 0, f.before + size, f.after});
    return list;
  };
  const auto height = from[2] + rows.before + rows.after, width = from[3] + columns.before + columns.after;
  std::vector<Copy> copies;
  for (const auto& y : runs(rows, from[2])) {
    for (const auto& x : runs(columns, from[3])) {
      copies.push_back({0, y.from * from[3] + x.from, y.to * width + x.to,
                        {{from[0] * from[1], from[2] * from[3], height * width}, {y.count, y.step * from[3], width}, {x.count, x.step, 1}}});
    }
  }
  return copies;
}

ValueId phase_weight(Graph& graph, const Form& form, std::int64_t channels, const std::string& name) {
  const auto &r = form.rows, &c = form.columns;
  Tensor weight(DType::kInt8, {channels * r.factor * c.factor, 1, r.taps(), c.taps()});
  std::size_t at = 0;
  for (std::int64_t channel = 0; channel < channels; ++channel) {
    for (std::int64_t phase = 0; phase < r.factor * c.factor; ++phase) {
      for (std::int64_t y = 0; y < r.taps(); ++y) {
        for (std::int64_t x = 0; x < c.taps(); ++x) {
          const auto rows = r.weights[static_cast<std::size_t>(phase / c.factor * r.taps() + y)], columns = c.weights[static_cast<std::size_t>(phase % c.factor * c.taps() + x)];
          weight.as<std::int8_t>()[at++] = static_cast<std::int8_t>(rows * columns);
        }
      }
    }
  }
  const auto id = add_constant(graph, name + "_filter", std::move(weight));
  graph.value(id).quantization = Quantization{{1.0F / static_cast<float>(r.whole * c.whole)}, {0}, -1};
  return id;
}

}  // namespace

Result<void> run_part_linear_resizes(Graph& graph) {
  for (const auto id : graph.nodes()) {
    const auto form = form_of(graph, graph.node(id));
    if (!form) continue;
    const auto node = graph.node(id);
    const auto x = graph.value(node.inputs[0]).shape;
    const auto &r = form->rows, &c = form->columns;
    const auto wide = add_like(graph, node.inputs[0], "_edges");
    graph.value(wide).shape = {x[0], x[1], x[2] + r.before + r.after, x[3] + c.before + c.after};
    Node edges{.name = node.name + "/edges", .op_type = node.op_type};
    edges.copies = repeat_edges(x, r, c);
    edges.inputs = {node.inputs[0]};
    edges.outputs = {wide};
    graph.add_node(std::move(edges));
    Node conv{.name = node.name, .kind = OpKind::kConv, .op_type = node.op_type};
    conv.window = {.kernel_h = r.taps(), .kernel_w = c.taps(), .group = x[1]};
    conv.inputs = {wide, phase_weight(graph, *form, x[1], node.name)};
    const Shape shape{x[0], x[1] * r.factor * c.factor, x[2], x[3]};
    auto copies = interleave(shape, graph.value(node.outputs[0]).shape, x[1], {r.factor, 0, 0}, {c.factor, 0, 0});
    replace_by_phases(graph, id, std::move(conv), shape, std::move(copies));
  }
  return {};
}

}  // namespace vernier::graph
