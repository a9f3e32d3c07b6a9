// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <optional>

#include <vernier/passes/passes.hpp>

#include "integers.hpp"
#include "rewrite.hpp"

namespace vernier::graph {
namespace {

struct Padding {
  std::vector<std::int64_t> pads;  ///< begins, then ends
  double value = 0;
};

/// Pad with constant pads and value: attributes up to opset 10, inputs from 11 on.
std::optional<Padding> padding_of(const Graph& graph, const Node& node) {
  if (!is_operator(node, "Pad")) return std::nullopt;
  if (const auto it = node.attributes.find("mode"); it != node.attributes.end()) {
    const auto* mode = std::get_if<std::string>(&it->second);
    if (mode && *mode != "constant") return std::nullopt;
  }
  Padding p{ints_attribute(node, "pads"), static_cast<double>(float_attribute(node, "value", 0))};
  if (node.inputs.size() > 1) {
    const auto& pads = graph.value(node.inputs[1]).constant;
    if (!pads || pads->type() != DType::kInt64) return std::nullopt;
    p.pads.assign(pads->as<std::int64_t>().begin(), pads->as<std::int64_t>().end());
  }
  if (node.inputs.size() > 2) {
    const auto value = scalar_of(graph, node.inputs[2]);
    if (!value) return std::nullopt;
    p.value = static_cast<double>(*value);
  }
  const auto rank = graph.value(node.inputs[0]).shape.size();
  const bool image = (rank == 3 || rank == 4) && p.pads.size() == 2 * rank;
  if (!image || std::ranges::any_of(p.pads, [](auto v) { return v < 0; })) return std::nullopt;
  if (p.pads[0] != 0 || p.pads[1] != 0 || p.pads[rank] != 0 || p.pads[rank + 1] != 0) return std::nullopt;
  return p;
}

bool has_padding(const Window& w) { return w.pad_top + w.pad_left + w.pad_bottom + w.pad_right != 0; }

/// Whether the window's own padding has the value: 0 for a convolution and, counted, for a mean; -infinity for a maximum.
bool agrees(const Node& reader, double value) {
  switch (reader.kind) {
    case OpKind::kConv: return value == 0;
    case OpKind::kAveragePool:
      return value == 0 && !reader.window.ceil_mode && (reader.window.count_include_pad || !has_padding(reader.window));
    case OpKind::kMaxPool: return value <= -static_cast<double>(std::numeric_limits<float>::max()) && !reader.window.ceil_mode;
    default: return false;
  }
}

/// Q and DQ with the scale the padded value came with change nothing, as 0 is on its grid: they are stepped over.
ValueId skip_requantisation(const Graph& graph, ValueId padded, ValueId source) {
  const auto from = producer_of(graph, source, OpKind::kDequantize);
  const auto q = only_reader(graph, padded);
  if (!from || !q || graph.node(*q).kind != OpKind::kQuantize) return padded;
  const auto dq = only_reader(graph, graph.node(*q).outputs[0]);
  if (!dq || graph.node(*dq).kind != OpKind::kDequantize) return padded;
  const auto same = quantization_of(graph, graph.node(*from));
  if (same != quantization_of(graph, graph.node(*q)) || same != quantization_of(graph, graph.node(*dq))) return padded;
  return graph.value(graph.node(*from).inputs[0]).type == graph.value(graph.node(*q).outputs[0]).type ? graph.node(*dq).outputs[0] : padded;
}

}  // namespace

Result<void> run_fold_pads(Graph& graph) {
  for (const auto id : graph.nodes()) {
    const auto padding = padding_of(graph, graph.node(id));
    if (!padding) continue;
    const auto source = graph.node(id).inputs[0];
    const auto padded = skip_requantisation(graph, graph.node(id).outputs[0], source);
    const auto readers = graph.consumers(padded);
    const bool foldable = !readers.empty() && !is_graph_output(graph, padded) && std::ranges::all_of(readers, [&](NodeId r) {
      return graph.node(r).inputs[0] == padded && std::ranges::count(graph.node(r).inputs, padded) == 1 && agrees(graph.node(r), padding->value);
    });
    if (!foldable) continue;
    const auto rank = graph.value(source).shape.size();
    for (const auto r : readers) {
      auto& reader = graph.node(r);
      auto& w = reader.window;
      if (reader.kind == OpKind::kAveragePool) w.count_include_pad = true;
      w.pad_left += padding->pads[rank - 1];
      w.pad_right += padding->pads[2 * rank - 1];
      if (rank == 4) {
        w.pad_top += padding->pads[2];
        w.pad_bottom += padding->pads[6];
      }
      reader.inputs[0] = source;
      reader.fused.push_back(graph.node(id).name);
    }
  }
  return {};
}

}  // namespace vernier::graph
