// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <vernier/program/program.hpp>

namespace vernier::lower {

/// How long a command takes its unit when nothing makes it wait, and how much later its results are visible.
struct Duration {
  std::int64_t busy = 0;
  std::int64_t latency = 0;
};
[[nodiscard]] Duration duration_of(const spec::Word& command, const program::Target& target);

}  // namespace vernier::lower
