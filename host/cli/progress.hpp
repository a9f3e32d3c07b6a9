// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include <vernier/core/units.hpp>

namespace vernier::cli {

/// One line on standard error that shows how far long work is: live on a terminal, every ten seconds elsewhere,
/// nothing for work under a second.
class Progress {
 public:
  explicit Progress(std::string title);
  void samples(std::int64_t done, std::int64_t of);
  void cycles(Cycles of_this_run, double share);
  void text(const std::string& what);  ///< work that counts in its own words
  void finish();  ///< clears the live line

 private:
  void show();
  [[nodiscard]] bool due();
  void print(const std::string& line);
  using Clock = std::chrono::steady_clock;
  std::string title_;
  Clock::time_point start_ = Clock::now(), last_ = start_;
  std::int64_t done_ = 0, of_ = 0, cycles_ = 0;
  double share_ = 0;
  bool terminal_ = false, shown_ = false;
};

}  // namespace vernier::cli
