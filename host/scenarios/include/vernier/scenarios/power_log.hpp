// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/scenarios/settings.hpp>

namespace vernier::scenarios {

using WallTime = std::chrono::system_clock::time_point;

/// One reading of a power meter.
struct PowerSample {
  WallTime time;
  double watts = 0;
};

/// spl.txt as SPEC PTDaemon writes it: Time,<UTC>,Watts,...,Volts,...,Amps,...,PF,...,Mark,<mark>. A reading that was
/// not taken is -1.
[[nodiscard]] std::string spl_text(std::span<const PowerSample> samples, std::string_view mark);
/// @retval kInvalidInput  a line without a time or a number of watts; file and line are named
[[nodiscard]] Result<std::vector<PowerSample>> parse_spl(std::string_view text, std::string_view where);

/// "%m-%d-%Y %H:%M:%S.mmm", UTC: the time of power_begin, power_end and spl.txt.
[[nodiscard]] std::string power_time(WallTime time);
[[nodiscard]] Result<WallTime> parse_power_time(std::string_view text, std::string_view where);

/// What MLPerf Power reports of a run.
struct PowerMetric {
  double watts = 0;           ///< mean of the readings above 0 strictly inside the window
  double window_s = 0;
  std::size_t readings = 0;
  double joules_per_query = 0;  ///< streams: watts * window / queries; 0 for Server and Offline, whose metric is watts
};

/// @param queries  result_query_count of the run
/// @retval kInvalidInput  no reading above 0 inside the window, or no queries
/// @par Source  mlcommons/inference tools/submission/submission_checker, checks/power_check.py
[[nodiscard]] Result<PowerMetric> power_metric(std::span<const PowerSample> samples, WallTime begin, WallTime end,
                                               Scenario scenario, std::uint64_t queries);

}  // namespace vernier::scenarios
