// SPDX-License-Identifier: Apache-2.0
#include "property_run.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

namespace vernier::test {

void check_graph(std::uint32_t seed, std::uint32_t target, runtime::Ruler* rtl, PropertyTotal& total) {
  const auto result = check_property(seed, property_target(target), rtl);
  if (!result.failure.empty()) {
    FAIL_CHECK("seed " << seed << ": " << result.failure << "\ntarget:\n" << to_toml(property_target(target))
               << fmt::format("replay: VERNIER_PROPERTY_SEED={} VERNIER_PROPERTY_TARGET={} VERNIER_PROPERTY_ONNX=graph.onnx {}/tests/property/property '[.replay]'",
                              seed, target, VERNIER_BINARY_DIR));
  }
  ++total.graphs;
  total.operators += result.operators;
  total.on_npu += result.on_npu;
}

void check_reach(const PropertyTotal& t) {
  WARN(fmt::format("{} graphs, {} operators, {} of them on the accelerator", t.graphs, t.operators, t.on_npu));
  CHECK(t.on_npu * 10 >= t.operators * 7);
}

}  // namespace vernier::test
