// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <vernier/core/result.hpp>

namespace vernier::store {

/// Checks a document against the subset of JSON Schema 2020-12 that record schemas use: type, enum, const, required,
/// properties, patternProperties, additionalProperties, minProperties, items, minItems, minLength, pattern, minimum,
/// maximum, exclusiveMinimum, exclusiveMaximum. A schema with another keyword is refused, so none is ignored in
/// silence. Numbers that are not finite are refused everywhere: JSON cannot hold them.
class JsonSchema {
 public:
  [[nodiscard]] static Result<JsonSchema> parse(std::string_view text);
  /// The first violation: `where` is the JSON pointer of the offending value.
  [[nodiscard]] Result<void> check(const nlohmann::json& document) const;

 private:
  explicit JsonSchema(nlohmann::json root) : root_(std::move(root)) {}
  nlohmann::json root_;
};

}  // namespace vernier::store
