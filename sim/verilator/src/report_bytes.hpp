// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/runtime/ruler.hpp>

namespace vernier::verilator {

/// A report, or the error in its place, as bytes from one process of this program to another.
[[nodiscard]] std::vector<std::byte> bytes_of(const Result<runtime::RunReport>& report);
/// kUnavailable where the bytes are not whole.
[[nodiscard]] Result<runtime::RunReport> report_of(std::span<const std::byte> bytes);

}  // namespace vernier::verilator
