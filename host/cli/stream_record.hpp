// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <vernier/core/result.hpp>

#include "record_of.hpp"

namespace vernier::cli {

/// Puts what a streaming design has of its own into the record of a run: target, rate, placement, energy, stages.
[[nodiscard]] Result<void> describe_stream(nlohmann::json& record, const RecordFacts& facts);

}  // namespace vernier::cli
