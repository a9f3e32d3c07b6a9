// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include <vernier/core/result.hpp>
#include <vernier/streaming/deployment.hpp>

#include "record_of.hpp"

namespace vernier::cli {

/// Puts what a streaming design has of its own into the record of a run: target, rate, placement, energy, stages.
[[nodiscard]] Result<void> describe_stream(nlohmann::json& record, const RecordFacts& facts);

/// "a frame every N cycles, set by STAGE: R frames/s at C MHz, A asked for, slack S %"
[[nodiscard]] std::string stream_rate_text(const streaming::StreamDeployment& stream);
/// What the design takes, and of which budget.
[[nodiscard]] std::string stream_resources_text(const streaming::StreamDeployment& stream);
/// "N stages, M FIFOs of B beats together (minimal); what it takes, and of which budget"
[[nodiscard]] std::string stream_design_text(const streaming::StreamDeployment& stream);

}  // namespace vernier::cli
