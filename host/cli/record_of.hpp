// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include <vernier/core/result.hpp>
#include <vernier/lower/lower.hpp>
#include <vernier/runtime/ruler.hpp>
#include <vernier/streaming/deployment.hpp>

#include "command.hpp"
#include "loaded_model.hpp"
#include "measure.hpp"

namespace vernier::cli {

/// Everything a record says of one measurement. `pipeline` is null for rulers without an NPU program, `stream` for all but streaming designs.
struct RecordFacts {
  const LoadedModel& model;
  const SampleSet& samples;
  const CommonOptions& options;
  runtime::RulerInfo ruler;
  const lower::Pipeline* pipeline = nullptr;
  const streaming::StreamDeployment* stream = nullptr;
  const Measurement& measurement;
  nlohmann::json environment = nlohmann::json::object();  ///< ruler's own entries, for instance threads
};

/// The record, valid against the schema: what does not apply is null with its reason in `why`.
[[nodiscard]] Result<nlohmann::json> record_of(const RecordFacts& facts);

}  // namespace vernier::cli
