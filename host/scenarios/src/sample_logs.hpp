// SPDX-License-Identifier: Apache-2.0
// The two files that have one entry a sample: mlperf_log_accuracy.json and mlperf_log_trace.json.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <vernier/scenarios/random.hpp>
#include <vernier/scenarios/virtual_run.hpp>

#include "series.hpp"

namespace vernier::scenarios {

/// Chooses which responses are logged, and writes them in the order of completion.
/// @par Source  LoadGen loadgen.cc (ResponseDelegateDetailed, IssueQueries), logging.cc (LogAccuracy)
class AccuracyLog {
 public:
  explicit AccuracyLog(const Responses& responses) : responses_(responses) {}

  /// @param first_id  sequence id of the series' first sample
  void add(const EffectiveSettings& settings, const QueryPlan& plan, const Series& series, Phase phase,
           std::uint64_t first_id, std::span<const std::uint32_t> completion_order);
  /// Whether add() will write anything: only then an order is needed.
  [[nodiscard]] static bool wanted(const EffectiveSettings& settings, Phase phase);
  [[nodiscard]] std::string take() { return std::move(text_) + "\n]\n"; }

 private:
  void entry(const EffectiveSettings& settings, std::uint64_t id, std::uint32_t sample, std::int64_t tokens);
  const Responses& responses_;
  Engine engine_;  // default seed: LoadGen never seeds it
  std::string text_ = "[";
  bool is_first_ = true;
};

/// Chrome trace events, as LoadGen's, of samples and first tokens and of the latency counters of Server runs.
class TraceLog {
 public:
  /// @param origin_ns    time of the series' start in the log
  /// @param first_query  sequence id of the series' first query
  void add(const EffectiveSettings& settings, const QueryPlan& plan, const Series& series, std::int64_t origin_ns,
           std::uint64_t first_id, std::uint64_t first_query);
  [[nodiscard]] std::string take();

 private:
  std::string text_;
};

/// Sample positions of the series by time of completion; equal times keep the order of issue.
[[nodiscard]] std::vector<std::uint32_t> completion_order(const Series& series);

}  // namespace vernier::scenarios
