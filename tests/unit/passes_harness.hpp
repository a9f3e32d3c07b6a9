// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include <vernier/golden/evaluator.hpp>
#include <vernier/import/import.hpp>
#include <vernier/ort/session.hpp>
#include <vernier/passes/pipeline.hpp>

#include "onnx_builder.hpp"

namespace vernier::test {

inline graph::Graph imported(const std::string& bytes) {
  auto g = graph::import_onnx_bytes(as_bytes(bytes), "test.onnx");
  if (!g) FAIL(to_string(g.error()));
  return std::move(*g);
}

inline graph::Graph canonical(const std::string& bytes) {
  auto g = graph::canonicalise(imported(bytes));
  if (!g) FAIL(to_string(g.error()));
  return std::move(*g);
}

/// Kinds of the nodes in topological order, by name; kOther by its operator.
inline std::vector<std::string> kinds(const graph::Graph& g) {
  std::vector<std::string> names;
  const auto order = g.topological_order().value();
  for (const auto id : order) {
    const auto& node = g.node(id);
    names.push_back(node.kind == graph::OpKind::kOther ? node.op_type : std::string(name_of(node.kind)));
  }
  return names;
}

inline const graph::Node& first(const graph::Graph& g, graph::OpKind kind) {
  const auto order = g.topological_order().value();
  for (const auto id : order) {
    if (g.node(id).kind == kind) return g.node(id);
  }
  FAIL("no " << name_of(kind) << " in\n" << dump(g));
  throw std::logic_error("unreachable");
}

inline Tensor random_tensor(DType type, const Shape& shape, std::mt19937& engine) {
  Tensor t(type, shape);
  for (std::size_t i = 0; i < static_cast<std::size_t>(t.size()); ++i) {
    if (type == DType::kFloat32) t.as<float>()[i] = std::uniform_real_distribution<float>(-2.0F, 2.0F)(engine);
    else t.bytes()[i] = static_cast<std::byte>(std::uniform_int_distribution<int>(0, 255)(engine));
  }
  return t;
}

inline double element(const Tensor& t, std::size_t i) {
  switch (t.type()) {
    case DType::kFloat32: return static_cast<double>(t.as<float>()[i]);
    case DType::kInt8: return t.as<std::int8_t>()[i];
    case DType::kUint8: return t.as<std::uint8_t>()[i];
    case DType::kInt64: return static_cast<double>(t.as<std::int64_t>()[i]);
    default: FAIL("element type " << name_of(t.type())); return 0;
  }
}

/// Largest difference between ONNX Runtime on the model as it is and golden on the canonical graph, over random inputs.
/// Integer outputs count in steps, float ones relative to 1.
inline double difference(const std::string& bytes, const graph::Graph& g, int samples = 3) {
  auto session = ort::Session::open(as_bytes(bytes), {}, "original");
  if (!session) FAIL(to_string(session.error()));
  auto evaluator = golden::Evaluator::prepare(g);
  if (!evaluator) FAIL(to_string(evaluator.error()) << "\n" << dump(g));
  std::mt19937 engine(11);
  double worst = 0;
  for (int n = 0; n < samples; ++n) {
    std::vector<Tensor> inputs;
    for (const auto& port : session->inputs()) inputs.push_back(random_tensor(port.type, port.shape, engine));
    const auto want = session->run(inputs);
    const auto got = evaluator->run(inputs);
    if (!want) FAIL(to_string(want.error()));
    if (!got) FAIL(to_string(got.error()));
    for (std::size_t o = 0; o < want->size(); ++o) {
      const auto& a = (*want)[o];
      const auto& b = got->at(g.outputs[o]);
      REQUIRE(a.shape() == b.shape());
      REQUIRE(a.type() == b.type());
      for (std::size_t i = 0; i < static_cast<std::size_t>(a.size()); ++i) worst = std::max(worst, std::abs(element(a, i) - element(b, i)));
    }
  }
  return worst;
}

}  // namespace vernier::test
