// SPDX-License-Identifier: Apache-2.0
// Every random graph on the RTL of every random target: models take a minute each to build the first time.
#include <catch2/catch.hpp>

#include <vernier/verilator/rtl_ruler.hpp>

#include "property_run.hpp"

using namespace vernier;

namespace {

void check_targets(std::uint32_t first, std::uint32_t last) {
  test::PropertyTotal total;
  for (auto target = first; target < last; ++target) {
    const auto rtl = verilator::make_rtl_ruler();
    for (auto seed = target; seed < test::kGraphs; seed += test::kPropertyTargets) test::check_graph(seed, target, rtl.get(), total);
  }
  test::check_reach(total);
}

}  // namespace

TEST_CASE("All random graphs on the RTL, targets 0 to 7", "[property][rtl][slow]") { check_targets(0, 8); }
TEST_CASE("All random graphs on the RTL, targets 8 to 15", "[property][rtl][slow]") { check_targets(8, 16); }
TEST_CASE("All random graphs on the RTL, targets 16 to 23", "[property][rtl][slow]") { check_targets(16, test::kPropertyTargets); }
