// SPDX-License-Identifier: Apache-2.0
#include "expression.hpp"

#include <fmt/format.h>

#include <cctype>
#include <charconv>
#include <string>

namespace vernier::energy {
namespace {

constexpr int kDeepest = 64;

/// Recursive descent; every rule returns at the first error.
class Parser {
 public:
  Parser(std::string_view text, const std::function<Result<double>(std::string_view)>& lookup)
      : text_(text), lookup_(lookup) {}

  Result<double> whole() {
    auto value = sum();
    if (value && next() != '\0') return bad("an operator");
    return value;
  }

 private:
  char next() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  [[nodiscard]] tl::unexpected<Error> bad(const char* wanted) const {
    return fail(ErrorCode::kInvalidInput, fmt::format("expected {} at character {} of \"{}\"", wanted, at_ + 1, text_),
                "formula");
  }

  Result<double> sum() {
    auto left = product();
    while (left && (next() == '+' || next() == '-')) {
      const bool plus = text_[at_++] == '+';
      const auto right = product();
      if (!right) return right;
      *left += plus ? *right : -*right;
    }
    return left;
  }

  Result<double> product() {
    auto left = factor();
    while (left && (next() == '*' || next() == '/')) {
      const bool times = text_[at_++] == '*';
      const auto right = factor();
      if (!right) return right;
      if (!times && *right == 0)
        return fail(ErrorCode::kInvalidInput, fmt::format("divides by zero in \"{}\"", text_), "formula");
      *left = times ? *left * *right : *left / *right;
    }
    return left;
  }

  Result<double> factor() {
    const char c = next();
    if (c == '(') return parenthesis();
    if (std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '.') return number();
    if (std::isalpha(static_cast<unsigned char>(c)) != 0) return name();
    return bad("a number, a name or (");
  }

  Result<double> parenthesis() {
    if (++depth_ > kDeepest) return bad("fewer parentheses");
    ++at_;
    auto value = sum();
    if (!value) return value;
    if (next() != ')') return bad(")");
    ++at_;
    --depth_;
    return value;
  }

  Result<double> number() {
    double value = 0;
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (error != std::errc()) return bad("a number");
    at_ = static_cast<std::size_t>(end - text_.data());
    return value;
  }

  Result<double> name() {
    const auto first = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '_'))
      ++at_;
    return lookup_(text_.substr(first, at_ - first));
  }

  std::string_view text_;
  const std::function<Result<double>(std::string_view)>& lookup_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

Result<double> evaluate(std::string_view formula, const std::function<Result<double>(std::string_view)>& lookup) {
  return Parser(formula, lookup).whole();
}

}  // namespace vernier::energy
