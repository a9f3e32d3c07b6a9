// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <vernier/published/published.hpp>

namespace vernier::published {

Result<Sheet> parse_csv(std::string_view text, std::string_view where) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> row;
  std::string field;
  bool quoted = false, any = false;
  std::size_t line = 1;
  const auto bad = [&](std::string what) { return fail(ErrorCode::kInvalidInput, std::move(what), fmt::format("{}:{}", where, line)); };
  const auto end_field = [&] {
    row.push_back(std::move(field));
    field.clear();
    any = true;
  };
  const auto end_row = [&]() -> bool {
    if (any || !field.empty()) end_field();
    if (!row.empty()) {
      if (!rows.empty() && row.size() != rows.front().size()) return false;
      rows.push_back(std::move(row));
      row.clear();
    }
    any = false;
    return true;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '"' && i + 1 < text.size() && text[i + 1] == '"') field += text[++i];
      else if (c == '"') quoted = false;
      else field += c;
    } else if (c == '"') {
      quoted = true;
      any = true;
    } else if (c == ',') {
      end_field();
    } else if (c == '\n') {
      if (!end_row()) return bad(fmt::format("has {} fields, the header has {}", row.size(), rows.front().size()));
    } else if (c != '\r') {
      field += c;
    }
    line += c == '\n' ? 1 : 0;
  }
  if (quoted) return bad("a quote is not closed");
  if (!end_row()) return bad(fmt::format("has {} fields, the header has {}", row.size(), rows.front().size()));
  if (rows.empty()) return bad("has no line of column names");
  Sheet sheet{std::move(rows.front()), {}};
  sheet.rows.assign(std::make_move_iterator(rows.begin() + 1), std::make_move_iterator(rows.end()));
  return sheet;
}

}  // namespace vernier::published
