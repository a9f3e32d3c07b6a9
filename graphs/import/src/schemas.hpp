// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <onnx/defs/schema.h>

#include <map>
#include <string>

namespace vernier::graph {

/// libonnx's schemas and, beside them, shape rules of operators it does not have: the quantised operators of domain
/// com.microsoft that ONNX Runtime's quantiser writes, and Gelu and Mish of newer operator sets. The rule of ConvTranspose
/// looks at the ranks first: libonnx reads dimensions that weights of another rank do not have.
class Schemas final : public onnx::ISchemaRegistry {
 public:
  Schemas();
  [[nodiscard]] const onnx::OpSchema* GetSchema(const std::string& op, int version, const std::string& domain) const override;

 private:
  std::map<std::string, onnx::OpSchema> own_;  ///< by "domain:operator"
  std::map<int, onnx::OpSchema> transposed_;   ///< ConvTranspose, by the operator set that it is of
};

}  // namespace vernier::graph
