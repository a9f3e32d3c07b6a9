// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <vernier/core/result.hpp>
#include <vernier/scenarios/detail_log.hpp>
#include <vernier/scenarios/summary.hpp>

namespace vernier::scenarios {

/// Where the four files go: <directory>/<prefix>{summary,detail}<suffix>.txt and {accuracy,trace}<suffix>.json.
struct LogOutput {
  std::filesystem::path directory = ".";
  std::string prefix = "mlperf_log_";
  std::string suffix;
  bool trace = false;  ///< trace.json stays empty otherwise; it grows by half a kilobyte a sample

  [[nodiscard]] std::filesystem::path file(std::string_view name, std::string_view extension) const;
};

/// The text of the four files of one test.
struct LogFiles {
  std::string summary;
  std::string detail;
  std::string accuracy = "[\n]\n";
  std::string trace;
};

/// What every number of a virtual run carries, after MLCommons' results messaging guidelines, section 3.2.
[[nodiscard]] std::string_view unofficial_notice();

/// @retval kIo  a folder or file cannot be written
[[nodiscard]] Result<void> write_logs(const LogOutput& output, const LogFiles& files);

/// requested_* and effective_* lines (test_settings_internal.cc).
void append_settings(DetailLog& detail, const EffectiveSettings& settings);

/// result_* lines of one judged series (results.cc, PerformanceSummary::LogDetail).
void append_result(DetailLog& detail, const Summary& summary, const EffectiveSettings& settings);

/// The three blocks of mlperf_log_summary.txt without its closing count of errors (results.cc, LogSummary).
[[nodiscard]] std::string summary_text(const Summary& summary, const EffectiveSettings& settings, std::string_view sut);

/// "No warnings ...", "No errors ...": what ends the summary file.
[[nodiscard]] std::string closing_text(std::uint64_t errors);

}  // namespace vernier::scenarios
