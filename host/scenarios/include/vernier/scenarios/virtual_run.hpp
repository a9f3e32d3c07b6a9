// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/scenarios/log_files.hpp>
#include <vernier/scenarios/settings.hpp>
#include <vernier/scenarios/test_result.hpp>
#include <vernier/scenarios/virtual_device.hpp>

namespace vernier::scenarios {

/// Bytes that the accuracy log shows of a sample's answer. Empty functions give empty data.
struct Responses {
  std::function<std::vector<std::byte>(std::uint32_t sample)> data;
  std::function<std::vector<std::byte>(std::uint32_t sample)> first_token;  ///< token runs but Offline
};

/// What else to keep of the judged series of a performance run; nothing by default, as it costs time.
struct ProfileOptions {
  std::size_t quantiles = 0;  ///< points of the latency distribution, at least 2
  std::int64_t step_ns = 0;   ///< count completions in steps of this length
  [[nodiscard]] bool wanted() const { return quantiles > 1 || step_ns > 0; }
};

struct Profile {
  std::vector<std::int64_t> latency_ns;    ///< at equal shares of the sorted query latencies, least to greatest
  std::vector<std::uint64_t> completions;  ///< samples done in each step from the start of the series
};

/// A test in virtual time: which samples, when, on what.
struct VirtualTest {
  Settings settings;
  LibrarySize library;
  std::string library_name = "sample library";
  DeviceModel device;
  Responses responses;
  bool trace = false;                             ///< fill logs().trace
  ProfileOptions profile;
  std::chrono::system_clock::time_point begin{};  ///< date of the test; the power window follows from it
};

/// Runs a LoadGen test against a device model in virtual time: same samples, same schedule, same formulas and rules, no
/// waiting. Issuing takes no time, so that the result is the device's own. Equal tests leave equal logs, byte for byte.
class VirtualRun {
 public:
  explicit VirtualRun(VirtualTest test) : test_(std::move(test)) {}

  /// @retval kInvalidInput  settings or device model, see refuse()
  /// @retval kUnsupported   more samples than can be planned; issue threads
  /// @retval kInterrupted   between two series
  [[nodiscard]] Result<TestResult> run();

  /// The text of the four log files of the last run, marked as unofficial.
  [[nodiscard]] const LogFiles& logs() const { return logs_; }
  /// Queries issued by the last run, all series together.
  [[nodiscard]] std::uint64_t queries() const { return queries_; }
  [[nodiscard]] const Profile& profile() const { return profile_; }

 private:
  VirtualTest test_;
  LogFiles logs_;
  std::uint64_t queries_ = 0;
  Profile profile_;
};

}  // namespace vernier::scenarios
