// SPDX-License-Identifier: Apache-2.0
// Sums, differences and products of two quantised tensors.
#include <catch2/catch.hpp>

#include "operator_check.hpp"
#include "passes_harness.hpp"

using namespace vernier;
using namespace vernier::graph;
using namespace vernier::test;

namespace {

using Kinds = std::vector<std::string>;

QuantisedModel model_of(const std::string& op, const Shape& a, const Shape& b, bool relu = false) {
  return {.inputs = {{"a", a, 0.05F, -7}, {"b", b, 0.03F, 11}},
          .body = [op, relu](OnnxBuilder& m) {
            m.node(op, {"a_dq", "b_dq"}, {relu ? "s" : "r"});
            if (relu) m.node("Relu", {"s"}, {"r"});
          },
          .scale_y = op == "Mul" ? 0.2F : 0.06F};
}

}  // namespace

TEST_CASE("Sums differences and products of two tensors of one shape run on the accelerator", "[operators]") {
  const auto op = GENERATE(values<std::string>({"Add", "Sub", "Mul"}));
  const auto shape = GENERATE(values<Shape>({{1, 11, 3, 5}, {1, 40}, {3, 4, 5}, {2, 3, 2, 2}, {5}, {2, 2, 3, 2, 2}, {}}));
  INFO(op << ' ' << to_string(shape));
  const auto g = check_operator(model_of(op, shape, shape));
  CHECK(kinds(g) == Kinds{op});
}

TEST_CASE("The clamp behind a difference or product is part of it", "[operators]") {
  const auto op = GENERATE(values<std::string>({"Sub", "Mul"}));
  const auto g = check_both_types(model_of(op, {1, 6, 3, 3}, {1, 6, 3, 3}, true));
  CHECK(kinds(g) == Kinds{op});
}

TEST_CASE("One pixel broadcasts to an image", "[operators]") {
  const auto op = GENERATE(values<std::string>({"Add", "Sub", "Mul"}));
  INFO(op);
  for (const Shape& image : {Shape{1, 21, 3, 4}, Shape{2, 3, 3, 4}, Shape{1, 6, 9}}) {
    Shape pixel = image;
    std::fill(pixel.begin() + 2, pixel.end(), 1);
    INFO(to_string(image));
    check_both_types(model_of(op, image, pixel));
    if (op != "Sub") check_operator(model_of(op, pixel, image));
  }
}

TEST_CASE("Operands that broadcast in any other way are repeated first", "[operators]") {
  const auto op = GENERATE(values<std::string>({"Add", "Sub", "Mul"}));
  for (const auto& [a, b] : {std::pair{Shape{1, 6, 3, 4}, Shape{3, 4}}, {Shape{1, 6, 3, 4}, Shape{}}, {Shape{1, 6, 3, 4}, Shape{1, 1, 3, 1}}, {Shape{3, 4, 5}, Shape{5}}, {Shape{5}, Shape{3, 4, 5}},
                             {Shape{7}, Shape{1}}}) {
    INFO(op << ' ' << to_string(a) << to_string(b));
    CHECK(kinds(check_operator(model_of(op, a, b))) == Kinds{"Move", op});
  }
  CHECK(kinds(check_operator(model_of(op, {3, 1}, {1, 4}))) == Kinds{"Move", "Move", op});
  CHECK(kinds(check_operator(model_of("Sub", {1, 6, 1, 1}, {1, 6, 3, 3}))) == Kinds{"Move", "Sub"});
}

TEST_CASE("A product that leaves the multiplier's range is refused", "[operators]") {
  auto model = model_of("Mul", {1, 4}, {1, 4});
  model.scale_y = 1e-6F;
  CHECK(canonical(model.build().bytes()).nodes().size() == 1);
  CHECK(refusal_of(canonical(model.build().bytes())).find("allowed is 0 to below 128") != std::string::npos);
}

TEST_CASE("The operator-oriented product is a product", "[operators]") {
  OnnxBuilder b(13);
  b.domain("com.microsoft", 1).input("x", {1, 5, 2, 2}, onnx::TensorProto::UINT8).input("z", {1, 5, 2, 2}, onnx::TensorProto::UINT8).output("y", onnx::TensorProto::UINT8);
  b.scale_and_zero("x", 0.04F, 120, true).scale_and_zero("z", 0.02F, 130, true).scale_and_zero("y", 0.1F, 110, true);
  b.node("QLinearMul", {"x", "x_scale", "x_zero", "z", "z_scale", "z_zero", "y_scale", "y_zero"}, {"y"}, "", "com.microsoft");
  const auto g = canonical(b.bytes());
  CHECK(kinds(g) == Kinds{"Mul"});
  CHECK(difference(b.bytes(), g) <= 1);
  CHECK(refusal_of(g) == "");
}

TEST_CASE("A product behind a convolution runs in its vector command", "[operators]") {
  const auto product = [](bool other_first) {
    return QuantisedModel{.inputs = {{"a", {1, 6, 4, 4}, 0.05F, -7}, {"b", {1, 9, 4, 4}, 0.03F, 11}},
                          .body = [other_first](OnnxBuilder& m) {
                            m.weight("w", {9, 6, 1, 1}, 0, 0.01F).node("Conv", {"a_dq", "w_dq"}, {"c"});
                            m.qdq("c", 0.05F, 4);
                            if (other_first) m.node("Mul", {"b_dq", "c_dq"}, {"r"});
                            else m.node("Mul", {"c_dq", "b_dq"}, {"r"});
                          },
                          .scale_y = 0.05F};
  };
  for (const bool other_first : {false, true}) CHECK(kinds(check_operator(product(other_first))) == Kinds{"Conv", "Mul"});
}
