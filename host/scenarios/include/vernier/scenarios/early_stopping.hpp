// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace vernier::scenarios {

/// The confidence that early stopping asks for, and the tolerance that it grants.
inline constexpr double kEarlyStoppingConfidence = 0.99;

/// Smallest number of queries within their latency that, beside `over` queries above it, shows with 99 % confidence that
/// the share within is at least `percentile`: the least h with P[Binomial(h + over, 1 - percentile) <= over] < 0.01.
/// @param over        0 or more
/// @param percentile  in (0, 1)
/// @par Source  LoadGen early_stopping.cc; inference_rules.adoc, appendix on early stopping
/// @par Checked against LoadGen in tests/conformance/loadgen_early_stopping.tests.cpp
[[nodiscard]] std::int64_t min_passing_queries(std::int64_t over, double percentile);

/// Largest number of slow queries that may lie above the estimate in a run of `queries`, or 0 if the run is too short
/// for any estimate. The estimate of the percentile is then sorted[queries - result].
[[nodiscard]] std::int64_t discardable_queries(std::int64_t queries, double percentile);

}  // namespace vernier::scenarios
