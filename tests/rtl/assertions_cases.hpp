// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace vernier::test {

/// A violation of one assertion.
struct AssertionCase {
  std::string_view module;
  std::string_view assertion;
  std::string_view fault;  ///< what goes wrong
  /// From reset: one step a clock cycle, parted by |, in the words of AssertionsBench::set(). The
  /// assertion fails at the last one.
  std::string_view steps;
  /// Assertions of cells inside that the same fault makes fail, parted by blanks.
  std::string_view with = {};
};

/// At least one for every assertion in rtl/.
[[nodiscard]] std::span<const AssertionCase> assertion_cases();

}  // namespace vernier::test
