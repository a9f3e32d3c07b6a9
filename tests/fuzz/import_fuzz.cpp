// SPDX-License-Identifier: Apache-2.0
// Whatever the bytes, import and passes end in a graph or in an Error: no crash, no exception, no unbounded memory.
#include <onnx/defs/schema.h>
#include <onnx/onnx_pb.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <vernier/import/import.hpp>
#include <vernier/passes/pipeline.hpp>

#include "import_fuzz.hpp"

namespace {

using Engine = std::mt19937;

std::size_t below(Engine& engine, std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(engine); }

template <class List>
auto& any(Engine& engine, List& list) {
  return *list.Mutable(static_cast<int>(below(engine, static_cast<std::size_t>(list.size()))));
}

std::int64_t odd_number(Engine& engine) {
  static constexpr std::int64_t kOdd[] = {0, 1, 2, 3, -1, -2, 4, 7, 8, 255, 65536, 1LL << 31, 1LL << 40, std::numeric_limits<std::int64_t>::max(),
                                          std::numeric_limits<std::int64_t>::min()};
  return kOdd[below(engine, std::size(kOdd))];
}

const std::vector<std::string>& operators() {
  static const auto names = [] {
    std::vector<std::string> list{"QLinearAdd", "QGemm", "QLinearAveragePool", "QLinearConcat", "Gelu"};
    for (const auto& schema : onnx::OpSchemaRegistry::get_all_schemas()) list.push_back(schema.Name());
    return list;
  }();
  return names;
}

/// Any value of the graph, or none.
std::string some_value(Engine& engine, onnx::GraphProto& graph) {
  std::vector<std::string> names{""};
  for (const auto& node : graph.node()) names.insert(names.end(), node.output().begin(), node.output().end());
  for (const auto& input : graph.input()) names.push_back(input.name());
  for (const auto& constant : graph.initializer()) names.push_back(constant.name());
  return names[below(engine, names.size())];
}

void mutate_attribute(Engine& engine, onnx::NodeProto& node) {
  if (node.attribute_size() == 0 || below(engine, 4) == 0) {
    static const char* const kNames[] = {"axis", "axes", "pads", "strides", "kernel_shape", "dilations", "group", "perm", "auto_pad", "transB", "alpha",
                                         "to", "keepdims", "ceil_mode", "storage_order", "blocksize", "value", "mode", "split", "k"};
    auto& a = *node.add_attribute();
    a.set_name(kNames[below(engine, std::size(kNames))]);
    a.set_type(below(engine, 2) == 0 ? onnx::AttributeProto::INT : onnx::AttributeProto::INTS);
    a.set_i(odd_number(engine));
    for (std::size_t n = below(engine, 6); n > 0 && a.type() == onnx::AttributeProto::INTS; --n) a.add_ints(odd_number(engine));
    return;
  }
  auto& a = any(engine, *node.mutable_attribute());
  switch (below(engine, 6)) {
    case 0: a.set_i(odd_number(engine)); break;
    case 1: a.set_f(static_cast<float>(odd_number(engine))); break;
    case 2: a.add_ints(odd_number(engine)); break;
    case 3:
      if (a.ints_size() > 0) a.set_ints(static_cast<int>(below(engine, static_cast<std::size_t>(a.ints_size()))), odd_number(engine));
      break;
    case 4: a.set_type(static_cast<onnx::AttributeProto::AttributeType>(below(engine, 14))); break;
    default: a.set_s("SAME_UPPER"); break;
  }
}

void mutate_node(Engine& engine, onnx::GraphProto& graph) {
  if (graph.node_size() == 0) return;
  auto& node = any(engine, *graph.mutable_node());
  switch (below(engine, 8)) {
    case 0: node.set_op_type(operators()[below(engine, operators().size())]); break;
    case 1: node.add_input(some_value(engine, graph)); break;
    case 2:
      if (node.input_size() > 0) any(engine, *node.mutable_input()) = some_value(engine, graph);
      break;
    case 3:
      if (node.input_size() > 0) node.mutable_input()->RemoveLast();
      break;
    case 4:
      if (node.output_size() > 0) node.add_output(node.output(0) + "'");
      break;
    case 5: node.set_domain(below(engine, 2) == 0 ? "com.microsoft" : ""); break;
    default: mutate_attribute(engine, node); break;
  }
}

void mutate_dims(Engine& engine, onnx::GraphProto& graph) {
  if (below(engine, 2) == 0 && graph.input_size() > 0) {
    auto& shape = *any(engine, *graph.mutable_input()).mutable_type()->mutable_tensor_type()->mutable_shape();
    if (shape.dim_size() > 0) any(engine, *shape.mutable_dim()).set_dim_value(odd_number(engine));
    return;
  }
  if (graph.initializer_size() == 0) return;
  auto& tensor = any(engine, *graph.mutable_initializer());
  if (tensor.dims_size() > 0 && below(engine, 2) == 0) {
    tensor.set_dims(static_cast<int>(below(engine, static_cast<std::size_t>(tensor.dims_size()))), odd_number(engine));
  } else if (!tensor.raw_data().empty() && below(engine, 3) > 0) {
    auto& raw = *tensor.mutable_raw_data();
    raw[below(engine, raw.size())] = static_cast<char>(engine());
  } else {
    tensor.set_data_type(static_cast<int>(below(engine, 24)));
  }
}

void mutate_model(Engine& engine, onnx::ModelProto& model) {
  auto& graph = *model.mutable_graph();
  switch (below(engine, 10)) {
    case 0:
      if (model.opset_import_size() > 0) any(engine, *model.mutable_opset_import()).set_version(static_cast<std::int64_t>(below(engine, 26)));
      break;
    case 1:
      if (graph.node_size() > 1) any(engine, *graph.mutable_node()).Swap(&any(engine, *graph.mutable_node()));
      break;
    case 2:
      if (graph.node_size() > 1) graph.mutable_node()->DeleteSubrange(static_cast<int>(below(engine, static_cast<std::size_t>(graph.node_size()))), 1);
      break;
    case 3:
    case 4: mutate_dims(engine, graph); break;
    default: mutate_node(engine, graph); break;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vernier::graph;
  ImportOptions options;
  options.batch = 1;
  options.max_constant_bytes = std::int64_t{1} << 24;
  options.max_elements = std::int64_t{1} << 20;
  auto graph = import_onnx_bytes(std::as_bytes(std::span(data, size)), "fuzz", options);
  if (!graph) return graph.error().what.empty() ? std::abort(), 0 : 0;  // an error says what is wrong
  const auto result = canonicalise(std::move(*graph));
  if (result && !result->topological_order()) std::abort();  // passes keep a graph acyclic
  return 0;
}

std::size_t mutate_onnx(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed) {
  Engine engine(seed);
  onnx::ModelProto model;
  if (!model.ParseFromArray(data, static_cast<int>(size))) return 0;
  for (std::size_t n = 1 + below(engine, 4); n > 0; --n) mutate_model(engine, model);
  const auto bytes = model.SerializeAsString();
  if (bytes.size() > max_size) return 0;
  std::copy(bytes.begin(), bytes.end(), data);
  return bytes.size();
}
