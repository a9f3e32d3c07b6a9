// SPDX-License-Identifier: Apache-2.0
// Pools and reductions, of images and of other tensors.
#include <catch2/catch.hpp>

#include <vernier/lower/pipeline.hpp>

#include "lower_networks.hpp"
#include "operator_check.hpp"
#include "passes_harness.hpp"

using namespace vernier;
using namespace vernier::graph;
using namespace vernier::test;

namespace {

/// Places on the accelerator of all nodes but reshapes and what leads to and from integers.
bool computes_there(const Graph& g) {
  const auto p = lower::partition(g, make_target(8, 8));
  REQUIRE(p);
  return std::ranges::all_of(p->placement, [&](const lower::Placement& place) {
    return place.place == lower::Place::kNpu || g.node(place.node).kind == OpKind::kReshape;
  });
}

}  // namespace

TEST_CASE("Means and maxima over any neighbouring axes are pools", "[operators]") {
  struct Reduced {
    Shape x;
    std::initializer_list<std::int64_t> axes;
  };
  const bool keep = GENERATE(false, true);
  const auto op = GENERATE(values<std::string>({"ReduceMean", "ReduceMax"}));
  for (const auto& r : {Reduced{{1, 6, 4, 5}, {2, 3}}, Reduced{{1, 6, 4, 5}, {3}}, Reduced{{1, 6, 4, 5}, {-2}}, Reduced{{1, 6, 4, 5}, {1}}, Reduced{{1, 9, 5}, {2}}, Reduced{{3, 2, 4}, {1}},
                        Reduced{{3, 4}, {0, 1}}, Reduced{{2, 3, 4, 5}, {2, 3}}}) {
    INFO(op << ' ' << to_string(r.x) << " keepdims " << keep);
    const auto bytes = QuantisedModel{.inputs = {{"x", r.x, 0.05F, -7}},
                                      .body = [&](OnnxBuilder& m) {
                                        auto& node = m.node(op, {"x_dq"}, {"r"});
                                        OnnxBuilder::attribute(node, "axes", r.axes);
                                        OnnxBuilder::attribute(node, "keepdims", static_cast<std::int64_t>(keep));
                                      },
                                      .scale_y = 0.04F, .zero_y = 3, .opset = 13}.build().bytes();
    const auto g = canonical(bytes);
    INFO(dump(g));
    CHECK(difference(bytes, g) <= 1);
    CHECK(computes_there(g));
  }
}

TEST_CASE("Axes that do not stand side by side stay with the host", "[operators]") {
  const auto bytes = QuantisedModel{.inputs = {{"x", {3, 2, 4}}}, .body = [](OnnxBuilder& m) { OnnxBuilder::attribute(m.node("ReduceMean", {"x_dq"}, {"r"}), "axes", {0, 2}); }, .opset = 13}.build().bytes();
  const auto g = canonical(bytes);
  CHECK(difference(bytes, g) <= 1);
  CHECK(kinds(g) == std::vector<std::string>{"Dequantize", "ReduceMean", "Quantize"});
}

TEST_CASE("Pools take a batch as channels", "[operators]") {
  for (const char* op : {"MaxPool", "AveragePool"}) {
    INFO(op);
    check_both_types({.inputs = {{"x", {3, 5, 6, 7}, 0.05F, -7}}, .body = [&](OnnxBuilder& m) {
                        auto& node = m.node(op, {"x_dq"}, {"r"});
                        OnnxBuilder::attribute(node, "kernel_shape", {2, 3});
                        OnnxBuilder::attribute(node, "strides", {2, 2});
                        OnnxBuilder::attribute(node, "pads", {0, 1, 1, 1});
                      }, .scale_y = 0.05F, .zero_y = -7});
  }
}

TEST_CASE("Pools of one axis", "[operators]") {
  const auto bytes = QuantisedModel{.inputs = {{"x", {1, 5, 17}, 0.05F, -7}}, .body = [](OnnxBuilder& m) {
                                      auto& node = m.node("AveragePool", {"x_dq"}, {"r"});
                                      OnnxBuilder::attribute(node, "kernel_shape", {3});
                                      OnnxBuilder::attribute(node, "strides", {2});
                                      OnnxBuilder::attribute(node, "ceil_mode", std::int64_t{1});
                                    }, .scale_y = 0.05F, .opset = 13}.build().bytes();
  const auto g = canonical(bytes);
  CHECK(difference(bytes, g) <= 1);
  CHECK(computes_there(g));
}

TEST_CASE("A sum of three tensors is two additions once it is quantised", "[operators]") {
  OnnxBuilder b(13);
  b.input("a", {2, 3}).input("b", {2, 3}).input("c", {2, 3}).output("y").node("Sum", {"a", "b", "c"}, {"y"});
  const auto g = canonical(b.bytes());
  CHECK(kinds(g) == std::vector<std::string>{"Add", "Add"});
  CHECK(difference(b.bytes(), g) < 1e-5);
}

TEST_CASE("A pool of maxima with dilation takes every so many pixels", "[operators]") {
  struct Dilated {
    std::initializer_list<std::int64_t> kernel, strides, dilations, pads;
  };
  for (const auto& d : {Dilated{{2, 2}, {1, 1}, {2, 2}, {0, 0, 0, 0}}, Dilated{{3, 2}, {2, 1}, {2, 3}, {1, 0, 2, 1}}, Dilated{{2, 3}, {3, 2}, {3, 2}, {1, 2, 0, 1}}, Dilated{{3, 3}, {2, 3}, {4, 3}, {2, 2, 2, 2}}}) {
    for (const Shape& x : {Shape{1, 5, 11, 13}, Shape{2, 20, 12, 9}}) {
      INFO(to_string(x) << " dilations " << *d.dilations.begin() << ' ' << *(d.dilations.end() - 1));
      check_both_types({.inputs = {{"x", x, 0.05F, -7}},
                        .body = [&d](OnnxBuilder& m) {
                          auto& node = m.node("MaxPool", {"x_dq"}, {"r"});
                          OnnxBuilder::attribute(node, "kernel_shape", d.kernel);
                          OnnxBuilder::attribute(node, "strides", d.strides);
                          OnnxBuilder::attribute(node, "dilations", d.dilations);
                          OnnxBuilder::attribute(node, "pads", d.pads);
                        }, .scale_y = 0.05F, .zero_y = -7});
    }
  }
}
