// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include <vernier/ort/model.hpp>

#include "model_writer.hpp"

namespace vernier::ort {
namespace {

using graph::OpKind;

bool read_outside(const graph::Graph& graph, graph::ValueId value, std::span<const graph::NodeId> nodes) {
  const auto readers = graph.consumers(value);
  return readers.empty() || std::ranges::find(graph.outputs, value) != graph.outputs.end() ||
         std::ranges::any_of(readers, [nodes](graph::NodeId id) { return std::ranges::find(nodes, id) == nodes.end(); });
}

/// Ports of the graph stand in the graph's order, before all others.
void in_order_of(const std::vector<graph::ValueId>& ports, std::vector<graph::ValueId>& values) {
  std::ranges::stable_sort(values, {}, [&ports](graph::ValueId v) { return std::ranges::find(ports, v) - ports.begin(); });
}

Result<void> set_opsets(onnx::ModelProto& model, const graph::Graph& graph, const ModelWriter& writer) {
  if (!writer.kept_a_node()) {
    model.add_opset_import()->set_version(kWrittenOpset);
    return {};
  }
  for (const auto& [domain, version] : graph.opsets) {
    if ((domain.empty() || domain == "ai.onnx") && version < kWrittenOpset && writer.wrote_quantisation()) {
      return fail(ErrorCode::kUnsupported,
                  fmt::format("operators of opset {} and quantised ones (opset {}) do not go into one model; run them apart", version,
                              kWrittenOpset),
                  graph.name);
    }
    auto& opset = *model.add_opset_import();
    opset.set_domain(domain);
    opset.set_version(version);
  }
  return {};
}

}  // namespace

bool is_quantised(const graph::Graph& graph, graph::NodeId id) {
  const auto& node = graph.node(id);
  switch (node.kind) {
    case OpKind::kConv:
    case OpKind::kGemm:
    case OpKind::kMatMul:
    case OpKind::kAdd:
    case OpKind::kSub:
    case OpKind::kMul:
    case OpKind::kTable:
    case OpKind::kSoftmax:
    case OpKind::kMove:
    case OpKind::kMaxPool:
    case OpKind::kAveragePool:
    case OpKind::kReshape:
    case OpKind::kClip: break;
    default: return false;
  }
  const auto integer = [&graph](graph::ValueId v) {
    const auto& value = graph.value(v);
    return (value.type == DType::kInt8 || value.type == DType::kUint8) && value.quantization.has_value();
  };
  return integer(node.inputs.at(0)) && integer(node.outputs.at(0));
}

Result<Model> model_of(const graph::Graph& graph, std::span<const graph::NodeId> nodes) {
  ModelWriter writer(graph);
  for (const auto id : nodes) {
    if (auto r = writer.write(id); !r) return forward_error(r);
  }
  Model model;
  onnx::ModelProto proto;
  proto.set_ir_version(8);
  proto.set_producer_name("vernier");
  if (auto r = set_opsets(proto, graph, writer); !r) return forward_error(r);
  for (const auto id : nodes) {
    for (const auto in : graph.node(id).inputs) {
      if (graph.value(in).constant || writer.written().contains(in) || std::ranges::find(model.inputs, in) != model.inputs.end()) continue;
      model.inputs.push_back(in);
    }
    for (const auto out : graph.node(id).outputs) {
      if (read_outside(graph, out, nodes)) model.outputs.push_back(out);
    }
  }
  in_order_of(graph.inputs, model.inputs);
  in_order_of(graph.outputs, model.outputs);
  for (const auto in : model.inputs) declare(*writer.proto().add_input(), writer.name_of(in), graph.value(in));
  for (const auto out : model.outputs) declare(*writer.proto().add_output(), writer.name_of(out), graph.value(out));
  *proto.mutable_graph() = std::move(writer.proto());
  model.proto = proto.SerializeAsString();
  return model;
}

std::vector<std::span<const graph::NodeId>> runs_of_one_opset(const graph::Graph& graph, std::span<const graph::NodeId> nodes) {
  const bool old = std::ranges::any_of(graph.opsets, [](const auto& set) { return (set.first.empty() || set.first == "ai.onnx") && set.second < kWrittenOpset; });
  const auto is_kept = [&](graph::NodeId id) {
    const auto& node = graph.node(id);
    return old && (node.kind == OpKind::kOther || node.kind == OpKind::kBatchNorm);
  };
  std::vector<std::span<const graph::NodeId>> runs;
  for (auto first = nodes.begin(); first != nodes.end();) {
    const auto last = std::find_if(first, nodes.end(), [&](graph::NodeId id) { return is_kept(id) != is_kept(*first); });
    runs.emplace_back(first, last);
    first = last;
  }
  return runs;
}

Result<Model> qdq_model_of(const graph::Graph& graph, graph::NodeId node) {
  if (!is_quantised(graph, node)) {
    return fail(ErrorCode::kInvalidInput, fmt::format("{} is not a quantised operator", graph.node(node).op_type), graph.node(node).name);
  }
  return model_of(graph, std::span(&node, 1));
}

}  // namespace vernier::ort
