// SPDX-License-Identifier: Apache-2.0
#include <vernier/scenarios/rate_estimate.hpp>

#include <algorithm>

#include <vernier/core/assert.hpp>

namespace vernier::scenarios {

bool RateEstimate::settled() const {
  if (windows_.size() < kAgree) return false;
  const auto [least, greatest] = std::minmax_element(windows_.end() - kAgree, windows_.end());
  return *least > 0 && *greatest <= kSpread * *least;
}

const double* RateEstimate::first_counted() const {
  VERNIER_ASSERT(!windows_.empty(), "an estimate needs a reading");
  const std::size_t skipped = settled() ? windows_.size() - kAgree : std::min<std::size_t>(1, windows_.size() - 1);
  return windows_.data() + skipped;
}

double RateEstimate::sustained() const { return *std::min_element(first_counted(), windows_.data() + windows_.size()); }
double RateEstimate::peak() const { return *std::max_element(first_counted(), windows_.data() + windows_.size()); }

}  // namespace vernier::scenarios
