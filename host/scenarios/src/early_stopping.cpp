// SPDX-License-Identifier: Apache-2.0
#include <vernier/scenarios/early_stopping.hpp>

#include <cmath>

#include <vernier/core/assert.hpp>

namespace vernier::scenarios {
namespace {

/// P[Binomial(within + over, 1 - p) <= over] as the regularised incomplete beta function I(p; within, over + 1), in the
/// form of DLMF 15.8.1: a power prefix times a hypergeometric series that ends by itself after `over` terms. Terms and
/// tolerance are those of LoadGen, so that counts agree where the probability touches the limit.
double probability_of_so_few(std::int64_t within, std::int64_t over, double p) {
  const double a = static_cast<double>(within);
  const double b = static_cast<double>(1 + over);
  const double log_beta = std::lgamma(a) + std::lgamma(b) - std::lgamma(static_cast<double>(within + 1 + over));
  const double prefix = std::exp(a * std::log(p) + (b - 1) * std::log(1 - p) - log_beta) / a;
  const double x = p / (p - 1);
  double term = 1;
  double series = 1;
  for (std::int64_t i = 0; std::abs(term) > 0x1p-33; ++i) {
    term *= static_cast<double>(i - over) * x / static_cast<double>(within + 1 + i);
    series += term;
  }
  return prefix * series;
}

/// Least h in [low, high] that passes, or high.
std::int64_t first_passing(std::int64_t low, std::int64_t high, std::int64_t over, double p) {
  for (std::int64_t width = high - low; width > 0;) {
    const std::int64_t half = width / 2;
    if (probability_of_so_few(low + half, over, p) < 1 - kEarlyStoppingConfidence) {
      width = half;
    } else {
      low += half + 1;
      width -= half + 1;
    }
  }
  return low;
}

}  // namespace

std::int64_t min_passing_queries(std::int64_t over, double percentile) {
  VERNIER_ASSERT(over >= 0 && percentile > 0 && percentile < 1, "a count and a fraction");
  const auto none_over = static_cast<std::int64_t>(std::ceil(std::log(1 - kEarlyStoppingConfidence) / std::log(percentile)));
  // one more slow query needs at least p / (1 - p) more fast ones, and never more than the first one needs
  const double least = percentile / (1 - percentile);
  const auto low = static_cast<std::int64_t>(static_cast<double>(over) * least + static_cast<double>(none_over));
  const auto high = over * none_over + none_over + 1;
  return first_passing(low, high, over, percentile);
}

std::int64_t discardable_queries(std::int64_t queries, double percentile) {
  const auto fits = [&](std::int64_t over) { return min_passing_queries(over, percentile) + over <= queries; };
  if (!fits(1)) return 0;
  std::int64_t low = 1;
  std::int64_t high = 2;  // the share above the percentile bounds it: over <= queries * (1 - percentile)
  while (fits(high)) {
    low = high;
    high *= 2;
  }
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (fits(middle) ? low : high) = middle;
  }
  return low;
}

}  // namespace vernier::scenarios
