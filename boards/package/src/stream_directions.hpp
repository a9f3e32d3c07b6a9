// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "source_text.hpp"

namespace vernier::package {

/// A function that the user's code defines.
struct Definition {
  std::string name;
  std::size_t name_at = 0, open = 0, close = 0;  ///< name and brackets of the parameters
  std::size_t body_open = 0, body_close = 0;
};
[[nodiscard]] std::vector<Definition> definitions_of(const SourceText& source);
[[nodiscard]] bool returns_void(const std::string& code, const Definition& d);
/// The word that ends before a position.
[[nodiscard]] std::string word_before(const std::string& code, std::size_t position);
/// What stands between two brackets, parted by the commas that belong to them.
[[nodiscard]] std::vector<std::string> split_arguments(const std::string& code, std::size_t open, std::size_t close);

enum class Direction { kUnknown, kRead, kWritten };
/// Whether a function reads or writes its stream parameter, by .read, .write, >> and <<, in it or in what it is handed to.
[[nodiscard]] Direction direction_of(const std::vector<const SourceText*>& sources, const std::string& function, std::size_t parameter);

}  // namespace vernier::package
