// SPDX-License-Identifier: Apache-2.0
// Products of two activations: the first operand comes back from memory as weights.
#include <catch2/catch.hpp>

#include "operator_check.hpp"
#include "passes_harness.hpp"

using namespace vernier;
using namespace vernier::graph;
using namespace vernier::test;

namespace {

QuantisedModel product_of(const Shape& a, const Shape& b, int zero_a = -7, int zero_b = 11) {
  return {.inputs = {{"a", a, 0.05F, zero_a}, {"b", b, 0.03F, zero_b}}, .body = [](OnnxBuilder& m) { m.node("MatMul", {"a_dq", "b_dq"}, {"r"}); }, .scale_y = 0.6F};
}

}  // namespace

TEST_CASE("Products of two activations of any sizes run on the accelerator", "[operators]") {
  for (const auto& [a, b] : {std::pair{Shape{1, 3, 4}, Shape{1, 4, 5}}, {Shape{2, 17, 33}, Shape{2, 33, 9}}, {Shape{3, 1, 16}, Shape{3, 16, 1}}, {Shape{1, 40, 70}, Shape{1, 70, 150}}}) {
    INFO(to_string(a) << to_string(b));
    CHECK(kinds(check_both_types(product_of(a, b))) == std::vector<std::string>{"MatMul"});
  }
}

TEST_CASE("A product is exact whatever the zero points are", "[operators]") {
  const auto a = GENERATE(-128, 0, 127), b = GENERATE(-128, 0, 127);
  INFO(a << ' ' << b);
  check_operator(product_of({2, 6, 20}, {2, 20, 7}, a, b));
}

TEST_CASE("Products of other ranks are those of their matrices", "[operators]") {
  for (const auto& [a, b] : {std::pair{Shape{5, 12}, Shape{12, 3}}, {Shape{1, 3, 4, 6}, Shape{1, 3, 6, 4}}, {Shape{2, 2, 4, 6}, Shape{2, 2, 6, 5}}}) {
    INFO(to_string(a) << to_string(b));
    CHECK(kinds(check_operator(product_of(a, b))) == std::vector<std::string>{"Move", "Move", "MatMul", "Move"});
  }
}

TEST_CASE("Scores of attention read what Transpose and Reshape before them move at once", "[operators]") {
  const auto g = check_operator({.inputs = {{"q", {1, 9, 24}, 0.05F, 3}, {"k", {1, 9, 24}, 0.04F, -5}},
                                 .body = [](OnnxBuilder& m) {
                                   m.int64s("heads", {1, 9, 3, 8});
                                   m.node("Reshape", {"q_dq", "heads"}, {"q4"});
                                   m.node("Reshape", {"k_dq", "heads"}, {"k4"});
                                   OnnxBuilder::attribute(m.node("Transpose", {"q4"}, {"qt"}), "perm", {0, 2, 1, 3});
                                   OnnxBuilder::attribute(m.node("Transpose", {"k4"}, {"kt"}), "perm", {0, 2, 3, 1});
                                   m.node("MatMul", {"qt", "kt"}, {"r"});
                                 }, .scale_y = 0.4F});
  const auto all = kinds(g);
  CHECK(std::ranges::count(all, "MatMul") == 1);
  CHECK(std::ranges::count(all, "Move") == 3);
  CHECK(std::ranges::count(all, "Reshape") == 0);
}
