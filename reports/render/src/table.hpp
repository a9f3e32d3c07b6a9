// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vernier::render {

enum class Tone : std::uint8_t { kPlain, kGood, kBad, kFaint };

/// A figure as shown: what it says, a second line that qualifies it, and the record's key it comes from.
struct Cell {
  std::string value;
  std::string note;
  std::string pointer;  ///< JSON pointer into the row's record; empty: no link
  Tone tone = Tone::kPlain;
  std::string href{};   ///< a page elsewhere, in place of the record's key
};

struct Row {
  std::size_t record = 0;  ///< index into the report's records
  bool emphasised = false;
  std::vector<Cell> cells;
};

/// The one form all outputs are made from, so that HTML, Markdown and console cannot say different things.
struct Table {
  std::string id, caption;
  std::vector<std::string> columns;
  std::vector<Row> rows;
  std::string footnote;
};

/// Columns whose every cell is empty or a dash carry nothing: they are dropped.
void drop_empty_columns(Table& table);

}  // namespace vernier::render
