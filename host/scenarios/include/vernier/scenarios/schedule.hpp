// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/scenarios/settings.hpp>

namespace vernier::scenarios {

/// Samples that are in memory together. The first `distribution_end` are drawn from; in MultiStream some repeat behind
/// them, so that a query's samples are always consecutive.
struct SampleSet {
  std::vector<std::uint32_t> samples;  ///< library indices
  std::size_t distribution_end = 0;
};

enum class Phase : std::uint8_t { kPerformance, kAccuracy };

/// The library's samples in random order, cut into sets of performance_sample_count. A performance run uses the first.
/// @par Source  LoadGen loadgen.cc, GenerateLoadableSets; for MultiStreamFixed as of v1.1
[[nodiscard]] std::vector<SampleSet> sample_sets(const EffectiveSettings& settings, LibrarySize library, Phase phase);

/// Every query of a series before the first one leaves: which samples, and when.
struct QueryPlan {
  std::uint64_t samples_per_query = 1;
  std::vector<std::uint32_t> samples;       ///< query after query, samples_per_query each
  std::vector<std::int64_t> scheduled_ns;   ///< one a query, from the start of the series; the first is 0
  std::int64_t duration_ns = 0;             ///< time of the query after the last

  [[nodiscard]] std::size_t queries() const { return scheduled_ns.size(); }
  [[nodiscard]] std::span<const std::uint32_t> samples_of(std::size_t query) const {
    return {samples.data() + query * samples_per_query, samples_per_query};
  }
};

/// Queries above this are refused: the plan would not fit into memory.
inline constexpr std::uint64_t kMaxPlannedSamples = std::uint64_t{1} << 31;

/// Draws the queries as LoadGen 6 does, from the same engines in the same order: equal bit for bit.
/// @retval kUnsupported  more than kMaxPlannedSamples samples
/// @par Source  LoadGen loadgen.cc, GenerateQueries
/// @par Checked against LoadGen in tests/conformance/loadgen_order.tests.cpp
[[nodiscard]] Result<QueryPlan> plan_queries(const EffectiveSettings& settings, const SampleSet& set, Phase phase);

}  // namespace vernier::scenarios
