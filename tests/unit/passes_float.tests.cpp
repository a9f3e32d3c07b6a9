// SPDX-License-Identifier: Apache-2.0
// Float passes keep what a model computes: each case compares with ONNX Runtime on the model as it came.
#include <vernier/passes/passes.hpp>

#include "passes_harness.hpp"

using namespace vernier;
using namespace vernier::graph;
using namespace vernier::test;

namespace {

constexpr double kRounding = 2e-5;  // of float sums in another order
using Kinds = std::vector<std::string>;

/// The canonical graph, after it was found to compute what the model does.
Graph checked(const OnnxBuilder& b) {
  const auto bytes = b.bytes();
  auto g = canonical(bytes);
  INFO(dump(g));
  CHECK(difference(bytes, g) <= kRounding);
  return g;
}

OnnxBuilder image(const Shape& x) {
  OnnxBuilder b;
  b.input("x", x).output("y");
  return b;
}

}  // namespace

TEST_CASE("Batch norm and per-channel arithmetic fold into the convolution before them", "[passes]") {
  auto b = image({1, 3, 6, 6});
  b.random("w", {4, 3, 3, 3}).random("s", {4}).random("b", {4}).random("m", {4}).floats("v", {4}, {1, 2, 0.5F, 3}).random("k", {4, 1, 1}).random("a", {1, 4, 1, 1});
  b.floats("d", {}, {3});
  b.node("Conv", {"x", "w"}, {"c"}, "conv");
  b.node("BatchNormalization", {"c", "s", "b", "m", "v"}, {"n"}, "norm");
  b.node("Mul", {"n", "k"}, {"p"}, "gain");
  b.node("Sub", {"a", "p"}, {"q"}, "mirror");
  b.node("Div", {"q", "d"}, {"y"}, "third");
  const auto g = checked(b);
  CHECK(kinds(g) == Kinds{"Conv"});
  CHECK(first(g, OpKind::kConv).fused == std::vector<std::string>{"norm", "gain", "mirror", "third"});
  CHECK(first(g, OpKind::kConv).name == "conv");
}

TEST_CASE("Arithmetic behind a value that is read twice stays", "[passes]") {
  auto b = image({1, 2, 4, 4});
  b.random("w", {2, 2, 1, 1}).random("k", {2, 1, 1});
  b.node("Conv", {"x", "w"}, {"c"});
  b.node("Mul", {"c", "k"}, {"m"});
  b.node("Add", {"c", "m"}, {"y"});
  CHECK(kinds(checked(b)) == Kinds{"Conv", "Mul", "Add"});
}

TEST_CASE("A constant of another shape than one number a channel stays", "[passes]") {
  auto b = image({1, 2, 4, 4});
  b.random("w", {2, 2, 1, 1}).random("k", {4});
  b.node("Conv", {"x", "w"}, {"c"});
  b.node("Mul", {"c", "k"}, {"y"});
  CHECK(kinds(checked(b)) == Kinds{"Conv", "Mul"});
}

TEST_CASE("A batch norm with nothing before it becomes a depthwise convolution", "[passes]") {
  auto b = image({1, 3, 4, 4});
  b.random("s", {3}).random("b", {3}).random("m", {3}).floats("v", {3}, {1, 2, 0.5F});
  b.node("BatchNormalization", {"x", "s", "b", "m", "v"}, {"y"});
  const auto g = checked(b);
  CHECK(kinds(g) == Kinds{"Conv"});
  CHECK(first(g, OpKind::kConv).window.group == 3);
}

TEST_CASE("Every form of Gemm becomes a weight of N rows and K columns", "[passes]") {
  const bool transposed = GENERATE(false, true);
  const auto bias = GENERATE(Shape{}, Shape{5}, Shape{1, 5}, Shape{1});
  OnnxBuilder b;
  b.input("x", {2, 3}).output("y").random("w", transposed ? Shape{5, 3} : Shape{3, 5}).random("c", bias);
  auto& node = b.node("Gemm", {"x", "w", "c"}, {"y"});
  OnnxBuilder::attribute(node, "transB", std::int64_t{transposed ? 1 : 0});
  OnnxBuilder::attribute(node, "alpha", 0.5F);
  OnnxBuilder::attribute(node, "beta", -2.0F);
  const auto g = checked(b);
  CHECK(kinds(g) == Kinds{"Gemm"});
  CHECK(g.value(first(g, OpKind::kGemm).inputs[1]).shape == Shape{5, 3});
}

TEST_CASE("A Gemm of a turned matrix is a transpose and a Gemm", "[passes]") {
  OnnxBuilder turned;
  turned.input("x", {3, 2}).output("y").random("w", {3, 5});
  OnnxBuilder::attribute(turned.node("Gemm", {"x", "w"}, {"y"}), "transA", std::int64_t{1});
  CHECK(kinds(checked(turned)) == Kinds{"Transpose", "Gemm"});
}

TEST_CASE("A Gemm that the IR cannot hold stays whole", "[passes]") {
  OnnxBuilder full;
  full.input("x", {2, 3}).output("y").random("w", {3, 5}).random("c", {2, 5}).node("Gemm", {"x", "w", "c"}, {"y"});
  CHECK(checked(full).node(checked(full).nodes()[0]).kind == OpKind::kOther);
}

TEST_CASE("MatMul and a bias are one Gemm of a matrix whatever the rank", "[passes]") {
  OnnxBuilder b;
  b.input("x", {2, 4, 3}).output("y").random("w", {3, 5}).random("c", {5});
  b.node("MatMul", {"x", "w"}, {"m"}, "product");
  b.node("Add", {"c", "m"}, {"s"}, "bias");
  b.node("Relu", {"s"}, {"y"}, "act");
  const auto g = checked(b);
  CHECK(kinds(g) == Kinds{"Reshape", "Gemm", "Reshape"});
  const auto& gemm = first(g, OpKind::kGemm);
  CHECK(g.value(gemm.inputs[0]).shape == Shape{8, 3});
  CHECK(gemm.fused == std::vector<std::string>{"bias", "act"});
  CHECK(gemm.clamp->lo == 0);
}

TEST_CASE("Global pools and means over the image become pools", "[passes]") {
  for (const std::string op : {"GlobalAveragePool", "GlobalMaxPool", "ReduceMean", "squeezed"}) {
    auto b = image({1, 3, 4, 5});
    if (op == "ReduceMean" || op == "squeezed") {
      auto& node = b.node("ReduceMean", {"x"}, {"y"});
      OnnxBuilder::attribute(node, "axes", {-1, 2});
      OnnxBuilder::attribute(node, "keepdims", std::int64_t{op == "squeezed" ? 0 : 1});
    } else {
      b.node(op, {"x"}, {"y"});
    }
    const auto g = checked(b);
    const auto kind = op == "GlobalMaxPool" ? OpKind::kMaxPool : OpKind::kAveragePool;
    CHECK(first(g, kind).window == Window{.kernel_h = 4, .kernel_w = 5});
    CHECK(g.nodes().size() == (op == "squeezed" ? 2 : 1));
  }
}

TEST_CASE("A mean over axes that stand apart is no pool", "[passes]") {
  auto b = image({1, 3, 4, 4});
  OnnxBuilder::attribute(b.node("ReduceMean", {"x"}, {"y"}), "axes", {1, 3});
  CHECK(kinds(checked(b)) == Kinds{"ReduceMean"});
}

TEST_CASE("Pad folds into the window where its value is the window's own", "[passes]") {
  const auto padded = [](const std::string& op, float value) {
    auto b = image({1, 2, 5, 5});
    b.int64s("pads", {0, 0, 1, 2, 0, 0, 2, 0}).floats("value", {}, {value}).random("w", {2, 2, 3, 3});
    b.node("Pad", {"x", "pads", "value"}, {"p"}, "pad");
    auto& node = op == "Conv" ? b.node(op, {"p", "w"}, {"y"}) : b.node(op, {"p"}, {"y"});
    if (op != "Conv") OnnxBuilder::attribute(node, "kernel_shape", {3, 3});
    return checked(b);
  };
  const auto conv = padded("Conv", 0);
  CHECK(kinds(conv) == Kinds{"Conv"});
  CHECK(first(conv, OpKind::kConv).window == Window{.kernel_h = 3, .kernel_w = 3, .pad_top = 1, .pad_left = 2, .pad_bottom = 2, .pad_right = 0});
  CHECK(first(conv, OpKind::kConv).fused == std::vector<std::string>{"pad"});
  CHECK(kinds(padded("Conv", 1)) == Kinds{"Pad", "Conv"});
  const auto average = padded("AveragePool", 0);
  CHECK(kinds(average) == Kinds{"AveragePool"});
  CHECK(first(average, OpKind::kAveragePool).window.count_include_pad);
  CHECK(kinds(padded("MaxPool", 0)) == Kinds{"Pad", "MaxPool"});
  CHECK(kinds(padded("MaxPool", -std::numeric_limits<float>::infinity())) == Kinds{"MaxPool"});
}

TEST_CASE("Activations in a row become one clamp", "[passes]") {
  auto b = image({1, 2, 4, 4});
  b.random("w", {2, 2, 3, 3}).floats("lo", {}, {-1}).floats("hi", {}, {0.5F});
  b.node("Conv", {"x", "w"}, {"c"});
  b.node("Relu", {"c"}, {"r"}, "relu");
  b.node("Clip", {"r", "lo", "hi"}, {"y"}, "clip");
  const auto g = checked(b);
  CHECK(kinds(g) == Kinds{"Conv"});
  CHECK(first(g, OpKind::kConv).clamp == Clamp{0, 0.5});
}

TEST_CASE("A residual sum takes the activation behind it", "[passes]") {
  auto b = image({1, 2, 4, 4});
  b.random("w", {2, 2, 1, 1}).node("Conv", {"x", "w"}, {"c"});
  b.node("Add", {"c", "x"}, {"s"}, "sum");
  b.node("Relu", {"s"}, {"y"}, "relu");
  const auto g = checked(b);
  CHECK(kinds(g) == Kinds{"Conv", "Add"});
  CHECK(first(g, OpKind::kAdd).fused == std::vector<std::string>{"relu"});
}

TEST_CASE("Constant sub-graphs are evaluated and dead nodes go", "[passes]") {
  OnnxBuilder b;
  b.input("x", {1, 6}).output("y").random("a", {2, 3}).random("b", {6});
  b.int64s("flat", {6});
  b.node("Transpose", {"a"}, {"t"});
  b.node("Reshape", {"t", "flat"}, {"r"});
  b.node("Exp", {"b"}, {"e"});
  b.node("Mul", {"r", "e"}, {"m"});
  b.node("Mul", {"x", "m"}, {"y"});
  b.node("Sigmoid", {"x"}, {"unused"});
  CHECK(kinds(checked(b)) == Kinds{"Mul"});
}

TEST_CASE("Shapes that are computed from static shapes fold", "[passes]") {
  OnnxBuilder b;
  b.input("x", {2, 3, 4}).output("y").int64s("zero", {0}).int64s("tail", {-1});
  b.node("Shape", {"x"}, {"s"});
  b.node("Gather", {"s", "zero"}, {"n"});
  OnnxBuilder::attribute(b.node("Concat", {"n", "tail"}, {"c"}), "axis", std::int64_t{0});
  b.node("Reshape", {"x", "c"}, {"r"});
  b.node("Sigmoid", {"r"}, {"y"});
  CHECK(kinds(checked(b)) == Kinds{"Reshape", "Table"});
}

TEST_CASE("Identity Dropout and reshapes in a row leave one reshape", "[passes]") {
  OnnxBuilder b;
  b.input("x", {2, 3, 4}).output("y").int64s("a", {6, 4}).int64s("b", {24}).int64s("c", {4, 6});
  b.node("Identity", {"x"}, {"i"});
  b.node("Reshape", {"i", "a"}, {"r"});
  b.node("Dropout", {"r"}, {"d"});
  b.node("Reshape", {"d", "b"}, {"s"});
  b.node("Reshape", {"s", "c"}, {"y"});
  CHECK(kinds(checked(b)) == Kinds{"Reshape"});
}

TEST_CASE("An identity from input to output stays as a copy", "[passes]") {
  OnnxBuilder b;
  b.input("x", {2, 3}).output("y").node("Identity", {"x"}, {"y"});
  const auto g = checked(b);
  CHECK(kinds(g) == Kinds{"Reshape"});
  CHECK(g.value(g.outputs[0]).name == "y");
}

TEST_CASE("One-dimensional convolutions and pools get a height of one", "[passes]") {
  OnnxBuilder b;
  b.input("x", {1, 2, 16}).output("y").random("w", {4, 2, 5});
  OnnxBuilder::attribute(b.node("Conv", {"x", "w"}, {"c"}), "pads", {2, 1});
  OnnxBuilder::attribute(b.node("MaxPool", {"c"}, {"y"}), "kernel_shape", {2});
  const auto g = checked(b);
  CHECK(kinds(g) == Kinds{"Reshape", "Conv", "MaxPool", "Reshape"});
  CHECK(g.value(first(g, OpKind::kConv).inputs[1]).shape == Shape{4, 2, 1, 5});
}

TEST_CASE("A transpose before a flattened product reorders the weight", "[passes]") {
  auto b = image({1, 3, 4, 5});
  b.int64s("flat", {1, 60}).random("w", {60, 7});
  OnnxBuilder::attribute(b.node("Transpose", {"x"}, {"t"}, "turn"), "perm", {0, 2, 3, 1});
  b.node("Reshape", {"t", "flat"}, {"r"});
  b.node("MatMul", {"r", "w"}, {"y"});
  const auto g = checked(b);
  CHECK(kinds(g) == Kinds{"Reshape", "Gemm"});
  CHECK(first(g, OpKind::kGemm).fused == std::vector<std::string>{"turn"});
}

TEST_CASE("A transpose that moves axes of length one is a reshape", "[passes]") {
  auto b = image({1, 5, 1, 3});
  OnnxBuilder::attribute(b.node("Transpose", {"x"}, {"y"}), "perm", {2, 1, 3, 0});
  CHECK(kinds(checked(b)) == Kinds{"Reshape"});
}

TEST_CASE("Weights that alone are quantised become float again for the host", "[passes]") {
  OnnxBuilder b;
  b.input("x", {2, 6}).output("y").weight("w", {6, 4}, 1, 0.01F);
  b.node("MatMul", {"x", "w_dq"}, {"y"});
  const auto g = checked(b);
  CHECK(kinds(g) == Kinds{"Gemm"});
  CHECK(g.value(first(g, OpKind::kGemm).inputs[1]).type == DType::kFloat32);
}
