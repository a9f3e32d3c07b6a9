// SPDX-License-Identifier: Apache-2.0
#include "source_text.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

#include <fmt/format.h>

namespace vernier::package {
namespace {

/// `# 12 "file" 1 3`: line, file, and 3 for a system header.
bool read_mark(std::string_view line, int& number, std::string& file, bool& system) {
  if (!line.starts_with("# ")) return false;
  line.remove_prefix(2);
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
  if (error != std::errc{}) return false;
  const auto open = line.find('"'), close = line.rfind('"');
  if (open == std::string_view::npos || close == open) return false;
  file = line.substr(open + 1, close - open - 1);
  system = line.find('3', close) != std::string_view::npos || file.starts_with("<");
  return true;
}

bool same_letters(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

}  // namespace

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) text.remove_suffix(1);
  return text;
}

SourceText::SourceText(std::string preprocessed) : text_(std::move(preprocessed)), code_(text_) {
  bool system = false;
  for (std::size_t begin = 0; begin < text_.size();) {
    const std::size_t end = std::min(text_.find('\n', begin), text_.size());
    const std::string_view line(text_.data() + begin, end - begin);
    Mark mark;
    bool blank = system;
    if (read_mark(line, mark.line, mark.file, system)) {
      mark.position = end + 1;
      marks_.push_back(std::move(mark));
      blank = true;
    } else if (const auto directive = trimmed(line); directive.starts_with("#")) {
      blank = true;
      constexpr std::string_view kPragma = "#pragma ";
      if (!system && directive.starts_with(kPragma)) {
        const auto rest = trimmed(directive.substr(kPragma.size()));
        if (same_letters(rest.substr(0, 4), "HLS ")) pragmas_.push_back({begin, end, std::string(trimmed(rest.substr(4)))});
      }
    }
    if (blank) std::fill(code_.begin() + static_cast<std::ptrdiff_t>(begin), code_.begin() + static_cast<std::ptrdiff_t>(end), ' ');
    begin = end + 1;
  }
  mask_literals();
}

/// Contents of strings and characters; the quotes stay.
void SourceText::mask_literals() {
  for (std::size_t i = 0; i < code_.size(); ++i) {
    const char quote = code_[i];
    if (quote != '"' && quote != '\'') continue;
    if (quote == '\'' && i > 0 && std::isalnum(static_cast<unsigned char>(code_[i - 1])) != 0) continue;  // 1'000
    for (++i; i < code_.size() && code_[i] != quote && code_[i] != '\n'; ++i) {
      if (code_[i] == '\\' && i + 1 < code_.size()) code_[i++] = ' ';
      code_[i] = ' ';
    }
  }
}

std::string SourceText::where(std::size_t position) const {
  const auto after = std::ranges::upper_bound(marks_, position, {}, &Mark::position);
  if (after == marks_.begin()) return "line 1";
  const Mark& mark = *std::prev(after);
  const auto lines = std::count(text_.begin() + static_cast<std::ptrdiff_t>(mark.position), text_.begin() + static_cast<std::ptrdiff_t>(position), '\n');
  return fmt::format("{}:{}", mark.file, mark.line + static_cast<int>(lines));
}

std::size_t SourceText::closing(std::size_t open) const {
  const char opens = code_[open], closes = opens == '{' ? '}' : opens == '(' ? ')' : ']';
  int depth = 0;
  for (std::size_t i = open; i < code_.size(); ++i) {
    if (code_[i] == opens) ++depth;
    if (code_[i] == closes && --depth == 0) return i;
  }
  return std::string::npos;
}

std::size_t SourceText::enclosing(std::size_t position) const {
  int depth = 0;
  for (std::size_t i = position; i-- > 0;) {
    if (code_[i] == '}') ++depth;
    if (code_[i] == '{' && depth-- == 0) return i;
  }
  return std::string::npos;
}

}  // namespace vernier::package
