// SPDX-License-Identifier: Apache-2.0
// Float nodes of the IR as ONNX models, and nodes that are kept as they came.
#include <onnx/onnx_pb.h>

#include <catch2/catch.hpp>
#include <vernier/ort/model.hpp>
#include <vernier/ort/session.hpp>

#include "quantised_graphs.hpp"

using namespace vernier;
using namespace vernier::test;
using graph::OpKind;

namespace {

Tensor floats(Shape shape, std::vector<float> values) {
  Tensor t(DType::kFloat32, std::move(shape));
  std::ranges::copy(values, t.as<float>().begin());
  return t;
}
graph::ValueId real(graph::Graph& g, const std::string& name, Shape shape) {
  return g.add_value({name, DType::kFloat32, std::move(shape), std::nullopt, {}});
}
graph::ValueId fixed(graph::Graph& g, const std::string& name, Tensor t) { return add_constant(g, name, std::move(t), std::nullopt); }

std::vector<float> run(const graph::Graph& g, const std::vector<Tensor>& inputs) {
  const auto nodes = g.nodes();
  const auto model = ort::model_of(g, nodes);
  INFO((model ? "" : to_string(model.error())));
  REQUIRE(model);
  auto session = ort::Session::open(model->bytes(), {}, "test");
  INFO((session ? "" : to_string(session.error())));
  REQUIRE(session);
  const auto out = session->run(inputs);
  INFO((out ? "" : to_string(out.error())));
  REQUIRE(out);
  const auto v = out->at(0).as<float>();
  return {v.begin(), v.end()};
}

void keep_as(graph::Graph& g, graph::NodeId id, const std::string& op, const std::vector<std::string>& inputs, const std::string& domain = "") {
  onnx::NodeProto proto;
  proto.set_op_type(op);
  proto.set_domain(domain);
  for (const auto& in : inputs) proto.add_input(in);
  proto.add_output("out");
  g.node(id).onnx_node = proto.SerializeAsString();
}

}  // namespace

TEST_CASE("A float convolution carries its folded activation", "[ort]") {
  graph::Graph g;
  const auto x = real(g, "x", {1, 1, 1, 4});
  const auto w = fixed(g, "w", floats({1, 1, 1, 2}, {1, -1}));
  const auto y = real(g, "y", {1, 1, 1, 3});
  add_node(g, OpKind::kConv, {x, w}, y, {.kernel_w = 2}, graph::Clamp{0, 6});
  CHECK(run(g, {floats({1, 1, 1, 4}, {9, 1, 3, 2})}) == std::vector<float>{6, 0, 1});
}

TEST_CASE("A float matrix product takes its weight as rows of outputs in two and three dimensions", "[ort]") {
  for (const auto& shape : {Shape{1, 2}, Shape{1, 1, 2}}) {
    graph::Graph g;
    auto out = shape;
    out.back() = 3;
    const auto x = real(g, "x", shape);
    const auto w = fixed(g, "w", floats({3, 2}, {1, 0, 0, 1, 2, 2}));
    const auto b = fixed(g, "b", floats({3}, {0, 10, 0}));
    const auto y = real(g, "y", out);
    add_node(g, OpKind::kGemm, {x, w, b}, y);
    CHECK(run(g, {floats(shape, {3, 4})}) == std::vector<float>{3, 14, 14});
  }
}

TEST_CASE("Float pools additions clips and rectifiers run as the graph says", "[ort]") {
  graph::Graph g;
  const auto x = real(g, "x", {1, 1, 2, 2});
  const auto relu = real(g, "relu", {1, 1, 2, 2});
  const auto sum = real(g, "sum", {1, 1, 2, 2});
  const auto clip = real(g, "clip", {1, 1, 2, 2});
  const auto mean = real(g, "mean", {1, 1, 1, 1});
  const auto top = real(g, "top", {1, 1, 1, 1});
  const auto both = real(g, "both", {1, 1, 1, 1});
  add_node(g, OpKind::kRelu, {x}, relu);
  add_node(g, OpKind::kAdd, {x, relu}, sum);
  add_node(g, OpKind::kClip, {sum}, clip, {}, graph::Clamp{-3, 10});
  add_node(g, OpKind::kAveragePool, {clip}, mean, {.kernel_h = 2, .kernel_w = 2});
  add_node(g, OpKind::kMaxPool, {clip}, top, {.kernel_h = 2, .kernel_w = 2});
  add_node(g, OpKind::kAdd, {mean, top}, both);
  // sums -4 2 8 14, clipped -3 2 8 10: mean 4.25, largest 10
  CHECK(run(g, {floats({1, 1, 2, 2}, {-4, 1, 4, 7})}) == std::vector<float>{14.25F});
}

TEST_CASE("A kept node runs with the names its values have now and without its absent inputs", "[ort]") {
  graph::Graph g;
  g.opsets[""] = 13;
  const auto x = real(g, "renamed", {3});
  const auto hi = fixed(g, "hi", floats({}, {2}));
  const auto y = real(g, "y", {3});
  const auto id = add_node(g, OpKind::kOther, {x, hi}, y);
  keep_as(g, id, "Clip", {"old name", "", "old limit"});  // no lower limit
  CHECK(run(g, {floats({3}, {-9, 1, 5})}) == std::vector<float>{-9, 1, 2});
}

TEST_CASE("A kept node is run in the operator set it came from", "[ort]") {
  const auto shares = [](std::int64_t opset) {
    graph::Graph g;
    g.opsets[""] = opset;
    const auto x = real(g, "x", {1, 2, 2});
    const auto y = real(g, "y", {1, 2, 2});
    const auto id = add_node(g, OpKind::kOther, {x}, y);
    keep_as(g, id, "Softmax", {"x"});
    return run(g, {floats({1, 2, 2}, {0, 0, 0, 0})});
  };
  CHECK(shares(11)[0] == Approx(0.25));  // over all axes from 1 on
  CHECK(shares(13)[0] == Approx(0.5));   // over the last axis
}

TEST_CASE("Nodes that cannot be written are refused with their name", "[ort]") {
  graph::Graph g;
  g.opsets[""] = 11;
  const auto x = add_activation(g, "x", DType::kInt8, {1, 4}, 0.1F, 0);
  const auto r = real(g, "r", {1, 4});
  const auto y = real(g, "y", {1, 4});
  add_node(g, OpKind::kDequantize, {x}, r);
  const auto id = add_node(g, OpKind::kOther, {r}, y);
  const auto nodes = g.nodes();
  const auto no_proto = ort::model_of(g, nodes);
  REQUIRE_FALSE(no_proto);
  CHECK(no_proto.error().where == "Other_y");
  keep_as(g, id, "Softmax", {"r"});
  const auto mixed = ort::model_of(g, nodes);
  REQUIRE_FALSE(mixed);
  CHECK(mixed.error().code == ErrorCode::kUnsupported);
  CHECK(ort::model_of(g, std::span(nodes).first(1)));
  CHECK(ort::model_of(g, std::span(nodes).last(1)));
  keep_as(g, id, "Softmax", {"r", "s", "t"});
  CHECK_FALSE(ort::model_of(g, std::span(nodes).last(1)));
}

TEST_CASE("Names that clash stay apart in a model", "[ort]") {
  graph::Graph g;
  const auto a = real(g, "same", {2});
  const auto b = real(g, "same", {2});
  const auto y = real(g, "same", {2});
  add_node(g, OpKind::kAdd, {a, b}, y);
  CHECK(run(g, {floats({2}, {1, 2}), floats({2}, {10, 20})}) == std::vector<float>{11, 22});
}
