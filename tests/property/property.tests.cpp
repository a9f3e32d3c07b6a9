// SPDX-License-Identifier: Apache-2.0
// Random graphs on random targets: golden = executor = RTL under hostile memory, or a refusal that says why.
#include <catch2/catch.hpp>

#include <cstdlib>
#include <fmt/format.h>
#include <vernier/verilator/rtl_ruler.hpp>

#include "property.hpp"
#include "random_target.hpp"

using namespace vernier;

namespace {

std::string reproducer(std::uint32_t seed, std::uint32_t target) {
  return fmt::format("target:\n{}replay: VERNIER_PROPERTY_SEED={} VERNIER_PROPERTY_TARGET={} build/release/tests/property/{{}} '[replay]'\n"
                     "with VERNIER_PROPERTY_ONNX=FILE it writes the graph", test::to_toml(test::property_target(target)), seed, target);
}

struct Total {
  std::int64_t graphs = 0, operators = 0, on_npu = 0;
};

void check(std::uint32_t seed, std::uint32_t target, runtime::Ruler* rtl, Total& total) {
  const auto result = test::check_property(seed, test::property_target(target), rtl);
  if (!result.failure.empty()) FAIL_CHECK("seed " << seed << ": " << result.failure << '\n' << reproducer(seed, target));
  ++total.graphs;
  total.operators += result.operators;
  total.on_npu += result.on_npu;
}

void report(const Total& t) {
  WARN(fmt::format("{} graphs, {} operators, {} of them on the accelerator", t.graphs, t.operators, t.on_npu));
}

}  // namespace

TEST_CASE("Random graphs on random targets give golden's bits in the executor", "[property]") {
  Total total;
  for (std::uint32_t seed = 0; seed < 2000; ++seed) check(seed, seed % test::kPropertyTargets, nullptr, total);
  report(total);
}
