// SPDX-License-Identifier: Apache-2.0
// Operators that only place elements.
#include <catch2/catch.hpp>

#include "operator_check.hpp"
#include "passes_harness.hpp"

using namespace vernier;
using namespace vernier::graph;
using namespace vernier::test;

namespace {

using Kinds = std::vector<std::string>;

/// x -> op -> y on one scale, so that nothing rounds.
QuantisedModel placing(const Shape& x, const std::function<void(OnnxBuilder&)>& body) {
  return {.inputs = {{"x", x, 0.05F, -7}}, .body = body, .scale_y = 0.05F, .zero_y = -7};
}

void check_exact(const QuantisedModel& model) {
  auto g = check_operator(model, 0);
  CHECK(kinds(g) == Kinds{"Move"});
  auto rescaled = model;
  rescaled.scale_y = 0.08F;
  rescaled.zero_y = 5;
  check_both_types(rescaled);
}

}  // namespace

TEST_CASE("Tensors join along any axis", "[operators]") {
  struct Join {
    Shape a, b;
    int axis;
  };
  const auto join = GENERATE(values<Join>({{{1, 3, 4, 5}, {1, 8, 4, 5}, 1}, {{1, 16, 3, 3}, {1, 32, 3, 3}, 1}, {{1, 21, 3, 3}, {1, 18, 3, 3}, 1}, {{1, 6, 2, 5}, {1, 6, 3, 5}, 2},
                                           {{1, 6, 2, 5}, {1, 6, 2, 3}, 3}, {{1, 6, 2, 5}, {1, 6, 2, 5}, -1}, {{1, 30}, {1, 12}, 1}, {{2, 3}, {2, 4}, 1}, {{2, 3, 4}, {1, 3, 4}, 0},
                                           {{5}, {7}, 0}, {{2, 2, 3, 2}, {2, 2, 3, 2}, 0}, {{2, 2, 3, 2}, {2, 1, 3, 2}, 1}}));
  INFO(to_string(join.a) << to_string(join.b) << join.axis);
  const auto g = check_both_types({.inputs = {{"a", join.a, 0.05F, -7}, {"b", join.b, 0.03F, 11}},
                                   .body = [&](OnnxBuilder& m) { OnnxBuilder::attribute(m.node("Concat", {"a_dq", "b_dq"}, {"r"}), "axis", static_cast<std::int64_t>(join.axis)); },
                                   .scale_y = 0.05F, .zero_y = -7});
  CHECK(kinds(g) == Kinds{"Move"});
}

TEST_CASE("A tensor joins itself and a third one", "[operators]") {
  check_operator({.inputs = {{"a", {1, 5, 2, 3}, 0.05F, -7}, {"b", {1, 9, 2, 3}, 0.03F, 11}},
                  .body = [&](OnnxBuilder& m) { OnnxBuilder::attribute(m.node("Concat", {"a_dq", "b_dq", "a_dq"}, {"r"}), "axis", std::int64_t{1}); },
                  .scale_y = 0.05F, .zero_y = -7});
}

TEST_CASE("The operator-oriented Concat is a move", "[operators]") {
  OnnxBuilder b(13);
  b.domain("com.microsoft", 1).input("x", {1, 5, 2, 2}, onnx::TensorProto::UINT8).input("z", {1, 8, 2, 2}, onnx::TensorProto::UINT8).output("y", onnx::TensorProto::UINT8);
  b.scale_and_zero("x", 0.04F, 120, true).scale_and_zero("z", 0.02F, 130, true).scale_and_zero("y", 0.04F, 120, true);
  auto& node = b.node("QLinearConcat", {"y_scale", "y_zero", "x", "x_scale", "x_zero", "z", "z_scale", "z_zero"}, {"y"}, "", "com.microsoft");
  OnnxBuilder::attribute(node, "axis", std::int64_t{1});
  const auto g = canonical(b.bytes());
  CHECK(kinds(g) == Kinds{"Move"});
  CHECK(difference(b.bytes(), g) <= 1);
  CHECK(refusal_of(g) == "");
}

TEST_CASE("Slices with starts ends axes and steps", "[operators]") {
  struct Cut {
    Shape x;
    std::vector<std::int64_t> starts, ends, axes, steps;
  };
  const auto cut = GENERATE(values<Cut>({{{1, 40, 4, 5}, {16}, {32}, {1}, {1}}, {{1, 13, 4, 5}, {3}, {11}, {1}, {1}}, {{1, 6, 9, 8}, {1, 2}, {8, 1000}, {2, 3}, {2, 3}},
                                         {{1, 6, 9, 8}, {-1}, {-1000}, {3}, {-1}}, {{1, 30}, {4}, {-2}, {1}, {2}}, {{4, 5, 6}, {1, 0}, {3, 4}, {0, 1}, {1, 3}}, {{20}, {3}, {18}, {0}, {4}}}));
  INFO(to_string(cut.x));
  check_exact(placing(cut.x, [&](OnnxBuilder& m) {
    m.int64s("starts", cut.starts).int64s("ends", cut.ends).int64s("axes", cut.axes).int64s("steps", cut.steps);
    m.node("Slice", {"x_dq", "starts", "ends", "axes", "steps"}, {"r"});
  }));
}

TEST_CASE("Every part of a split is a slice", "[operators]") {
  for (const auto& [shape, axis, sizes] : {std::tuple{Shape{1, 12, 3, 3}, 1, std::vector<std::int64_t>{5, 7}}, {Shape{1, 6, 5, 4}, 2, std::vector<std::int64_t>{2, 3}}, {Shape{2, 9}, -1, std::vector<std::int64_t>{4, 5}}}) {
    INFO(to_string(shape));
    const auto g = check_operator(placing(shape, [&, axis = axis, sizes = sizes](OnnxBuilder& m) {
      m.int64s("sizes", sizes);
      OnnxBuilder::attribute(m.node("Split", {"x_dq", "sizes"}, {"p", "q"}), "axis", static_cast<std::int64_t>(axis));
      m.qdq("p", 0.05F, -7).qdq("q", 0.05F, -7);
      OnnxBuilder::attribute(m.node("Concat", {"q_dq", "p_dq"}, {"r"}), "axis", static_cast<std::int64_t>(axis));
    }), 0);
    CHECK(kinds(g) == Kinds{"Move", "Move", "Move"});
  }
}

TEST_CASE("Padding fills with a number or with neighbours", "[operators]") {
  const auto mode = GENERATE(values<std::string>({"constant", "edge", "reflect"}));
  INFO(mode);
  check_exact(placing({1, 7, 4, 5}, [&](OnnxBuilder& m) {
    m.int64s("pads", {0, 0, 1, 2, 0, 0, 3, 1}).floats("value", {}, {0.4F});
    auto& node = mode == "constant" ? m.node("Pad", {"x_dq", "pads", "value"}, {"r"}) : m.node("Pad", {"x_dq", "pads"}, {"r"});
    OnnxBuilder::attribute(node, "mode", mode);
  }));
}

TEST_CASE("Padding reaches channels and tensors that are no image", "[operators]") {
  for (const auto& [shape, pads] : {std::pair{Shape{1, 7, 2, 3}, std::vector<std::int64_t>{0, 2, 0, 0, 0, 12, 0, 0}}, {Shape{3, 4}, std::vector<std::int64_t>{1, 0, 2, 3}}, {Shape{6}, std::vector<std::int64_t>{2, 2}}}) {
    INFO(to_string(shape));
    check_exact(placing(shape, [&, pads = pads](OnnxBuilder& m) {
      m.int64s("pads", pads);
      m.node("Pad", {"x_dq", "pads"}, {"r"});
    }));
  }
}

TEST_CASE("Nearest resizing of whole and broken factors", "[operators]") {
  struct Factor {
    std::vector<float> scales;
    std::string coordinates, rounding;
  };
  const auto f = GENERATE(values<Factor>({{{1, 1, 2, 2}, "asymmetric", "floor"}, {{1, 1, 2, 3}, "half_pixel", "round_prefer_floor"}, {{1, 1, 0.5F, 0.5F}, "half_pixel", "floor"},
                                          {{1, 1, 1.5F, 2.5F}, "asymmetric", "round_prefer_ceil"}, {{1, 1, 2, 2}, "align_corners", "ceil"}, {{1, 1, 3, 1}, "pytorch_half_pixel", "floor"}}));
  INFO(f.coordinates << ' ' << f.rounding << ' ' << f.scales[2]);
  check_exact(placing({1, 9, 4, 6}, [&](OnnxBuilder& m) {
    m.floats("scales", {4}, f.scales);
    auto& node = m.node("Resize", {"x_dq", "", "scales"}, {"r"});
    OnnxBuilder::attribute(node, "mode", std::string("nearest"));
    OnnxBuilder::attribute(node, "coordinate_transformation_mode", f.coordinates);
    OnnxBuilder::attribute(node, "nearest_mode", f.rounding);
  }));
}

TEST_CASE("Upsample of operator set 9 is a nearest resize", "[operators]") {
  OnnxBuilder b(9);
  b.input("x", {1, 20, 3, 3}).output("y").floats("scales", {4}, {1, 1, 2, 2}).node("Upsample", {"x", "scales"}, {"y"});
  const auto g = imported(b.bytes());
  REQUIRE(g.nodes().size() == 1);
  CHECK(g.node(g.nodes()[0]).copies.size() == 4);
}

TEST_CASE("Channels become pixels and pixels channels", "[operators]") {
  const auto mode = GENERATE(values<std::string>({"DCR", "CRD"}));
  check_exact(placing({1, 20, 3, 4}, [&](OnnxBuilder& m) {
    auto& node = m.node("DepthToSpace", {"x_dq"}, {"r"});
    OnnxBuilder::attribute(node, "blocksize", std::int64_t{2});
    OnnxBuilder::attribute(node, "mode", mode);
  }));
  check_exact(placing({1, 5, 4, 6}, [](OnnxBuilder& m) { OnnxBuilder::attribute(m.node("SpaceToDepth", {"x_dq"}, {"r"}), "blocksize", std::int64_t{2}); }));
}

TEST_CASE("Axes change places", "[operators]") {
  struct Turn {
    Shape x;
    std::initializer_list<std::int64_t> perm;
  };
  for (const auto& turn : {Turn{{1, 5, 3, 4}, {0, 2, 3, 1}}, Turn{{1, 3, 4, 5}, {0, 3, 1, 2}}, Turn{{1, 6, 3, 4}, {0, 1, 3, 2}}, Turn{{4, 7}, {1, 0}}, Turn{{2, 3, 4}, {2, 1, 0}}, Turn{{2, 3, 2, 3, 2}, {4, 0, 2, 1, 3}}}) {
    INFO(to_string(turn.x));
    check_exact(placing(turn.x, [&](OnnxBuilder& m) { OnnxBuilder::attribute(m.node("Transpose", {"x_dq"}, {"r"}), "perm", turn.perm); }));
  }
}

TEST_CASE("A channel shuffle is one move between images", "[operators]") {
  check_exact(placing({1, 12, 3, 4}, [](OnnxBuilder& m) {
    m.int64s("groups", {1, 3, 4, 3, 4}).int64s("image", {1, 12, 3, 4});
    m.node("Reshape", {"x_dq", "groups"}, {"g"});
    OnnxBuilder::attribute(m.node("Transpose", {"g"}, {"t"}), "perm", {0, 2, 1, 3, 4});
    m.node("Reshape", {"t", "image"}, {"r"});
  }));
}

TEST_CASE("Tile Expand and Gather at constant indices", "[operators]") {
  check_exact(placing({1, 3, 2, 4}, [](OnnxBuilder& m) { m.int64s("repeats", {1, 2, 1, 3}).node("Tile", {"x_dq", "repeats"}, {"r"}); }));
  check_exact(placing({1, 3, 1, 1}, [](OnnxBuilder& m) { m.int64s("shape", {1, 3, 2, 5}).node("Expand", {"x_dq", "shape"}, {"r"}); }));
  check_exact(placing({1, 6, 2, 4}, [](OnnxBuilder& m) {
    m.int64s("places", {4, 0, 5, -1});
    OnnxBuilder::attribute(m.node("Gather", {"x_dq", "places"}, {"r"}), "axis", std::int64_t{1});
  }));
}

namespace {

QuantisedModel transposed(const Shape& x, const Shape& w, const std::vector<std::int64_t>& strides, const std::vector<std::int64_t>& pads, std::int64_t group, bool relu) {
  return {.inputs = {{"x", x, 0.05F, -7}},
          .body = [=](OnnxBuilder& m) {
            m.weight("w", w, group == 1 ? 1 : -1, 0.004F).random("bias", {w[1] * group});
            auto& node = m.node("ConvTranspose", {"x_dq", "w_dq", "bias"}, {relu ? "t" : "r"});
            OnnxBuilder::attribute(node, "strides", strides);
            OnnxBuilder::attribute(node, "pads", pads);
            OnnxBuilder::attribute(node, "group", group);
            if (relu) m.node("Relu", {"t"}, {"r"});
          },
          .scale_y = 0.03F};
}

}  // namespace

TEST_CASE("A transposed convolution is a convolution whose channels become pixels", "[operators]") {
  const bool relu = GENERATE(false, true);
  for (const auto& model : {transposed({1, 5, 4, 6}, {5, 7, 2, 2}, {2, 2}, {0, 0, 0, 0}, 1, relu), transposed({1, 5, 4, 6}, {5, 7, 4, 4}, {2, 2}, {1, 1, 1, 1}, 1, relu),
                            transposed({1, 3, 5, 4}, {3, 4, 3, 3}, {2, 2}, {1, 1, 1, 1}, 1, relu), transposed({1, 3, 5, 4}, {3, 4, 3, 5}, {1, 3}, {2, 1, 0, 4}, 1, relu),
                            transposed({1, 4, 3, 3}, {4, 2, 2, 3}, {3, 4}, {0, 0, 0, 0}, 1, relu)}) {
    const auto g = check_both_types(model);
    CHECK(kinds(g) == Kinds{"Conv", "Move"});
  }
}

TEST_CASE("A transposed convolution with output padding and signed weights of their own zero point", "[operators]") {
  auto model = transposed({1, 3, 5, 4}, {3, 4, 3, 3}, {2, 2}, {1, 1, 1, 1}, 1, false);
  model.body = [](OnnxBuilder& m) {
    std::vector<std::uint8_t> w(3 * 4 * 9);
    for (std::size_t i = 0; i < w.size(); ++i) w[i] = static_cast<std::uint8_t>(i * 37);
    m.uint8s("w", {3, 4, 3, 3}, w).floats("w_scale", {}, {0.004F}).uint8s("w_zero", {}, {128}).node("DequantizeLinear", {"w", "w_scale", "w_zero"}, {"w_dq"});
    auto& node = m.node("ConvTranspose", {"x_dq", "w_dq"}, {"r"});
    OnnxBuilder::attribute(node, "strides", {2, 2});
    OnnxBuilder::attribute(node, "pads", {1, 1, 1, 1});
    OnnxBuilder::attribute(node, "output_padding", {1, 1});
  };
  CHECK(kinds(check_operator(model)) == Kinds{"Conv", "Move"});
}

TEST_CASE("Transposed convolutions in groups and linear resizes keep what they compute", "[operators]") {
  const auto grouped = transposed({1, 6, 4, 3}, {6, 2, 4, 4}, {2, 2}, {1, 1, 1, 1}, 3, false).build().bytes();
  CHECK(difference(grouped, canonical(grouped)) <= 1);
  const auto coordinates = GENERATE(values<std::string>({"half_pixel", "pytorch_half_pixel", "asymmetric"}));
  const auto factors = GENERATE(values<std::vector<float>>({{1, 1, 2, 2}, {1, 1, 3, 2}, {1, 1, 1, 4}, {1, 1, 5, 5}}));
  INFO(coordinates << ' ' << factors[2] << ' ' << factors[3]);
  const auto bytes = placing({1, 3, 4, 5}, [&](OnnxBuilder& m) {
    m.floats("scales", {4}, factors);
    auto& node = m.node("Resize", {"x_dq", "", "scales"}, {"r"});
    OnnxBuilder::attribute(node, "mode", std::string("linear"));
    OnnxBuilder::attribute(node, "coordinate_transformation_mode", coordinates);
  }).build().bytes();
  const auto g = canonical(bytes);
  INFO(dump(g));
  CHECK(kinds(g) == Kinds{"Move", "Conv", "Move"});
  CHECK(difference(bytes, g) <= 1);
}

TEST_CASE("What places elements computes in memory strips where it does not fit on chip", "[operators]") {
  // 3 x 40 x 40 and twice that do not fit the smallest target's 64 KiB together with their copies
  check_operator({.inputs = {{"a", {1, 20, 40, 40}, 0.05F, -7}, {"b", {1, 21, 40, 40}, 0.05F, -7}},
                  .body = [&](OnnxBuilder& m) { OnnxBuilder::attribute(m.node("Concat", {"a_dq", "b_dq"}, {"r"}), "axis", std::int64_t{1}); },
                  .scale_y = 0.05F, .zero_y = -7}, 0);
  check_operator(placing({1, 6, 40, 40}, [](OnnxBuilder& m) {
    m.floats("scales", {4}, {1, 1, 2, 2});
    auto& node = m.node("Resize", {"x_dq", "", "scales"}, {"r"});
    OnnxBuilder::attribute(node, "mode", std::string("nearest"));
    OnnxBuilder::attribute(node, "coordinate_transformation_mode", std::string("asymmetric"));
    OnnxBuilder::attribute(node, "nearest_mode", std::string("floor"));
  }), 0);
}
