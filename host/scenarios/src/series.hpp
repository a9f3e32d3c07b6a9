// SPDX-License-Identifier: Apache-2.0
// One series of queries on a virtual device: the part of LoadGen's issue_query_controller.cc.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <vernier/scenarios/schedule.hpp>
#include <vernier/scenarios/summary.hpp>
#include <vernier/scenarios/virtual_device.hpp>

namespace vernier::scenarios {

enum class Ending : std::uint8_t { kAllIssued, kNaturally, kTooManyOutstanding, kMaxQueries, kMaxDuration };

/// Times are ns from the start of the series; samples stand in the order of issue.
struct Series {
  std::uint64_t queries_issued = 0;
  std::vector<std::int64_t> scheduled_ns;  ///< one a query issued
  std::vector<std::int64_t> intervals;     ///< MultiStreamFixed: ticks until this query left, one a query
  Completions completions;                 ///< one a sample issued
  Ending ending = Ending::kAllIssued;
  std::uint64_t outstanding = 0;           ///< kTooManyOutstanding: how many
};

[[nodiscard]] Series issue_queries(const EffectiveSettings& settings, const QueryPlan& plan, Phase phase,
                                   const DeviceModel& device);

/// Latest completion of the series.
[[nodiscard]] std::int64_t active_ns(const Series& series);

[[nodiscard]] Measurement measurement_of(const EffectiveSettings& settings, const QueryPlan& plan, const Series& series);

}  // namespace vernier::scenarios
