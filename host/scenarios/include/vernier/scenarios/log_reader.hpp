// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/scenarios/log_files.hpp>
#include <vernier/scenarios/test_result.hpp>

namespace vernier::scenarios {

/// One line of mlperf_log_detail.txt.
struct DetailEntry {
  std::string key;
  std::string value;  ///< as it stands in the line: 5, true, "text", nan
  bool is_error = false;
  bool is_warning = false;
};

/// Lines of LoadGen's detail log, and of ours. LoadGen escapes no strings and writes nan and inf, so this is not JSON.
/// @retval kInvalidInput  a line that starts with ":::MLLOG" but has no key and value
[[nodiscard]] Result<std::vector<DetailEntry>> parse_detail_log(std::string_view text, std::string_view where);

/// The result of a test from the two text logs that it left. Rates have the six digits that the log gives them.
/// @retval kInvalidInput  the log has a performance run, but a result is missing or is not a number
[[nodiscard]] Result<TestResult> result_of(std::string_view detail, std::string_view summary, std::string_view where);

/// As result_of(), from the files.
[[nodiscard]] Result<TestResult> read_result(const LogOutput& logs);

}  // namespace vernier::scenarios
