// SPDX-License-Identifier: Apache-2.0
// Quantised models, in both forms, against ONNX Runtime on the model as it came: one step at most, an operator.
#include <vernier/passes/passes.hpp>

#include "passes_harness.hpp"

using namespace vernier;
using namespace vernier::graph;
using namespace vernier::test;

namespace {

using Kinds = std::vector<std::string>;
constexpr int kInt8 = onnx::TensorProto::INT8;
constexpr int kUint8 = onnx::TensorProto::UINT8;

Graph checked(const OnnxBuilder& b, double steps = 1) {
  const auto bytes = b.bytes();
  auto g = canonical(bytes);
  INFO(dump(g));
  CHECK(difference(bytes, g) <= steps);
  return g;
}

/// Contract C1's canonical form of one quantised operator.
void check_canonical(const Graph& g) {
  for (const auto id : g.nodes()) {
    const auto& node = g.node(id);
    if (node.kind == OpKind::kOther || node.kind == OpKind::kQuantize || node.kind == OpKind::kDequantize) continue;
    INFO(node.name);
    CHECK(is_quantised_activation(g.value(node.inputs[0])));
    CHECK(is_quantised_activation(g.value(node.outputs[0])));
    CHECK(node.clamp);
    if (node.kind != OpKind::kConv && node.kind != OpKind::kGemm) continue;
    REQUIRE(node.inputs.size() == 3);
    const auto& w = g.value(node.inputs[1]);
    const auto& b = g.value(node.inputs[2]);
    CHECK(w.type == DType::kInt8);
    CHECK(std::ranges::all_of(w.quantization->zero_point, [](int z) { return z == 0; }));
    CHECK(b.type == DType::kInt32);
    CHECK(b.shape == Shape{w.shape[0]});
  }
}

/// x int8 -> DQ -> (body writes "r" from "x_dq") -> Q -> y
template <class Body>
OnnxBuilder quantised(const Shape& x, Body&& body, bool is_unsigned = false, int opset = 13) {
  OnnxBuilder b(opset);
  b.input("x", x, is_unsigned ? kUint8 : kInt8).output("y", is_unsigned ? kUint8 : kInt8);
  b.scale_and_zero("x", 0.05F, is_unsigned ? 120 : -7, is_unsigned).node("DequantizeLinear", {"x", "x_scale", "x_zero"}, {"x_dq"});
  body(b);
  b.quantize("r", "y", 0.11F, is_unsigned ? 100 : -20, is_unsigned);
  return b;
}

}  // namespace

TEST_CASE("A quantised convolution with activation is one node", "[passes][qdq]") {
  const bool is_unsigned = GENERATE(false, true);
  const bool per_channel = GENERATE(false, true);
  const auto b = quantised({1, 3, 7, 7}, [&](OnnxBuilder& m) {
    m.weight("w", {4, 3, 3, 3}, per_channel ? 0 : -1, 0.004F).random("bias", {4});
    OnnxBuilder::attribute(m.node("Conv", {"x_dq", "w_dq", "bias"}, {"c"}, "conv"), "pads", {1, 0, 2, 1});
    m.node("Relu", {"c"}, {"r"}, "relu");
  }, is_unsigned);
  const auto g = checked(b);
  CHECK(kinds(g) == Kinds{"Conv"});
  check_canonical(g);
  const auto& conv = first(g, OpKind::kConv);
  CHECK(conv.fused == std::vector<std::string>{"relu"});
  CHECK(conv.clamp == (is_unsigned ? Clamp{100, 255} : Clamp{-20, 127}));
}

TEST_CASE("Unsigned weights with a zero point fold into int8", "[passes][qdq]") {
  const auto b = quantised({1, 2, 5, 5}, [](OnnxBuilder& m) {
    std::vector<std::uint8_t> w(2 * 2 * 3 * 3);
    for (std::size_t i = 0; i < w.size(); ++i) w[i] = static_cast<std::uint8_t>(i * 7);
    m.uint8s("w", {2, 2, 3, 3}, w).floats("w_scale", {}, {0.003F}).uint8s("w_zero", {}, {128});
    m.node("DequantizeLinear", {"w", "w_scale", "w_zero"}, {"w_dq"});
    m.node("Conv", {"x_dq", "w_dq"}, {"r"});
  });
  const auto g = checked(b);
  check_canonical(g);
  CHECK(g.value(first(g, OpKind::kConv).inputs[2]).constant->as<std::int32_t>()[0] == 0);
}

TEST_CASE("Weights whose zero point does not fold are refused by name", "[passes][qdq]") {
  const auto b = quantised({1, 2, 5, 5}, [](OnnxBuilder& m) {
    m.uint8s("w", {1, 2, 1, 1}, {0, 255}).floats("w_scale", {}, {0.003F}).uint8s("w_zero", {}, {100});
    m.node("DequantizeLinear", {"w", "w_scale", "w_zero"}, {"w_dq"});
    m.node("Conv", {"x_dq", "w_dq"}, {"r"}, "conv");
  });
  const auto g = canonicalise(imported(b.bytes()));
  REQUIRE_FALSE(g);
  CHECK(g.error().code == ErrorCode::kUnsupported);
  CHECK_THAT(to_string(g.error()), Catch::Matchers::Contains("conv") && Catch::Matchers::Contains("'w'") && Catch::Matchers::Contains("155"));
}

TEST_CASE("Scales along the input channels are refused by name", "[passes][qdq]") {
  const auto b = quantised({1, 2, 5, 5}, [](OnnxBuilder& m) {
    m.weight("w", {3, 2, 1, 1}, 1, 0.01F);
    m.node("Conv", {"x_dq", "w_dq"}, {"r"}, "conv");
  });
  const auto g = canonicalise(imported(b.bytes()));
  REQUIRE_FALSE(g);
  CHECK(g.error().code == ErrorCode::kUnsupported);
  CHECK_THAT(to_string(g.error()), Catch::Matchers::Contains("conv") && Catch::Matchers::Contains("axis 1"));
}

TEST_CASE("A float bias is rounded half to even onto the accumulator's scale", "[passes][qdq]") {
  // s_x * s_w = 0.5 * 0.5: biases of 2.5 and 3.5 steps
  OnnxBuilder b;
  b.input("x", {1, 1}, kInt8).output("y", kInt8).scale_and_zero("x", 0.5F, 0).node("DequantizeLinear", {"x", "x_scale", "x_zero"}, {"x_dq"});
  b.int8s("w", {1, 2}, {1, 1}).floats("w_scale", {}, {0.5F}).node("DequantizeLinear", {"w", "w_scale"}, {"w_dq"});
  b.floats("c", {2}, {0.625F, 0.875F}).node("Gemm", {"x_dq", "w_dq", "c"}, {"r"}).add_output();
  b.graph().mutable_node(2)->mutable_output()->RemoveLast();
  b.quantize("r", "y", 0.25F, 0);
  const auto g = canonical(b.bytes());
  const auto bias = g.value(first(g, OpKind::kGemm).inputs[2]).constant->as<std::int32_t>();
  CHECK(bias[0] == 2);
  CHECK(bias[1] == 4);
}

TEST_CASE("Quantised products take Gemm and MatMul in every layout", "[passes][qdq]") {
  const auto form = GENERATE(0, 1, 2);
  const auto b = quantised({1, 6}, [&](OnnxBuilder& m) {
    m.weight("w", form == 0 ? Shape{4, 6} : Shape{6, 4}, form == 0 ? 0 : 1, 0.01F).random("c", {4});
    if (form == 2) {
      m.node("MatMul", {"x_dq", "w_dq"}, {"p"});
      m.node("Add", {"p", "c"}, {"r"}, "bias");
    } else {
      OnnxBuilder::attribute(m.node("Gemm", {"x_dq", "w_dq", "c"}, {"r"}), "transB", std::int64_t{form == 0 ? 1 : 0});
    }
  });
  const auto g = checked(b);
  CHECK(kinds(g) == Kinds{"Gemm"});
  check_canonical(g);
}

TEST_CASE("Sums pools and reshapes compute on integers", "[passes][qdq]") {
  OnnxBuilder b;
  b.input("x", {1, 2, 6, 6}, kInt8).output("y", kInt8).scale_and_zero("x", 0.05F, 3).node("DequantizeLinear", {"x", "x_scale", "x_zero"}, {"x_dq"});
  OnnxBuilder::attribute(b.node("AveragePool", {"x_dq"}, {"a"}, "mean"), "kernel_shape", {3, 3});
  OnnxBuilder::attribute(*b.graph().mutable_node(1), "pads", {1, 1, 1, 1});
  b.qdq("a", 0.03F, -5);
  b.node("Add", {"a_dq", "x_dq"}, {"s"}, "sum").add_output();
  b.graph().mutable_node(4)->mutable_output()->RemoveLast();
  b.node("Relu", {"s"}, {"s_relu"}, "relu");
  b.qdq("s_relu", 0.04F, -100);
  OnnxBuilder::attribute(b.node("MaxPool", {"s_relu_dq"}, {"m"}, "max"), "kernel_shape", {2, 2});
  b.qdq("m", 0.04F, -100);
  b.node("Flatten", {"m_dq"}, {"f"}, "flat");
  b.quantize("f", "y", 0.04F, -100);
  const auto g = checked(b, 2);  // two rounding operators in a row
  CHECK(kinds(g) == Kinds{"AveragePool", "Add", "MaxPool", "Reshape"});
  check_canonical(g);
  CHECK(first(g, OpKind::kAdd).clamp == Clamp{-100, 127});
}

TEST_CASE("A pool that changes the scale is a pool and a requantisation", "[passes][qdq]") {
  const auto b = quantised({1, 2, 6, 6}, [](OnnxBuilder& m) { OnnxBuilder::attribute(m.node("MaxPool", {"x_dq"}, {"r"}), "kernel_shape", {2, 2}); });
  const auto g = checked(b);
  CHECK(kinds(g) == Kinds{"MaxPool", "Clip"});
  check_canonical(g);
  const auto& pool = first(g, OpKind::kMaxPool);
  CHECK(g.value(pool.inputs[0]).quantization == g.value(pool.outputs[0]).quantization);
}

TEST_CASE("A lone activation is a requantisation with limits", "[passes][qdq]") {
  const auto b = quantised({1, 4}, [](OnnxBuilder& m) {
    m.floats("lo", {}, {-1}).floats("hi", {}, {6});
    m.node("Clip", {"x_dq", "lo", "hi"}, {"r"});
  });
  const auto g = checked(b);
  CHECK(kinds(g) == Kinds{"Clip"});
  // -1 / 0.11 - 20 = -29.09, 6 / 0.11 - 20 = 34.5454
  CHECK(first(g, OpKind::kClip).clamp == Clamp{-29, 35});
}

TEST_CASE("An activation on its own grid goes into the operator before it", "[passes][qdq]") {
  OnnxBuilder b;
  b.input("x", {1, 4}, kInt8).output("y", kInt8).scale_and_zero("x", 0.05F, 3).node("DequantizeLinear", {"x", "x_scale", "x_zero"}, {"x_dq"});
  b.weight("w", {4, 4}, -1, 0.01F).node("MatMul", {"x_dq", "w_dq"}, {"p"}, "product");
  b.qdq("p", 0.02F, 5);
  b.node("Relu", {"p_dq"}, {"r"}, "relu");
  b.quantize("r", "y", 0.02F, 5);
  const auto g = checked(b);
  CHECK(kinds(g) == Kinds{"Gemm"});
  CHECK(first(g, OpKind::kGemm).clamp == Clamp{5, 127});
  CHECK(first(g, OpKind::kGemm).fused == std::vector<std::string>{"relu"});
}

TEST_CASE("Unsigned to signed is a requantisation by the same step", "[passes][qdq]") {
  OnnxBuilder b;
  b.input("x", {1, 4}, kUint8).output("y", kInt8).scale_and_zero("x", 0.05F, 128, true).node("DequantizeLinear", {"x", "x_scale", "x_zero"}, {"r"});
  b.quantize("r", "y", 0.05F, 0);
  const auto g = checked(b, 0);
  CHECK(kinds(g) == Kinds{"Clip"});
}

TEST_CASE("Float operators keep their borders", "[passes][qdq]") {
  OnnxBuilder b;
  b.input("x", {1, 4}).output("y");
  b.qdq("x", 0.02F, 0);
  b.weight("w", {4, 5}, -1, 0.01F).node("MatMul", {"x_dq", "w_dq"}, {"p"}, "product");
  b.qdq("p", 0.02F, 5);
  b.node("LogSoftmax", {"p_dq"}, {"s"}, "logsoftmax");
  b.qdq("s", 0.02F, 127);
  b.graph().mutable_output(0)->set_name("s_dq");
  const auto bytes = b.bytes();
  const auto g = canonical(bytes);
  CHECK(kinds(g) == Kinds{"Quantize", "Gemm", "Dequantize", "LogSoftmax", "Quantize", "Dequantize"});
  CHECK(difference(bytes, g) <= 2 * 0.02 + 1e-6);
}

TEST_CASE("A product whose result is not quantised stays float", "[passes][qdq]") {
  OnnxBuilder b;
  b.input("x", {1, 4}, kInt8).output("y").scale_and_zero("x", 0.05F, 3).node("DequantizeLinear", {"x", "x_scale", "x_zero"}, {"x_dq"});
  b.weight("w", {4, 5}, -1, 0.01F).node("MatMul", {"x_dq", "w_dq"}, {"y"}, "product");
  const auto bytes = b.bytes();
  const auto g = canonical(bytes);
  CHECK(kinds(g) == Kinds{"Dequantize", "Gemm"});
  CHECK(difference(bytes, g) <= 1e-4);
}

TEST_CASE("Scales of one tensor given twice join and another scale does not", "[passes][qdq]") {
  OnnxBuilder b;
  b.input("x", {1, 4}, kInt8).output("y", kInt8).output("z", kInt8).scale_and_zero("x", 0.05F, 3);
  b.node("DequantizeLinear", {"x", "x_scale", "x_zero"}, {"a"});
  b.floats("other", {}, {0.1F}).node("DequantizeLinear", {"x", "other", "x_zero"}, {"b"});
  b.node("Relu", {"a"}, {"ra"});
  b.node("Relu", {"b"}, {"rb"});
  b.quantize("ra", "y", 0.05F, 3);
  b.quantize("rb", "z", 0.05F, 3);
  const auto g = checked(b);
  CHECK(std::ranges::count(kinds(g), "DequantizeLinear") == 1);  // the second reading of x, left to the host
}

TEST_CASE("Transposed integer weights keep their scales' axis", "[passes][qdq]") {
  const auto b = quantised({1, 6}, [&](OnnxBuilder& m) {
    m.weight("w", {4, 6}, 0, 0.01F);
    OnnxBuilder::attribute(m.node("Transpose", {"w_dq"}, {"t"}), "perm", {1, 0});
    m.node("MatMul", {"x_dq", "t"}, {"r"});
  });
  const auto g = checked(b);
  CHECK(kinds(g) == Kinds{"Gemm"});
  CHECK(g.value(first(g, OpKind::kGemm).inputs[1]).quantization->axis == 0);
}

TEST_CASE("Weights quantised inside the graph are folded", "[passes][qdq]") {
  const auto b = quantised({1, 2, 5, 5}, [](OnnxBuilder& m) {
    m.random("w", {3, 2, 3, 3}).qdq("w", 0.008F, 0);
    m.node("Conv", {"x_dq", "w_dq"}, {"r"});
  });
  CHECK(kinds(checked(b)) == Kinds{"Conv"});
}

TEST_CASE("A padded quantised image folds into the window through its own scale", "[passes][qdq]") {
  const auto b = quantised({1, 2, 5, 5}, [](OnnxBuilder& m) {
    m.int64s("pads", {0, 0, 1, 1, 0, 0, 1, 1}).weight("w", {3, 2, 3, 3}, 0, 0.005F);
    m.node("Pad", {"x_dq", "pads"}, {"p"}, "pad");
    m.node("QuantizeLinear", {"p", "x_scale", "x_zero"}, {"p_q"});
    m.node("DequantizeLinear", {"p_q", "x_scale", "x_zero"}, {"p_dq"});
    m.node("Conv", {"p_dq", "w_dq"}, {"r"});
  });
  const auto g = checked(b);
  CHECK(kinds(g) == Kinds{"Conv"});
  CHECK(first(g, OpKind::kConv).window.pad_left == 1);
}

TEST_CASE("Per-channel arithmetic between scales is a depthwise convolution", "[passes][qdq]") {
  const std::string op = GENERATE("Add", "Mul", "Sub");
  const auto b = quantised({1, 3, 4, 4}, [&](OnnxBuilder& m) {
    m.floats("k", {3, 1, 1}, {0.7F, -1.3F, 0.25F});
    m.node(op, {"x_dq", "k"}, {"r"}, "gain");
  });
  const auto g = checked(b);
  CHECK(kinds(g) == Kinds{"Conv"});
  check_canonical(g);
}

TEST_CASE("A grown accumulator is refused with node and bound", "[passes][qdq]") {
  // 140000 * 127 * 128 passes 2^31
  OnnxBuilder b;
  b.input("x", {1, 140000}, kInt8).output("y", kInt8).scale_and_zero("x", 0.05F, 0).node("DequantizeLinear", {"x", "x_scale", "x_zero"}, {"x_dq"});
  b.int8s("w", {140000, 1}, std::vector<std::int8_t>(140000, 127)).floats("w_scale", {}, {0.001F}).node("DequantizeLinear", {"w", "w_scale"}, {"w_dq"});
  b.node("MatMul", {"x_dq", "w_dq"}, {"r"}, "wide");
  b.quantize("r", "y", 10, 0);
  const auto g = canonicalise(imported(b.bytes()));
  REQUIRE_FALSE(g);
  CHECK(g.error().code == ErrorCode::kUnsupported);
  CHECK_THAT(to_string(g.error()), Catch::Matchers::Contains("wide") && Catch::Matchers::Contains("2275840000"));
}

TEST_CASE("Operator-oriented models come out as their QDQ form", "[passes][qoperator]") {
  OnnxBuilder b;
  b.domain("com.microsoft", 1).input("x", {1, 2, 8, 8}, kUint8).output("y", kUint8);
  b.scale_and_zero("x", 0.05F, 120, true).scale_and_zero("c", 0.1F, 90, true).scale_and_zero("s", 0.12F, 100, true).scale_and_zero("p", 0.06F, 100, true).scale_and_zero("g", 0.2F, 128, true);
  b.random_int8("w", {3, 2, 3, 3}).floats("w_scale", {3}, {0.004F, 0.005F, 0.006F}).int8s("w_zero", {3}, {0, 0, 0}).int32s("bias", {3}, {500, -900, 20});
  OnnxBuilder::attribute(b.node("QLinearConv", {"x", "x_scale", "x_zero", "w", "w_scale", "w_zero", "c_scale", "c_zero", "bias"}, {"c"}, "conv"), "pads", {1, 1, 1, 1});
  b.node("QLinearAdd", {"c", "c_scale", "c_zero", "c", "c_scale", "c_zero", "s_scale", "s_zero"}, {"s"}, "sum", "com.microsoft");
  auto& pool = b.node("QLinearAveragePool", {"s", "s_scale", "s_zero", "p_scale", "p_zero"}, {"p"}, "pool", "com.microsoft");
  OnnxBuilder::attribute(pool, "kernel_shape", {2, 2});
  OnnxBuilder::attribute(pool, "strides", {2, 2});
  b.node("QLinearGlobalAveragePool", {"p", "p_scale", "p_zero", "p_scale", "p_zero"}, {"m"}, "mean", "com.microsoft");
  b.int64s("flat", {1, 3}).node("Reshape", {"m", "flat"}, {"f"});
  b.random_int8("v", {5, 3}).floats("v_scale", {}, {0.01F}).int8s("v_zero", {}, {0}).int32s("vb", {5}, {10, 20, -30, 40, 50});
  OnnxBuilder::attribute(b.node("QGemm", {"f", "p_scale", "p_zero", "v", "v_scale", "v_zero", "vb", "g_scale", "g_zero"}, {"y"}, "dense", "com.microsoft"), "transB", std::int64_t{1});
  const auto g = checked(b, 2);
  CHECK(kinds(g) == Kinds{"Conv", "Add", "AveragePool", "AveragePool", "Reshape", "Gemm"});
  check_canonical(g);
  CHECK(first(g, OpKind::kGemm).name == "dense");
}

TEST_CASE("QLinearMatMul takes scales along its columns", "[passes][qoperator]") {
  OnnxBuilder b;
  b.input("x", {1, 6}, kInt8).output("y", kInt8).scale_and_zero("x", 0.05F, -3).scale_and_zero("y", 0.07F, 2);
  b.random_int8("w", {6, 3}).floats("w_scale", {}, {0.01F}).int8s("w_zero", {}, {0});
  b.node("QLinearMatMul", {"x", "x_scale", "x_zero", "w", "w_scale", "w_zero", "y_scale", "y_zero"}, {"y"});
  const auto g = checked(b);
  CHECK(kinds(g) == Kinds{"Gemm"});
  check_canonical(g);
}
