// SPDX-License-Identifier: Apache-2.0
// Sweeps as a user runs them: whole records through kills, shared folders and a scheduler.
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <sys/wait.h>
#include <thread>

#include "process.hpp"

namespace {
namespace fs = std::filesystem;

const std::string kVernier = std::string(VERNIER_BINARY_DIR) + "/vernier";

/// A sweep of 200 points that take some hundredths of a second each.
std::string write_sweep(const e2e::Folder& folder, const std::string& weights = "[32768, 65536, 131072, 262144]") {
  std::ofstream(folder / "sweep.toml") << "models = ['digits-int8']\nrulers = ['analytic']\nmemories = ['ideal', 'ideal:latency=200,bytes_per_cycle=16']\noptions = ['--timing-only']\n"
                                          "[grid]\nbase = 'npu16'\nrows = [3, 4, 5, 8, 16]\ncolumns = [4, 5, 8, 16, 32]\nweight_bytes = " << weights << "\n";
  return folder / "sweep.toml";
}

std::map<std::string, nlohmann::json> records_in(const std::string& folder) {
  std::map<std::string, nlohmann::json> records;
  std::error_code none;  // a sweep that was killed at once has no folder yet
  for (const auto& entry : fs::directory_iterator(folder + "/records", none)) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream in(entry.path());
    records[entry.path().filename().string()] = nlohmann::json::parse(in, nullptr, false);
  }
  return records;
}

/// A record without what depends on the machine and the hour.
nlohmann::json repeatable(nlohmann::json record) {
  for (const char* key : {"sim", "time"}) record.erase(key);
  for (const char* key : {"created", "host", "kernel", "processor", "logical_processors"}) record["environment"].erase(key);
  return record;
}

pid_t start(const std::string& sweep, const std::string& folder) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    if (std::freopen("/dev/null", "w", stdout) == nullptr || std::freopen("/dev/null", "w", stderr) == nullptr) ::_exit(126);
    ::execl(kVernier.c_str(), kVernier.c_str(), "sweep", sweep.c_str(), "-o", folder.c_str(), "-j", "2", static_cast<char*>(nullptr));
    ::_exit(127);
  }
  return pid;
}

void check_whole(const std::string& folder, std::size_t points) {
  const auto records = records_in(folder);
  CHECK(records.size() == points);
  for (const auto& [name, record] : records) {
    CAPTURE(name);
    CHECK(record.is_object());
    CHECK(record.value("valid", false));
  }
}

}  // namespace

TEST_CASE("A sweep of 200 points that is killed three times ends with exactly 200 whole records, those that Slurm makes", "[e2e]") {
  const e2e::Folder folder("sweep");
  const auto sweep = write_sweep(folder);
  const auto out = folder / "out";
  const auto seed = std::random_device{}();
  std::mt19937 random(seed);
  CAPTURE(seed);
  std::size_t before = 0;
  for (int kill = 0; kill < 3; ++kill) {
    const pid_t pid = start(sweep, out);
    std::this_thread::sleep_for(std::chrono::milliseconds(150 + random() % 900));
    ::kill(pid, SIGKILL);
    int status = 0;
    ::waitpid(pid, &status, 0);
    CHECK((WIFSIGNALED(status) || WEXITSTATUS(status) == 0));
    const auto records = records_in(out);
    for (const auto& [name, record] : records) {
      CAPTURE(name);
      CHECK(record.is_object());
    }
    CHECK(records.size() >= before);
    before = records.size();
  }
  const auto ran = e2e::shell(kVernier + " sweep " + sweep + " -o " + out + " -j 2");
  CAPTURE(ran.text);
  CHECK(ran.code == 0);
  check_whole(out, 200);
  CHECK(fs::exists(out + "/report.html"));
  CHECK(fs::exists(out + "/records.csv"));
  for (const auto& entry : fs::directory_iterator(out + "/records")) CHECK(entry.path().extension() == ".json");  // what killed runs began is gone

  // once more: nothing is run again
  const auto stamp = fs::last_write_time(fs::directory_iterator(out + "/records")->path());
  CHECK(e2e::shell(kVernier + " sweep " + sweep + " -o " + out).code == 0);
  CHECK(fs::last_write_time(fs::directory_iterator(out + "/records")->path()) == stamp);

  // a cluster of this machine alone
  const auto through = e2e::shell(std::string(VERNIER_SOURCE_DIR) + "/tests/e2e/slurm.sh " + (folder / "cluster") + " " + kVernier + " sweep " + sweep + " -o " + (folder / "slurm") +
                                  " --executor slurm");
  if (through.code == 4) {
    std::cout << through.text;
    return;
  }
  CAPTURE(through.text);
  REQUIRE(through.code == 0);
  const auto local = records_in(out), slurm = records_in(folder / "slurm");
  REQUIRE(slurm.size() == 200);
  for (const auto& [name, record] : local) {
    CAPTURE(name);
    REQUIRE(slurm.contains(name));
    CHECK(repeatable(record) == repeatable(slurm.at(name)));
  }
}

TEST_CASE("Two sessions of one sweep in one folder share the points", "[e2e]") {
  const e2e::Folder folder("sweeps");
  const auto sweep = write_sweep(folder, "[65536]");
  const auto out = folder / "out", alone = folder / "alone";
  const pid_t first = start(sweep, out), second = start(sweep, out);
  int status = 0;
  ::waitpid(first, &status, 0);
  CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
  ::waitpid(second, &status, 0);
  CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
  check_whole(out, 50);
  // and the shares of another scheduler make the same records
  for (const std::string share : {"0/3", "1/3", "2/3"}) CHECK(e2e::shell(kVernier + " sweep " + sweep + " -o " + alone + " -j 2 --no-report --share " + share).code == 0);
  const auto here = records_in(out), there = records_in(alone);
  REQUIRE(there.size() == here.size());
  for (const auto& [name, record] : here) {
    CAPTURE(name);
    REQUIRE(there.contains(name));
    CHECK(repeatable(record) == repeatable(there.at(name)));
  }
}

TEST_CASE("A sweep file that is wrong is refused by its key, and failing points are named", "[e2e]") {
  const e2e::Folder folder("bad-sweep");
  const auto refused = [&folder](const std::string& text, const std::string& what, int code = 2) {
    std::ofstream(folder / "s.toml") << text;
    const auto ran = e2e::vernier("sweep " + (folder / "s.toml") + " -o " + (folder / "out"));
    CAPTURE(text, ran.text);
    CHECK(ran.code == code);
    CHECK(ran.text.find(what) != std::string::npos);
  };
  refused("models = ['digits-int8']\nrulers = ['analytic']\n", "targets");
  refused("models = ['digits-int8']\ntargets = ['npu8']\nrulers = ['analytic']\ncolour = 'red'\n", "colour");
  refused("models = ['digits-int8']\nrulers = ['analytic']\n[grid]\nbase = 'npu8'\nrows = [8, 80]\n", "rows: is 80");
  refused("models = ['digits-int8'\n", "s.toml");
  refused("models = ['digits-int8']\ntargets = ['npu8']\nrulers = ['no_ruler']\n", "1 points failed, exit 2", 1);
  CHECK(e2e::vernier("sweep " + (folder / "none.toml") + " -o " + (folder / "out")).code == 2);
}

TEST_CASE("Without Slurm its executor says what to install", "[e2e]") {
  const e2e::Folder folder("no-slurm");
  const auto ran = e2e::shell("PATH=/nowhere " + kVernier + " sweep " + write_sweep(folder) + " -o " + (folder / "out") + " --executor slurm");
  CAPTURE(ran.text);
  CHECK(ran.code == 4);
  CHECK(ran.text.find("install") != std::string::npos);
}
