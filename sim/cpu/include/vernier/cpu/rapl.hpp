// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include <vernier/core/result.hpp>

namespace vernier::cpu {

/// Energy counters of the processor packages, as Linux shows them (powercap, RAPL). Package energy: cores, caches and
/// memory controllers, not the DRAM and not the rest of the machine.
class Rapl {
 public:
  /// @retval kUnavailable  no package is shown (virtual machines, other processors), or its counter may not be read
  [[nodiscard]] static Result<Rapl> open(const std::filesystem::path& root = "/sys/class/powercap");

  /// Joules of all packages since open(). Must be called at least once a wrap of the counters, about a minute under load.
  [[nodiscard]] Result<double> joules();

 private:
  struct Package {
    std::filesystem::path counter;
    std::uint64_t range_uj = 0;  ///< the counter wraps here
    std::uint64_t last_uj = 0;
  };
  std::vector<Package> packages_;
  std::uint64_t total_uj_ = 0;
};

}  // namespace vernier::cpu
