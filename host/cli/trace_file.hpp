// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <vernier/program/program.hpp>
#include <vernier/runtime/ruler.hpp>

namespace vernier::cli {

/// Chrome trace event format (JSON), as Perfetto reads it: one thread a unit, one slice a command, one microsecond a cycle.
[[nodiscard]] std::string chrome_trace(const program::Program& program, const runtime::RunReport& report);

}  // namespace vernier::cli
