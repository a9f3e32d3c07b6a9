// SPDX-License-Identifier: Apache-2.0
#include <vernier/import/import.hpp>

#include <catch2/catch.hpp>
#include <onnx/defs/schema.h>

#include "../../graphs/import/src/operator_versions.hpp"
#include "onnx_builder.hpp"

using namespace vernier;
using namespace vernier::graph;
using test::OnnxBuilder;

namespace {

Graph import(const OnnxBuilder& b) {
  const auto bytes = b.bytes();
  auto g = import_onnx_bytes(test::as_bytes(bytes), "test.onnx");
  if (!g) FAIL(to_string(g.error()));
  return std::move(*g);
}

const Node& only_node(const Graph& g) {
  REQUIRE(g.nodes().size() == 1);
  return g.node(g.nodes()[0]);
}

}  // namespace

TEST_CASE("Automatic padding is resolved against the input", "[import]") {
  const auto window = [](const std::string& pad, std::int64_t size, std::int64_t stride) {
    OnnxBuilder b;
    b.input("x", {1, 1, size, size}).output("y").random("w", {1, 1, 3, 3});
    auto& node = b.node("Conv", {"x", "w"}, {"y"});
    OnnxBuilder::attribute(node, "auto_pad", pad);
    OnnxBuilder::attribute(node, "strides", {stride, stride});
    return only_node(import(b)).window;
  };
  // ceil(8 / 2) = 4 outputs span 3 * 2 + 3 = 9 pixels: one of padding, at the end for UPPER
  const auto upper = window("SAME_UPPER", 8, 2);
  CHECK(upper.pad_top == 0);
  CHECK(upper.pad_bottom == 1);
  const auto lower = window("SAME_LOWER", 8, 2);
  CHECK(lower.pad_left == 1);
  CHECK(lower.pad_right == 0);
  CHECK(window("SAME_UPPER", 7, 1).pad_top == 1);
  CHECK(window("VALID", 7, 1).pad_top == 0);
}

TEST_CASE("A one-dimensional window has height one", "[import]") {
  OnnxBuilder b;
  b.input("x", {1, 2, 16}).output("y").random("w", {4, 2, 5});
  OnnxBuilder::attribute(b.node("Conv", {"x", "w"}, {"y"}), "pads", {2, 1});
  const auto g = import(b);
  CHECK(only_node(g).window == Window{.kernel_w = 5, .pad_left = 2, .pad_right = 1});
}

TEST_CASE("Clip limits come from attributes and from inputs", "[import]") {
  OnnxBuilder old(7);
  old.input("x", {1, 4}).output("y");
  auto& node = old.node("Clip", {"x"}, {"y"});
  OnnxBuilder::attribute(node, "min", 0.0F);
  OnnxBuilder::attribute(node, "max", 6.0F);
  CHECK(only_node(import(old)).clamp == Clamp{0, 6});

  OnnxBuilder half;  // an absent lower limit
  half.input("x", {1, 4}).output("y").floats("hi", {}, {6});
  half.node("Clip", {"x", "", "hi"}, {"y"});
  const auto clamp = only_node(import(half)).clamp;
  REQUIRE(clamp);
  CHECK(std::isinf(clamp->lo));
  CHECK(clamp->hi == 6);
}

TEST_CASE("Constants come from initialisers and from every form of Constant", "[import]") {
  OnnxBuilder b;
  b.input("x", {1, 2}).output("y");
  auto& floats = *b.node("Constant", {}, {"a"}).add_attribute();
  floats.set_name("value_floats");
  floats.set_type(onnx::AttributeProto::FLOATS);
  floats.add_floats(1);
  floats.add_floats(2);
  b.int64s("shape", {2});
  auto& fill = *b.node("ConstantOfShape", {"shape"}, {"c"}).add_attribute();
  fill.set_name("value");
  fill.set_type(onnx::AttributeProto::TENSOR);
  fill.mutable_t()->set_data_type(onnx::TensorProto::FLOAT);
  fill.mutable_t()->add_dims(1);
  fill.mutable_t()->add_float_data(3);
  b.node("Add", {"x", "a"}, {"s"});
  b.node("Mul", {"s", "c"}, {"y"});
  const auto g = import(b);
  REQUIRE(g.nodes().size() == 2);
  const auto value = [&g](const char* name) { return g.value(g.find_value(name).value()).constant.value(); };
  CHECK(value("a").as<float>()[1] == 2);
  CHECK(value("c").as<float>()[0] == 3);
  CHECK(value("c").shape() == Shape{2});
}

TEST_CASE("Integers in 32-bit fields that do not fit their type are refused", "[import]") {
  OnnxBuilder b;
  b.input("x", {1}, onnx::TensorProto::INT8).output("y", onnx::TensorProto::INT8);
  auto& t = b.constant<std::int8_t>("c", {1}, {}, onnx::TensorProto::INT8);
  t.clear_raw_data();
  t.add_int32_data(300);
  b.node("Max", {"x", "c"}, {"y"});
  const auto bytes = b.bytes();
  const auto g = import_onnx_bytes(test::as_bytes(bytes), "test");
  REQUIRE_FALSE(g);
  CHECK(g.error().code == ErrorCode::kInvalidInput);
}

TEST_CASE("An unknown operator is kept whole with its inputs in order", "[import]") {
  OnnxBuilder b;
  b.input("x", {1, 1, 4, 4}).output("y").floats("scales", {4}, {1, 1, 2, 2});
  b.node("Resize", {"x", "", "scales"}, {"y"}, "up");
  const auto g = import(b);
  const auto& node = only_node(g);
  CHECK(node.kind == OpKind::kOther);
  CHECK(node.op_type == "Resize");
  CHECK(node.inputs.size() == 2);
  onnx::NodeProto proto;
  REQUIRE(proto.ParseFromString(node.onnx_node));
  CHECK(proto.input_size() == 3);
  CHECK(g.value(g.outputs[0]).shape == Shape{1, 1, 8, 8});
}

TEST_CASE("Quantised operators of the Microsoft domain have shapes", "[import]") {
  OnnxBuilder b;
  b.domain("com.microsoft", 1).input("x", {1, 2, 9, 9}, onnx::TensorProto::UINT8).output("y", onnx::TensorProto::UINT8);
  b.scale_and_zero("x", 0.1F, 3, true);
  auto& pool = b.node("QLinearAveragePool", {"x", "x_scale", "x_zero", "x_scale", "x_zero"}, {"p"}, "", "com.microsoft");
  OnnxBuilder::attribute(pool, "kernel_shape", {2, 2});
  OnnxBuilder::attribute(pool, "strides", {2, 2});
  OnnxBuilder::attribute(pool, "ceil_mode", std::int64_t{1});
  b.node("QLinearAdd", {"p", "x_scale", "x_zero", "p", "x_scale", "x_zero", "x_scale", "x_zero"}, {"a"}, "", "com.microsoft");
  b.node("QLinearConcat", {"x_scale", "x_zero", "a", "x_scale", "x_zero", "p", "x_scale", "x_zero"}, {"c"}, "", "com.microsoft");
  b.node("QLinearGlobalAveragePool", {"c", "x_scale", "x_zero", "x_scale", "x_zero"}, {"y"}, "", "com.microsoft");
  const auto g = import(b);
  CHECK(g.value(g.find_value("p").value()).shape == Shape{1, 2, 5, 5});
  CHECK(g.value(g.find_value("c").value()).shape == Shape{1, 4, 5, 5});
  CHECK(g.value(g.outputs[0]).shape == Shape{1, 4, 1, 1});
  CHECK(g.value(g.outputs[0]).type == DType::kUint8);
}

TEST_CASE("Operator sets outside of the known range are refused with the way out", "[import][versions]") {
  for (const int opset : {0, -1, 24, 99}) {
    OnnxBuilder b(opset);
    b.input("x", {1, 4}).output("y").node("Relu", {"x"}, {"y"});
    const auto bytes = b.bytes();
    const auto g = import_onnx_bytes(test::as_bytes(bytes), "test");
    REQUIRE_FALSE(g);
    CHECK(g.error().code == ErrorCode::kUnsupported);
    CHECK_THAT(g.error().what, Catch::Matchers::Contains(std::to_string(opset)) && Catch::Matchers::Contains("opset_version=17"));
  }
}

TEST_CASE("Operator sets before 7 are brought to it", "[import][versions]") {
  OnnxBuilder b(6);
  OnnxBuilder::port(*b.graph().add_input(), "x", {1, 2, 3, 4}, onnx::TensorProto::FLOAT);
  OnnxBuilder::port(*b.graph().add_output(), "y", {1, 2, 3, 4}, onnx::TensorProto::FLOAT);
  b.floats("row", {4}, {1, 2, 3, 4});
  OnnxBuilder::port(*b.graph().add_input(), "row", {4}, onnx::TensorProto::FLOAT);
  auto& add = b.node("Add", {"x", "row"}, {"y"}, "add");
  OnnxBuilder::attribute(add, "broadcast", std::int64_t{1});
  const auto g = import(b);
  CHECK(g.opsets.at("") == 7);
  CHECK(g.value(g.outputs[0]).shape == Shape{1, 2, 3, 4});

  OnnxBuilder odd(6);
  OnnxBuilder::port(*odd.graph().add_input(), "x", {1, 4}, onnx::TensorProto::FLOAT);
  OnnxBuilder::port(*odd.graph().add_output(), "y", {1, 4}, onnx::TensorProto::FLOAT);
  odd.node("Upsidedown", {"x"}, {"y"});
  const auto bytes = odd.bytes();
  const auto refused = import_onnx_bytes(test::as_bytes(bytes), "test");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kUnsupported);
  CHECK_THAT(refused.error().what, Catch::Matchers::Contains("operator set 6") && Catch::Matchers::Contains("Upsidedown"));
}

TEST_CASE("Every operator set from 7 to 23 reads a model of operators that did not change", "[import][versions]") {
  const int opset = GENERATE(range(7, 24));
  OnnxBuilder b(opset);
  b.input("x", {1, 2, 8, 8}).output("y").random("w", {3, 2, 3, 3});
  b.node("Conv", {"x", "w"}, {"c"});
  b.node("Relu", {"c"}, {"r"});
  b.node("GlobalAveragePool", {"r"}, {"y"});
  const auto g = import(b);
  CHECK(g.opsets.at("") == opset);
  CHECK(g.nodes().size() == 3);
}

TEST_CASE("The table of operator versions is sorted and names operators that exist", "[import][versions]") {
  std::string_view last;
  int last_since = 0;
  for (const auto& change : version_changes()) {
    INFO(change.op << " " << change.since);
    CHECK(onnx::OpSchemaRegistry::Schema(std::string(change.op), 17, "") != nullptr);
    CHECK(change.since > 17);
    CHECK(change.since <= 23);
    CHECK((change.op > last || (change.op == last && change.since > last_since)));
    last = change.op;
    last_since = change.since;
  }
}

TEST_CASE("A newer operator version that means something else is refused with both versions", "[import][versions]") {
  OnnxBuilder b(20);
  b.input("x", {1, 1, 4, 4}).output("y").random("grid", {1, 2, 2, 2}).node("GridSample", {"x", "grid"}, {"y"}, "sample");
  const auto bytes = b.bytes();
  const auto g = import_onnx_bytes(test::as_bytes(bytes), "test");
  REQUIRE_FALSE(g);
  CHECK(g.error().code == ErrorCode::kUnsupported);
  CHECK_THAT(to_string(g.error()), Catch::Matchers::Contains("sample") && Catch::Matchers::Contains("GridSample") && Catch::Matchers::Contains("20") &&
                                       Catch::Matchers::Contains("version 16") && Catch::Matchers::Contains("opset_version=17"));
}

TEST_CASE("New attributes are accepted at their default and refused otherwise", "[import][versions]") {
  const auto model = [](std::int64_t block) {
    OnnxBuilder b(21);
    b.input("x", {1, 4}).output("y", onnx::TensorProto::INT8).quantize("x", "y", 0.5F, 0);
    OnnxBuilder::attribute(*b.graph().mutable_node(0), "block_size", block);
    const auto bytes = b.bytes();
    return import_onnx_bytes(test::as_bytes(bytes), "test");
  };
  CHECK(model(0));
  const auto g = model(2);
  REQUIRE_FALSE(g);
  CHECK(g.error().code == ErrorCode::kUnsupported);
  CHECK_THAT(g.error().what, Catch::Matchers::Contains("block_size"));
}

TEST_CASE("Reduction axes read from the input as from the attribute", "[import][versions]") {
  OnnxBuilder b(18);
  b.input("x", {1, 3, 4, 4}).output("y").int64s("axes", {2, 3}).node("ReduceMean", {"x", "axes"}, {"y"});
  CHECK(import(b).value(import(b).outputs[0]).shape == Shape{1, 3, 1, 1});
  OnnxBuilder computed(18);
  computed.input("x", {1, 3, 4, 4}).input("axes", {2}, onnx::TensorProto::INT64).output("y").node("ReduceMean", {"x", "axes"}, {"y"});
  const auto bytes = computed.bytes();
  const auto g = import_onnx_bytes(test::as_bytes(bytes), "test");
  REQUIRE_FALSE(g);
  CHECK_THAT(g.error().what, Catch::Matchers::Contains("computed axes"));
}

TEST_CASE("A new operator is refused by name and opset", "[import][versions]") {
  OnnxBuilder b(23);
  b.input("x", {1, 4}).output("y").random("scale", {4}).node("RMSNormalization", {"x", "scale"}, {"y"}, "norm");
  const auto bytes = b.bytes();
  const auto g = import_onnx_bytes(test::as_bytes(bytes), "test");
  REQUIRE_FALSE(g);
  CHECK(g.error().code == ErrorCode::kUnsupported);
  CHECK_THAT(to_string(g.error()), Catch::Matchers::Contains("norm") && Catch::Matchers::Contains("RMSNormalization") && Catch::Matchers::Contains("23"));
}
