// SPDX-License-Identifier: Apache-2.0
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <vernier/golden/comparison.hpp>
#include <vernier/golden/evaluator.hpp>
#include <vernier/ort/model.hpp>

#include "quantised_graphs.hpp"

using namespace vernier;
using namespace vernier::test;
using graph::OpKind;

namespace {

graph::ValueId add_real(graph::Graph& g, const std::string& name, Shape shape) { return g.add_value({name, DType::kFloat32, std::move(shape), std::nullopt, {}}); }

graph::ValueId convolve(graph::Graph& g, Random& r, graph::ValueId x, const std::string& name, std::int64_t outputs, graph::Window w) {
  const Shape in = g.value(x).shape;
  const auto size = graph::output_size(w, {in[2], in[3]});
  const auto& q = *g.value(x).quantization;
  const auto [weight, bias] = add_weights(g, r, {outputs, in[1] / w.group, w.kernel_h, w.kernel_w}, q.scale[0], true, 3000);
  const auto y = add_activation(g, name, DType::kInt8, {in[0], outputs, size.h, size.w}, 0.08F, -20);
  add_node(g, OpKind::kConv, {x, weight, bias}, y, w, graph::Clamp{-20, 127});
  return y;
}

/// float -> Quantize -> Conv -> Conv -> Add -> MaxPool -> AveragePool -> Reshape -> Gemm -> Dequantize -> Softmax -> float
graph::Graph residual_network() {
  Random r(7);
  graph::Graph g;
  g.name = "residual";
  g.opsets[""] = 13;
  const auto real = add_real(g, "image", {1, 3, 8, 8});
  const auto x = add_activation(g, "x", DType::kUint8, {1, 3, 8, 8}, 0.02F, 128);
  add_node(g, OpKind::kQuantize, {real}, x);
  const graph::Window same{.kernel_h = 3, .kernel_w = 3, .pad_top = 1, .pad_left = 1, .pad_bottom = 1, .pad_right = 1};
  const auto a = convolve(g, r, x, "a", 8, same);
  const auto b = convolve(g, r, a, "a2", 8, same);
  const auto sum = add_activation(g, "sum", DType::kInt8, {1, 8, 8, 8}, 0.1F, -60);
  add_node(g, OpKind::kAdd, {a, b}, sum, {}, graph::Clamp{-60, 127});
  const auto pool = add_activation(g, "pool", DType::kInt8, {1, 8, 4, 4}, 0.1F, -60);
  add_node(g, OpKind::kMaxPool, {sum}, pool, {.kernel_h = 2, .kernel_w = 2, .stride_h = 2, .stride_w = 2});
  const auto mean = add_activation(g, "mean", DType::kInt8, {1, 8, 1, 1}, 0.05F, -100);
  add_node(g, OpKind::kAveragePool, {pool}, mean, {.kernel_h = 4, .kernel_w = 4});
  const auto flat = add_activation(g, "flat", DType::kInt8, {1, 8}, 0.05F, -100);
  add_node(g, OpKind::kReshape, {mean}, flat);
  const auto [weight, bias] = add_weights(g, r, {10, 8}, 0.05F, false, 500);
  const auto scores = add_activation(g, "scores", DType::kInt8, {1, 10}, 0.1F, 0);
  add_node(g, OpKind::kGemm, {flat, weight, bias}, scores);
  const auto logits = add_real(g, "logits", {1, 10});
  add_node(g, OpKind::kDequantize, {scores}, logits);
  const auto shares = add_real(g, "shares", {1, 10});
  const auto softmax = add_node(g, OpKind::kOther, {logits}, shares);
  onnx::NodeProto proto;
  proto.set_op_type("Softmax");
  proto.add_input("name it had before the passes");
  proto.add_output("shares");
  g.node(softmax).onnx_node = proto.SerializeAsString();
  g.inputs = {real};
  return g;
}

Tensor real_image(std::uint32_t seed) {
  Random r(seed);
  Tensor t(DType::kFloat32, {1, 3, 8, 8});
  for (auto& v : t.as<float>()) v = static_cast<float>(r.integer(-260, 260)) * 0.01F;
  return t;
}

}  // namespace

TEST_CASE("A residual network agrees with ONNX Runtime layer by layer and end to end", "[golden]") {
  const auto g = residual_network();
  auto reference = golden::reference_of(g);
  INFO((reference ? "" : to_string(reference.error())));
  REQUIRE(reference);
  std::vector<std::vector<Tensor>> samples;
  for (std::uint32_t seed = 0; seed < 20; ++seed) samples.push_back({real_image(seed)});
  const auto c = golden::compare_with_reference(g, std::move(*reference), samples);
  INFO((c ? "" : to_string(c.error())));
  REQUIRE(c);
  CHECK(c->samples == 20);
  CHECK(c->elements == 200);
  REQUIRE(c->layers.size() == 6);  // two Conv, Add, MaxPool, AveragePool, Gemm
  CHECK(c->layers[0].elements == 20 * 8 * 64);
  CHECK(c->worst_layer_lsb() <= 1);
  CHECK(c->top1_agreement() >= 0.95);
  CHECK(c->largest_difference < 0.05);
}

TEST_CASE("A comparison shows a reference of other weights", "[golden]") {
  const auto g = residual_network();
  auto changed = g;
  auto& weights = changed.value(*changed.find_value("w")).constant;
  Tensor negated = weights.value();
  for (auto& v : negated.as<std::int8_t>()) v = static_cast<std::int8_t>(-std::max<int>(v, -127));
  weights = std::move(negated);
  auto reference = golden::reference_of(changed);
  REQUIRE(reference);
  const std::vector<std::vector<Tensor>> samples{{real_image(1)}};
  const auto c = golden::compare_with_reference(g, std::move(*reference), samples);
  REQUIRE(c);
  CHECK(c->worst_layer_lsb() <= 1);  // each layer has its own reference of the right weights
  CHECK(c->differing > 0);
  CHECK(c->largest_difference > 1e-4);
}

TEST_CASE("A convolution gives the numbers worked out by hand", "[golden]") {
  graph::Graph g;
  const auto x = add_activation(g, "x", DType::kUint8, {1, 1, 1, 3}, 0.5F, 10);
  Tensor w(DType::kInt8, {1, 1, 1, 2});
  w.as<std::int8_t>()[0] = 3;
  w.as<std::int8_t>()[1] = -2;
  Tensor b(DType::kInt32, {1});
  b.as<std::int32_t>()[0] = 5;
  const auto weight = add_constant(g, "w", w, per_tensor(0.25F, 0));
  const auto bias = add_constant(g, "b", b, std::nullopt);
  const auto y = add_activation(g, "y", DType::kInt8, {1, 1, 1, 4}, 0.25F, -3);
  g.inputs = {x};
  add_node(g, OpKind::kConv, {x, weight, bias}, y, {.kernel_w = 2, .pad_left = 1, .pad_right = 1}, graph::Clamp{-3, 20});
  Tensor in(DType::kUint8, {1, 1, 1, 3});
  in.as<std::uint8_t>()[0] = 12;  // 2 above zero
  in.as<std::uint8_t>()[1] = 7;   // 3 below
  in.as<std::uint8_t>()[2] = 40;  // 30 above
  const auto values = golden::evaluate(g, std::vector{in});
  REQUIRE(values);
  // m = 0.5 * 0.25 / 0.25 = 0.5; sums 5 - 4 = 1, 5 + 6 + 6 = 17, 5 - 9 - 60 = -64, 5 + 90 = 95
  // halves to even: 0.5 -> 0, 8.5 -> 8, -32, 47.5 -> 48; minus 3, clamped to [-3, 20]
  const auto got = values->at(y).as<std::int8_t>();
  CHECK(std::vector<int>(got.begin(), got.end()) == std::vector<int>{-3, 5, -3, 20});
}

TEST_CASE("One node runs alone on given values", "[golden]") {
  const auto g = residual_network();
  auto evaluator = golden::Evaluator::prepare(g);
  REQUIRE(evaluator);
  const auto all = evaluator->run(std::vector{real_image(3)});
  REQUIRE(all);
  for (const auto id : g.nodes()) {
    const auto alone = evaluator->run_node(id, *all);
    REQUIRE(alone);
    CHECK(alone->at(g.node(id).outputs[0]) == all->at(g.node(id).outputs[0]));
  }
  CHECK_FALSE(evaluator->run_node(g.nodes().back(), {}));
  CHECK_FALSE(evaluator->run({}));
  CHECK_FALSE(evaluator->run(std::vector{Tensor(DType::kFloat32, {1, 3, 8, 9})}));
}

TEST_CASE("Graphs outside of the canonical form are refused with the node named", "[golden]") {
  struct Fault {
    const char* what;
    ErrorCode code;
    void (*change)(graph::Graph&);
  };
  const auto value = [](graph::Graph& g, const char* name) -> graph::Value& { return g.value(*g.find_value(name)); };
  static const auto at = value;
  const std::vector<Fault> faults{
      {"weight zero point", ErrorCode::kInvalidInput, [](graph::Graph& g) { at(g, "w").quantization->zero_point[0] = 1; }},
      {"scales per tensor count", ErrorCode::kInvalidInput, [](graph::Graph& g) { at(g, "w").quantization->scale.pop_back(); }},
      {"weight scale", ErrorCode::kInvalidInput, [](graph::Graph& g) { at(g, "w").quantization->scale[0] = 0; }},
      {"weight not constant", ErrorCode::kInvalidInput, [](graph::Graph& g) { at(g, "w").constant.reset(); }},
      {"bias length", ErrorCode::kInvalidInput, [](graph::Graph& g) { at(g, "b").constant = Tensor(DType::kInt32, {3}); }},
      {"activation scale", ErrorCode::kInvalidInput, [](graph::Graph& g) { at(g, "a").quantization->scale[0] = NAN; }},
      {"zero point", ErrorCode::kInvalidInput, [](graph::Graph& g) { at(g, "sum").quantization->zero_point[0] = 128; }},
      {"pool scales", ErrorCode::kInvalidInput, [](graph::Graph& g) { at(g, "pool").quantization->scale[0] = 0.2F; }},
      {"output shape", ErrorCode::kInvalidInput, [](graph::Graph& g) { at(g, "a").shape = {1, 8, 8, 7}; }},
      {"reshape scale", ErrorCode::kInvalidInput, [](graph::Graph& g) { at(g, "flat").quantization->scale[0] = 1; }},
      {"multiplier", ErrorCode::kUnsupported, [](graph::Graph& g) { at(g, "w").quantization->scale[2] = 4000; }},
      {"accumulator", ErrorCode::kUnsupported, [](graph::Graph& g) { at(g, "b").constant = with_element(at(g, "b").constant, 1, 2'147'483'000); }},
      {"clamp", ErrorCode::kInvalidInput, [](graph::Graph& g) { g.node(g.nodes()[1]).clamp = graph::Clamp{-200, 10}; }},
      {"clamp order", ErrorCode::kInvalidInput, [](graph::Graph& g) { g.node(g.nodes()[1]).clamp = graph::Clamp{10, 0}; }},
      {"host operator", ErrorCode::kInvalidInput, [](graph::Graph& g) { g.node(g.nodes().back()).onnx_node.clear(); }}};
  for (const auto& fault : faults) {
    CAPTURE(fault.what);
    auto g = residual_network();
    REQUIRE(golden::Evaluator::prepare(g));
    fault.change(g);
    const auto r = golden::Evaluator::prepare(g);
    REQUIRE_FALSE(r);
    CHECK(r.error().code == fault.code);
    CHECK_FALSE(r.error().where.empty());
  }
}

TEST_CASE("A model of several nodes has the values between them inside", "[ort]") {
  const auto g = residual_network();
  const auto nodes = g.nodes();
  const auto model = ort::model_of(g, std::span(nodes).subspan(1, 2));  // both convolutions
  REQUIRE(model);
  CHECK(model->inputs == std::vector{*g.find_value("x")});
  CHECK(model->outputs == std::vector{*g.find_value("a"), *g.find_value("a2")});  // a is read by the addition as well
  CHECK_FALSE(ort::qdq_model_of(g, nodes.front()));
}

TEST_CASE("Golden runs the convolutions of a ResNet-8 within 15 milliseconds", "[.speed]") {
  Random r(1);
  graph::Graph g;
  auto x = add_activation(g, "x", DType::kInt8, {1, 3, 32, 32}, 0.02F, 0);
  g.inputs = {x};
  const auto step = [&](std::int64_t outputs, std::int64_t k, std::int64_t stride) {
    x = convolve(g, r, x, "c", outputs, {.kernel_h = k, .kernel_w = k, .stride_h = stride, .stride_w = stride, .pad_top = k / 2, .pad_left = k / 2, .pad_bottom = k / 2, .pad_right = k / 2});
  };
  for (int i = 0; i < 3; ++i) step(16, 3, 1);
  step(32, 3, 2);
  step(32, 3, 1);
  step(64, 3, 2);
  step(64, 3, 1);
  auto evaluator = golden::Evaluator::prepare(g);
  REQUIRE(evaluator);
  const std::vector in{r.activation(DType::kInt8, {1, 3, 32, 32})};
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) REQUIRE(evaluator->run(in));
  const double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count() / 20;
  std::int64_t total = 0;
  for (const auto id : g.nodes()) total += macs(g, id);
  std::printf("golden: %.1f M multiply-accumulates in %.2f ms\n", static_cast<double>(total) * 1e-6, ms);
  CHECK(ms < 15);
}

TEST_CASE("Golden runs the blocks of a MobileNetV2 within one second", "[.speed]") {
  Random r(1);
  graph::Graph g;
  auto x = add_activation(g, "x", DType::kUint8, {1, 3, 224, 224}, 0.02F, 127);
  g.inputs = {x};
  x = convolve(g, r, x, "c", 32, {.kernel_h = 3, .kernel_w = 3, .stride_h = 2, .stride_w = 2, .pad_bottom = 1, .pad_right = 1});
  struct Block {
    std::int64_t expand, outputs, repeats, stride;
  };
  for (const auto& b : {Block{1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}}) {
    for (std::int64_t i = 0; i < b.repeats; ++i) {
      const auto inner = g.value(x).shape[1] * b.expand;
      const auto stride = i == 0 ? b.stride : 1;
      if (b.expand > 1) x = convolve(g, r, x, "e", inner, {});
      x = convolve(g, r, x, "d", inner, {.kernel_h = 3, .kernel_w = 3, .stride_h = stride, .stride_w = stride, .pad_top = 1, .pad_left = 1, .pad_bottom = 1, .pad_right = 1, .group = inner});
      x = convolve(g, r, x, "p", b.outputs, {});
    }
  }
  x = convolve(g, r, x, "last", 1280, {});
  auto evaluator = golden::Evaluator::prepare(g);
  REQUIRE(evaluator);
  const std::vector in{r.activation(DType::kUint8, {1, 3, 224, 224})};
  const auto start = std::chrono::steady_clock::now();
  REQUIRE(evaluator->run(in));
  const double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  std::int64_t total = 0;
  for (const auto id : g.nodes()) total += macs(g, id);
  std::printf("golden: %.1f M multiply-accumulates in %.1f ms\n", static_cast<double>(total) * 1e-6, ms);
  CHECK(ms < 1000);
}
