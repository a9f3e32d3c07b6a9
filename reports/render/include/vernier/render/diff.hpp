// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>
#include <vernier/core/result.hpp>

namespace vernier::render {

/// One figure of two records. A side that is null or absent is empty, never zero.
struct FigureChange {
  std::string path;  ///< dotted, for instance "cycles" or "layers.conv1.cycles"
  std::optional<double> a, b;
  /// (b - a) / |a|; empty when a side is missing or a is 0 and b is not.
  [[nodiscard]] std::optional<double> relative() const;
};

/// A key that is not a figure and differs: target, memory, environment and so on.
struct TextChange {
  std::string path, a, b;
};

struct RecordDiff {
  std::vector<FigureChange> figures;  ///< all figures of both records, equal ones too
  std::vector<TextChange> texts;      ///< only those that differ
};

/// Figures of records a and b side by side. Layers are matched by name.
[[nodiscard]] Result<RecordDiff> diff(const nlohmann::json& a, const nlohmann::json& b);

/// What broke a --fail-if rule.
struct Violation {
  std::string rule;  ///< as written
  FigureChange figure;
};

/// Evaluates rules such as "cycles>2%", "|energy_j|>5%, layers.*.cycles>10%", "check.max_lsb>0".
///
/// A rule is FIGURE OP LIMIT, rules are joined by commas. FIGURE is a dotted path, `*` matches one part; |FIGURE| takes
/// the magnitude of the change. OP is > >= < <=. With % the relative change is compared, without it the absolute change
/// b - a. A rule that matches no figure, or one whose change does not exist, is an error: nothing passes by being
/// absent.
[[nodiscard]] Result<std::vector<Violation>> fail_if(const RecordDiff& diff, std::string_view rules);

/// The differing figures as an aligned table for the console, largest relative change first.
[[nodiscard]] std::string to_text(const RecordDiff& diff);

}  // namespace vernier::render
