// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>

#include "source.hpp"

namespace vernier::graph {

/// Constant, and ConstantOfShape: nodes that become tensors.
[[nodiscard]] bool is_constant_maker(const onnx::NodeProto& node);

/// The tensor such a node makes. `input` gives the constant value of the node's i-th input, or nullptr.
[[nodiscard]] Result<Tensor> constant_of(const onnx::NodeProto& node, const std::function<const Tensor*(int)>& input, const Source& source);

/// The attribute in the IR's terms; nothing for lists of strings and other things only the host's NodeProto needs.
[[nodiscard]] Result<std::optional<Attribute>> attribute_of(const onnx::AttributeProto& attribute, const Source& source);

}  // namespace vernier::graph
