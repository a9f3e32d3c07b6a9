// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include <vernier/program/target.hpp>
#include <vernier/runtime/ruler.hpp>

namespace vernier::test {

/// What one graph came to on one target.
struct PropertyResult {
  std::string failure;         ///< empty: the property holds
  std::int64_t operators = 0;  ///< that compute
  std::int64_t on_npu = 0;     ///< of them
};

/// Lowers random_graph(seed) for the target and runs each of its programs, fed with golden's values, on the executor and
/// behind it on `rtl` unless that is null: the outputs are golden's bits, the RTL counts the executor's events, and
/// every operator that is not on the accelerator has its reason.
[[nodiscard]] PropertyResult check_property(std::uint32_t seed, const program::Target& target, runtime::Ruler* rtl);

/// The graph of a seed as an ONNX model.
[[nodiscard]] Result<void> write_graph(std::uint32_t seed, const std::string& file);

}  // namespace vernier::test
