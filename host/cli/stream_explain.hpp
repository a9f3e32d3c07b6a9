// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <vernier/streaming/deployment.hpp>

namespace vernier::cli {

/// What a streaming design is made of: its stages in order with unrolling, cycles a frame and resources, the operators that
/// stay on the host, and the whole.
void print_stream_design(const streaming::StreamDeployment& stream);
/// The same for programs, with each kernel's sizes and each FIFO's depth.
[[nodiscard]] nlohmann::json stream_design_json(const streaming::StreamDeployment& stream);

}  // namespace vernier::cli
