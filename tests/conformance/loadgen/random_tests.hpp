// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>

#include <vernier/scenarios/virtual_run.hpp>

namespace vernier::conformance {

/// Random tests over the settings LoadGen knows and device models from fast to hopelessly slow; short ones.
class RandomTests {
 public:
  explicit RandomTests(std::uint64_t seed) : engine_(seed) {}
  [[nodiscard]] scenarios::VirtualTest next();

 private:
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(engine_);
  }
  bool one_in(int n) { return between(1, n) == 1; }
  void choose_rates(scenarios::Settings& settings);
  void choose_limits(scenarios::Settings& settings);
  void choose_issue(scenarios::Settings& settings, scenarios::LibrarySize library);
  [[nodiscard]] scenarios::DeviceModel device(scenarios::Settings& settings, std::int64_t period_ns);

  std::mt19937_64 engine_;
};

}  // namespace vernier::conformance
