// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

namespace vernier::scenarios {

/// The rate of a device from readings of equal windows, one after the other: a test's load is planned from it. One reading
/// says little, as devices warm up and machines have other things to do; so it goes on until the last few agree.
class RateEstimate {
 public:
  static constexpr std::size_t kAgree = 3;     ///< so many windows in a row
  static constexpr double kSpread = 1.1;       ///< greatest over least of them
  static constexpr std::size_t kMost = 25;     ///< windows, then it is over either way

  void add(double samples_per_s) { windows_.push_back(samples_per_s); }
  [[nodiscard]] bool settled() const;
  [[nodiscard]] bool over() const { return settled() || windows_.size() >= kMost; }
  /// What the device keeps up, for a load that it must not miss: the least of those that agree. Where none do, the least
  /// of all but the first, which warms up.
  [[nodiscard]] double sustained() const;
  /// What the device may reach, for a test that must not end early: the greatest of the same.
  [[nodiscard]] double peak() const;
  [[nodiscard]] std::size_t windows() const { return windows_.size(); }

 private:
  [[nodiscard]] const double* first_counted() const;
  std::vector<double> windows_;
};

}  // namespace vernier::scenarios
