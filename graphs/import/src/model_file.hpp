// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "source.hpp"

namespace vernier::graph {

/// Decodes the protocol buffer and checks that it holds a model.
[[nodiscard]] Result<onnx::ModelProto> parse_model(std::span<const std::byte> bytes, const Source& source);

/// Loads tensors that lie in files beside the model into the model. A path that is absolute, leaves the model's
/// folder (also through a symbolic link) or is absent is refused by name.
[[nodiscard]] Result<void> load_external_data(onnx::ModelProto& model, const Source& source);

}  // namespace vernier::graph
