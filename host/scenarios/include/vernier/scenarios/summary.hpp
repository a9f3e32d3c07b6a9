// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <vernier/scenarios/settings.hpp>

namespace vernier::scenarios {

/// What one series of queries gave, before any judgement. Times are ns from the start of the series, latencies are ns
/// from the scheduled time (Server: the ideal time, not the time of issue).
struct Measurement {
  std::vector<std::int64_t> sample_latency_ns;     ///< one a sample issued
  std::vector<std::int64_t> query_latency_ns;      ///< MultiStream: one a query, the slowest of its samples
  std::vector<std::int64_t> query_intervals;       ///< MultiStreamFixed: ticks that each query used
  std::vector<std::int64_t> first_token_ns;        ///< token runs but Offline: one a sample
  std::vector<std::int64_t> per_output_token_ns;   ///< token runs but Offline: one a sample
  std::vector<std::int64_t> tokens;                ///< token runs: one a sample
  std::uint64_t queries_issued = 0;
  std::int64_t max_latency_ns = 0;
  std::int64_t last_scheduled_ns = 0;  ///< of the query issued last
  std::int64_t last_issued_ns = 0;
  std::int64_t last_done_ns = 0;       ///< all samples of the query issued last
};

inline constexpr std::array<double, 6> kPercentiles = {.50, .90, .95, .97, .99, .999};

/// Element [n * p] of n sorted values, without interpolation; the mean is an integer division.
struct LatencyStats {
  std::int64_t min = 0;
  std::int64_t max = 0;
  std::int64_t mean = 0;
  std::int64_t at_target = 0;  ///< at the scenario's target percentile
  std::array<std::int64_t, kPercentiles.size()> percentiles{};
  friend bool operator==(const LatencyStats&, const LatencyStats&) = default;
};

/// The judged result: every number of LoadGen's summary and detail log under LoadGen's formulas. Rates that do not
/// belong to the scenario are 0.
struct Summary {
  bool valid = false;
  bool min_duration_met = false;
  bool min_queries_met = false;
  bool perf_constraints_met = true;
  bool early_stopping_met = true;
  std::string min_duration_advice;      ///< empty when met
  std::string perf_constraints_advice;  ///< empty when met; may have two lines
  std::string early_stopping;           ///< the finding, several lines
  std::string early_stopping_ttft;      ///< token runs; empty when TPOT failed already
  std::string early_stopping_tpot;      ///< token runs

  std::uint64_t sample_count = 0;
  std::uint64_t query_count = 0;
  std::uint64_t overlatency_count = 0;  ///< Server: samples above the target latency
  LatencyStats sample;
  LatencyStats query;              ///< MultiStream
  LatencyStats intervals;          ///< MultiStreamFixed
  LatencyStats first_token;
  LatencyStats per_output_token;
  std::int64_t early_stopping_latency_ss = 0;  ///< ns; 0 when there is no estimate
  std::int64_t early_stopping_latency_ms = 0;
  std::uint64_t token_count = 0;

  double qps_with_overhead = 0;     ///< SingleStream
  double qps_without_overhead = 0;  ///< SingleStream
  double scheduled_qps = 0;         ///< Server
  double completed_qps = 0;         ///< Server: the official number since v4.1
  double samples_per_second = 0;    ///< Offline
  double tokens_per_second = 0;     ///< Offline
  double completed_tokens_per_second = 0;
  double token_rate_with_overhead = 0;     ///< tokens over the last issue time
  double token_rate_without_overhead = 0;  ///< tokens a nanosecond, as LoadGen has it
  double inferred_tokens_per_second = 0;   ///< infer_token_latencies
};

[[nodiscard]] constexpr bool has_perf_constraints(Scenario scenario) {
  return scenario == Scenario::kServer || scenario == Scenario::kMultiStreamFixed;
}
[[nodiscard]] constexpr bool has_early_stopping(Scenario scenario) {
  return scenario != Scenario::kOffline && scenario != Scenario::kMultiStreamFixed;
}

/// Judges a series. Needs at least one sample and, in MultiStream, one latency a query. Consumes the measurement.
/// @par Source  LoadGen results.cc; MultiStreamFixed as of v1.1
/// @par Checked against LoadGen in tests/conformance/loadgen_replay.tests.cpp
[[nodiscard]] Summary summarize(const EffectiveSettings& settings, Measurement measurement);

/// The cheapest judgement find-peak needs: does the series meet the latency bound? Leaves the measurement sorted.
[[nodiscard]] bool meets_perf_constraints(const EffectiveSettings& settings, Measurement& measurement);

/// Why the run is INVALID, in one line, as the detail log says it; empty when it is VALID.
[[nodiscard]] std::string invalid_reason(const Summary& summary);

}  // namespace vernier::scenarios
