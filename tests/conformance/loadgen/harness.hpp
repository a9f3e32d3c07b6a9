// SPDX-License-Identifier: Apache-2.0
// Runs LoadGen in virtual time against the same device model that VirtualRun gets, and reads the logs of both.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <vernier/scenarios/real_time_run.hpp>
#include <vernier/scenarios/virtual_run.hpp>

namespace vernier::conformance {

/// One call of IssueQuery: when, since the first of its series, and which samples of the library.
struct Issue {
  std::int64_t time_ns = 0;
  std::vector<std::uint32_t> samples;
  friend bool operator==(const Issue&, const Issue&) = default;
};

struct LoadgenRun {
  scenarios::LogFiles logs;
  std::vector<Issue> issues;
};

/// LoadGen on `test` in virtual time: the device answers at the times the model gives.
[[nodiscard]] Result<LoadgenRun> run_loadgen(const scenarios::VirtualTest& test);

/// "key = value" lines of a detail log that a device and the settings decide: without versions, dates, contention
/// counters and power times.
[[nodiscard]] std::vector<std::string> comparable_detail(std::string_view detail);

/// The summary without our notice.
[[nodiscard]] std::string comparable_summary(std::string_view summary);

/// Sample, token and latency events of a trace, process ids set to 0.
[[nodiscard]] std::vector<std::string> comparable_trace(std::string_view trace);

/// First line that differs, for messages; empty when equal.
[[nodiscard]] std::string first_difference(const std::vector<std::string>& ours, const std::vector<std::string>& theirs);
[[nodiscard]] std::vector<std::string> lines_of(std::string_view text);

/// A folder below the build tree that this process alone uses.
[[nodiscard]] std::filesystem::path scratch_folder(std::string_view name);

}  // namespace vernier::conformance
