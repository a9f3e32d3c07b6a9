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
  std::vector<std::vector<Tensor>> samples(2);
  for (auto& sample : samples) {
    for (const auto id : g.inputs) sample.push_back(random_tensor(DType::kFloat32, g.value(id).shape, engine));
  }
  auto q = quantize_after_training(std::move(g), samples);
  if (!q) FAIL(to_string(q.error()));
  return std::move(*q);
}

}  // namespace

TEST_CASE("An operator on each element alone sees any shape as an image of one sample", "[passes][qdq]") {
  const auto [shape, image] = GENERATE(table<Shape, Shape>({{{7}, {1, 7}}, {{3, 5}, {1, 3, 5}}, {{3, 4, 5}, {1, 3, 4, 5}}, {{2, 3, 4, 5}, {1, 6, 4, 5}}, {{2, 1, 3, 4, 5}, {1, 6, 4, 5}}}));
  OnnxBuilder clip;
  clip.input("x", shape).output("y").floats("lo", {}, {-1.0F}).floats("hi", {}, {1.5F}).node("Clip", {"x", "lo", "hi"}, {"y"}, "clip");
  const auto g = quantised(clip);
  INFO(dump(g));
  CHECK(g.value(first(g, OpKind::kClip).inputs[0]).shape == image);
  CHECK(difference(clip.bytes(), g) < 0.02);

  OnnxBuilder sum;
  sum.input("a", shape).input("b", shape).output("y").node("Add", {"a", "b"}, {"y"}, "sum");
  const auto s = quantised(sum);
  CHECK(s.value(first(s, OpKind::kAdd).inputs[1]).shape == image);
  CHECK(difference(sum.bytes(), s) < 0.06);
}

TEST_CASE("Element-wise operators in a row have no reshapes between them, whoever else reads", "[passes][qdq]") {
  OnnxBuilder b;
  b.input("x", {3, 4, 5}).output("y").floats("lo", {}, {-1.0F}).floats("hi", {}, {1.5F});
  b.node("Clip", {"x", "lo", "hi"}, {"c"}, "clip");
  b.node("Add", {"c", "x"}, {"s"}, "first");
  b.node("Add", {"s", "c"}, {"y"}, "second");
  const auto g = quantised(b);
  INFO(dump(g));
  CHECK(std::ranges::count(kinds(g), "Reshape") == 2);
  CHECK(difference(b.bytes(), g) < 0.1);
}

TEST_CASE("Pools take the samples of a batch as channels", "[passes][qdq]") {
  const std::string op = GENERATE("MaxPool", "AveragePool");
  OnnxBuilder b;
  b.input("x", {2, 3, 6, 5}).output("y");
  auto& node = b.node(op, {"x"}, {"y"}, "pool");
  OnnxBuilder::attribute(node, "kernel_shape", {2, 3});
  OnnxBuilder::attribute(node, "strides", {2, 1});
  const auto g = quantised(b);
  INFO(dump(g));
  CHECK(g.value(first(g, op == "MaxPool" ? OpKind::kMaxPool : OpKind::kAveragePool).inputs[0]).shape == Shape{1, 6, 6, 5});
  CHECK(difference(b.bytes(), g) < 0.03);
}

TEST_CASE("A pool of maxima alone is quantised by what it reads", "[passes][qdq]") {
  OnnxBuilder b;
  b.input("x", {1, 3, 6, 6}).output("y");
  OnnxBuilder::attribute(b.node("MaxPool", {"x"}, {"y"}, "pool"), "kernel_shape", {2, 2});
  const auto g = quantised(b);
  CHECK(kinds(g) == Kinds{"Quantize", "MaxPool", "Dequantize"});
  CHECK(difference(b.bytes(), g) < 0.02);
}

TEST_CASE("Sums of one and of many tensors are additions", "[passes]") {
  OnnxBuilder many;
  many.input("a", {2, 3}).input("b", {2, 3}).input("c", {2, 3}).output("y").node("Sum", {"a", "b", "c"}, {"y"}, "sum");
  const auto g = canonical(many.bytes());
  CHECK(kinds(g) == Kinds{"Add", "Add"});
  CHECK(difference(many.bytes(), g) < 1e-6);
  OnnxBuilder one;
  one.input("a", {2, 3}).output("y").node("Sum", {"a"}, {"s"}, "sum");
  one.node("Relu", {"s"}, {"y"}, "act");
  CHECK(kinds(canonical(one.bytes())) == Kinds{"Relu"});
}

TEST_CASE("A product of two quantised activations stays whole for the host", "[passes][qoperator]") {
  OnnxBuilder b;
  b.input("a", {2, 3, 4}, onnx::TensorProto::INT8).input("b", {2, 4, 5}, onnx::TensorProto::INT8).output("y", onnx::TensorProto::INT8);
  b.scale_and_zero("a", 0.05F, 3).scale_and_zero("b", 0.04F, -5).scale_and_zero("y", 0.2F, 1);
  b.node("QLinearMatMul", {"a", "a_scale", "a_zero", "b", "b_scale", "b_zero", "y_scale", "y_zero"}, {"y"}, "product");
  const auto g = canonical(b.bytes());
  CHECK(kinds(g) == Kinds{"QLinearMatMul"});
  CHECK(difference(b.bytes(), g) == 0);
}
