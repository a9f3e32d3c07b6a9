// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>

#include "classify.hpp"

namespace vernier::conformance {

struct Counts {
  std::int64_t npu = 0, host = 0, refused = 0, wrong = 0;
  [[nodiscard]] std::int64_t cases() const { return npu + host + refused + wrong; }
  friend bool operator==(const Counts&, const Counts&) = default;
};

/// What the cases of one operator came to. Models of several operators count as kSeveral.
struct OperatorLine {
  Counts counts;
  std::int64_t max_lsb = 0;
  std::string why;  ///< the reason most of its other cases give
  friend bool operator==(const OperatorLine&, const OperatorLine&) = default;
};
inline constexpr const char* kSeveral = "(several)";

struct Summary {
  std::map<std::string, Counts> families;
  std::map<std::string, OperatorLine> operators;
  friend bool operator==(const Summary&, const Summary&) = default;
};

[[nodiscard]] Summary summarise(std::span<const Verdict> verdicts);

/// The committed form, one line a family or operator, and back.
[[nodiscard]] std::string to_text(const Summary& summary);
[[nodiscard]] Result<Summary> summary_of(const std::string& text, const std::string& file);

/// Counts a family as a table for the terminal.
[[nodiscard]] std::string families_table(const Summary& summary);

/// The reference page on operators.
[[nodiscard]] std::string reference_page(const Summary& summary);

}  // namespace vernier::conformance
