// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace vernier::package {

/// Output of the preprocessor: the text, and a mask of it as long, in which only the user's own code is left: line
/// marks, directives, literals and what comes from system headers are blanks.
class SourceText {
 public:
  explicit SourceText(std::string preprocessed);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const std::string& code() const { return code_; }
  /// "file:line" of a position.
  [[nodiscard]] std::string where(std::size_t position) const;

  struct Pragma {
    std::size_t begin = 0, end = 0;  ///< its line, without the line break
    std::string words;               ///< behind "#pragma HLS", as written
  };
  /// Those of the user that begin with HLS, in order.
  [[nodiscard]] const std::vector<Pragma>& pragmas() const { return pragmas_; }

  /// Position of the bracket that closes the one at `open`; npos without.
  [[nodiscard]] std::size_t closing(std::size_t open) const;
  /// Position of the innermost '{' around a position; npos outside of all.
  [[nodiscard]] std::size_t enclosing(std::size_t position) const;

 private:
  struct Mark {
    std::size_t position = 0;  ///< of the first line that it counts
    std::string file;
    int line = 1;
  };
  void mask_literals();
  std::string text_, code_;
  std::vector<Mark> marks_;
  std::vector<Pragma> pragmas_;
};

[[nodiscard]] bool is_word(char c);
[[nodiscard]] std::string_view trimmed(std::string_view text);

}  // namespace vernier::package
