// SPDX-License-Identifier: Apache-2.0
// Softmax in one command of the vector unit, against ONNX Runtime and, in integers, against the reals.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <random>
#include <vernier/core/softmax.hpp>

#include "operator_check.hpp"
#include "passes_harness.hpp"

using namespace vernier;
using namespace vernier::graph;
using namespace vernier::test;

namespace {

QuantisedModel softmax_of(const Shape& x, std::int64_t axis, float scale = 0.05F) {
  return {.inputs = {{"x", x, scale, 3}}, .body = [axis](OnnxBuilder& m) { OnnxBuilder::attribute(m.node("Softmax", {"x_dq"}, {"r"}), "axis", axis); },
          .scale_y = 1 / 256.0F, .zero_y = -128};
}

/// Scores of two heads, their softmax, and the sum of the values that it weighs.
QuantisedModel attention(std::int64_t heads, std::int64_t tokens, std::int64_t width) {
  return {.inputs = {{"q", {1, heads, tokens, width}, 0.05F, 3}, {"k", {1, heads, width, tokens}, 0.04F, -5}, {"v", {1, heads, tokens, width}, 0.03F, 9}},
          .body = [](OnnxBuilder& m) {
            m.node("MatMul", {"q_dq", "k_dq"}, {"scores"});
            m.qdq("scores", 0.1F, -4);
            OnnxBuilder::attribute(m.node("Softmax", {"scores_dq"}, {"share"}), "axis", std::int64_t{-1});
            m.qdq("share", 1 / 256.0F, -128);
            m.node("MatMul", {"share_dq", "v_dq"}, {"r"});
          },
          .scale_y = 0.02F, .zero_y = 0};
}

}  // namespace

TEST_CASE("Softmax over channels runs on the accelerator for any number of them", "[operators]") {
  for (const Shape& x : {Shape{1, 1}, Shape{1, 10}, Shape{4, 33}, Shape{1, 1000}, Shape{2, 5, 7}, Shape{1, 21, 6, 5}, Shape{2, 70, 3, 2}}) {
    INFO(to_string(x));
    CHECK(kinds(check_both_types(softmax_of(x, 1))) == std::vector<std::string>{"Softmax"});
  }
}

TEST_CASE("Softmax over another axis turns that axis into the channels", "[operators]") {
  for (const auto& [x, axis] : {std::pair{Shape{2, 3, 10}, std::int64_t{-1}}, {Shape{1, 2, 6, 9}, 3}, {Shape{3, 4, 5}, 0}, {Shape{2, 4, 6, 3}, 2}, {Shape{12}, 0}}) {
    INFO(to_string(x) << " axis " << axis);
    CHECK(kinds(check_operator(softmax_of(x, axis))) == std::vector<std::string>{"Move", "Softmax", "Reshape"});
  }
}

TEST_CASE("Softmax is within one step whatever the scale of its input", "[operators]") {
  const float scale = GENERATE(0.001F, 0.02F, 0.1F, 0.7F, 5.0F);
  INFO(scale);
  check_operator(softmax_of({3, 40}, 1, scale));
}

TEST_CASE("Softmax with results of another scale saturates as ONNX Runtime does", "[operators]") {
  auto model = softmax_of({3, 12}, 1, 0.1F);
  model.scale_y = GENERATE(0.002F, 0.02F, 0.9F);
  model.zero_y = GENERATE(-128, -20, 50);
  INFO(model.scale_y << ' ' << model.zero_y);
  check_both_types(model);
}

TEST_CASE("Attention stays on the accelerator from its scores to the weighed values", "[operators]") {
  for (const auto& [heads, tokens] : {std::pair{std::int64_t{1}, std::int64_t{12}}, {2, 19}, {3, 4}}) {
    INFO(heads << ' ' << tokens);
    const auto all = kinds(check_operator(attention(heads, tokens, 8)));
    CHECK(std::ranges::count(all, "Softmax") == 1);
    CHECK(std::ranges::count(all, "MatMul") == 2);
    CHECK(std::ranges::count(all, "Reshape") == 0);
    CHECK(std::ranges::count(all, "Move") == 6);  // three inputs, scores to softmax, softmax to weights, output
  }
}

TEST_CASE("Up to operator set 12 a Softmax over several axes stays on the host", "[operators]") {
  auto model = softmax_of({1, 4, 3}, 1);
  model.opset = 11;
  const auto all = kinds(canonical(model.build().bytes()));
  CHECK(std::ranges::count(all, "Softmax") == 1);
  CHECK(std::ranges::count(all, "Dequantize") == 1);
  model = softmax_of({1, 40, 1, 1}, 1);
  model.opset = 11;
  CHECK(kinds(check_operator(model)) == std::vector<std::string>{"Softmax"});
}

TEST_CASE("Softmax is refused by name where its scale has no reciprocal", "[operators]") {
  auto model = softmax_of({1, 10}, 1);
  model.scale_y = 1e-9F;
  CHECK(refusal_of(canonical(model.build().bytes())).find("allowed are outputs of") != std::string::npos);
}

// The table of docs/decisions/0006-softmax-on-the-vector-unit.md: random vectors at 0.1 a step, results at 1/256.
TEST_CASE("Softmax in integers is within one step of the reals", "[operators]") {
  const int n = GENERATE(10, 128, 1000);
  const double spread = GENERATE(1.0, 3.0, 8.0);
  const auto constants = softmax_constants(0.1F, 1 / 256.0F).value();
  std::mt19937 random(static_cast<unsigned>(n) + static_cast<unsigned>(spread));
  std::normal_distribution<double> normal(0, spread);
  int worst = 0;
  for (int vector = 0; vector < 200; ++vector) {
    std::vector<int> x(static_cast<std::size_t>(n));
    for (auto& v : x) v = static_cast<int>(std::clamp(std::nearbyint(normal(random) / 0.1), -128.0, 127.0));
    const int largest = *std::ranges::max_element(x);
    std::uint32_t sum = 0;
    double real_sum = 0;
    for (const auto v : x) {
      sum += constants.exponentials[static_cast<std::size_t>(largest - v)];
      real_sum += std::exp(0.1 * (v - largest));
    }
    const auto m = softmax_multiplier(constants.scale, sum);
    for (const auto v : x) {
      const int got = requantize(constants.exponentials[static_cast<std::size_t>(largest - v)], m, -128, -128, 127);
      const double real = std::clamp(std::nearbyint(256 * std::exp(0.1 * (v - largest)) / real_sum) - 128, -128.0, 127.0);
      worst = std::max(worst, std::abs(got - static_cast<int>(real)));
    }
  }
  INFO("n " << n << ", spread " << spread);
  CHECK(worst <= 1);
}
