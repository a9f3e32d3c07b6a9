// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include <vernier/ir/graph.hpp>

#include "onnx_builder.hpp"

namespace vernier::test {

struct QuantisedInput {
  std::string name;
  Shape shape;
  float scale = 0.05F;
  int zero = -7;
};

/// Inputs of int8 or uint8 -> DequantizeLinear "<name>_dq" -> (body writes "r") -> QuantizeLinear -> "y".
struct QuantisedModel {
  std::vector<QuantisedInput> inputs;
  std::function<void(OnnxBuilder&)> body;
  float scale_y = 0.11F;
  int zero_y = -20;
  bool is_unsigned = false;  ///< zero points move by 128
  int opset = 17;
  std::string domain{};      ///< one beside ONNX's own

  [[nodiscard]] OnnxBuilder build() const;
};

/// Imports and canonicalises the model, holds golden to ONNX Runtime within `steps`, and the program of several targets
/// to golden in every bit. Returns the canonical graph.
graph::Graph check_operator(const QuantisedModel& model, double steps = 1);
/// The same for signed and unsigned activations; the graph of the signed ones.
graph::Graph check_both_types(QuantisedModel model, double steps = 1);

/// Runs all of the graph's operators on several targets, in one program each, and holds every output bit to golden; the
/// first difference or refusal.
[[nodiscard]] std::string bits_differ(const graph::Graph& graph);

/// Why the accelerator refuses the model's last operator with a meaning of its own; empty when it does not.
[[nodiscard]] std::string refusal_of(const graph::Graph& graph);

}  // namespace vernier::test
