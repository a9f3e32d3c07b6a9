// SPDX-License-Identifier: Apache-2.0
#include "table.hpp"

#include <algorithm>

namespace vernier::render {

void drop_empty_columns(Table& table) {
  for (std::size_t column = table.columns.size(); column-- > 0;) {
    const bool empty = std::all_of(table.rows.begin(), table.rows.end(), [&](const Row& r) {
      return r.cells[column].tone == Tone::kFaint || r.cells[column].value.empty();
    });
    if (!empty || table.rows.empty()) continue;
    table.columns.erase(table.columns.begin() + static_cast<std::ptrdiff_t>(column));
    for (auto& row : table.rows) row.cells.erase(row.cells.begin() + static_cast<std::ptrdiff_t>(column));
  }
}

}  // namespace vernier::render
