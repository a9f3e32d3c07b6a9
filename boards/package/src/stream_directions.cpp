// SPDX-License-Identifier: Apache-2.0
#include "stream_directions.hpp"

#include <algorithm>
#include <set>

namespace vernier::package {
namespace {

constexpr const char* kBlanks = " \t\r\n";

bool is_keyword(const std::string& word) {
  static const std::set<std::string> kWords{"if", "for", "while", "switch", "catch", "return", "sizeof", "alignas", "decltype", "static_assert", "noexcept"};
  return kWords.contains(word);
}

/// The last word of a declared parameter: its name.
std::string parameter_name(std::string text) {
  text = text.substr(0, text.find('='));
  if (const auto bracket = text.find('['); bracket != std::string::npos) text.resize(bracket);
  const auto clean = trimmed(text);
  std::size_t begin = clean.size();
  while (begin > 0 && is_word(clean[begin - 1])) --begin;
  return std::string(clean.substr(begin));
}

struct Search {
  const std::vector<const SourceText*>& sources;
  std::set<std::pair<std::string, std::size_t>> seen;

  Direction of(const std::string& function, std::size_t parameter) {
    if (!seen.insert({function, parameter}).second) return Direction::kUnknown;
    for (const auto* source : sources) {
      for (const auto& d : definitions_of(*source)) {
        if (d.name != function) continue;
        const auto parameters = split_arguments(source->code(), d.open, d.close);
        if (parameter >= parameters.size()) continue;
        const auto found = in_body(*source, d, parameter_name(parameters[parameter]));
        if (found != Direction::kUnknown) return found;
      }
    }
    return Direction::kUnknown;
  }

  Direction in_body(const SourceText& source, const Definition& d, const std::string& name) {
    const auto& code = source.code();
    if (name.empty()) return Direction::kUnknown;
    for (auto at = code.find(name, d.body_open); at != std::string::npos && at < d.body_close; at = code.find(name, at + 1)) {
      const auto end = at + name.size();
      if (is_word(code[at - 1]) || is_word(code[end])) continue;
      auto next = code.find_first_not_of(kBlanks, end);
      while (next < d.body_close && code[next] == '[') next = code.find_first_not_of(kBlanks, source.closing(next) + 1);  // one of an array
      if (code.compare(next, 2, "<<") == 0) return Direction::kWritten;
      if (code.compare(next, 2, ">>") == 0) return Direction::kRead;
      if (code[next] == '.') {
        const auto word = code.find_first_not_of(kBlanks, next + 1);
        if (code.compare(word, 5, "write") == 0 || code.compare(word, 4, "full") == 0) return Direction::kWritten;
        if (code.compare(word, 4, "read") == 0 || code.compare(word, 5, "empty") == 0) return Direction::kRead;
        continue;
      }
      if (code[next] != ',' && code[next] != ')') continue;
      const auto found = as_argument(source, d, at);
      if (found != Direction::kUnknown) return found;
    }
    return Direction::kUnknown;
  }

  /// Handed to a function: which one, and as which of its parameters.
  Direction as_argument(const SourceText& source, const Definition& d, std::size_t at) {
    const auto& code = source.code();
    int depth = 0;
    for (std::size_t i = at; i-- > d.body_open;) {
      if (code[i] == ')') ++depth;
      if (code[i] == ';' || code[i] == '{' || code[i] == '}') break;
      if (code[i] != '(' || depth-- > 0) continue;
      const auto close = source.closing(i);
      const auto arguments = split_arguments(code, i, close);
      std::size_t index = 0, begin = i + 1;
      for (; index < arguments.size() && begin + arguments[index].size() < at; ++index) begin += arguments[index].size() + 1;
      std::size_t name_end = i;
      if (name_end > 0 && code[code.find_last_not_of(kBlanks, name_end - 1)] == '>') {  // template arguments
        int angles = 0;
        for (std::size_t j = code.find_last_not_of(kBlanks, name_end - 1); j > d.body_open; --j) {
          if (code[j] == '>') ++angles;
          if (code[j] == '<' && --angles == 0) {
            name_end = j;
            break;
          }
        }
      }
      return of(word_before(code, name_end), index);
    }
    return Direction::kUnknown;
  }
};

}  // namespace

std::string word_before(const std::string& code, std::size_t position) {
  std::size_t end = position == 0 ? std::string::npos : code.find_last_not_of(kBlanks, position - 1);
  if (end == std::string::npos) return {};
  std::size_t begin = ++end;
  while (begin > 0 && is_word(code[begin - 1])) --begin;
  return code.substr(begin, end - begin);
}

std::vector<std::string> split_arguments(const std::string& code, std::size_t open, std::size_t close) {
  std::vector<std::string> parts(1);
  int depth = 0;
  for (std::size_t i = open + 1; i < close; ++i) {
    const char c = code[i];
    if (c == '(' || c == '<' || c == '[' || c == '{') ++depth;
    if (c == ')' || c == '>' || c == ']' || c == '}') --depth;
    if (c == ',' && depth == 0) parts.emplace_back();
    else parts.back() += c;
  }
  if (parts.size() == 1 && (trimmed(parts[0]).empty() || trimmed(parts[0]) == "void")) parts.clear();
  return parts;
}

std::vector<Definition> definitions_of(const SourceText& source) {
  std::vector<Definition> all;
  const auto& code = source.code();
  for (auto open = code.find('('); open != std::string::npos; open = code.find('(', open + 1)) {
    const auto name = word_before(code, open);
    if (name.empty() || is_keyword(name)) continue;
    const auto close = source.closing(open);
    if (close == std::string::npos) continue;
    const auto body = code.find_first_not_of(kBlanks, close + 1);
    if (body == std::string::npos || code[body] != '{') continue;
    const auto end = source.closing(body);
    if (end == std::string::npos) continue;
    all.push_back({name, code.rfind(name, open), open, close, body, end});
  }
  return all;
}

bool returns_void(const std::string& code, const Definition& d) {
  const auto begin = code.find_last_of(";{}\"", d.name_at);
  const auto before = trimmed(std::string_view(code).substr(begin == std::string::npos ? 0 : begin + 1, d.name_at - (begin == std::string::npos ? 0 : begin + 1)));
  return before.ends_with("void");
}

Direction direction_of(const std::vector<const SourceText*>& sources, const std::string& function, std::size_t parameter) { return Search{sources, {}}.of(function, parameter); }

}  // namespace vernier::package
