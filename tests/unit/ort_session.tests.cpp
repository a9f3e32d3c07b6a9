// SPDX-License-Identifier: Apache-2.0
#include <onnx/onnx_pb.h>

#include <catch2/catch.hpp>
#include <vernier/ort/session.hpp>

using namespace vernier;

namespace {
void declare(onnx::ValueInfoProto& value, const std::string& name, std::initializer_list<std::int64_t> dims) {
  value.set_name(name);
  auto& tensor = *value.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(onnx::TensorProto::FLOAT);
  auto& shape = *tensor.mutable_shape();
  for (const auto d : dims) {
    if (d < 0) shape.add_dim()->set_dim_param("n");
    else shape.add_dim()->set_dim_value(d);
  }
}

/// y = relu(-x), with the negated value between them.
std::string two_node_model() {
  onnx::ModelProto model;
  model.set_ir_version(8);
  model.add_opset_import()->set_version(13);
  auto& graph = *model.mutable_graph();
  graph.set_name("g");
  declare(*graph.add_input(), "x", {-1, 3});
  declare(*graph.add_output(), "y", {-1, 3});
  auto& neg = *graph.add_node();
  neg.set_op_type("Neg");
  neg.add_input("x");
  neg.add_output("inner");
  auto& relu = *graph.add_node();
  relu.set_op_type("Relu");
  relu.add_input("inner");
  relu.add_output("y");
  return model.SerializeAsString();
}

std::span<const std::byte> bytes_of(const std::string& s) { return std::as_bytes(std::span(s.data(), s.size())); }

Tensor floats(Shape shape, std::initializer_list<float> values) {
  Tensor t(DType::kFloat32, std::move(shape));
  std::ranges::copy(values, t.as<float>().begin());
  return t;
}
}  // namespace

TEST_CASE("A session runs a model and names its ports with symbolic dimensions as minus one", "[ort]") {
  const auto model = two_node_model();
  for (const bool optimize : {false, true}) {
    auto session = ort::Session::open(bytes_of(model), {.optimize = optimize}, "two");
    REQUIRE(session);
    REQUIRE(session->inputs().size() == 1);
    CHECK(session->inputs()[0].name == "x");
    CHECK(session->inputs()[0].shape == Shape{-1, 3});
    CHECK(session->outputs()[0].type == DType::kFloat32);
    const auto out = session->run(std::vector{floats({2, 3}, {1, -2, 3, -4, 5, 6})});
    REQUIRE(out);
    CHECK(out->at(0) == floats({2, 3}, {0, 2, 0, 4, 0, 0}));
  }
}

TEST_CASE("An inner value is returned when asked for as an extra output", "[ort]") {
  const auto model = two_node_model();
  auto session = ort::Session::open(bytes_of(model), {.extra_outputs = {"inner"}}, "two");
  REQUIRE(session);
  const auto out = session->run(std::vector{floats({1, 3}, {1, -2, 3})});
  REQUIRE(out);
  REQUIRE(out->size() == 2);
  CHECK(out->at(1) == floats({1, 3}, {-1, 2, -3}));
}

TEST_CASE("A session refuses wrong inputs wrong outputs and foreign bytes by name", "[ort]") {
  const auto model = two_node_model();
  const auto unknown = ort::Session::open(bytes_of(model), {.extra_outputs = {"nowhere"}}, "two");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().what.find("nowhere") != std::string::npos);
  const auto garbage = ort::Session::open(bytes_of("no model at all"), {}, "garbage.onnx");
  REQUIRE_FALSE(garbage);
  CHECK(garbage.error().code == ErrorCode::kInvalidInput);
  CHECK(garbage.error().where == "garbage.onnx");
  CHECK_FALSE(ort::Session::open({}, {}, "empty"));
  CHECK_FALSE(ort::Session::open(bytes_of(model), {.intra_threads = 0}, "two"));

  auto session = ort::Session::open(bytes_of(model), {}, "two");
  REQUIRE(session);
  CHECK_FALSE(session->run({}));
  CHECK_FALSE(session->run(std::vector{Tensor(DType::kInt8, {1, 3})}));
  const auto shape = session->run(std::vector{Tensor(DType::kFloat32, {1, 4})});
  REQUIRE_FALSE(shape);
  CHECK(shape.error().what.find("[1, 4]") != std::string::npos);
}

TEST_CASE("Two pinned threads give what one gives", "[ort]") {
  const auto model = two_node_model();
  auto session = ort::Session::open(bytes_of(model), {.optimize = true, .intra_threads = 2, .pinned_cpus = {0}}, "two");
  REQUIRE(session);
  CHECK(session->run(std::vector{floats({1, 3}, {1, -2, 3})})->at(0) == floats({1, 3}, {0, 2, 0}));
}

TEST_CASE("The runtime library is the pinned version", "[ort]") { CHECK(ort::runtime_version() == "1.29.0"); }

TEST_CASE("A provider has one name however it is written and an absent one names those that are here", "[ort]") {
  for (const char* name : {"CPU", "cpu", "CPUExecutionProvider"}) CHECK(ort::find_provider(name).value() == "CPUExecutionProvider");
  const auto known = ort::providers();
  CHECK(std::ranges::count(known, "CPUExecutionProvider") == 1);
  const auto absent = ort::find_provider("NoSuchExecutionProvider");
  REQUIRE(!absent);
  CHECK(absent.error().code == ErrorCode::kUnavailable);
  for (const auto& name : known) CHECK_THAT(to_string(absent.error()), Catch::Matchers::Contains(name));
  CHECK(ort::computes_on_processor("CPUExecutionProvider"));
  CHECK(!ort::computes_on_processor("CUDAExecutionProvider"));
  const auto model = two_node_model();
  const auto session = ort::Session::open(bytes_of(model), {.provider = "NoSuch"}, "two");
  REQUIRE(!session);
  CHECK(session.error().code == ErrorCode::kUnavailable);
}
