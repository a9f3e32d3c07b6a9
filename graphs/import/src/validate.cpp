// SPDX-License-Identifier: Apache-2.0
#include "validate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>

namespace vernier::graph {
namespace {

constexpr std::int64_t kLargestAttribute = std::int64_t{1} << 31;  // keeps window arithmetic far from overflow

tl::unexpected<Error> refuse(const Source& source, const std::string& part, std::string what, ErrorCode code = ErrorCode::kInvalidInput) {
  return fail(code, std::move(what), source.at(part));
}

constexpr std::string_view kFoldFirst = "fold it before export: trace the model with example inputs, so that the loop is unrolled to its trip count and one branch is left";

Result<void> check_features(const onnx::ModelProto& model, const Source& source) {
  const auto& graph = model.graph();
  const auto unsupported = [&](const std::string& part, std::string what) { return refuse(source, part, std::move(what), ErrorCode::kUnsupported); };
  if (model.functions_size() > 0) {
    return unsupported(model.functions(0).name(), "is a function local to the model; inline functions before import (onnx.inliner)");
  }
  if (graph.sparse_initializer_size() > 0) return unsupported(graph.sparse_initializer(0).values().name(), "is a sparse tensor; store it dense");
  if (graph.node_size() == 0) return fail(ErrorCode::kInvalidInput, "has no operators", source.file);
  if (graph.output_size() == 0) return fail(ErrorCode::kInvalidInput, "has no outputs", source.file);
  for (const auto* ports : {&graph.input(), &graph.output()}) {
    for (const auto& port : *ports) {
      if (port.has_type() && port.type().value_case() != onnx::TypeProto::VALUE_NOT_SET && !port.type().has_tensor_type()) {
        return unsupported(port.name(), "is a sequence, map, optional or sparse value; only dense tensors are supported: export the model with a tensor for each element, or with the elements stacked in one");
      }
    }
  }
  return {};
}

Result<void> check_attribute(const onnx::NodeProto& node, const onnx::AttributeProto& attribute, const Source& source) {
  const auto& name = attribute.name();
  if (attribute.has_g() || attribute.graphs_size() > 0) {
    return refuse(source, label_of(node), fmt::format("{} holds a sub-graph ('{}'): control flow is not supported; {}", node.op_type(), name, kFoldFirst),
                  ErrorCode::kUnsupported);
  }
  if (attribute.has_sparse_tensor() || attribute.sparse_tensors_size() > 0) {
    return refuse(source, label_of(node), fmt::format("attribute '{}' is sparse; store it dense", name), ErrorCode::kUnsupported);
  }
  if (!attribute.ref_attr_name().empty()) {
    return refuse(source, label_of(node), fmt::format("attribute '{}' refers to a function's attribute outside of a function", name));
  }
  for (const auto i : attribute.ints()) {
    if ((name == "kernel_shape" || name == "strides" || name == "dilations") && (i < 1 || i > kLargestAttribute)) {
      return refuse(source, label_of(node), fmt::format("{} has {}; it must be 1 or more", name, i));
    }
    if (name == "pads" && (i < -kLargestAttribute || i > kLargestAttribute)) {
      return refuse(source, label_of(node), fmt::format("pads has {}", i));
    }
    if (name == "pads" && i < 0 && node.op_type() != "Pad") {
      return refuse(source, label_of(node), fmt::format("pads has {}; negative padding (cropping) is not supported", i), ErrorCode::kUnsupported);
    }
  }
  if (name == "group" && (attribute.i() < 1 || attribute.i() > kLargestAttribute)) {
    return refuse(source, label_of(node), fmt::format("group is {}; it must be 1 or more", attribute.i()));
  }
  return {};
}

Result<void> check_node(const onnx::NodeProto& node, const Source& source) {
  static constexpr std::array<std::string_view, 3> kControlFlow{"If", "Loop", "Scan"};
  if (node.op_type().empty()) return refuse(source, label_of(node), "is a node without an operator");
  if (is_onnx_domain(node.domain()) && std::ranges::find(kControlFlow, node.op_type()) != kControlFlow.end()) {
    return refuse(source, label_of(node), fmt::format("{} is control flow, which is not supported; {}", node.op_type(), kFoldFirst), ErrorCode::kUnsupported);
  }
  std::set<std::string_view> names;
  for (const auto& attribute : node.attribute()) {
    if (!names.insert(attribute.name()).second) return refuse(source, label_of(node), fmt::format("has attribute '{}' twice", attribute.name()));
    if (auto r = check_attribute(node, attribute, source); !r) return r;
  }
  return {};
}

/// Which node writes each value; -1 for inputs and initialisers.
Result<std::map<std::string_view, int>> writers_of(const onnx::GraphProto& graph, const Source& source) {
  std::map<std::string_view, int> writers;
  std::set<std::string_view> inputs, constants;
  for (const auto& input : graph.input()) {
    if (input.name().empty()) return refuse(source, "input", "has no name");
    if (!inputs.insert(input.name()).second) return refuse(source, input.name(), "is the name of two graph inputs");
    writers[input.name()] = -1;
  }
  for (const auto& constant : graph.initializer()) {
    if (constant.name().empty()) return refuse(source, "initializer", "has no name");
    if (!constants.insert(constant.name()).second) return refuse(source, constant.name(), "is the name of two initialisers");
    writers[constant.name()] = -1;  // an initialiser may also stand in the inputs, as its default
  }
  for (int n = 0; n < graph.node_size(); ++n) {
    for (const auto& out : graph.node(n).output()) {
      if (out.empty()) continue;
      if (!writers.emplace(out, n).second) return refuse(source, label_of(graph.node(n)), fmt::format("writes '{}', which is written elsewhere too", out));
    }
  }
  return writers;
}

/// Depth-first along the file's order, so that a file in order stays as it is. Iterative: models are deep.
Result<std::vector<int>> order_of(const onnx::GraphProto& graph, const std::map<std::string_view, int>& writers, const Source& source) {
  enum class Mark : std::uint8_t { kNew, kOpen, kDone };
  std::vector<Mark> marks(static_cast<std::size_t>(graph.node_size()), Mark::kNew);
  std::vector<int> order;
  std::vector<std::pair<int, int>> stack;  // node, next input to look at
  for (int root = 0; root < graph.node_size(); ++root) {
    if (marks[static_cast<std::size_t>(root)] != Mark::kNew) continue;
    stack.emplace_back(root, 0);
    marks[static_cast<std::size_t>(root)] = Mark::kOpen;
    while (!stack.empty()) {
      auto& [n, next] = stack.back();
      const auto& node = graph.node(n);
      if (next == node.input_size()) {
        marks[static_cast<std::size_t>(n)] = Mark::kDone;
        order.push_back(n);
        stack.pop_back();
        continue;
      }
      const auto& in = node.input(next++);
      if (in.empty()) continue;
      const auto it = writers.find(in);
      if (it == writers.end()) {
        return refuse(source, label_of(node), fmt::format("reads '{}', which is no graph input, no initialiser and no other node's output", in));
      }
      const int from = it->second;
      if (from < 0 || marks[static_cast<std::size_t>(from)] == Mark::kDone) continue;
      if (marks[static_cast<std::size_t>(from)] == Mark::kOpen) {
        return refuse(source, label_of(node), fmt::format("stands in a cycle: '{}' depends on itself", in));
      }
      marks[static_cast<std::size_t>(from)] = Mark::kOpen;
      stack.emplace_back(from, 0);
    }
  }
  return order;
}

void reorder(onnx::GraphProto& graph, const std::vector<int>& order) {
  if (std::ranges::is_sorted(order)) return;
  google::protobuf::RepeatedPtrField<onnx::NodeProto> sorted;
  for (const int n : order) sorted.Add()->Swap(graph.mutable_node(n));
  graph.mutable_node()->Swap(&sorted);
}

/// Dropout's mask and MaxPool's indices, where nothing reads them: without them both are operators of inference.
void drop_unread_outputs(onnx::GraphProto& graph) {
  std::set<std::string> read;
  for (const auto& node : graph.node()) read.insert(node.input().begin(), node.input().end());
  for (const auto& out : graph.output()) read.insert(out.name());
  for (auto& node : *graph.mutable_node()) {
    if (!is_onnx_domain(node.domain()) || (node.op_type() != "Dropout" && node.op_type() != "MaxPool")) continue;
    while (node.output_size() > 1 && !read.contains(node.output(node.output_size() - 1))) node.mutable_output()->RemoveLast();
  }
}

}  // namespace

Result<void> validate_structure(onnx::ModelProto& model, const Source& source) {
  if (auto r = check_features(model, source); !r) return r;
  auto& graph = *model.mutable_graph();
  for (const auto& node : graph.node()) {
    if (auto r = check_node(node, source); !r) return r;
  }
  const auto writers = writers_of(graph, source);
  if (!writers) return forward_error(writers);
  for (const auto& out : graph.output()) {
    if (!writers->contains(out.name())) return refuse(source, out.name(), "is a graph output that nothing writes");
  }
  const auto order = order_of(graph, *writers, source);
  if (!order) return forward_error(order);
  reorder(graph, *order);
  drop_unread_outputs(graph);
  return {};
}

}  // namespace vernier::graph
