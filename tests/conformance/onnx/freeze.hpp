// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <onnx/onnx_pb.h>

#include <filesystem>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>

namespace vernier::conformance {

/// A model whose weights, limits, axes and shapes are constants, as models that people export have them. ONNX's cases
/// feed them as inputs.
struct Frozen {
  onnx::ModelProto model;
  std::vector<bool> kept;  ///< by input of the original model: false where it became a constant
};

/// Freezes what an operator needs constant, with the values of the case's first data set.
[[nodiscard]] Result<Frozen> freeze(onnx::ModelProto model, const std::filesystem::path& case_folder);

/// Operators of the model, each once, in the order of its nodes; outside of ONNX's domain as "domain.operator".
[[nodiscard]] std::vector<std::string> operators_of(const onnx::ModelProto& model);

}  // namespace vernier::conformance
