// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <span>
#include <string>

#include <vernier/core/result.hpp>

#include "classify.hpp"
#include "table.hpp"

namespace vernier::conformance {

inline const std::string kFolder = std::string(VERNIER_SOURCE_DIR) + "/tests/conformance/onnx";
inline const std::string kNpuCasesFile = kFolder + "/npu_cases.txt";      ///< may only grow
inline const std::string kSummaryFile = kFolder + "/summary.csv";         ///< what the reference page is made of
inline const std::string kExceptionsFile = kFolder + "/exceptions.csv";
inline const std::string kPageFile = std::string(VERNIER_SOURCE_DIR) + "/docs/reference/operators.md";
inline const std::string kTargetFile = std::string(VERNIER_SOURCE_DIR) + "/rtl/targets/npu8.toml";

/// Names of the cases on the accelerator, one a line.
[[nodiscard]] Result<std::set<std::string>> committed_npu_cases();

[[nodiscard]] Result<Summary> committed_summary();

/// Writes list, summary and page of a full run. The list keeps what it has: a case that left the accelerator fails the
/// test until it is back, or someone takes its line out by hand.
[[nodiscard]] Result<void> commit_lists(std::span<const Verdict> verdicts);

}  // namespace vernier::conformance
