// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include <vernier/core/result.hpp>
#include <vernier/scenarios/settings.hpp>
#include <vernier/scenarios/summary.hpp>

namespace vernier::scenarios {

/// What a user asks of a test. What is absent comes from user.conf, then from the round's mlperf.conf; a target rate or
/// an expected latency that none of them gives follows from the device.
struct TestRequest {
  Scenario scenario = Scenario::kSingleStream;
  std::optional<Mode> mode;
  std::string conf_model;            ///< the name configuration files know the model by
  std::filesystem::path user_conf;   ///< empty: none
  std::optional<double> target_qps;  ///< Server, Offline; MultiStreamFixed: ticks a second
  std::optional<double> target_latency_s;  ///< Server: the bound
  std::optional<double> min_duration_s;
  std::optional<std::uint64_t> min_queries;
  std::optional<std::uint64_t> samples_per_query;  ///< MultiStream
};

/// What is known of a device before it is tested.
struct DeviceSpeed {
  double latency_s = 0;   ///< of one sample alone, at its fastest
  double peak_qps = 0;    ///< samples a second it cannot exceed
  std::optional<double> sustained_qps{};  ///< samples a second it keeps up, where that is less: of a measured device
};

/// Share of the sustained rate that a Server run without a target asks for, and at which find-peak starts.
inline constexpr double kServerLoad = 0.8;
/// Offline in real time is planned for more than the peak rate that was measured: a query that ends early is INVALID, one
/// that takes longer is not. So is every run that is planned again.
inline constexpr double kOfflineHeadroom = 1.5;
inline constexpr double kFindPeakStart = 0.5;

struct RequestedTest {
  Settings settings;
  std::string target_from;  ///< who chose the rate or the expected latency, in words
  bool planned = false;     ///< nobody: it follows from the device
};

/// @retval kInvalidInput  a configuration file, or a target, duration or count that is not above 0
[[nodiscard]] Result<RequestedTest> settings_for(const TestRequest& request, DeviceSpeed speed);

/// The test for another run where its own plan, and nobody's wish, ended it before its duration: the device was faster
/// than when its speed was read, as where a machine had other things to do. Absent where nothing is to be planned again.
/// @param summary  what the run came to; of LoadGen in real time
[[nodiscard]] std::optional<RequestedTest> planned_again(const RequestedTest& test, const Summary& summary);

}  // namespace vernier::scenarios
