// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <vernier/scenarios/settings.hpp>
#include <vernier/scenarios/summary.hpp>

namespace vernier::scenarios {

/// What a test in either clock comes to.
struct TestResult {
  Scenario scenario = Scenario::kSingleStream;
  Mode mode = Mode::kPerformance;
  bool judged = false;   ///< false after an accuracy run: it has no performance result
  Summary summary;       ///< of the performance run; in find-peak, of the best rate that met the bound
  double target_qps = 0; ///< effective; in find-peak the peak found
  std::string why;       ///< reasons of an INVALID result, early stopping included, in one line; empty when VALID
  std::vector<std::string> errors;  ///< flagged in the detail log: a submission checker rejects the run for them
  std::string power_begin;          ///< UTC, "%m-%d-%Y %H:%M:%S.mmm": the window energy is taken over
  std::string power_end;
};

/// invalid_reason() of the summary and, if it was missed, what early stopping asks for; empty when VALID.
[[nodiscard]] std::string explain_invalid(const Summary& summary);
/// What early stopping says against a run, in one line; empty where it was met.
[[nodiscard]] std::string early_stopping_reason(const Summary& summary);

}  // namespace vernier::scenarios
