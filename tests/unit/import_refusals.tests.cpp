// SPDX-License-Identifier: Apache-2.0
#include <vernier/import/import.hpp>

#include <catch2/catch.hpp>
#include <filesystem>
#include <limits>
#include <unistd.h>

#include <vernier/core/files.hpp>

#include "onnx_builder.hpp"

using namespace vernier;
using namespace vernier::graph;
using test::OnnxBuilder;
namespace fs = std::filesystem;

namespace {

Result<Graph> import(const OnnxBuilder& b, const ImportOptions& options = {}) {
  const auto bytes = b.bytes();
  return import_onnx_bytes(test::as_bytes(bytes), "test.onnx", options);
}

/// The import fails with this code, and the message as a whole ("where: what") holds every word given.
void check_refused(const OnnxBuilder& b, ErrorCode code, const std::vector<std::string>& words, const ImportOptions& options = {}) {
  const auto g = import(b, options);
  REQUIRE_FALSE(g);
  const auto text = to_string(g.error());
  INFO(text);
  CHECK(g.error().code == code);
  CHECK_THAT(text, Catch::Matchers::Contains("test.onnx"));
  for (const auto& word : words) CHECK_THAT(text, Catch::Matchers::Contains(word));
}

/// x -> Relu -> y
OnnxBuilder relu(int opset = 13) {
  OnnxBuilder b(opset);
  b.input("x", {1, 4}).output("y").node("Relu", {"x"}, {"y"}, "act");
  return b;
}

OnnxBuilder conv(const Shape& x, const Shape& w) {
  OnnxBuilder b;
  b.input("x", x).output("y").random("w", w).node("Conv", {"x", "w"}, {"y"}, "conv");
  return b;
}

constexpr auto kInput = ErrorCode::kInvalidInput;
constexpr auto kUnsupported = ErrorCode::kUnsupported;

}  // namespace

TEST_CASE("A well-formed model is not refused", "[import]") { REQUIRE(import(relu())); }

TEST_CASE("A transposed convolution whose weights have another rank than its image is refused, with its operator named", "[import]") {
  for (const int opset : {7, 13}) {
    for (const auto& w : std::vector<Shape>{{}, {2}, {2, 3}, {2, 3, 2}, {2, 3, 2, 2, 2}}) {
      OnnxBuilder b(opset);
      b.input("x", {1, 2, 4, 4}).output("y").random("w", w).node("ConvTranspose", {"x", "w"}, {"y"}, "up");
      check_refused(b, kInput, {"ConvTranspose", "up", "rank"});
    }
  }
}

TEST_CASE("Bytes that are not ONNX are refused", "[import]") {
  for (const auto& text : {std::string("not a model at all"), std::string(), std::string(1000, '\0'), std::string("\x08\x07\x12\x02xx")}) {
    const auto g = import_onnx_bytes(test::as_bytes(text), "junk");
    REQUIRE_FALSE(g);
    CHECK(g.error().code == kInput);
    CHECK(g.error().where == "junk");
  }
}

TEST_CASE("A model cut off anywhere is refused", "[import]") {
  auto b = relu();
  b.graph().add_input()->CopyFrom(b.graph().input(0));
  b.graph().mutable_input()->RemoveLast();
  const auto whole = b.bytes();
  for (std::size_t n = 0; n < whole.size(); ++n) {
    const auto part = whole.substr(0, n);
    const auto g = import_onnx_bytes(test::as_bytes(part), "cut");
    REQUIRE_FALSE(g);
    CHECK(g.error().code == kInput);
  }
}

TEST_CASE("A file that is absent is refused by name", "[import]") {
  const auto g = import_onnx("/nonexistent/model.onnx");
  REQUIRE_FALSE(g);
  CHECK(g.error().code == kInput);
  CHECK_THAT(to_string(g.error()), Catch::Matchers::Contains("/nonexistent/model.onnx"));
}

TEST_CASE("Messages nested without end are refused", "[import]") {
  auto b = relu();
  auto* attribute = b.graph().mutable_node(0)->add_attribute();
  for (int depth = 0; depth < 200; ++depth) attribute = attribute->mutable_g()->add_node()->add_attribute();
  check_refused(b, kInput, {"damaged"});
}

TEST_CASE("Control flow is refused by name", "[import]") {
  auto b = relu();
  auto& node = b.node("If", {"y"}, {"z"}, "branch");
  node.add_attribute()->mutable_g()->set_name("then");
  check_refused(b, kUnsupported, {"branch", "If", "control flow", "fold it before export"});
}

TEST_CASE("A sub-graph in any operator is refused by name", "[import]") {
  auto b = relu();
  auto* attribute = b.graph().mutable_node(0)->add_attribute();
  attribute->set_name("body");
  attribute->mutable_g()->set_name("inner");
  check_refused(b, kUnsupported, {"act", "body", "sub-graph", "fold it before export"});
}

TEST_CASE("Functions local to the model are refused", "[import]") {
  auto b = relu();
  b.model.add_functions()->set_name("MyFunction");
  check_refused(b, kUnsupported, {"MyFunction", "inline"});
}

TEST_CASE("Sequences and strings are refused by name", "[import]") {
  OnnxBuilder sequence;
  sequence.input("x", {1}).output("y").node("Identity", {"x"}, {"y"});
  sequence.graph().mutable_input(0)->mutable_type()->mutable_sequence_type();
  check_refused(sequence, kUnsupported, {"x", "sequence", "export the model with a tensor for each element"});

  OnnxBuilder strings;
  strings.input("x", {1}, onnx::TensorProto::STRING).output("y", onnx::TensorProto::STRING).node("Identity", {"x"}, {"y"});
  check_refused(strings, kUnsupported, {"x", "STRING", "turn text into numbers before the model"});
}

TEST_CASE("Element types without a place in the IR are refused by name", "[import]") {
  OnnxBuilder b;
  b.input("x", {2}, onnx::TensorProto::BFLOAT16).output("y", onnx::TensorProto::BFLOAT16).node("Relu", {"x"}, {"y"});
  check_refused(b, kUnsupported, {"x", "BFLOAT16", "export the model in float32"});
}

TEST_CASE("A symbolic batch is refused unless the option gives it", "[import]") {
  OnnxBuilder b;
  b.input("x", {-1, 4}).output("y").node("Relu", {"x"}, {"y"});
  check_refused(b, kInput, {"x", "'N'", "--dim N=1"});
  ImportOptions options;
  options.batch = 3;
  const auto g = import(b, options);
  REQUIRE(g);
  CHECK(g->value(g->outputs[0]).shape == Shape{3, 4});
}

TEST_CASE("A symbolic inner dimension is refused unless it is given by name", "[import]") {
  OnnxBuilder b;
  b.input("x", {1, -1}).output("y").node("Relu", {"x"}, {"y"});
  ImportOptions options;
  options.batch = 1;
  check_refused(b, kInput, {"x", "'N'", "dimension 1", "--dim N=SIZE"}, options);
  options.dims["N"] = 5;
  const auto g = import(b, options);
  REQUIRE(g);
  CHECK(g->value(g->outputs[0]).shape == Shape{1, 5});
}

TEST_CASE("A dimension without a name is given by its input and axis", "[import]") {
  OnnxBuilder b;
  b.input("x", {1, -1}).output("y").node("Relu", {"x"}, {"y"});
  b.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim(1)->clear_dim_param();
  check_refused(b, kInput, {"'x.1'", "--dim x.1=SIZE"});
  ImportOptions options;
  options.dims["x.1"] = 5;
  const auto g = import(b, options);
  REQUIRE(g);
  CHECK(g->value(g->outputs[0]).shape == Shape{1, 5});
}

TEST_CASE("A size that depends on data is refused with what to do", "[import]") {
  OnnxBuilder b;
  b.input("x", {2, 3}).output("y", onnx::TensorProto::INT64).node("NonZero", {"x"}, {"y"}, "find");
  check_refused(b, kUnsupported, {"find", "depends on data", "end the model before NonZero"});
}

TEST_CASE("An input without a shape is refused", "[import]") {
  auto b = relu();
  b.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->clear_shape();
  check_refused(b, kInput, {"x", "shape"});
}

TEST_CASE("Empty tensors are refused", "[import]") {
  OnnxBuilder input;
  input.input("x", {1, 0}).output("y").node("Relu", {"x"}, {"y"});
  check_refused(input, kUnsupported, {"x", "empty"});

  OnnxBuilder inner;
  inner.input("x", {1, 4}).output("y").int64s("from", {2}).int64s("to", {2}).int64s("axes", {1});
  inner.node("Slice", {"x", "from", "to", "axes"}, {"y"}, "slice");
  check_refused(inner, kUnsupported, {"slice", "empty"});
}

TEST_CASE("Scales that are not finite and positive are refused by name", "[import]") {
  for (const float scale : {0.0F, -1.0F, std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    OnnxBuilder b;
    b.input("x", {1, 4}).output("y", onnx::TensorProto::INT8).quantize("x", "y", scale, 0);
    check_refused(b, kInput, {"QuantizeLinear_y", "x_scale"});
  }
}

TEST_CASE("Scales along an axis must be as many as its indices", "[import]") {
  OnnxBuilder b;
  b.input("x", {1, 4}).output("y", onnx::TensorProto::INT8).floats("s", {3}, {1, 1, 1}).int8s("z", {3}, {0, 0, 0});
  b.node("QuantizeLinear", {"x", "s", "z"}, {"y"}, "quant");
  check_refused(b, kInput, {"quant", "3 scales"});
}

TEST_CASE("A value that nobody writes is refused with its reader", "[import]") {
  OnnxBuilder b;
  b.input("x", {1, 4}).output("y").node("Add", {"x", "ghost"}, {"y"}, "sum");
  check_refused(b, kInput, {"sum", "ghost"});
}

TEST_CASE("An output that nobody writes is refused", "[import]") {
  auto b = relu();
  b.output("nowhere");
  check_refused(b, kInput, {"nowhere"});
}

TEST_CASE("A value written twice is refused", "[import]") {
  auto b = relu();
  b.node("Sigmoid", {"x"}, {"y"}, "second");
  check_refused(b, kInput, {"second", "'y'"});
}

TEST_CASE("Two initialisers or inputs of one name are refused", "[import]") {
  auto b = relu();
  b.floats("w", {1}, {1}).floats("w", {1}, {2});
  check_refused(b, kInput, {"w", "two initialisers"});
  auto c = relu();
  c.input("x", {1, 4});
  check_refused(c, kInput, {"x", "two graph inputs"});
}

TEST_CASE("A cycle is refused with a node of it", "[import]") {
  OnnxBuilder b;
  b.input("x", {1, 4}).output("y");
  b.node("Add", {"x", "back"}, {"y"}, "forward");
  b.node("Relu", {"y"}, {"back"}, "backward");
  check_refused(b, kInput, {"cycle", "ward"});
}

TEST_CASE("Nodes out of order are put in order", "[import]") {
  OnnxBuilder b;
  b.input("x", {1, 4}).output("y");
  b.node("Sigmoid", {"a"}, {"y"}, "second");
  b.node("Relu", {"x"}, {"a"}, "first");
  const auto g = import(b);
  REQUIRE(g);
  CHECK(g->node(g->nodes()[0]).name == "first");
}

TEST_CASE("Weights that do not fit the input are refused", "[import]") {
  check_refused(conv({1, 3, 8, 8}, {4, 2, 3, 3}), kInput, {});
  check_refused(conv({1, 3, 8, 8}, {4, 3, 3}), kInput, {});
  OnnxBuilder b;
  b.input("x", {1, 4}).output("y").random("w", {5, 3}).node("MatMul", {"x", "w"}, {"y"}, "product");
  check_refused(b, kInput, {"product"});
}

TEST_CASE("An initialiser of another size than its shape is refused by name", "[import]") {
  auto b = conv({1, 1, 8, 8}, {1, 1, 3, 3});
  b.graph().mutable_initializer(0)->set_raw_data(std::string(35, 'x'));
  check_refused(b, kInput, {"w", "bytes"});
  auto c = conv({1, 1, 8, 8}, {1, 1, 3, 3});
  c.graph().mutable_initializer(0)->clear_raw_data();
  c.graph().mutable_initializer(0)->add_float_data(1);
  check_refused(c, kInput, {"w"});
}

TEST_CASE("A shape that would take all memory is refused before it is allocated", "[import]") {
  OnnxBuilder b;
  b.input("x", {1}).output("y").int64s("shape", {1 << 20, 1 << 20, 1 << 20});
  b.node("ConstantOfShape", {"shape"}, {"big"}, "filler");
  b.node("Add", {"x", "big"}, {"y"});
  check_refused(b, kInput, {"Add_y", "elements"});
  OnnxBuilder c;
  c.input("x", {1}).output("y");
  auto& tensor = c.constant<float>("w", {1 << 20, 1 << 20, 1 << 20}, {}, onnx::TensorProto::FLOAT);
  tensor.clear_raw_data();
  c.node("Add", {"x", "w"}, {"y"});
  check_refused(c, kInput, {"w"});
}

TEST_CASE("Window attributes below one are refused by name", "[import]") {
  for (const char* name : {"strides", "dilations", "kernel_shape"}) {
    auto b = conv({1, 1, 8, 8}, {1, 1, 3, 3});
    OnnxBuilder::attribute(*b.graph().mutable_node(0), name, {3, 0});
    check_refused(b, kInput, {"conv", name});
  }
  auto b = conv({1, 1, 8, 8}, {1, 1, 3, 3});
  OnnxBuilder::attribute(*b.graph().mutable_node(0), "pads", {0, 0, -1, 0});
  check_refused(b, kUnsupported, {"conv", "pads"});
}

TEST_CASE("A training-mode batch norm is refused", "[import]") {
  OnnxBuilder b(14);
  b.input("x", {1, 2, 3, 3}).output("y").output("mean").random("s", {2}).random("b", {2}).random("m", {2}).random("v", {2});
  auto& node = b.node("BatchNormalization", {"x", "s", "b", "m", "v"}, {"y", "mean", "var"}, "norm");
  OnnxBuilder::attribute(node, "training_mode", std::int64_t{1});
  check_refused(b, kUnsupported, {"norm", "training"});
}

TEST_CASE("An operator of an unknown domain is refused when its shape matters", "[import]") {
  OnnxBuilder b;
  b.domain("my.domain", 1).input("x", {1, 4}).output("y").node("Magic", {"x"}, {"y"}, "magic", "my.domain");
  check_refused(b, kUnsupported, {"magic", "my.domain.Magic"});
}

TEST_CASE("External data must lie beside the model", "[import]") {
  const auto dir = fs::temp_directory_path() / ("vernier-import-" + std::to_string(::getpid()));
  fs::create_directories(dir / "inner");
  const auto with_location = [&](const std::string& location, std::int64_t offset) {
    auto b = conv({1, 1, 8, 8}, {1, 1, 3, 3});
    auto& w = *b.graph().mutable_initializer(0);
    w.clear_raw_data();
    w.set_data_location(onnx::TensorProto::EXTERNAL);
    const auto entry = [&w](const char* key, const std::string& value) {
      auto& e = *w.add_external_data();
      e.set_key(key);
      e.set_value(value);
    };
    entry("location", location);
    entry("offset", std::to_string(offset));
    REQUIRE(write_atomically(dir / "inner" / "m.onnx", b.bytes()));
    return import_onnx(dir / "inner" / "m.onnx");
  };
  REQUIRE(write_atomically(dir / "inner" / "w.bin", std::string(40, '\0')));
  REQUIRE(write_atomically(dir / "outside.bin", std::string(40, '\0')));
  fs::create_symlink(dir / "outside.bin", dir / "inner" / "link.bin");
  CHECK(with_location("w.bin", 4));
  for (const auto& [location, offset] : std::vector<std::pair<std::string, std::int64_t>>{
           {"absent.bin", 0}, {"../outside.bin", 0}, {"link.bin", 0}, {(dir / "outside.bin").string(), 0}, {"w.bin", 8}, {"w.bin", 1 << 30}}) {
    const auto g = with_location(location, offset);
    REQUIRE_FALSE(g);
    INFO(to_string(g.error()));
    CHECK(g.error().code == kInput);
    CHECK_THAT(to_string(g.error()), Catch::Matchers::Contains(location) && Catch::Matchers::Contains("w"));
  }
  fs::remove_all(dir);
}
