// SPDX-License-Identifier: Apache-2.0
#include <vernier/store/record_store.hpp>

#include <fmt/format.h>
#include <vernier/store/record_file.hpp>
#include <vernier/store/validate.hpp>

#include <array>
#include <bit>

#include "sqlite.hpp"

namespace vernier::store {
namespace {

using nlohmann::json;

constexpr int kLayout = 1;
constexpr const char* kCaseColumns = "model, target, board, ruler, memory, scenario, batch, seed";
constexpr const char* kCreate = R"(
  CREATE TABLE IF NOT EXISTS record (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
    model TEXT NOT NULL, target TEXT NOT NULL, board TEXT NOT NULL, ruler TEXT NOT NULL, memory TEXT NOT NULL,
    scenario TEXT NOT NULL, batch INTEGER NOT NULL, seed INTEGER NOT NULL,
    fidelity TEXT NOT NULL, valid INTEGER NOT NULL, cycles INTEGER, body TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS record_case ON record (model, target, board, ruler, memory, scenario, batch, seed);
  CREATE TABLE IF NOT EXISTS planned (
    number INTEGER PRIMARY KEY,
    model TEXT NOT NULL, target TEXT NOT NULL, board TEXT NOT NULL, ruler TEXT NOT NULL, memory TEXT NOT NULL,
    scenario TEXT NOT NULL, batch INTEGER NOT NULL, seed INTEGER NOT NULL,
    UNIQUE (model, target, board, ruler, memory, scenario, batch, seed));
)";

void bind_case(Statement& s, int first, const Case& c) {
  for (const auto* text : {&c.model, &c.target, &c.board, &c.ruler, &c.memory, &c.scenario}) s.bind(first++, *text);
  s.bind(first++, c.batch);
  s.bind(first, std::bit_cast<std::int64_t>(c.seed));
}

Case read_case(const Statement& s) {
  return {s.text(0), s.text(1), s.text(2),    s.text(3),
          s.text(4), s.text(5), s.integer(6), std::bit_cast<std::uint64_t>(s.integer(7))};
}

std::string text_or_empty(const json& value) { return value.is_string() ? value.get<std::string>() : std::string(); }

Result<std::int64_t> layout_of(const Sqlite& db) {
  auto version = db.prepare("PRAGMA user_version");
  if (!version) return forward_error(version);
  if (auto row = db.step(*version); !row) return forward_error(row);
  return version->integer(0);
}

/// Ends the transaction it began unless it was committed.
class Transaction {
 public:
  explicit Transaction(Sqlite& db) : db_(db) {}
  Result<void> begin() { return db_.execute("BEGIN IMMEDIATE"); }
  Result<void> commit() {
    auto r = db_.execute("COMMIT");
    open_ = !r;
    return r;
  }
  ~Transaction() {
    if (open_) static_cast<void>(db_.execute("ROLLBACK"));
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

 private:
  Sqlite& db_;
  bool open_ = true;
};

}  // namespace

Case case_of(const json& record) {
  return {record["model"].get<std::string>(),  text_or_empty(record["target"]),
          text_or_empty(record["board"]),      record["ruler"].get<std::string>(),
          text_or_empty(record["memory"]),     record["scenario"].get<std::string>(),
          record["batch"].get<std::int64_t>(), record["seed"].is_null() ? 0 : record["seed"].get<std::uint64_t>()};
}

std::string to_string(const Case& c) {
  const auto part = [](const char* name, const std::string& value) {
    return value.empty() ? value : fmt::format(" {} {}", name, value);
  };
  return fmt::format("{} on {}{}{}{}, {}, batch {}, seed {}", c.model, c.ruler, part("target", c.target),
                     part("board", c.board), part("memory", c.memory), c.scenario, c.batch, c.seed);
}

class RecordStore::Database {
 public:
  explicit Database(Sqlite s) : sqlite(std::move(s)) {}
  Sqlite sqlite;
};

RecordStore::RecordStore(std::unique_ptr<Database> database) : database_(std::move(database)) {}
RecordStore::RecordStore(RecordStore&&) noexcept = default;
RecordStore& RecordStore::operator=(RecordStore&&) noexcept = default;
RecordStore::~RecordStore() = default;

Result<RecordStore> RecordStore::open(const std::filesystem::path& folder) {
  std::error_code ec;
  std::filesystem::create_directories(folder, ec);
  if (ec) return fail(ErrorCode::kIo, "cannot be created: " + ec.message(), folder.string());
  auto db = Sqlite::open(folder / "records.sqlite");
  if (!db) return forward_error(db);
  Transaction transaction(*db);
  if (auto r = transaction.begin(); !r) return forward_error(r);
  const auto layout = layout_of(*db);
  if (!layout) return forward_error(layout);
  if (*layout > kLayout) {
    return fail(ErrorCode::kUnsupported, fmt::format("has layout {}, this program knows up to {}", *layout, kLayout),
                (folder / "records.sqlite").string());
  }
  if (*layout < kLayout) {
    if (auto r = db->execute(kCreate + fmt::format("PRAGMA user_version={};", kLayout)); !r) return forward_error(r);
  }
  if (auto r = transaction.commit(); !r) return forward_error(r);
  return RecordStore(std::make_unique<Database>(std::move(*db)));
}

Result<std::string> RecordStore::add(const json& record) {
  if (auto r = validate(record); !r) return forward_error(r);
  const auto id = record_id(record);
  auto& db = database_->sqlite;
  auto insert = db.prepare(fmt::format(
      "INSERT OR IGNORE INTO record (id, {}, fidelity, valid, cycles, body) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
      kCaseColumns));
  if (!insert) return forward_error(insert);
  insert->bind(1, id);
  bind_case(*insert, 2, case_of(record));
  insert->bind(10, record["fidelity"].get<std::string>());
  insert->bind(11, std::int64_t{record["valid"].get<bool>()});
  if (record["cycles"].is_null()) {
    insert->bind_null(12);
  } else {
    insert->bind(12, record["cycles"].get<std::int64_t>());
  }
  insert->bind(13, record.dump());
  if (auto r = db.step(*insert); !r) return forward_error(r);
  return id;
}

Result<json> RecordStore::get(const std::string& id) const {
  auto select = database_->sqlite.prepare("SELECT body FROM record WHERE id = ?");
  if (!select) return forward_error(select);
  select->bind(1, id);
  const auto row = database_->sqlite.step(*select);
  if (!row) return forward_error(row);
  if (!*row) return fail(ErrorCode::kInvalidInput, "is not a record of this store", id);
  return json::parse(select->text(0), nullptr, false);
}

Result<std::vector<json>> RecordStore::list(const Query& query) const {
  const std::array filters{std::pair{"model", &query.model},   std::pair{"target", &query.target},
                           std::pair{"board", &query.board},   std::pair{"ruler", &query.ruler},
                           std::pair{"memory", &query.memory}, std::pair{"scenario", &query.scenario}};
  std::string where;
  for (const auto& [column, value] : filters) {
    if (*value) where += fmt::format("{} {} = ?", where.empty() ? " WHERE" : " AND", column);
  }
  if (query.valid) where += fmt::format("{} valid = ?", where.empty() ? " WHERE" : " AND");
  auto select = database_->sqlite.prepare("SELECT body FROM record" + where + " ORDER BY number");
  if (!select) return forward_error(select);
  int index = 1;
  for (const auto& [column, value] : filters) {
    if (*value) select->bind(index++, **value);
  }
  if (query.valid) select->bind(index, std::int64_t{*query.valid});
  std::vector<json> records;
  while (true) {
    const auto row = database_->sqlite.step(*select);
    if (!row) return forward_error(row);
    if (!*row) return records;
    records.push_back(json::parse(select->text(0), nullptr, false));
  }
}

Result<void> RecordStore::plan(std::span<const Case> cases) {
  auto& db = database_->sqlite;
  Transaction transaction(db);
  if (auto r = transaction.begin(); !r) return r;
  for (const auto& c : cases) {
    auto insert = db.prepare(fmt::format("INSERT OR IGNORE INTO planned ({}) VALUES (?,?,?,?,?,?,?,?)", kCaseColumns));
    if (!insert) return forward_error(insert);
    bind_case(*insert, 1, c);
    if (auto r = db.step(*insert); !r) return forward_error(r);
  }
  return transaction.commit();
}

Result<std::vector<Case>> RecordStore::missing() const {
  auto select = database_->sqlite.prepare(fmt::format(
      "SELECT {0} FROM planned WHERE NOT EXISTS (SELECT 1 FROM record r WHERE (r.model, r.target, r.board, r.ruler, "
      "r.memory, "
      "r.scenario, r.batch, r.seed) = (planned.model, planned.target, planned.board, planned.ruler, planned.memory, "
      "planned.scenario, planned.batch, planned.seed)) ORDER BY number",
      kCaseColumns));
  if (!select) return forward_error(select);
  std::vector<Case> cases;
  while (true) {
    const auto row = database_->sqlite.step(*select);
    if (!row) return forward_error(row);
    if (!*row) return cases;
    cases.push_back(read_case(*select));
  }
}

}  // namespace vernier::store
