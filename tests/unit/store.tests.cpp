// SPDX-License-Identifier: Apache-2.0
#include <vernier/store/record_file.hpp>
#include <vernier/store/record_store.hpp>

#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <set>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vernier/core/files.hpp>

#include "sample_records.hpp"

using namespace vernier;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

class Scratch {
 public:
  explicit Scratch(const char* name)
      : path(fs::temp_directory_path() / ("vernier-store-" + std::string(name) + "-" + std::to_string(::getpid()))) {
    fs::remove_all(path);
    fs::create_directories(path);
  }
  ~Scratch() { fs::remove_all(path); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  fs::path path;
};

json numbered(int i) {
  auto r = samples::rtl_record();
  r["seed"] = i;
  return r;
}

/// Runs `body` in a child process; the child never returns into the test runner.
template <class Body>
pid_t in_child(Body body) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) ::_exit(body());
  return child;
}

/// Waits for a child to get going; a busy machine may take its time.
template <class Condition>
bool eventually(Condition condition) {
  for (int i = 0; i < 20'000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

int exit_code(pid_t child) {
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

TEST_CASE("A record survives the way through a file", "[store]") {
  const Scratch dir("file");
  const auto record = samples::rtl_record();
  const auto file = dir.path / store::record_file_name(record);
  REQUIRE(store::write_record(file, record));
  CHECK(store::read_record(file).value() == record);
  CHECK(store::record_id(record).size() == 16);
  CHECK(store::record_id(record) != store::record_id(numbered(2)));
}

TEST_CASE("A record that is not valid is neither written nor read", "[store]") {
  const Scratch dir("invalid");
  auto record = samples::rtl_record();
  record["cycles"] = -5;
  CHECK_FALSE(store::write_record(dir.path / "a.json", record));
  CHECK_FALSE(fs::exists(dir.path / "a.json"));
  REQUIRE(write_atomically(dir.path / "b.json", record.dump()));
  const auto r = store::read_record(dir.path / "b.json");
  REQUIRE_FALSE(r);
  CHECK(r.error().where == (dir.path / "b.json").string() + ": /cycles");
  REQUIRE(write_atomically(dir.path / "c.json", samples::rtl_record().dump().substr(0, 500)));
  CHECK(store::read_record(dir.path / "c.json").error().what == "is not JSON");
}

TEST_CASE("All records of a folder or a list are read", "[store]") {
  const Scratch dir("folder");
  for (int i = 0; i < 3; ++i) REQUIRE(store::write_record(dir.path / (std::to_string(i) + ".json"), numbered(i)));
  CHECK(store::read_records(dir.path).value().size() == 3);
  REQUIRE(write_atomically(dir.path / "list.txt", json(samples::comparison()).dump()));
  CHECK(store::read_records(dir.path / "list.txt").value().size() == 5);
  const Scratch empty("empty");
  CHECK_FALSE(store::read_records(empty.path));
}

TEST_CASE("A writer killed at any moment leaves whole records or none", "[store]") {
  const Scratch dir("kill");
  for (int round = 0; round < 12; ++round) {
    const auto folder = dir.path / std::to_string(round);
    fs::create_directories(folder);
    const pid_t child = in_child([&] {
      for (int i = 0;; ++i) {
        if (!store::write_record(folder / (std::to_string(i % 7) + ".json"), numbered(i))) return 1;
      }
    });
    REQUIRE(eventually([&] { return fs::exists(folder / "0.json"); }));
    std::this_thread::sleep_for(std::chrono::microseconds(3137 * round));
    ::kill(child, SIGKILL);
    CHECK(exit_code(child) == 128 + SIGKILL);
    int records = 0;
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() != ".json") continue;  // a left-over temporary is not a record
      ++records;
      CHECK(store::read_record(entry.path()).has_value());
    }
    CHECK(records > 0);
  }
}

TEST_CASE("A store killed while adding holds whole records and still opens", "[store]") {
  const Scratch dir("kill-sqlite");
  std::size_t before = 0;
  for (int round = 0; round < 6; ++round) {
    const pid_t child = in_child([&] {
      auto s = store::RecordStore::open(dir.path);
      if (!s) return 1;
      for (int i = 0;; ++i) {
        if (!s->add(numbered(round * 100000 + i))) return 1;
      }
    });
    REQUIRE(eventually([&] {
      const auto watching = store::RecordStore::open(dir.path);
      return watching && watching->list().value().size() > before;
    }));
    std::this_thread::sleep_for(std::chrono::microseconds(4211 * round));
    ::kill(child, SIGKILL);
    CHECK(exit_code(child) == 128 + SIGKILL);
    const auto s = store::RecordStore::open(dir.path);
    REQUIRE(s);
    const auto records = s->list();
    REQUIRE(records);
    CHECK(records->size() > before);
    before = records->size();
    for (const auto& r : *records) CHECK(r == numbered(r["seed"].get<int>()));
  }
}

TEST_CASE("Two processes opening and writing one store at once lose nothing", "[store]") {
  const Scratch dir("writers");
  constexpr int kEach = 40;
  const auto writer = [&](int first) {
    return in_child([&dir, first] {
      auto s = store::RecordStore::open(dir.path);
      if (!s) return 1;
      for (int i = first; i < first + kEach; ++i) {
        if (!s->add(numbered(i))) return 2;
      }
      return 0;
    });
  };
  const std::array children{writer(0), writer(1000), writer(20)};  // the third overlaps the first
  for (const auto child : children) CHECK(exit_code(child) == 0);
  const auto records = store::RecordStore::open(dir.path).value().list().value();
  std::set<int> seeds;
  for (const auto& r : records) seeds.insert(r["seed"].get<int>());
  CHECK(records.size() == 100);
  CHECK(seeds.size() == 100);
}

TEST_CASE("A query returns exactly the matching records", "[store]") {
  const Scratch dir("query");
  auto s = store::RecordStore::open(dir.path).value();
  for (const auto& r : samples::comparison()) REQUIRE(s.add(r));
  const auto id = s.add(samples::rtl_record()).value();
  CHECK(s.list().value().size() == 5);
  CHECK(s.get(id).value() == samples::rtl_record());
  CHECK_FALSE(s.get("0000000000000000"));
  store::Query query;
  query.target = "npu16";
  CHECK(s.list(query).value().size() == 4);
  query.valid = true;
  CHECK(s.list(query).value().size() == 3);
  query.ruler = "analytic";
  CHECK(s.list(query).value().at(0)["fidelity"] == "analytic");
  query.model = "x' OR '1'='1";
  CHECK(s.list(query).value().empty());
}

TEST_CASE("Planned cases without a record are listed in their order", "[store]") {
  const Scratch dir("missing");
  auto s = store::RecordStore::open(dir.path).value();
  std::vector<store::Case> cases;
  for (const auto& r : samples::comparison()) cases.push_back(store::case_of(r));
  auto other = cases[0];
  other.seed = 0xFFFF'FFFF'FFFF'FFFFU;
  cases.push_back(other);
  REQUIRE(s.plan(cases));
  REQUIRE(s.plan(cases));
  CHECK(s.missing().value() == cases);
  REQUIRE(s.add(samples::rtl_record()));
  REQUIRE(s.add(samples::cpu_record()));
  CHECK(s.missing().value() == std::vector{cases[1], cases[2], cases[4], cases[5]});
  CHECK(store::to_string(cases[0]) == "sample-resnet8 on rtl target npu16 memory ddr4-2400, single, batch 1, seed 1");
}

TEST_CASE("A file that is no database is refused and named", "[store]") {
  const Scratch dir("foreign");
  REQUIRE(write_atomically(dir.path / "records.sqlite", std::string(5000, 'x')));
  const auto s = store::RecordStore::open(dir.path);
  REQUIRE_FALSE(s);
  CHECK(s.error().code == ErrorCode::kInvalidInput);
  CHECK(s.error().where == (dir.path / "records.sqlite").string());
}
