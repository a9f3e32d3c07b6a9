// SPDX-License-Identifier: Apache-2.0
// Elementwise functions of one tensor: a table of 256 entries, whatever the operators it stands for.
#include <catch2/catch.hpp>

#include "operator_check.hpp"
#include "passes_harness.hpp"

using namespace vernier;
using namespace vernier::graph;
using namespace vernier::test;

namespace {

using Kinds = std::vector<std::string>;

struct Function {
  std::string op;
  float scale_x = 0.05F;  ///< the range where the function is defined and moves
  int zero_x = -7;
  float scale_y = 0.02F;
  int zero_y = -20;
  int opset = 17;
};

QuantisedModel model_of(const Function& f, const Shape& shape, const std::function<void(onnx::NodeProto&)>& attributes = {}) {
  return {.inputs = {{"x", shape, f.scale_x, f.zero_x}},
          .body = [f, attributes](OnnxBuilder& b) {
            auto& node = b.node(f.op, {"x_dq"}, {"r"});
            if (attributes) attributes(node);
          },
          .scale_y = f.scale_y,
          .zero_y = f.zero_y,
          .opset = f.opset};
}

}  // namespace

TEST_CASE("Every elementwise operator of one tensor is a table", "[operators]") {
  const auto f = GENERATE(values<Function>({
      {"Abs"}, {"Acos", 0.0078F, 0}, {"Asin", 0.0078F, 0}, {"Asinh"}, {"Atan"}, {"Atanh", 0.0077F, 0}, {"Ceil", 0.05F, -7, 0.1F},
      {"Celu", 0.05F, -7, 0.05F}, {"Cos"}, {"Cosh", 0.02F, 0}, {"Elu", 0.05F, -7, 0.05F}, {"Erf"}, {"Exp", 0.03F, 20, 0.1F, -128}, {"Floor", 0.05F, -7, 0.1F},
      {"HardSigmoid", 0.05F, 0, 0.0039F, -128}, {"HardSwish", 0.05F, 0, 0.03F}, {"LeakyRelu"}, {"Log", 0.02F, -128}, {"Neg"}, {"Round", 0.05F, -7, 0.1F}, {"Selu"}, {"Shrink"}, {"Sigmoid", 0.05F, 5, 0.0039F, -128}, {"Sign"}, {"Sin"}, {"Sinh", 0.02F}, {"Softplus"}, {"Softsign"},
      {"Sqrt", 0.05F, -128}, {"Tan", 0.005F}, {"Tanh", 0.03F, 3, 0.0078F, 0}, {"ThresholdedRelu"},
  }));
  INFO(f.op);
  const auto g = check_both_types(model_of(f, {1, 11, 3, 5}));
  CHECK(kinds(g) == Kinds{"Table"});
}

TEST_CASE("A function without a value for some level stays on the host", "[operators]") {
  const auto f = GENERATE(values<Function>({{"Acosh"}, {"Sqrt"}, {"Log"}, {"Asin"}}));
  INFO(f.op);
  const auto g = canonical(model_of(f, {1, 4}).build().bytes());
  CHECK(kinds(g) == Kinds{"Dequantize", "Table", "Quantize"});
  CHECK(difference(model_of({f.op, 0.0078F, f.op == "Log" || f.op == "Sqrt" ? -128 : 0}, {1, 4}).build().bytes(),
                   canonical(model_of({f.op, 0.0078F, f.op == "Log" || f.op == "Sqrt" ? -128 : 0}, {1, 4}).build().bytes())) <= 1);
}

TEST_CASE("A table works on tensors of any shape", "[operators]") {
  const auto shape = GENERATE(values<Shape>({{}, {1}, {7}, {3, 4}, {3, 4, 5}, {1, 5, 7}, {2, 3, 4, 5}, {2, 1, 3, 2, 5}, {1, 40}, {1, 33, 2, 2}}));
  INFO(to_string(shape));
  check_operator(model_of({"Sigmoid", 0.05F, 5, 0.0039F, -128}, shape));
}

TEST_CASE("Attributes reach the table", "[operators]") {
  const auto with = [](const std::string& op, const std::vector<std::pair<std::string, float>>& attributes) {
    INFO(op);
    const auto g = check_operator(model_of({op, 0.05F, 0, 0.04F, -30}, {1, 6}, [&](onnx::NodeProto& node) {
      for (const auto& [name, value] : attributes) OnnxBuilder::attribute(node, name, value);
    }));
    CHECK(kinds(g) == Kinds{"Table"});
  };
  with("LeakyRelu", {{"alpha", 0.3F}});
  with("Elu", {{"alpha", 2.0F}});
  with("Celu", {{"alpha", 2.0F}});
  with("Selu", {{"alpha", 2.0F}, {"gamma", 1.5F}});
  with("HardSigmoid", {{"alpha", 0.5F}, {"beta", 0.6F}});
  with("ThresholdedRelu", {{"alpha", 2.0F}});
  with("Shrink", {{"lambd", 1.5F}, {"bias", 0.5F}});
}

TEST_CASE("Operators that together depend on one tensor are one table", "[operators]") {
  struct Pattern {
    std::string name;
    std::function<void(OnnxBuilder&)> body;
  };
  const auto number = [](OnnxBuilder& b, const std::string& name, float v) { b.floats(name, {}, {v}); };
  const std::vector<Pattern> patterns{
      {"SiLU", [](OnnxBuilder& b) { b.node("Sigmoid", {"x_dq"}, {"s"}); b.node("Mul", {"x_dq", "s"}, {"r"}); }},
      {"GELU by Erf", [&](OnnxBuilder& b) {
         number(b, "root", 1.41421354F), number(b, "one", 1), number(b, "half", 0.5F);
         b.node("Div", {"x_dq", "root"}, {"d"}); b.node("Erf", {"d"}, {"e"}); b.node("Add", {"e", "one"}, {"a"});
         b.node("Mul", {"x_dq", "a"}, {"m"}); b.node("Mul", {"m", "half"}, {"r"});
       }},
      {"GELU by Tanh", [&](OnnxBuilder& b) {
         number(b, "three", 3), number(b, "c", 0.044715F), number(b, "k", 0.79788456F), number(b, "one", 1), number(b, "half", 0.5F);
         b.node("Pow", {"x_dq", "three"}, {"p"}); b.node("Mul", {"p", "c"}, {"q"}); b.node("Add", {"x_dq", "q"}, {"s"}); b.node("Mul", {"s", "k"}, {"t"});
         b.node("Tanh", {"t"}, {"u"}); b.node("Add", {"u", "one"}, {"v"}); b.node("Mul", {"x_dq", "half"}, {"h"}); b.node("Mul", {"h", "v"}, {"r"});
       }},
      {"hard swish in pieces", [&](OnnxBuilder& b) {
         number(b, "three", 3), number(b, "zero", 0), number(b, "six", 6);
         b.node("Add", {"x_dq", "three"}, {"a"}); b.node("Clip", {"a", "zero", "six"}, {"c"}); b.node("Mul", {"x_dq", "c"}, {"m"}); b.node("Div", {"m", "six"}, {"r"});
       }},
      {"Mish in pieces", [](OnnxBuilder& b) { b.node("Softplus", {"x_dq"}, {"s"}); b.node("Tanh", {"s"}, {"t"}); b.node("Mul", {"t", "x_dq"}, {"r"}); }},
      {"square", [](OnnxBuilder& b) { b.node("Mul", {"x_dq", "x_dq"}, {"m"}); b.node("Abs", {"m"}, {"r"}); }},
      {"activation and clamp", [](OnnxBuilder& b) { b.node("Neg", {"x_dq"}, {"n"}); b.node("Relu", {"n"}, {"r"}); }},
      {"largest of numbers", [&](OnnxBuilder& b) { number(b, "a", 0.5F), number(b, "c", -1); b.node("Max", {"x_dq", "a", "c"}, {"r"}); }},
      {"number first", [&](OnnxBuilder& b) { number(b, "one", 1); b.node("Sub", {"one", "x_dq"}, {"r"}); }},
      {"PRelu of one slope", [&](OnnxBuilder& b) { b.floats("slope", {1}, {0.25F}); b.node("PRelu", {"x_dq", "slope"}, {"r"}); }},
      {"number in int8", [](OnnxBuilder& b) {
         b.int8s("n", {}, {50}).floats("n_scale", {}, {0.01F}).int8s("n_zero", {}, {10});
         b.node("DequantizeLinear", {"n", "n_scale", "n_zero"}, {"n_dq"}); b.node("Mul", {"x_dq", "n_dq"}, {"r"});
       }},
  };
  for (const auto& pattern : patterns) {
    INFO(pattern.name);
    const auto g = check_both_types({.inputs = {{"x", {1, 5, 2, 3}, 0.03F, 4}}, .body = pattern.body, .scale_y = 0.04F});
    CHECK(kinds(g) == Kinds{"Table"});
  }
}

TEST_CASE("What is read elsewhere is not fused into a table", "[operators]") {
  auto b = QuantisedModel{.inputs = {{"x", {1, 8}}}, .body = [](OnnxBuilder& m) {
    m.node("Sigmoid", {"x_dq"}, {"s"});
    m.output("s");
    m.node("Tanh", {"s"}, {"r"});
  }, .scale_y = 0.01F}.build();
  const auto g = canonical(b.bytes());
  CHECK(kinds(g) == Kinds{"Dequantize", "Table", "Table", "Quantize"});
  CHECK(difference(b.bytes(), g) <= 1);
}

TEST_CASE("The operators of ONNX Runtime's own domain are tables", "[operators]") {
  const auto op = GENERATE(values<std::string>({"Gelu", "QuickGelu", "FastGelu"}));
  INFO(op);
  const auto g = check_operator({.inputs = {{"x", {1, 12}, 0.03F, 4}}, .body = [&](OnnxBuilder& b) { b.node(op, {"x_dq"}, {"r"}, "", "com.microsoft"); }, .scale_y = 0.03F, .domain = "com.microsoft"});
  CHECK(kinds(g) == Kinds{"Table"});
}

TEST_CASE("The operator-oriented Sigmoid and LeakyRelu are tables", "[operators]") {
  const auto op = GENERATE(values<std::string>({"QLinearSigmoid", "QLinearLeakyRelu"}));
  INFO(op);
  OnnxBuilder b(13);
  b.domain("com.microsoft", 1).input("x", {1, 9}, onnx::TensorProto::UINT8).output("y", onnx::TensorProto::UINT8);
  b.scale_and_zero("x", 0.04F, 120, true).scale_and_zero("y", 0.01F, 3, true);
  b.node(op, {"x", "x_scale", "x_zero", "y_scale", "y_zero"}, {"y"}, "", "com.microsoft");
  const auto g = canonical(b.bytes());
  CHECK(kinds(g) == Kinds{"Table"});
  CHECK(difference(b.bytes(), g) <= 1);
  CHECK(refusal_of(g) == "");
}

TEST_CASE("Newer operators are made of those of operator set 13", "[operators]") {
  CHECK(kinds(check_operator(model_of({"Mish", 0.05F, 0, 0.03F, -100, 18}, {1, 6}))) == Kinds{"Table"});
  CHECK(kinds(check_operator(model_of({"Gelu", 0.03F, 0, 0.03F, -100, 20}, {1, 6}))) == Kinds{"Table"});
  CHECK(kinds(check_operator(model_of({"Gelu", 0.03F, 0, 0.03F, -100, 20}, {1, 6}, [](onnx::NodeProto& n) { OnnxBuilder::attribute(n, "approximate", std::string("tanh")); }))) ==
        Kinds{"Table"});
}
