// SPDX-License-Identifier: Apache-2.0
// A float network of the operators together: quantised after training, all of it is integers and runs on every target.
#include <catch2/catch.hpp>

#include <vernier/golden/comparison.hpp>
#include <vernier/lower/pipeline.hpp>
#include <vernier/passes/quantise.hpp>

#include "lower_networks.hpp"
#include "operator_check.hpp"
#include "passes_harness.hpp"

using namespace vernier;
using namespace vernier::graph;
using namespace vernier::test;

namespace {

/// A block with a gate (squeeze and excite), two branches that part and join, and two ways up.
OnnxBuilder network() {
  OnnxBuilder b(13);
  b.input("x", {1, 3, 8, 8}).output("y");
  b.random("w1", {12, 3, 3, 3}).random("w2", {6, 12, 1, 1}).random("w3", {12, 6, 1, 1}).random("w5", {4, 17, 3, 3});
  OnnxBuilder::attribute(b.node("Conv", {"x", "w1"}, {"c1"}), "pads", {1, 1, 1, 1});
  b.node("Sigmoid", {"c1"}, {"s1"});
  b.node("Mul", {"c1", "s1"}, {"a1"});
  b.node("GlobalAveragePool", {"a1"}, {"p"});
  b.node("Conv", {"p", "w2"}, {"c2"});
  b.node("Relu", {"c2"}, {"r2"});
  b.node("Conv", {"r2", "w3"}, {"c3"});
  b.node("HardSigmoid", {"c3"}, {"gate"});
  b.node("Mul", {"a1", "gate"}, {"a2"});
  auto& split = b.int64s("sizes", {5, 7}).node("Split", {"a2", "sizes"}, {"u", "v"});
  OnnxBuilder::attribute(split, "axis", std::int64_t{1});
  b.node("Tanh", {"v"}, {"t"});
  OnnxBuilder::attribute(b.node("Concat", {"t", "u"}, {"joined"}), "axis", std::int64_t{1});
  auto& resize = b.floats("scales", {4}, {1, 1, 2, 2}).node("Resize", {"joined", "", "scales"}, {"up"});
  OnnxBuilder::attribute(resize, "mode", std::string("nearest"));
  OnnxBuilder::attribute(resize, "coordinate_transformation_mode", std::string("asymmetric"));
  OnnxBuilder::attribute(resize, "nearest_mode", std::string("floor"));
  // The other way up: one transposed convolution of five of the channels.
  b.random("w4", {5, 5, 2, 2});
  OnnxBuilder::attribute(b.node("ConvTranspose", {"u", "w4"}, {"d"}), "strides", {2, 2});
  OnnxBuilder::attribute(b.node("Concat", {"up", "d"}, {"both"}), "axis", std::int64_t{1});
  OnnxBuilder::attribute(b.node("Conv", {"both", "w5"}, {"c5"}), "pads", {1, 1, 1, 1});
  b.random("w7", {4, 17, 1, 1}).node("Conv", {"both", "w7"}, {"c6"});
  b.node("Sub", {"c5", "c6"}, {"y"});
  return b;
}

}  // namespace

TEST_CASE("A float network of many operators becomes integers as a whole", "[operators]") {
  const auto bytes = network().bytes();
  std::mt19937 engine(3);
  std::vector<std::vector<Tensor>> samples;
  for (int n = 0; n < 4; ++n) samples.push_back({random_tensor(DType::kFloat32, {1, 3, 8, 8}, engine)});
  auto g = quantize_after_training(imported(bytes), samples);
  REQUIRE(g);
  INFO(dump(*g));
  for (const auto id : g->nodes()) CHECK(g->node(id).kind != OpKind::kOther);
  auto reference = golden::reference_of(*g);
  REQUIRE(reference);
  const auto compared = golden::compare_with_reference(*g, std::move(*reference), samples);
  REQUIRE(compared);
  CHECK(compared->worst_layer_lsb() <= 1);
  CHECK(bits_differ(*g) == "");
}

TEST_CASE("A table behind a convolution runs in its vector command, also where constants are loaded again for every strip", "[operators]") {
  const auto conv_and_table = [](const Shape& x, std::int64_t channels) {
    return QuantisedModel{.inputs = {{"x", x, 0.05F, -7}},
                          .body = [=](OnnxBuilder& m) {
                            m.weight("w", {channels, x[1], 3, 3}, 0, 0.002F).node("Conv", {"x_dq", "w_dq"}, {"c"});
                            m.qdq("c", 0.05F, 3);
                            m.node("Sigmoid", {"c_dq"}, {"r"});
                          },
                          .scale_y = 0.0039F, .zero_y = -128};
  };
  for (const auto& model : {conv_and_table({1, 5, 6, 7}, 9), conv_and_table({1, 40, 36, 36}, 48)}) {
    const auto g = check_operator(model, 4);  // a step of the convolution is up to 3.2 steps of the sigmoid
    CHECK(kinds(g) == std::vector<std::string>{"Conv", "Table"});
    const auto p = lower::partition(g, make_target(8, 8));
    REQUIRE(p);
    REQUIRE(p->whole.layers.size() == 1);
    CHECK(p->whole.layers[0].fused == std::vector<std::string>{"Sigmoid_r"});
    CHECK(p->placement[1].reason.find("runs in the vector command of layer Conv_c") != std::string::npos);
  }
}

TEST_CASE("A sum behind a table behind a convolution is one layer", "[operators]") {
  const auto g = check_both_types({.inputs = {{"x", {1, 6, 5, 5}, 0.05F, -7}, {"s", {1, 9, 5, 5}, 0.03F, 2}},
                                   .body = [](OnnxBuilder& m) {
                                     m.weight("w", {9, 6, 1, 1}, 0, 0.01F).node("Conv", {"x_dq", "w_dq"}, {"c"});
                                     m.qdq("c", 0.05F, 3).node("Tanh", {"c_dq"}, {"t"});
                                     m.qdq("t", 0.0078F, 0).node("Add", {"s_dq", "t_dq"}, {"r"});
                                   }, .scale_y = 0.04F});
  const auto p = lower::partition(g, make_target(8, 8));
  REQUIRE(p);
  CHECK(p->whole.layers.size() == 1);
}
