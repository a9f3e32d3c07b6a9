// SPDX-License-Identifier: Apache-2.0
#include "on_rtl.hpp"

#include <catch2/catch.hpp>

#include <vernier/verilator/rtl_ruler.hpp>

#include "committed.hpp"

namespace vernier::conformance {

void check_on_rtl(std::size_t step) {
  const auto target = program::load_target(kTargetFile);
  const auto exceptions = load_exceptions(kExceptionsFile);
  const auto listed = committed_npu_cases();
  REQUIRE(target);
  REQUIRE(exceptions);
  REQUIRE(listed);
  const auto rtl = verilator::make_rtl_ruler();
  Setup setup;
  setup.target = *target;
  setup.rulers = {rtl.get()};
  setup.exceptions = *exceptions;
  setup.options.memory = "hostile";
  setup.options.assertions = true;
  std::size_t n = 0;
  for (const auto& c : find_cases()) {
    if (!listed->contains(c.name) || n++ % step != 0) continue;
    const auto v = classify(c, setup);
    CAPTURE(v.name, v.reason);
    CHECK(v.outcome == Outcome::kNpu);
  }
}

}  // namespace vernier::conformance
