// SPDX-License-Identifier: Apache-2.0
// Operators that become a few of the accelerator's.
#include <catch2/catch.hpp>

#include "operator_check.hpp"
#include "passes_harness.hpp"

using namespace vernier;
using namespace vernier::graph;
using namespace vernier::test;

namespace {

using Kinds = std::vector<std::string>;

QuantisedModel extreme_of(const std::string& op, const std::vector<Shape>& shapes) {
  QuantisedModel model{.inputs = {}, .body = [op, count = shapes.size()](OnnxBuilder& m) {
                         std::vector<std::string> operands;
                         for (std::size_t i = 0; i < count; ++i) operands.push_back("x" + std::to_string(i) + "_dq");
                         m.node(op, operands, {"r"});
                       }, .scale_y = 0.06F, .zero_y = 9};
  for (std::size_t i = 0; i < shapes.size(); ++i) model.inputs.push_back({"x" + std::to_string(i), shapes[i], 0.05F + 0.02F * static_cast<float>(i), static_cast<int>(7 * i) - 10});
  return model;
}

QuantisedModel prelu_of(const Shape& shape) {
  return {.inputs = {{"x", shape, 0.05F, -7}},
          .body = [channels = shape[1], rank = shape.size()](OnnxBuilder& m) {
            std::vector<float> slopes;
            for (std::int64_t c = 0; c < channels; ++c) slopes.push_back(c % 4 == 0 ? 0.0F : (c % 3 == 0 ? -0.7F : 0.1F * static_cast<float>(c)));
            Shape one(rank - 1, 1);
            one[0] = channels;
            m.floats("slope", one, slopes).node("PRelu", {"x_dq", "slope"}, {"r"});
          },
          .scale_y = 0.07F, .zero_y = 5};
}

}  // namespace

TEST_CASE("The largest and smallest of a few tensors run on the accelerator", "[operators]") {
  const auto op = GENERATE(values<std::string>({"Max", "Min"}));
  for (const auto& shapes : {std::vector<Shape>{{1, 11, 3, 5}, {1, 11, 3, 5}}, {{2, 3, 4, 2}, {2, 3, 4, 2}, {2, 3, 4, 2}}, {{3, 4, 5}, {3, 4, 5}}, {{7}, {7}}, {{2, 9}, {2, 9}}}) {
    INFO(op << ' ' << to_string(shapes[0]) << ' ' << shapes.size());
    const auto g = check_both_types(extreme_of(op, shapes));
    CHECK(std::ranges::count(kinds(g), "MaxPool") == 1);
  }
}

TEST_CASE("Operands of Max and Min broadcast", "[operators]") {
  const auto op = GENERATE(values<std::string>({"Max", "Min"}));
  for (const auto& [a, b] : {std::pair{Shape{1, 6, 3, 4}, Shape{3, 4}}, {Shape{1, 6, 1, 4}, Shape{1, 1, 3, 1}}, {Shape{3, 4, 5}, Shape{5}}, {Shape{4, 1}, Shape{1, 5}}}) {
    INFO(op << ' ' << to_string(a) << to_string(b));
    check_operator(extreme_of(op, {a, b}));
  }
}

TEST_CASE("PRelu with a slope a channel runs on the accelerator whatever the slopes' signs are", "[operators]") {
  for (const Shape& shape : {Shape{1, 10, 4, 3}, Shape{2, 5, 3, 3}, Shape{1, 7, 6}}) {
    INFO(to_string(shape));
    const auto g = check_both_types(prelu_of(shape));
    CHECK(std::ranges::count(kinds(g), "Conv") == 1);
  }
}
