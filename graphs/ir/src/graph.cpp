// SPDX-License-Identifier: Apache-2.0
#include <vernier/ir/graph.hpp>

#include <algorithm>
#include <array>
#include <boost/graph/topological_sort.hpp>
#include <iterator>

namespace vernier::graph {
namespace {
template <class Id>
std::size_t index(Id id) {
  return static_cast<std::size_t>(id);
}
}  // namespace

std::string_view name_of(OpKind kind) {
  static constexpr std::array<std::string_view, 18> kNames{"Conv", "Gemm", "MatMul", "Add", "Sub", "Mul", "MaxPool", "AveragePool", "Relu", "Clip",
                                                           "BatchNorm", "Table", "Softmax", "Move", "Reshape", "Quantize", "Dequantize", "Other"};
  return kNames.at(static_cast<std::size_t>(kind));
}

void for_each_element(const Copy& copy, const std::function<void(std::int64_t, std::int64_t)>& visit) {
  const auto walk = [&](const auto& self, std::size_t depth, std::int64_t from, std::int64_t to) -> void {
    if (depth == copy.loops.size()) return visit(from, to);
    const auto& loop = copy.loops[depth];
    for (std::int64_t i = 0; i < loop.count; ++i) self(self, depth + 1, from + i * loop.from_step, to + i * loop.to_step);
  };
  walk(walk, 0, copy.from, copy.to);
}

ValueId Graph::add_value(Value value) {
  values_.push_back(std::move(value));
  return static_cast<ValueId>(values_.size() - 1);
}

NodeId Graph::add_node(Node node) {
  nodes_.emplace_back(std::move(node));
  return static_cast<NodeId>(nodes_.size() - 1);
}

void Graph::remove_node(NodeId id) { nodes_.at(index(id)).reset(); }

bool Graph::contains(NodeId id) const { return index(id) < nodes_.size() && nodes_[index(id)].has_value(); }

const Value& Graph::value(ValueId id) const { return values_.at(index(id)); }
Value& Graph::value(ValueId id) { return values_.at(index(id)); }

const Node& Graph::node(NodeId id) const {
  const auto& slot = nodes_.at(index(id));
  VERNIER_ASSERT(slot.has_value(), "node was removed");
  return *slot;
}
Node& Graph::node(NodeId id) {
  auto& slot = nodes_.at(index(id));
  VERNIER_ASSERT(slot.has_value(), "node was removed");
  return *slot;
}

std::vector<NodeId> Graph::nodes() const {
  std::vector<NodeId> ids;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i]) ids.push_back(static_cast<NodeId>(i));
  }
  return ids;
}

std::optional<NodeId> Graph::producer(ValueId id) const {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i] && std::ranges::find(nodes_[i]->outputs, id) != nodes_[i]->outputs.end()) {
      return static_cast<NodeId>(i);
    }
  }
  return std::nullopt;
}

std::vector<NodeId> Graph::consumers(ValueId id) const {
  std::vector<NodeId> ids;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i] && std::ranges::find(nodes_[i]->inputs, id) != nodes_[i]->inputs.end()) {
      ids.push_back(static_cast<NodeId>(i));
    }
  }
  return ids;
}

std::optional<ValueId> Graph::find_value(std::string_view wanted) const {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (values_[i].name == wanted) return static_cast<ValueId>(i);
  }
  return std::nullopt;
}

Graph::Topology Graph::topology() const {
  const auto ids = nodes();
  Topology topology(ids.size());
  std::map<ValueId, std::size_t> writer;
  for (std::size_t v = 0; v < ids.size(); ++v) {
    topology[v] = ids[v];
    for (const auto out : node(ids[v]).outputs) writer[out] = v;
  }
  for (std::size_t v = 0; v < ids.size(); ++v) {
    for (const auto in : node(ids[v]).inputs) {
      if (const auto it = writer.find(in); it != writer.end()) boost::add_edge(it->second, v, in, topology);
    }
  }
  return topology;
}

Result<std::vector<NodeId>> Graph::topological_order() const {
  const auto graph = topology();
  std::vector<std::size_t> reversed;
  try {
    boost::topological_sort(graph, std::back_inserter(reversed));
  } catch (const boost::not_a_dag&) {
    return fail(ErrorCode::kInvalidInput, "the graph has a cycle; ONNX graphs are acyclic", name);
  }
  std::vector<NodeId> order;
  for (auto it = reversed.rbegin(); it != reversed.rend(); ++it) order.push_back(graph[*it]);
  return order;
}

void Graph::replace_uses(ValueId from, ValueId to) {
  for (auto& slot : nodes_) {
    if (slot) std::ranges::replace(slot->inputs, from, to);
  }
  std::ranges::replace(outputs, from, to);
}

ImageSize output_size(const Window& w, ImageSize input) {
  const auto extent = [&w](std::int64_t in, std::int64_t pad_begin, std::int64_t pad_end, std::int64_t kernel, std::int64_t stride, std::int64_t dilation) {
    const std::int64_t room = in + pad_begin + pad_end - (dilation * (kernel - 1) + 1);
    if (room < 0) return std::int64_t{0};
    std::int64_t out = room / stride + 1;
    if (w.ceil_mode && room % stride != 0 && out * stride < in + pad_begin) ++out;  // a window starting in the end padding is left out
    return out;
  };
  return {extent(input.h, w.pad_top, w.pad_bottom, w.kernel_h, w.stride_h, w.dilation_h),
          extent(input.w, w.pad_left, w.pad_right, w.kernel_w, w.stride_w, w.dilation_w)};
}

std::int64_t macs(const Graph& graph, NodeId id) {
  const auto& node = graph.node(id);
  if (node.kind == OpKind::kMatMul) return element_count(graph.value(node.outputs.at(0)).shape) * graph.value(node.inputs.at(0)).shape.back();
  if (node.kind != OpKind::kConv && node.kind != OpKind::kGemm) return 0;
  const auto& out = graph.value(node.outputs.at(0)).shape;
  const auto& weight = graph.value(node.inputs.at(1)).shape;
  const std::int64_t per_output = element_count(weight) / std::max<std::int64_t>(weight.at(0), 1);
  return element_count(out) * per_output;
}

}  // namespace vernier::graph
