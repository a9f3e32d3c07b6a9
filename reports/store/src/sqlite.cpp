// SPDX-License-Identifier: Apache-2.0
#include "sqlite.hpp"

#include <chrono>
#include <thread>

namespace vernier::store {
namespace {
constexpr int kBusyTimeoutMs = 30'000;
constexpr int kOpenAttempts = 200;
}  // namespace

void Statement::bind(int index, std::string_view text) {
  sqlite3_bind_text(raw_.get(), index, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
}
void Statement::bind(int index, std::int64_t value) { sqlite3_bind_int64(raw_.get(), index, value); }
void Statement::bind_null(int index) { sqlite3_bind_null(raw_.get(), index); }

std::string Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(raw_.get(), column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(raw_.get(), column));
  return bytes == nullptr ? std::string() : std::string(bytes, size);
}
std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(raw_.get(), column); }

Result<Sqlite> Sqlite::open(const std::filesystem::path& file) {
  sqlite3* raw = nullptr;
  const int code =
      sqlite3_open_v2(file.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  Sqlite db(raw, file);
  if (code != SQLITE_OK)
    return fail(ErrorCode::kIo, std::string("cannot be opened: ") + sqlite3_errstr(code), file.string());
  sqlite3_busy_timeout(raw, kBusyTimeoutMs);
  // Changing the journal mode ignores the busy timeout when another process is opening the same file.
  Result<void> wal;
  for (int attempt = 0; attempt < kOpenAttempts; ++attempt) {
    wal = db.execute("PRAGMA journal_mode=WAL");
    if (wal || sqlite3_errcode(raw) != SQLITE_BUSY) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  if (!wal) return forward_error(wal);
  if (auto r = db.execute("PRAGMA synchronous=FULL"); !r) return forward_error(r);
  return db;
}

tl::unexpected<Error> Sqlite::failed() const {
  const int code = sqlite3_errcode(raw_.get());
  const bool foreign = code == SQLITE_NOTADB || code == SQLITE_CORRUPT;
  return fail(foreign ? ErrorCode::kInvalidInput : ErrorCode::kIo, std::string("SQLite: ") + sqlite3_errmsg(raw_.get()),
              file_.string());
}

Result<void> Sqlite::execute(const std::string& sql) {
  if (sqlite3_exec(raw_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return failed();
  return {};
}

Result<Statement> Sqlite::prepare(const std::string& sql) const {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(raw_.get(), sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) return failed();
  return Statement(statement);
}

Result<bool> Sqlite::step(Statement& statement) const {
  const int code = sqlite3_step(statement.raw());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return failed();
}

}  // namespace vernier::store
