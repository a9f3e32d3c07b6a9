// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <vernier/core/result.hpp>

namespace vernier::scenarios {

/// kMultiStreamFixed is MultiStream as it was up to round v1.1: queries leave on fixed ticks and a late one skips ticks.
/// The other four are those of LoadGen 6 (test_settings.h).
enum class Scenario : std::uint8_t { kSingleStream, kMultiStream, kServer, kOffline, kMultiStreamFixed };
enum class Mode : std::uint8_t { kSubmission, kAccuracy, kPerformance, kFindPeak };

[[nodiscard]] std::string_view name_of(Scenario scenario);  ///< "SingleStream", as in LoadGen's logs
[[nodiscard]] std::string_view name_of(Mode mode);          ///< "PerformanceOnly", as in LoadGen's logs
/// Any letter case, with or without spaces, '-' or '_': "singlestream", "Single Stream", "multi-stream-fixed".
[[nodiscard]] Result<Scenario> scenario_of(std::string_view name);

/// What a test asks for. Names, units and defaults are those of LoadGen's TestSettings (test_settings.h), so that a
/// user.conf means the same in both clocks. Percentiles are fractions; 0 stands for "no limit" in the max_ fields.
struct Settings {
  Scenario scenario = Scenario::kSingleStream;
  Mode mode = Mode::kPerformance;

  double single_stream_expected_latency_ns = 1e6;
  double single_stream_target_latency_percentile = 0.90;

  double multi_stream_expected_latency_ns = 8e6;
  double multi_stream_target_latency_percentile = 0.99;
  std::uint64_t multi_stream_samples_per_query = 8;
  double multi_stream_fixed_qps = 20;                         ///< kMultiStreamFixed: ticks a second
  std::uint64_t multi_stream_fixed_latency_ns = 50'000'000;   ///< kMultiStreamFixed: shown in the summary only

  double server_target_qps = 1;
  std::uint64_t server_target_latency_ns = 100'000'000;
  double server_target_latency_percentile = 0.99;
  bool server_coalesce_queries = false;
  int server_find_peak_qps_decimals_of_precision = 1;
  double server_find_peak_qps_boundary_step_size = 1;
  std::uint64_t server_max_async_queries = 0;
  std::uint64_t server_num_issue_query_threads = 0;

  double offline_expected_qps = 1;
  bool sample_concatenate_permutation = false;  ///< "equal issue": whole permutations of the loaded set

  std::uint64_t min_duration_ms = 10'000;
  std::uint64_t max_duration_ms = 0;
  std::uint64_t min_query_count = 100;  ///< Offline: samples
  std::uint64_t max_query_count = 0;

  std::uint64_t qsl_rng_seed = 0;
  std::uint64_t sample_index_rng_seed = 0;
  std::uint64_t schedule_rng_seed = 0;
  std::uint64_t accuracy_log_rng_seed = 0;
  double accuracy_log_probability = 0;
  std::uint64_t accuracy_log_sampling_target = 0;

  bool test05 = false;
  std::uint64_t test05_qsl_rng_seed = 0;
  std::uint64_t test05_sample_index_rng_seed = 0;
  std::uint64_t test05_schedule_rng_seed = 0;

  bool print_timestamps = false;
  bool performance_issue_unique = false;
  bool performance_issue_same = false;
  std::uint64_t performance_issue_same_index = 0;
  std::uint64_t performance_sample_count_override = 0;
  std::uint64_t accuracy_sample_count_override = 0;

  bool use_token_latencies = false;
  std::uint64_t server_ttft_latency = 100'000'000;  ///< ns
  std::uint64_t server_tpot_latency = 100'000'000;  ///< ns
  bool infer_token_latencies = false;
  std::uint64_t token_latency_scaling_factor = 1;
  friend bool operator==(const Settings&, const Settings&) = default;
};

/// Settings as LoadGen runs them (test_settings_internal.cc): scenario names removed, counts derived.
struct EffectiveSettings {
  Settings requested;
  Scenario scenario = Scenario::kSingleStream;
  Mode mode = Mode::kPerformance;
  std::uint64_t samples_per_query = 1;
  double target_qps = 1;
  std::int64_t target_latency_ns = 0;
  double target_latency_percentile = 0.99;
  std::uint64_t max_async_queries = 0;
  std::int64_t target_duration_ms = 0;  ///< queries are generated for this long; 0 in Offline
  std::int64_t min_duration_ms = 0;
  std::int64_t max_duration_ms = 0;
  std::uint64_t min_query_count = 0;
  std::uint64_t max_query_count = 0;
  std::uint64_t min_sample_count = 0;
  std::uint64_t performance_sample_count = 0;
  std::uint64_t accuracy_sample_count = 0;
};

/// How many samples a library holds, and how many of them a performance run loads.
struct LibrarySize {
  std::uint64_t total = 0;
  std::uint64_t performance = 0;
};

/// Why LoadGen would crash, loop for ever or divide by zero with these settings, or nothing.
[[nodiscard]] std::optional<Error> refuse(const Settings& settings, LibrarySize library);

/// @retval kInvalidInput  see refuse()
[[nodiscard]] Result<EffectiveSettings> effective_settings(const Settings& settings, LibrarySize library);

}  // namespace vernier::scenarios
