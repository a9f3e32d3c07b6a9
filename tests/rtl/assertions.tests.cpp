// SPDX-License-Identifier: Apache-2.0
#include <Vtb_assertions.h>
#include <Vtb_assertions___024root.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <set>
#include <sstream>

#include "assertions_bench.hpp"
#include "assertions_cases.hpp"
#include "wires.hpp"

namespace {

using vernier::test::assertion_cases;
using vernier::test::AssertionCase;
using vernier::test::AssertionsBench;
using Names = std::set<std::string>;

std::vector<std::string> steps_of(const AssertionCase& c) {
  std::vector<std::string> steps(1);
  for (const char letter : c.steps) {
    if (letter == '|') steps.emplace_back();
    else steps.back() += letter;
  }
  return steps;
}

Names expected_of(const AssertionCase& c) {
  const std::string instance = "u_" + std::string(c.module.substr(4)) + ".";
  Names names{instance + std::string(c.assertion)};
  std::istringstream inside{std::string(c.with)};
  for (std::string name; inside >> name;) names.insert(instance + name);
  return names;
}

Names clock(AssertionsBench& bench) {
  const auto failed = bench.clock();
  return {failed.begin(), failed.end()};
}

}  // namespace

TEST_CASE("No assertion fails while nothing happens", "[rtl]") {
  AssertionsBench bench;
  for (int cycle = 0; cycle < 20; ++cycle) CHECK(clock(bench) == Names{});
}

TEST_CASE("Every assertion fails at the violation written for it and not before", "[rtl]") {
  for (const AssertionCase& c : assertion_cases()) {
    CAPTURE(c.module, c.assertion, c.fault);
    AssertionsBench bench;
    const auto steps = steps_of(c);
    for (std::size_t i = 0; i < steps.size(); ++i) {
      CAPTURE(i, steps[i]);
      REQUIRE(bench.set(c.module, steps[i]) == "");
      const bool last = i + 1 == steps.size();
      CHECK(clock(bench) == (last ? expected_of(c) : Names{}));
    }
  }
}

TEST_CASE("No assertion fails in reset", "[rtl]") {
  for (const AssertionCase& c : assertion_cases()) {
    CAPTURE(c.module, c.assertion, c.fault);
    AssertionsBench bench;
    bench.hold_reset();
    for (const std::string& step : steps_of(c)) {
      REQUIRE(bench.set(c.module, step) == "");
      CHECK(clock(bench) == Names{});
    }
  }
}

TEST_CASE("A failing assertion ends the simulation", "[rtl]") {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {  // not a test any more: neither Catch's signal handler nor its output
    std::signal(SIGABRT, SIG_DFL);
    if (!std::freopen("/dev/null", "w", stdout)) _exit(2);
    VerilatedContext context;  // with the defaults that every simulation has
    Vtb_assertions model(&context);
    vernier::test::reset(model);
    model.rootp->assertions_bench__DOT__u_unit_queue__DOT__retire_i = 1;
    vernier::test::clock(model);
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGABRT);
}
