// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <vernier/render/diff.hpp>

#include <charconv>
#include <cmath>
#include <string>

namespace vernier::render {
namespace {

enum class Comparison { kAbove, kAtLeast, kBelow, kAtMost };

struct Rule {
  std::string text, pattern;
  bool magnitude = false, relative = false;
  Comparison comparison = Comparison::kAbove;
  double limit = 0;
};

std::string_view trimmed(std::string_view s) {
  const auto first = s.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return s.substr(first, s.find_last_not_of(" \t") - first + 1);
}

Result<Rule> parse(std::string_view text) {
  Rule rule{std::string(text), {}, false, false, Comparison::kAbove, 0};
  const auto bad = [&](const char* what) {
    return fail(ErrorCode::kInvalidInput, std::string(what) + "; a rule is FIGURE OP LIMIT[%], for instance cycles>2%",
                "--fail-if '" + rule.text + "'");
  };
  const auto op = text.find_first_of("<>");
  if (op == std::string_view::npos) return bad("has none of > >= < <=");
  const bool with_equal = op + 1 < text.size() && text[op + 1] == '=';
  rule.comparison = text[op] == '>' ? (with_equal ? Comparison::kAtLeast : Comparison::kAbove)
                                    : (with_equal ? Comparison::kAtMost : Comparison::kBelow);
  auto figure = trimmed(text.substr(0, op));
  if (figure.size() > 2 && figure.front() == '|' && figure.back() == '|') {
    rule.magnitude = true;
    figure = trimmed(figure.substr(1, figure.size() - 2));
  }
  if (figure.empty()) return bad("names no figure");
  rule.pattern = std::string(figure);
  auto limit = trimmed(text.substr(op + (with_equal ? 2 : 1)));
  if (limit.ends_with('%')) {
    rule.relative = true;
    limit = trimmed(limit.substr(0, limit.size() - 1));
  }
  if (limit.starts_with('+')) limit.remove_prefix(1);
  const auto [end, error] = std::from_chars(limit.data(), limit.data() + limit.size(), rule.limit);
  if (error != std::errc() || end != limit.data() + limit.size() || limit.empty() || !std::isfinite(rule.limit))
    return bad("has no number as its limit");
  if (rule.relative) rule.limit /= 100;
  return rule;
}

/// Dotted paths part by part; `*` stands for one part, at the end for all that remain of a name with dots.
bool matches(std::string_view path, std::string_view pattern) {
  if (pattern == "*") return !path.empty();
  if (!pattern.starts_with("*.")) {
    const auto dot = pattern.find('.');
    const auto head = pattern.substr(0, dot);
    if (!path.starts_with(head)) return false;
    if (dot == std::string_view::npos) return path.size() == head.size();
    return path.size() > head.size() && path[head.size()] == '.' &&
           matches(path.substr(head.size() + 1), pattern.substr(dot + 1));
  }
  for (auto dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.', dot + 1)) {
    if (matches(path.substr(dot + 1), pattern.substr(2))) return true;
  }
  return false;
}

bool broken(const Rule& rule, double change) {
  if (rule.magnitude) change = std::abs(change);
  switch (rule.comparison) {
    case Comparison::kAbove:
      return change > rule.limit;
    case Comparison::kAtLeast:
      return change >= rule.limit;
    case Comparison::kBelow:
      return change < rule.limit;
    case Comparison::kAtMost:
      return change <= rule.limit;
  }
  return true;
}

Result<void> apply(const Rule& rule, const RecordDiff& diff, std::vector<Violation>& out) {
  const bool wildcard = rule.pattern.find('*') != std::string::npos;
  std::size_t matched = 0;
  for (const auto& figure : diff.figures) {
    if (!(figure.path == rule.pattern || matches(figure.path, rule.pattern))) continue;
    ++matched;
    const auto relative = figure.relative();
    if (!figure.a || !figure.b || (rule.relative && !relative)) {
      const char* why = !figure.a   ? "is absent in the first record"
                        : !figure.b ? "is absent in the second record"
                                    : "is 0 in the first record: no relative change exists";
      return fail(ErrorCode::kInvalidInput, why, "--fail-if '" + rule.text + "': " + figure.path);
    }
    if (broken(rule, rule.relative ? *relative : *figure.b - *figure.a)) out.push_back({rule.text, figure});
  }
  if (matched == 0) {
    return fail(ErrorCode::kInvalidInput, fmt::format("matches no figure{}", wildcard ? "" : " of either record"),
                "--fail-if '" + rule.text + "'");
  }
  return {};
}

}  // namespace

Result<std::vector<Violation>> fail_if(const RecordDiff& diff, std::string_view rules) {
  std::vector<Violation> violations;
  std::string_view rest = rules;
  while (true) {
    const auto comma = rest.find(',');
    auto rule = parse(trimmed(rest.substr(0, comma)));
    if (!rule) return forward_error(rule);
    if (auto r = apply(*rule, diff, violations); !r) return forward_error(r);
    if (comma == std::string_view::npos) return violations;
    rest = rest.substr(comma + 1);
  }
}

}  // namespace vernier::render
