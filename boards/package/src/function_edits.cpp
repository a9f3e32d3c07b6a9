// SPDX-License-Identifier: Apache-2.0
#include "function_edits.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <regex>
#include <sstream>

#include <fmt/format.h>

#include "stream_directions.hpp"

namespace vernier::package {
namespace {

struct Edit {
  std::size_t begin = 0, end = 0;
  std::string text;
};

bool begins_with_word(const std::string& text, std::string_view word) {
  if (text.size() < word.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (std::toupper(static_cast<unsigned char>(text[i])) != word[i]) return false;
  }
  return text.size() == word.size() || !is_word(text[word.size()]);
}

/// What stands behind "key =" in a pragma.
std::optional<std::string> option(const std::string& words, const std::string& key) {
  std::smatch match;
  if (!std::regex_search(words, match, std::regex("(^|\\s)" + key + "\\s*=\\s*(\\S+)", std::regex::icase))) return std::nullopt;
  return match[2];
}

/// A statement of a block: its code without the line break, and where it ends.
struct Statement {
  std::size_t begin = 0, end = 0;
  bool block = false;  ///< ends with a brace
};

std::vector<Statement> statements(const SourceText& source, std::size_t begin, std::size_t end) {
  std::vector<Statement> all;
  const auto& code = source.code();
  for (std::size_t i = begin; i < end;) {
    i = code.find_first_not_of(" \t\r\n", i);
    if (i == std::string::npos || i >= end) break;
    Statement s{i, i, false};
    while (s.end < end && code[s.end] != ';') {
      if (code[s.end] == '(' || code[s.end] == '[') {
        s.end = source.closing(s.end);
        if (s.end == std::string::npos) return all;
      } else if (code[s.end] == '{') {
        s.end = source.closing(s.end);
        if (s.end == std::string::npos) return all;
        const auto next = code.find_first_not_of(" \t\r\n", s.end + 1);
        if (next == std::string::npos || (code[next] != ';' && code[next] != ',' && code.compare(next, 4, "else") != 0)) {
          s.block = true;
          break;
        }
      }
      ++s.end;
    }
    ++s.end;
    all.push_back(s);
    i = s.end;
  }
  return all;
}

/// "name(...)" or "name<...>(...)", nothing else: the name.
std::optional<std::string> called(std::string_view code) {
  static const std::regex kCall(R"(^(::)?[A-Za-z_]\w*(::[A-Za-z_]\w*)*\s*(<[^;{}]*>)?\s*\([^{}]*\)\s*;$)");
  const std::string text(code);
  if (!std::regex_match(text, kCall)) return std::nullopt;
  std::size_t end = text.find_first_of("(<");
  std::string name(trimmed(text.substr(0, end)));
  if (name == "return" || name == "assert" || name == "printf") return std::nullopt;
  return name;
}

bool uses(std::string_view code, const std::string& name) {
  for (std::size_t at = code.find(name); at != std::string_view::npos; at = code.find(name, at + 1)) {
    if ((at == 0 || !is_word(code[at - 1])) && (at + name.size() >= code.size() || !is_word(code[at + name.size()]))) return true;
  }
  return false;
}

std::string_view slice(const SourceText& source, const Statement& s) { return std::string_view(source.code()).substr(s.begin, s.end - s.begin); }

/// Names that a declaration of streams or of arrays declares.
std::vector<std::string> declared_names(std::string_view code, bool streams) {
  static const std::regex kStream(R"(^(static\s+)?(hls\s*::\s*)?stream\s*<)");
  static const std::regex kName(R"(([A-Za-z_]\w*)\s*(\[[^\]]*\]\s*)*(\([^)]*\)\s*)?$)");
  const std::string text(code.substr(0, code.size() - 1));
  const bool is_stream = std::regex_search(text, kStream);
  if (is_stream != streams || (!is_stream && text.find('[') == std::string::npos)) return {};
  std::vector<std::string> names;
  int depth = 0;
  std::string part;
  for (const char c : text + ",") {
    if (c == '<' || c == '(' || c == '[' || c == '{') ++depth;
    if (c == '>' || c == ')' || c == ']' || c == '}') --depth;
    if (c != ',' || depth > 0) {
      part += c;
      continue;
    }
    std::smatch match;
    const auto declarator = part.substr(0, part.find('='));
    const std::string clean(trimmed(declarator));
    if (std::regex_search(clean, match, kName)) names.push_back(match[1]);
    part.clear();
  }
  return names;
}

/// The region from a DATAFLOW pragma to the end of its block.
void edit_region(const SourceText& source, const SourceText::Pragma& pragma, std::size_t number, std::vector<Edit>& edits) {
  const auto open = source.enclosing(pragma.begin);
  if (open == std::string::npos) return;
  const auto close = source.closing(open);
  if (close == std::string::npos) return;
  bool parallel = true;
  std::vector<std::string> arrays;
  std::vector<Statement> calls;
  std::string inserted;
  for (const auto& s : statements(source, open + 1, close)) {
    const auto code = slice(source, s);
    if (s.begin > pragma.begin && called(code)) {
      calls.push_back(s);
      continue;
    }
    parallel = parallel && !s.block && !begins_with_word(std::string(code), "FOR") && !begins_with_word(std::string(code), "IF") && !begins_with_word(std::string(code), "WHILE");
    for (auto& name : declared_names(code, false)) arrays.push_back(std::move(name));
    for (const auto& name : declared_names(code, true)) edits.push_back({s.end, s.end, fmt::format(" ::vernier_unit::set_name({0}, \"{0}\", 0);", name)});
  }
  for (const auto& array : arrays) parallel = parallel && std::ranges::count_if(calls, [&](const auto& s) { return uses(slice(source, s), array); }) < 2;
  const auto region = fmt::format("vernier_unit_region_{}", number);
  edits.push_back({pragma.begin, pragma.end, fmt::format("::vernier_unit::Region {}({});", region, parallel)});
  for (const auto& s : calls) {
    edits.push_back({s.begin, s.begin, fmt::format("{}.process(\"{}\", [&] {{ ", region, *called(slice(source, s)))});
    edits.push_back({s.end, s.end, " });"});
  }
  edits.push_back({close, close, region + ".join(); "});
}

bool is_pipeline(const SourceText::Pragma& pragma) { return begins_with_word(pragma.words, "PIPELINE") && !std::regex_search(pragma.words, std::regex("\\soff\\b", std::regex::icase)); }

/// Vitis pipelines innermost loops by itself; inside of what is pipelined already it unrolls them.
void edit_loops(const SourceText& source, const std::vector<Definition>& definitions, std::vector<Edit>& edits) {
  static const std::regex kLoop(R"(\b(for|while|do)\b)");
  const auto& code = source.code();
  const auto pragma_in = [&source](std::size_t open, auto&& wanted) {
    return std::ranges::any_of(source.pragmas(), [&](const auto& p) { return wanted(p) && source.enclosing(p.begin) == open; });
  };
  const auto settled = [](const auto& p) {
    return begins_with_word(p.words, "PIPELINE") || begins_with_word(p.words, "UNROLL") || begins_with_word(p.words, "DATAFLOW");
  };
  for (const auto& d : definitions) {
    const auto declared = code.substr(code.find_last_of(";{}", d.name_at) + 1, d.name_at - code.find_last_of(";{}", d.name_at) - 1);
    if (declared.find("constexpr") != std::string::npos || pragma_in(d.body_open, is_pipeline)) continue;
    const auto end = code.cbegin() + static_cast<std::ptrdiff_t>(d.body_close);
    for (std::sregex_iterator loop(code.cbegin() + static_cast<std::ptrdiff_t>(d.body_open), end, kLoop), none; loop != none; ++loop) {
      const auto open = code.find_first_not_of(" \t\r\n", d.body_open + static_cast<std::size_t>(loop->position()) + static_cast<std::size_t>(loop->length()));
      if (loop->str() == "do" || code[open] != '(') continue;
      const auto close = source.closing(open);
      const auto body = close == std::string::npos ? close : code.find_first_not_of(" \t\r\n", close + 1);
      if (body == std::string::npos || code[body] == ';') continue;
      const bool block = code[body] == '{';
      const auto all = statements(source, body, d.body_close);
      if (all.empty()) continue;
      const auto last = block ? source.closing(body) : all.front().end;
      const auto inside = code.substr(body, last - body);
      if (std::regex_search(inside, kLoop) || (!block && begins_with_word(inside, "IF")) || (block && pragma_in(body, settled))) continue;
      bool within = false;
      for (auto outer = source.enclosing(body); outer != std::string::npos && outer > d.body_open; outer = source.enclosing(outer)) within = within || pragma_in(outer, is_pipeline);
      if (within) continue;
      edits.push_back({block ? body + 1 : body, block ? body + 1 : body, block ? " ::vernier_unit::begin_iteration(1);" : "{ ::vernier_unit::begin_iteration(1); "});
      if (!block) edits.push_back({last, last, " }"});
    }
  }
}

/// The library's copies announce no access; ours do.
void edit_copies(const SourceText& source, std::vector<Edit>& edits) {
  constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"memcpy", "vernier_unit_memmove"}, {"memmove", "vernier_unit_memmove"}, {"memset", "vernier_unit_memset"}, {"memcmp", "vernier_unit_memcmp"}};
  for (const auto& [name, ours] : kNames) {
    for (const std::string& builtin : {"__builtin_" + std::string(name)}) {
      if (name == "memcmp") continue;  // constant expressions of the library use it
      for (auto at = source.text().find(builtin); at != std::string::npos; at = source.text().find(builtin, at + 1)) {
        if (!is_word(source.text()[at + builtin.size()])) edits.push_back({at, at + builtin.size(), std::string(ours)});
      }
    }
    const auto& code = source.code();
    for (auto at = code.find(name); at != std::string::npos; at = code.find(name, at + 1)) {
      if ((at > 0 && is_word(code[at - 1])) || is_word(code[at + name.size()])) continue;
      std::size_t begin = at;
      if (begin >= 2 && code.compare(begin - 2, 2, "::") == 0) begin -= 2;
      if (begin >= 3 && code.compare(begin - 3, 3, "std") == 0) begin -= 3;
      edits.push_back({begin, at + name.size(), "::" + std::string(ours)});
    }
  }
}

constexpr const char* kDeclarations =
    "extern \"C\" void* vernier_unit_memmove(void*, const void*, unsigned long); extern \"C\" void* vernier_unit_memset(void*, int, unsigned long); "
    "extern \"C\" int vernier_unit_memcmp(const void*, const void*, unsigned long);\n";

}  // namespace

Result<std::string> with_unit_calls(const SourceText& source) {
  std::vector<Edit> edits;
  std::size_t regions = 0;
  for (const auto& pragma : source.pragmas()) {
    if (begins_with_word(pragma.words, "DATAFLOW")) {
      edit_region(source, pragma, regions++, edits);
      continue;
    }
    std::string text;
    if (is_pipeline(pragma)) {
      text = fmt::format("::vernier_unit::begin_iteration({});", option(pragma.words, "II").value_or("1"));
    } else if (begins_with_word(pragma.words, "STREAM")) {
      const auto variable = option(pragma.words, "variable");
      if (!variable) return fail(ErrorCode::kInvalidInput, "STREAM names no variable (variable=NAME)", source.where(pragma.begin));
      if (const auto depth = option(pragma.words, "depth")) text = fmt::format("::vernier_unit::set_depth({}, {}, 0);", *variable, *depth);
    }
    edits.push_back({pragma.begin, pragma.end, std::move(text)});
  }
  edit_loops(source, definitions_of(source), edits);
  edit_copies(source, edits);
  std::ranges::stable_sort(edits, {}, &Edit::begin);
  std::string text = kDeclarations;
  std::size_t at = 0;
  for (const auto& edit : edits) {
    if (edit.begin < at) continue;  // within another: "std::memcpy" counts once
    text += source.text().substr(at, edit.begin - at) + edit.text;
    at = edit.end;
  }
  return text + source.text().substr(at);
}

std::string first_error_line(const std::string& output) {
  std::istringstream lines(output);
  std::string last;
  for (std::string line; std::getline(lines, line);) {
    if (line.find("error:") != std::string::npos || line.find("undefined reference") != std::string::npos) return line;
    if (!line.empty()) last = line;
  }
  return last;
}

}  // namespace vernier::package
