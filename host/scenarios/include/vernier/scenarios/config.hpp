// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

#include <vernier/core/result.hpp>
#include <vernier/scenarios/settings.hpp>

namespace vernier::scenarios {

/// Who wrote a configuration file: it decides which keys are obeyed (TestSettings::FromConfig, test_settings_internal.cc).
enum class ConfigKind : std::uint8_t {
  kMlperf,  ///< the round's own mlperf.conf: everything, seeds included
  kUser,    ///< user.conf: seeds, accuracy_log_probability and test05 are ignored
  kAudit    ///< audit.config of a compliance test: as kUser, read last
};

/// Applies `model.scenario.key = number` lines to `settings`; settings.scenario chooses the scenario. A key is looked
/// up as model.scenario, *.scenario, model.*, *.*, and the first hit wins. '#' starts a comment, blanks surround '='.
/// Times are in ms, percentiles in percent. Unknown keys are ignored, as LoadGen ignores them.
/// @param where  file name, for errors
/// @retval kInvalidInput  a line that is not "key = number" (file and line are named) or an unknown mode
[[nodiscard]] Result<void> apply_config(Settings& settings, std::string_view text, std::string_view model,
                                        ConfigKind kind, std::string_view where);

/// mlperf.conf of the LoadGen release that is linked.
[[nodiscard]] std::string_view mlperf_conf();

/// Settings of a run as an MLPerf harness makes them: defaults, then mlperf.conf, then the user's file if it is given.
[[nodiscard]] Result<Settings> settings_from(Scenario scenario, std::string_view model,
                                             const std::filesystem::path& user_conf = {});

}  // namespace vernier::scenarios
