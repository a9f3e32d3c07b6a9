// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <vernier/core/result.hpp>

namespace vernier::store {

/// One prepared statement. Bind from index 1, read columns from 0.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* raw) : raw_(raw, &sqlite3_finalize) {}
  void bind(int index, std::string_view text);
  void bind(int index, std::int64_t value);
  void bind_null(int index);
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] sqlite3_stmt* raw() const { return raw_.get(); }

 private:
  std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> raw_;
};

/// A connection in WAL mode whose writers wait for each other.
class Sqlite {
 public:
  [[nodiscard]] static Result<Sqlite> open(const std::filesystem::path& file);
  [[nodiscard]] Result<void> execute(const std::string& sql);
  [[nodiscard]] Result<Statement> prepare(const std::string& sql) const;
  /// True while there is a row.
  [[nodiscard]] Result<bool> step(Statement& statement) const;

 private:
  Sqlite(sqlite3* raw, std::filesystem::path file) : raw_(raw, &sqlite3_close), file_(std::move(file)) {}
  [[nodiscard]] tl::unexpected<Error> failed() const;
  std::unique_ptr<sqlite3, decltype(&sqlite3_close)> raw_;
  std::filesystem::path file_;
};

}  // namespace vernier::store
