// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <vernier/core/result.hpp>

#include "source_text.hpp"

namespace vernier::package {

/// The text with the unit's calls (sim/hwemu/function) where pragmas stand that mean something at run time:
///
///   PIPELINE II=n            an iteration begins n cycles after the one before
///   innermost loops          without a pragma: the same with n = 1, as Vitis pipelines them by itself
///   STREAM variable=s depth=n  how much fits into s
///   DATAFLOW                 the calls that follow in the block are processes of their own
///
/// Regions whose calls share an array, or that hold loops or branches, follow one another with streams that hold
/// everything. Lines stay where they are, for the compiler's messages.
[[nodiscard]] Result<std::string> with_unit_calls(const SourceText& source);

/// The first line of a compiler's output that holds an error.
[[nodiscard]] std::string first_error_line(const std::string& output);

}  // namespace vernier::package
