// SPDX-License-Identifier: Apache-2.0
#include <vernier/import/import.hpp>

#include <fmt/format.h>

#include <map>
#include <set>

#include <vernier/core/files.hpp>

#include "constants.hpp"
#include "model_file.hpp"
#include "old_operator_sets.hpp"
#include "operator_versions.hpp"
#include "operators.hpp"
#include "shapes.hpp"
#include "tensor_proto.hpp"
#include "validate.hpp"

namespace vernier::graph {
namespace {

/// Turns a checked model with known shapes into a graph, node by node.
class Builder {
 public:
  Builder(const Source& source, std::map<std::string, TypeAndShape> types) : source_(source), types_(std::move(types)), budget_(source.options.max_constant_bytes) {}

  /// `originals`: the nodes as they came, serialised, by their first output.
  Result<Graph> build(onnx::ModelProto& model, const std::map<std::string, std::string>& originals);

 private:
  Result<void> add_constant(const std::string& name, Result<Tensor> tensor);
  Result<void> add_node(const onnx::NodeProto& proto, std::string original);
  ValueId value_of(const std::string& name);
  std::string unique_name(const onnx::NodeProto& proto);

  const Source& source_;
  std::map<std::string, TypeAndShape> types_;
  std::int64_t budget_;
  Graph graph_;
  std::map<std::string, ValueId> values_;
  std::set<std::string> node_names_;
};

Result<void> Builder::add_constant(const std::string& name, Result<Tensor> tensor) {
  if (!tensor) return forward_error(tensor);
  budget_ -= static_cast<std::int64_t>(tensor->bytes().size());
  if (budget_ < 0) {
    return fail(ErrorCode::kInvalidInput, fmt::format("brings the constants over the limit of {} bytes", source_.options.max_constant_bytes), source_.at(name));
  }
  Value value;
  value.name = name;
  value.type = tensor->type();
  value.shape = tensor->shape();
  value.constant = std::move(*tensor);
  values_[name] = graph_.add_value(std::move(value));
  return {};
}

ValueId Builder::value_of(const std::string& name) {
  if (const auto it = values_.find(name); it != values_.end()) return it->second;
  Value value;
  value.name = name;
  value.type = types_.at(name).type;
  value.shape = types_.at(name).shape;
  return values_[name] = graph_.add_value(std::move(value));
}

std::string Builder::unique_name(const onnx::NodeProto& proto) {
  auto name = label_of(proto);
  for (int n = 2; !node_names_.insert(name).second; ++n) name = fmt::format("{} ({})", label_of(proto), n);
  return name;
}

Result<void> Builder::add_node(const onnx::NodeProto& proto, std::string original) {
  if (is_constant_maker(proto)) {
    return add_constant(proto.output(0), constant_of(proto, [this, &proto](int i) -> const Tensor* {
                          const auto it = i < proto.input_size() ? values_.find(proto.input(i)) : values_.end();
                          return it != values_.end() && graph_.value(it->second).constant ? &*graph_.value(it->second).constant : nullptr;
                        }, source_));
  }
  Node node;
  node.name = unique_name(proto);
  node.op_type = is_onnx_domain(proto.domain()) ? proto.op_type() : proto.domain() + "." + proto.op_type();
  node.onnx_node = std::move(original);
  for (const auto& attribute : proto.attribute()) {
    auto converted = attribute_of(attribute, source_);
    if (!converted) return forward_error(converted);
    if (*converted) node.attributes[attribute.name()] = std::move(**converted);
  }
  for (const auto& in : proto.input()) {
    if (!in.empty()) node.inputs.push_back(value_of(in));
  }
  for (const auto& out : proto.output()) {
    if (!out.empty()) node.outputs.push_back(value_of(out));
  }
  if (node.outputs.empty()) return {};
  if (auto r = set_operator(graph_, node, proto, source_); !r) return r;
  if (auto r = check_quantization(graph_, node, source_); !r) return r;
  graph_.add_node(std::move(node));
  return {};
}

Result<Graph> Builder::build(onnx::ModelProto& model, const std::map<std::string, std::string>& originals) {
  auto& proto = *model.mutable_graph();
  graph_.name = source_.file;
  for (auto& tensor : *proto.mutable_initializer()) {
    auto converted = tensor_of(tensor, source_);
    tensor.clear_raw_data();  // the model's copy is not needed again, and weights are most of a model
    if (auto r = add_constant(tensor.name(), std::move(converted)); !r) return forward_error(r);
  }
  for (const auto& input : proto.input()) {
    if (!values_.contains(input.name())) graph_.inputs.push_back(value_of(input.name()));
  }
  for (const auto& node : proto.node()) {
    const auto it = originals.find(node.output_size() > 0 ? node.output(0) : "");
    if (auto r = add_node(node, it == originals.end() ? "" : it->second); !r) return forward_error(r);
  }
  for (const auto& output : proto.output()) graph_.outputs.push_back(value_of(output.name()));
  return std::move(graph_);
}

Result<Graph> import_model(std::span<const std::byte> bytes, const Source& source) {
  auto model = parse_model(bytes, source);
  if (!model) return forward_error(model);
  if (auto r = load_external_data(*model, source); !r) return forward_error(r);
  if (auto r = validate_structure(*model, source); !r) return forward_error(r);
  if (auto r = raise_operator_set(*model, source); !r) return forward_error(r);
  if (auto r = bind_dimensions(*model, source); !r) return forward_error(r);
  std::map<std::string, std::int64_t> opsets;
  for (const auto& import : model->opset_import()) opsets[is_onnx_domain(import.domain()) ? "" : import.domain()] = import.version();
  std::map<std::string, std::string> originals;
  for (const auto& node : model->graph().node()) {
    if (node.output_size() > 0 && !is_constant_maker(node)) originals[node.output(0)] = node.SerializeAsString();
  }
  if (auto r = settle_operator_versions(*model, source); !r) return forward_error(r);
  auto types = infer_shapes(*model, source);
  if (!types) return forward_error(types);
  auto graph = Builder(source, std::move(*types)).build(*model, originals);
  if (graph) graph->opsets = std::move(opsets);
  return graph;
}

}  // namespace

Result<Graph> import_onnx(const std::filesystem::path& file, const ImportOptions& options) {
  const auto bytes = read_bytes(file);
  if (!bytes) return forward_error(bytes);
  return import_onnx(file, *bytes, options);
}

Result<Graph> import_onnx(const std::filesystem::path& file, std::span<const std::byte> bytes, const ImportOptions& options) {
  auto folder = file.parent_path();
  if (folder.empty()) folder = ".";
  return import_model(bytes, Source{file.string(), folder, options});
}

Result<Graph> import_onnx_bytes(std::span<const std::byte> bytes, std::string_view name, const ImportOptions& options) {
  return import_model(bytes, Source{std::string(name), {}, options});
}

}  // namespace vernier::graph
