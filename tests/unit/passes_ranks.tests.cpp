// SPDX-License-Identifier: Apache-2.0
// Shapes that models bring and the accelerator does not know become ones that it does.
#include <catch2/catch.hpp>

#include <vernier/passes/quantise.hpp>

#include "passes_harness.hpp"

using namespace vernier;
using namespace vernier::graph;
using namespace vernier::test;
using Kinds = std::vector<std::string>;

namespace {

/// Quantised with random samples of the graph's inputs.
Graph quantised(const OnnxBuilder& b) {
  auto g = imported(b.bytes());
  std::mt19937 engine(3);
  std::vector<std::vector<Tensor>> samples(16);  // enough to cover what the checks draw
  for (auto& sample : samples) {
    for (const auto id : g.inputs) sample.push_back(random_tensor(DType::kFloat32, g.value(id).shape, engine));
  }
  auto q = quantize_after_training(std::move(g), samples);
  if (!q) FAIL(to_string(q.error()));
  return std::move(*q);
}

}  // namespace

TEST_CASE("Reshapes in a row go, whoever else reads between them", "[passes]") {
  OnnxBuilder b;
  b.input("x", {2, 6}).output("y").output("z").int64s("mid", {3, 4}).int64s("end", {12});
  b.node("Reshape", {"x", "mid"}, {"m"}, "first");
  b.node("Reshape", {"m", "end"}, {"e"}, "second");
  b.node("Relu", {"e"}, {"y"}, "flat");
  b.node("Relu", {"m"}, {"z"}, "square");
  const auto g = canonical(b.bytes());
  INFO(dump(g));
  for (const auto id : g.nodes()) {
    const auto before = g.producer(g.node(id).inputs[0]);
    CHECK_FALSE((g.node(id).kind == OpKind::kReshape && before && g.node(*before).kind == OpKind::kReshape));
  }
  CHECK(difference(b.bytes(), g) == 0);
}

TEST_CASE("A pool of maxima alone is quantised by what it reads", "[passes][qdq]") {
  OnnxBuilder b;
  b.input("x", {1, 3, 6, 6}).output("y");
  OnnxBuilder::attribute(b.node("MaxPool", {"x"}, {"y"}, "pool"), "kernel_shape", {2, 2});
  const auto g = quantised(b);
  CHECK(kinds(g) == Kinds{"Quantize", "MaxPool", "Dequantize"});
  CHECK(difference(b.bytes(), g) < 0.02);
}

TEST_CASE("A product of many rows is a convolution over them, and layers in a row turn once", "[passes][qdq]") {
  OnnxBuilder b;
  b.input("x", {2, 4, 6}).output("y").random("w1", {6, 5}).random("c1", {5}).random("w2", {5, 5});
  b.node("MatMul", {"x", "w1"}, {"m"}, "first");
  b.node("Add", {"m", "c1"}, {"s"}, "bias");
  b.node("Sigmoid", {"s"}, {"t"}, "table");
  b.node("MatMul", {"t", "w2"}, {"u"}, "second");
  b.node("Add", {"u", "t"}, {"y"}, "residual");
  const auto g = quantised(b);
  INFO(dump(g));
  const auto all = kinds(g);
  CHECK(std::ranges::count(all, "Gemm") == 0);
  CHECK(std::ranges::count(all, "Conv") == 2);
  CHECK(std::ranges::count(all, "Move") == 2);
  CHECK(g.value(first(g, OpKind::kConv).inputs[0]).shape == Shape{1, 6, 1, 8});
  CHECK(difference(b.bytes(), g) < 0.25);
}

TEST_CASE("A scalar between reshapes is no row of a product", "[passes][qdq]") {
  OnnxBuilder b;
  b.input("x", {1}).output("y").int64s("one", {0});
  b.node("Squeeze", {"x", "one"}, {"s"}, "scalar");
  b.node("Sigmoid", {"s"}, {"y"}, "table");
  CHECK(difference(b.bytes(), quantised(b)) < 0.05);
}

TEST_CASE("A sum of one tensor is that tensor", "[passes]") {
  OnnxBuilder one;
  one.input("a", {2, 3}).output("y").node("Sum", {"a"}, {"s"}, "sum");
  one.node("Relu", {"s"}, {"y"}, "act");
  CHECK(kinds(canonical(one.bytes())) == Kinds{"Clip"});
}

TEST_CASE("A product of two quantised activations is one of matrices unless it broadcasts", "[passes][qoperator]") {
  OnnxBuilder b;
  b.input("a", {2, 3, 4}, onnx::TensorProto::INT8).input("b", {2, 4, 5}, onnx::TensorProto::INT8).output("y", onnx::TensorProto::INT8);
  b.scale_and_zero("a", 0.05F, 3).scale_and_zero("b", 0.04F, -5).scale_and_zero("y", 0.2F, 1);
  b.node("QLinearMatMul", {"a", "a_scale", "a_zero", "b", "b_scale", "b_zero", "y_scale", "y_zero"}, {"y"}, "product");
  const auto g = canonical(b.bytes());
  CHECK(kinds(g) == Kinds{"MatMul"});
  CHECK(difference(b.bytes(), g) <= 1);
  OnnxBuilder wide;
  wide.input("a", {2, 3, 4}, onnx::TensorProto::INT8).input("b", {4, 5}, onnx::TensorProto::INT8).output("y", onnx::TensorProto::INT8);
  wide.scale_and_zero("a", 0.05F, 3).scale_and_zero("b", 0.04F, -5).scale_and_zero("y", 0.2F, 1);
  wide.node("QLinearMatMul", {"a", "a_scale", "a_zero", "b", "b_scale", "b_zero", "y_scale", "y_zero"}, {"y"}, "product");
  CHECK(kinds(canonical(wide.bytes())) == Kinds{"QLinearMatMul"});
}
