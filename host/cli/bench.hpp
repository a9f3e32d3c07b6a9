// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/scenarios/batch_policy.hpp>
#include <vernier/scenarios/log_files.hpp>
#include <vernier/scenarios/power_log.hpp>
#include <vernier/scenarios/request.hpp>
#include <vernier/scenarios/service.hpp>
#include <vernier/scenarios/test_result.hpp>
#include <vernier/scenarios/virtual_run.hpp>

#include "command.hpp"
#include "session.hpp"

namespace vernier::cli {

struct BenchOptions : CommonOptions {
  scenarios::TestRequest request;     ///< conf_model empty: the model's own name
  scenarios::BatchPolicy batching;    ///< 0 instances: one; on the CPU in Server and Offline as many as its processors hold
  bool rehearse = false;              ///< LoadGen drives a simulated ruler in real time, as it would a card; no figure of a device
  int curve_points = 0;               ///< Server: loads to run beside the test, for the curve of latency over rate
  bool trace = false;
  std::string folder = "out/bench";   ///< of the logs
};

/// One load of the Server curve.
struct CurvePoint {
  double target_qps = 0, completed_qps = 0;
  std::int64_t p50_ns = 0, p99_ns = 0;
  bool meets_bound = false;
};

/// A scenario's outcome, whatever drove it.
struct Benched {
  bool virtual_time = false;
  scenarios::RequestedTest test;
  scenarios::TestResult result;
  scenarios::LogOutput logs;
  scenarios::BatchPolicy batching;            ///< as it was run
  std::optional<scenarios::Service> service;  ///< virtual time
  std::vector<CurvePoint> curve;
  std::optional<double> in_flight;            ///< a card in real time: runs of the kernel at a time
  scenarios::Profile profile;                 ///< virtual time
  std::optional<scenarios::PowerMetric> power;
  std::string power_scope = "chip";           ///< of it: chip, board
  std::string no_power;                       ///< why there is none
  std::string advice;                         ///< where a rate that nobody chose ends INVALID: which options help
  std::optional<double> top1;                 ///< accuracy and submission runs with labels
  std::int64_t scored = 0;
};

struct BenchOutcome {
  Benched benched;
  nlohmann::json record;
};

/// Measures the model on the ruler once, then runs the scenario: rulers that measure are driven by LoadGen in real time,
/// the others stand in virtual time with the service time that was read.
/// @retval kUnsupported  a ruler without time
[[nodiscard]] Result<BenchOutcome> bench(const RulerEntry& ruler, const BenchOptions& options);
/// The scenario alone, from a reading that is there: a simulated ruler's is the same each time, and may take hours.
[[nodiscard]] Result<BenchOutcome> bench_with(const RulerEntry& ruler, const BenchOptions& options, MeasureSession& session, const MeasureSession::Outcome& reading);

/// What the two clocks share: the session's reading and the samples of the library.
struct BenchSubject {
  const RulerEntry& ruler;
  const BenchOptions& options;
  MeasureSession& session;
  const SampleSet& samples;
  const MeasureSession::Outcome& reading;
  scenarios::LogOutput logs;
};
/// LoadGen drives it in real time.
[[nodiscard]] bool real_time(const RulerEntry& ruler, const BenchOptions& options);
/// Server and Offline ask for samples a second, the streams for latency.
[[nodiscard]] bool throughput_counts(const BenchOptions& options);
/// Loads of the curve: equal steps up to just below the device's peak, beyond which queues grow without end.
[[nodiscard]] std::vector<double> curve_loads(int points, double peak_qps);
[[nodiscard]] CurvePoint curve_point(double target_qps, const scenarios::Summary& summary);
/// Writes spl.txt and applies the power metric to the window of the run.
[[nodiscard]] Result<void> add_power(const BenchSubject& subject, Benched& benched, std::span<const scenarios::PowerSample> readings);
[[nodiscard]] Result<Benched> bench_virtual(const BenchSubject& subject);
[[nodiscard]] Result<Benched> bench_real_time(const BenchSubject& subject);

/// "server", "singlestream": as records and the command line have it.
[[nodiscard]] std::string scenario_word(scenarios::Scenario scenario);
[[nodiscard]] std::string mode_word(scenarios::Mode mode);

/// The result's figure, by the rules' name for it: percentile latency of streams, rate of Server and Offline.
struct BenchMetric {
  std::string name, unit;
  double value = 0;
};
[[nodiscard]] BenchMetric metric_of(const Benched& benched);
/// Samples a second that the scenario got through.
[[nodiscard]] double throughput_of(const Benched& benched);

/// The reading's record with the scenario in it.
[[nodiscard]] nlohmann::json scenario_record(const BenchSubject& subject, const Benched& benched);

/// Top-1 of mlperf_log_accuracy.json against the labels, as accuracy.txt has it; writes that file. Empty without labels.
[[nodiscard]] Result<std::optional<double>> score_accuracy_log(const BenchSubject& subject, Benched& benched);

}  // namespace vernier::cli
