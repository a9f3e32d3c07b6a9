// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <map>

#include <vernier/core/process_pool.hpp>

using namespace std::chrono_literals;
using vernier::ErrorCode;
using vernier::ProcessPool;

namespace {

std::vector<std::byte> bytes_of(std::size_t n, int value) { return std::vector<std::byte>(n, static_cast<std::byte>(value)); }

ProcessPool::Finished wait_for_one(ProcessPool& pool) {
  for (int i = 0; i < 1000; ++i) {
    if (auto finished = pool.next(100ms)) return std::move(*finished);
  }
  FAIL("no process has ended");
  return {};
}

}  // namespace

TEST_CASE("A pool hands back what each job sent, long or empty, whoever ends first", "[core][process_pool]") {
  ProcessPool pool(3);
  const std::vector<std::size_t> sizes{0, 1, 300'000, 70'000, 12};
  std::map<std::size_t, std::vector<std::byte>> got;
  std::size_t next = 0;
  while (got.size() < sizes.size()) {
    while (!pool.full() && next < sizes.size()) {
      const auto n = sizes[next];
      REQUIRE(pool.start(next, "job", [n] { return bytes_of(n, static_cast<int>(n % 251)); }));
      ++next;
    }
    auto finished = wait_for_one(pool);
    REQUIRE(finished.bytes);
    got[finished.id] = std::move(*finished.bytes);
  }
  CHECK(pool.empty());
  for (std::size_t i = 0; i < sizes.size(); ++i) CHECK(got[i] == bytes_of(sizes[i], static_cast<int>(sizes[i] % 251)));
}

TEST_CASE("A process that dies is an error that names its job and how it ended", "[core][process_pool]") {
  ProcessPool pool(1);
  REQUIRE(pool.start(7, "group 3 (conv1)", []() -> std::vector<std::byte> {
    ::raise(SIGKILL);
    return {};
  }));
  CHECK(pool.full());
  const auto killed = wait_for_one(pool);
  CHECK(killed.id == 7);
  REQUIRE_FALSE(killed.bytes);
  CHECK(killed.bytes.error().code == ErrorCode::kUnavailable);
  CHECK(killed.bytes.error().where == "group 3 (conv1)");
  CHECK(killed.bytes.error().what.find("signal 9") != std::string::npos);

  REQUIRE(pool.start(8, "group 4", []() -> std::vector<std::byte> { ::_exit(3); }));
  const auto ended = wait_for_one(pool);
  REQUIRE_FALSE(ended.bytes);
  CHECK(ended.bytes.error().what.find("status 3") != std::string::npos);
}

TEST_CASE("No process outlives its pool", "[core][process_pool]") {
  {
    ProcessPool pool(2);
    for (std::size_t i = 0; i < 2; ++i) {
      REQUIRE(pool.start(i, "sleeper", []() -> std::vector<std::byte> {
        for (;;) ::pause();
      }));
    }
    CHECK_FALSE(pool.next(10ms));
  }
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);  // no child is left, not even unreaped
  CHECK(errno == ECHILD);
}
