// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/lower/lower.hpp>

#include "schedule.hpp"

namespace vernier::lower {

/// Gives chunks their places in the weight and parameter buffers, puts their loads as far ahead of their use as room
/// allows, and sets the wait fields. END is the last word.
[[nodiscard]] Result<std::vector<spec::Word>> emit(const Schedule& schedule, const program::Target& target, const Options& options);

}  // namespace vernier::lower
