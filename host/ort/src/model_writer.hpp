// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <onnx/onnx_pb.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/ir/graph.hpp>

namespace vernier::ort {

/// Operator set of operators that are written from the IR.
inline constexpr std::int64_t kWrittenOpset = 13;

/// Writes nodes of a graph into one GraphProto, naming values and adding initialisers as they are first used.
class ModelWriter {
 public:
  explicit ModelWriter(const graph::Graph& graph) : graph_(graph) { proto_.set_name("part"); }

  [[nodiscard]] Result<void> write(graph::NodeId id);
  [[nodiscard]] bool kept_a_node() const { return kept_a_node_; }          ///< some node came as its own NodeProto
  [[nodiscard]] bool wrote_quantisation() const { return wrote_quantisation_; }
  [[nodiscard]] const std::set<graph::ValueId>& written() const { return written_; }
  [[nodiscard]] std::string name_of(graph::ValueId id);
  [[nodiscard]] onnx::GraphProto& proto() { return proto_; }

 private:
  Result<void> keep(const graph::Node& node);
  Result<void> write_quantised(const graph::Node& node);
  Result<void> write_float(const graph::Node& node);
  Result<void> write_operator(const graph::Node& node, const std::vector<std::string>& inputs, const std::string& output);
  Result<void> write_gemm(const graph::Node& node, const std::vector<std::string>& inputs, const std::string& output);
  Result<void> write_elementwise(const graph::Node& node, const std::vector<std::string>& inputs, const std::string& output);
  Result<void> write_function(const graph::Node& node, const std::string& input, const std::string& output);
  Result<void> write_move(const graph::Node& node, const std::vector<std::string>& inputs, const std::string& output);
  Result<void> write_pool(const graph::Node& node, const std::string& input, const std::string& output);
  Result<void> write_quantize(const graph::Node& node, const std::string& op, graph::ValueId integer);

  onnx::NodeProto& add(const std::string& op, const std::vector<std::string>& inputs, const std::string& output);
  std::string dequantized(graph::ValueId id);
  std::string constant(const std::string& hint, const Tensor& tensor);
  std::string scale_of(graph::ValueId id);
  std::string zero_point_of(graph::ValueId id);
  void write_window(onnx::NodeProto& proto, const graph::Node& node, bool dilations);
  std::string fresh(const std::string& hint);

  const graph::Graph& graph_;
  onnx::GraphProto proto_;
  std::map<graph::ValueId, std::string> names_;
  std::set<std::string> taken_;
  std::set<graph::ValueId> written_;
  bool kept_a_node_ = false;
  bool wrote_quantisation_ = false;
};

/// The ValueInfoProto of a graph value: element type and static shape.
void declare(onnx::ValueInfoProto& info, const std::string& name, const graph::Value& value);

}  // namespace vernier::ort
