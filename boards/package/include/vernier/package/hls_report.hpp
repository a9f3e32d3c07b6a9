// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include <vernier/core/result.hpp>
#include <vernier/package/resources.hpp>

namespace vernier::package {

/// What Vitis HLS says of a kernel after synthesis (csynth.xml of a solution's syn/report, UG1399 "Synthesis Summary").
struct HlsReport {
  std::string top, part, version;
  double target_ns = 0, estimated_ns = 0;  ///< clock periods; the second without the uncertainty Vitis keeps in hand
  /// Worst cases, in cycles; none where they depend on an argument ("undef", "?").
  std::optional<std::int64_t> latency, interval;
  Resources used, available;
};

/// @retval kInvalidInput  no such report, or a figure that is none: names the element
[[nodiscard]] Result<HlsReport> read_hls_report(const std::filesystem::path& file);

}  // namespace vernier::package
