// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include <vernier/core/tensor.hpp>

#include "source.hpp"

namespace vernier::graph {

struct TypeAndShape {
  DType type = DType::kFloat32;
  Shape shape;
};

/// Gives symbolic dimensions of the inputs the values of the options. One that has none is refused by name.
[[nodiscard]] Result<void> bind_dimensions(onnx::ModelProto& model, const Source& source);

/// libonnx's checker and shape inference, whose complaints become errors. Every value has a static shape afterwards.
[[nodiscard]] Result<std::map<std::string, TypeAndShape>> infer_shapes(onnx::ModelProto& model, const Source& source);

}  // namespace vernier::graph
