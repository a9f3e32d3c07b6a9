// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "source.hpp"

namespace vernier::graph {

inline constexpr std::int64_t kOldestOpset = 7;
inline constexpr std::int64_t kCheckedOpset = 17;  ///< the newest whose schemas libonnx has
inline constexpr std::int64_t kNewestOpset = 23;   ///< the newest whose changes are in the table

/// How an operator version above kCheckedOpset reads in terms of the one at kCheckedOpset.
enum class Reading : std::uint8_t {
  kSame,        ///< more element types only
  kAttributes,  ///< the same while the new attributes named hold their default
  kReduceAxes,  ///< axes became an input
  kRefused      ///< means something else
};

/// One operator of the default domain that changed after kCheckedOpset.
struct VersionChange {
  std::string_view op;
  int since = 0;
  Reading reading = Reading::kRefused;
  std::string_view attributes{};  ///< kAttributes: names separated by spaces; "a=7" where 7 instead of 0 is the default
};

/// Every such change of opset 18 to 23, by operator and version.
[[nodiscard]] std::span<const VersionChange> version_changes();

/// Checks each node's operator version and rewrites nodes newer than kCheckedOpset in the form of kCheckedOpset, so that
/// libonnx can check them. The model's opset_import is lowered with them.
/// @retval kUnsupported  names operator, version found, version known and the export option that helps
[[nodiscard]] Result<void> settle_operator_versions(onnx::ModelProto& model, const Source& source);

}  // namespace vernier::graph
