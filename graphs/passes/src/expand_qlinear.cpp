// SPDX-License-Identifier: Apache-2.0
// The operator-oriented form of quantised models, written as the QDQ form that the other passes read.
#include <algorithm>
#include <array>
#include <vernier/passes/passes.hpp>

#include "integers.hpp"
#include "rewrite.hpp"

namespace vernier::graph {
namespace {

/// Inputs of one QLinear operator: tensors and where their scales stand (the zero point follows).
struct Form {
  std::string_view op;         ///< as imported
  std::string_view real;       ///< the float operator
  std::array<int, 2> operands;  ///< positions of the operands; -1: none
  int scale_y;
  int bias;                     ///< -1: none
};
constexpr auto kForms = std::to_array<Form>({
    {"QLinearConv", "Conv", {0, 3}, 6, 8},
    {"QLinearMatMul", "MatMul", {0, 3}, 6, -1},
    {"com.microsoft.QGemm", "Gemm", {0, 3}, 7, 6},
    {"com.microsoft.QLinearAdd", "Add", {0, 3}, 6, -1},
    {"com.microsoft.QLinearMul", "Mul", {0, 3}, 6, -1},
    {"com.microsoft.QLinearSigmoid", "Sigmoid", {0, -1}, 3, -1},
    {"com.microsoft.QLinearLeakyRelu", "LeakyRelu", {0, -1}, 3, -1},
    {"com.microsoft.QLinearAveragePool", "AveragePool", {0, -1}, 3, -1},
    {"com.microsoft.QLinearGlobalAveragePool", "GlobalAveragePool", {0, -1}, 3, -1},
});

class Expansion {
 public:
  Expansion(Graph& graph, NodeId id, const Form& form) : graph_(graph), node_(graph.node(id)), id_(id), form_(form) {}

  [[nodiscard]] bool readable() const;
  void run();

 private:
  [[nodiscard]] const Value& input(int at) const { return graph_.value(node_.inputs[static_cast<std::size_t>(at)]); }
  [[nodiscard]] bool has(int at) const { return at >= 0 && static_cast<std::size_t>(at) < node_.inputs.size(); }
  ValueId real_of(int operand, const std::string& suffix);
  ValueId real_bias();

  Graph& graph_;
  Node node_;
  NodeId id_;
  const Form& form_;
};

/// Constant scales and zero points; a pool with the image's channels first; a product with a constant matrix or of
/// pairs of them, because there is no float node for the host to run where the product stays another; a Gemm that requantises.
bool Expansion::readable() const {
  if (int_attribute(node_, "channels_last", 0) != 0 || !has(form_.scale_y)) return false;
  if (form_.real == "MatMul") {
    const bool matrix = input(3).constant ? input(3).shape.size() == 2 && input(0).shape.size() >= 2 : are_pairs_of_matrices(input(0).shape, input(3).shape);
    if (!matrix || input(0).constant) return false;
  }
  for (const int at : {form_.operands[0] + 1, form_.operands[1] < 0 ? -1 : form_.operands[1] + 1, form_.scale_y}) {
    if (at < 0) continue;
    if (!has(at) || !input(at).constant || input(at).type != DType::kFloat32) return false;
    if (has(at + 1) && !input(at + 1).constant) return false;
  }
  if ((form_.real == "Add" || form_.real == "Mul") && !(has(5) && has(2))) return false;  // zero points are optional there, but then positions shift
  return !has(form_.bias) || (input(form_.bias).constant && input(form_.bias).type == DType::kInt32);
}

ValueId Expansion::real_of(int operand, const std::string& suffix) {
  const auto at = static_cast<std::size_t>(operand);
  const auto id = node_.inputs[at];
  Node dq{.name = node_.name + suffix, .kind = OpKind::kDequantize, .op_type = "DequantizeLinear"};
  dq.inputs = {id, node_.inputs[at + 1], node_.inputs[at + 2]};
  const bool weight = operand != 0 && graph_.value(node_.inputs[at + 1]).constant->size() > 1;
  if (weight) dq.attributes["axis"] = form_.real == "Conv" ? std::int64_t{0} : static_cast<std::int64_t>(graph_.value(id).shape.size()) - 1;
  if (weight && form_.real == "Gemm" && int_attribute(node_, "transB", 0) != 0) dq.attributes["axis"] = std::int64_t{0};
  const auto real = add_like(graph_, id, node_.name + suffix);
  graph_.value(real).type = DType::kFloat32;
  graph_.value(real).quantization.reset();
  dq.outputs = {real};
  graph_.add_node(std::move(dq));
  return real;
}

/// An int32 bias lies on the scale s_x * s_w, which the operator implies.
ValueId Expansion::real_bias() {
  const auto x = quantization_of(graph_, Node{.inputs = {node_.inputs[0], node_.inputs[1], node_.inputs[2]}});
  const auto& w = input(4);
  Quantization q{{}, {}, w.constant->size() > 1 ? 0 : -1};
  const float alpha = float_attribute(node_, "alpha", 1.0F);  // QGemm; 1 elsewhere
  for (const auto s : w.constant->as<float>()) q.scale.push_back(x.scale[0] * s * alpha);
  q.zero_point.assign(q.scale.size(), 0);
  const auto bias = add_constant(graph_, input(form_.bias).name + "_scaled", *input(form_.bias).constant);
  graph_.value(bias).quantization = std::move(q);
  return bias;
}

void Expansion::run() {
  Node op{.name = node_.name, .op_type = std::string(form_.real), .window = node_.window, .attributes = node_.attributes};
  if (form_.real == "Conv") op.kind = OpKind::kConv;
  if (form_.real == "AveragePool") op.kind = OpKind::kAveragePool;
  op.inputs = {real_of(form_.operands[0], "/x")};
  if (form_.operands[1] >= 0) op.inputs.push_back(real_of(form_.operands[1], "/w"));
  if (has(form_.bias)) op.inputs.push_back(real_bias());
  if (form_.real == "Add" || form_.real == "Mul") {
    const auto& y = graph_.value(node_.outputs[0]).shape;
    const bool broadcasts_one = graph_.value(op.inputs[0]).shape == y || graph_.value(op.inputs[1]).shape == y;
    if (broadcasts_one && !input(form_.operands[0]).constant && !input(form_.operands[1]).constant) op.kind = form_.real == "Add" ? OpKind::kAdd : OpKind::kMul;
  }
  const auto y = node_.outputs[0];
  const auto real = add_like(graph_, y, "/y");
  graph_.value(real).type = DType::kFloat32;
  op.outputs = {real};
  Node q{.name = node_.name + "/y", .kind = OpKind::kQuantize, .op_type = "QuantizeLinear"};
  q.inputs = {real, node_.inputs[static_cast<std::size_t>(form_.scale_y)]};
  if (has(form_.scale_y + 1)) q.inputs.push_back(node_.inputs[static_cast<std::size_t>(form_.scale_y) + 1]);
  q.outputs = {y};
  graph_.remove_node(id_);
  graph_.add_node(std::move(op));
  graph_.add_node(std::move(q));
}

/// [scale_y, zero_y, x1, scale1, zero1, x2, ...], with its copies from the import.
void expand_concat(Graph& graph, NodeId id) {
  const auto node = graph.node(id);
  if (node.copies.empty()) return;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    if (i % 3 != 2 && !graph.value(node.inputs[i]).constant) return;
  }
  Node concat{.name = node.name, .op_type = "Concat", .copies = node.copies};
  for (auto& copy : concat.copies) copy.input = (*copy.input - 2) / 3;
  for (std::size_t i = 2; i + 2 < node.inputs.size(); i += 3) {
    const auto real = add_like(graph, node.inputs[i], node.name + "/x" + std::to_string(i / 3));
    graph.value(real).type = DType::kFloat32;
    graph.value(real).quantization.reset();
    graph.add_node(Node{.name = graph.value(real).name, .kind = OpKind::kDequantize, .op_type = "DequantizeLinear", .inputs = {node.inputs[i], node.inputs[i + 1], node.inputs[i + 2]}, .outputs = {real}});
    concat.inputs.push_back(real);
  }
  const auto real = add_like(graph, node.outputs[0], "/y");
  graph.value(real).type = DType::kFloat32;
  concat.outputs = {real};
  graph.remove_node(id);
  graph.add_node(std::move(concat));
  graph.add_node(Node{.name = node.name + "/y", .kind = OpKind::kQuantize, .op_type = "QuantizeLinear", .inputs = {real, node.inputs[0], node.inputs[1]}, .outputs = node.outputs});
}

}  // namespace

Result<void> run_expand_qlinear(Graph& graph) {
  for (const auto id : graph.nodes()) {
    const auto& node = graph.node(id);
    if (node.kind != OpKind::kOther) continue;
    if (node.op_type == "com.microsoft.QLinearConcat") {
      expand_concat(graph, id);
      continue;
    }
    const auto* form = std::ranges::find(kForms, std::string_view(node.op_type), &Form::op);
    if (form == kForms.end()) continue;
    Expansion expansion(graph, id, *form);
    if (expansion.readable()) expansion.run();
  }
  return {};
}

}  // namespace vernier::graph
