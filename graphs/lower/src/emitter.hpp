// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/lower/lower.hpp>

#include "groups.hpp"
#include "schedule.hpp"

namespace vernier::lower {

/// Gives chunks their places in the weight and parameter buffers, puts their loads as far ahead of their use as room
/// allows, and sets the wait fields. END is the last word.
/// `groups` have a fence between them; `first_commands` of them are returned, too.
struct Stream {
  std::vector<spec::Word> words;
  std::vector<std::uint32_t> first_commands;
};
[[nodiscard]] Result<Stream> emit(Schedule& schedule, const std::vector<LayerGroup>& groups, const program::Target& target);

}  // namespace vernier::lower
