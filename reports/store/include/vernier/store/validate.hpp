// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include <nlohmann/json.hpp>
#include <vernier/core/result.hpp>

namespace vernier::store {

/// The JSON Schema of a record, as in reports/schema/record.schema.json.
[[nodiscard]] std::string_view record_schema();

/// Whether a record may be stored and reported: the schema, and what a schema cannot say:
/// every null has its reason in `why` and every reason a null (or `valid`); a figure and its source come together;
/// a simulated ruler has no sensed energy, and its latency is cycles / clock_hz.
/// Errors are kInvalidInput and name the key by its JSON pointer.
[[nodiscard]] Result<void> validate(const nlohmann::json& record);

}  // namespace vernier::store
