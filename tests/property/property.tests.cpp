// SPDX-License-Identifier: Apache-2.0
// Random graphs on random targets: golden = executor = RTL under hostile memory, or a refusal that says why.
#include <catch2/catch.hpp>

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <vernier/verilator/rtl_ruler.hpp>

#include "property_run.hpp"

using namespace vernier;
using test::PropertyTotal;

namespace {

/// The first graphs of a target, on its RTL.
void check_on_rtl(std::uint32_t target, std::uint32_t graphs) {
  const auto rtl = verilator::make_rtl_ruler();
  PropertyTotal total;
  for (std::uint32_t n = 0; n < graphs; ++n) test::check_graph(n * test::kPropertyTargets + target, target, rtl.get(), total);
  CHECK(total.on_npu > 0);
}

std::optional<std::uint32_t> number_in(const char* variable) {
  const char* text = std::getenv(variable);
  std::uint32_t n = 0;
  if (text == nullptr || std::from_chars(text, text + std::strlen(text), n).ec != std::errc{}) return std::nullopt;
  return n;
}

}  // namespace

TEST_CASE("Random graphs on random targets give golden's bits in the executor", "[property]") {
  PropertyTotal total;
  for (std::uint32_t seed = 0; seed < test::kGraphs; ++seed) test::check_graph(seed, seed % test::kPropertyTargets, nullptr, total);
  test::check_reach(total);
}

// Six small targets, ten graphs on each: two tests, because models are built on the way.
TEST_CASE("Random graphs on a 1 x 1, a 3 x 5 and an 8 x 8 array give golden's bits on the RTL", "[property][rtl]") {
  for (const std::uint32_t target : {0U, 1U, 2U}) check_on_rtl(target, 10);
}
TEST_CASE("Random graphs on a 2 x 7, a 5 x 3 and a 12 x 4 array give golden's bits on the RTL", "[property][rtl]") {
  for (const std::uint32_t target : {3U, 4U, 5U}) check_on_rtl(target, 10);
}

TEST_CASE("One random graph again", "[.replay]") {
  const auto seed = number_in("VERNIER_PROPERTY_SEED"), target = number_in("VERNIER_PROPERTY_TARGET");
  if (!seed || !target || *target >= test::kPropertyTargets) FAIL("set VERNIER_PROPERTY_SEED and VERNIER_PROPERTY_TARGET (0 to " << test::kPropertyTargets - 1 << ")");
  if (const char* file = std::getenv("VERNIER_PROPERTY_ONNX")) {
    const auto written = test::write_graph(*seed, file);
    if (!written) FAIL(to_string(written.error()));
  }
  const auto rtl = verilator::make_rtl_ruler();
  PropertyTotal total;
  test::check_graph(*seed, *target, rtl.get(), total);
  WARN("seed " << *seed << " on target " << *target << ": " << total.on_npu << " of " << total.operators << " operators on the accelerator");
}
