// SPDX-License-Identifier: Apache-2.0
// FIFO depths and foldings: as small as they can be, and errors that say what is wrong.
#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <limits>

#include <vernier/stages/depths.hpp>
#include <vernier/stages/emit.hpp>
#include <vernier/stages/folding.hpp>

#include "stage_check.hpp"

using namespace vernier;
using namespace vernier::test;

namespace {

const stages::Budget kBudget{{500'000, 4'000, 900}, "a third of a card"};

stages::Network read(const NetworkBuilder& n) {
  auto streams = stages::read_network(n.graph);
  INFO((streams ? "" : to_string(streams.error())));
  REQUIRE(streams);
  return *streams;
}

/// Folded for an interval and sized.
stages::Design sized(const stages::Network& streams, std::int64_t interval) {
  const auto folding = stages::fold_for_interval(streams, interval, kBudget);
  INFO((folding ? "" : to_string(folding.error())));
  REQUIRE(folding);
  auto design = stages::build(streams, folding->folds);
  REQUIRE(design);
  const auto report = stages::size_fifos(*design);
  INFO((report ? "" : to_string(report.error())));
  REQUIRE(report);
  REQUIRE(report->minimal);
  return *design;
}

/// Convolution and its input meet in an addition.
NetworkBuilder residual(std::uint32_t seed) {
  NetworkBuilder n(seed);
  const auto x = n.conv(n.input({1, 3, 10, 10}), 8, square(3, 1, 1));
  const auto y = n.conv(n.conv(x, 8, square(3, 1, 1)), 8, square(3, 1, 1));
  n.output(n.add(y, x));
  return n;
}

}  // namespace

TEST_CASE("sized FIFOs keep the interval, and one beat less in any of them does not") {
  for (std::uint32_t seed = 1; seed <= 6; ++seed) {
    auto n = seed == 1 ? residual(seed) : any_network(seed, 8, 9);
    const auto streams = read(n);
    const auto design = sized(streams, 6'000);
    CHECK(stages::check_depths(design));
    int tried = 0;
    for (std::size_t i = 0; i < design.fifos.size(); ++i) {
      auto less = design;
      if (--less.fifos[i].depth < 1) continue;
      ++tried;
      INFO("seed " << seed << ", " << less.fifos[i].name << " with " << less.fifos[i].depth);
      CHECK_FALSE(stages::check_depths(less));
    }
    if (seed == 1) CHECK(tried > 0);
  }
}

TEST_CASE("a skip FIFO that is too small hangs the design, and the message names it and who waits") {
  auto n = residual(3);
  const auto streams = read(n);
  auto design = sized(streams, 8'000);
  const auto skip = std::ranges::find_if(design.fifos, [&](const stages::Fifo& f) {
    return std::holds_alternative<stages::BinarySizes>(design.stages[f.reader].sizes) && std::holds_alternative<stages::ForkSizes>(design.stages[f.writer].sizes);
  });
  REQUIRE(skip != design.fifos.end());
  REQUIRE(skip->depth > 20);
  skip->depth = 6;
  const auto hung = stages::check_depths(design);
  REQUIRE_FALSE(hung);
  CHECK(hung.error().code == ErrorCode::kTimeout);
  INFO(hung.error().what);
  CHECK(hung.error().what.find("too small: " + skip->name) != std::string::npos);
  CHECK(hung.error().what.find("FIFO " + skip->name + " is full (6 deep)") != std::string::npos);
  CHECK(hung.error().what.find(design.stages[skip->reader].name + " waits for ") != std::string::npos);
}

TEST_CASE("ResNet-8 is folded for a thousand frames a second at 100 MHz, and its FIFOs are sized and proved in seconds") {
  auto n = resnet8(1);
  const auto streams = read(n);
  const auto begin = std::chrono::steady_clock::now();
  const std::int64_t interval = 100'000;
  const auto folding = stages::fold_for_interval(streams, interval, kBudget);
  REQUIRE(folding);
  CHECK(folding->interval <= interval);
  auto design = stages::build(streams, folding->folds);
  REQUIRE(design);
  const auto report = stages::size_fifos(*design, {3, 60'000'000});
  INFO((report ? "" : to_string(report.error())));
  REQUIRE(report);
  CHECK(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() < 10);
  CHECK(stages::check_depths(*design));
}

TEST_CASE("no cheaper folding of a small network meets the interval than the solver's") {
  for (std::uint32_t seed = 1; seed <= 5; ++seed) {
    NetworkBuilder n(seed);
    auto x = n.conv(n.input({1, 4, 8, 8}), 6, square(3, 1, 1));
    x = n.max_pool(n.depthwise(x, square(3, 1, 1)), square(2, 2, 0));
    n.output(n.gemm(n.flatten(x), n.integer(4, 12)));
    const auto streams = read(n);
    std::vector<std::vector<stages::FoldOption>> options;
    for (const auto& op : streams.operators) options.push_back(stages::fold_options(streams, op));
    REQUIRE(options.size() == 4);
    for (const std::int64_t interval : {600, 1'500, 4'000, 20'000}) {
      // every combination
      double cheapest = 1e300;
      std::vector<std::size_t> at(options.size(), 0);
      for (bool more = true; more;) {
        Resources sum;
        std::int64_t slowest = 0;
        for (std::size_t i = 0; i < at.size(); ++i) {
          sum += options[i][at[i]].resources;
          slowest = std::max(slowest, options[i][at[i]].interval);
        }
        if (slowest <= interval) cheapest = std::min(cheapest, stages::cost_of(sum, kBudget));
        more = false;
        for (std::size_t i = 0; i < at.size() && !more; ++i) {
          more = ++at[i] < options[i].size();
          if (!more) at[i] = 0;
        }
      }
      const auto folding = stages::fold_for_interval(streams, interval, kBudget);
      REQUIRE(folding.has_value() == (cheapest < 1e300));
      if (!folding) continue;
      CHECK(folding->interval <= interval);
      CHECK(stages::cost_of(folding->resources, kBudget) == Approx(cheapest));
    }
  }
}

TEST_CASE("no folding of a small network that fits a budget is faster than the solver's or cheaper at its interval") {
  int tight = 0, impossible = 0;
  for (std::uint32_t seed = 1; seed <= 4; ++seed) {
    NetworkBuilder n(seed);
    auto x = n.conv(n.input({1, 2, 8, 8}), 6, square(3, 1, 1));
    x = n.max_pool(n.depthwise(x, square(3, 1, 1)), square(2, 2, 0));
    n.output(n.gemm(n.flatten(n.conv(x, 4, square(1, 1, 0))), 6));
    const auto streams = read(n);
    std::vector<std::vector<stages::FoldOption>> options;
    for (const auto& op : streams.operators) options.push_back(stages::fold_options(streams, op));
    REQUIRE(options.size() == 5);
    // budgets that bind in different resources: shares of the way from the smallest design to the fastest
    const auto extreme = [&](bool fast) {
      Resources sum;
      for (const auto& of_one : options) {
        sum += std::ranges::min(of_one, {}, [&](const auto& o) { return fast ? static_cast<double>(o.interval) : stages::cost_of(o.resources, kBudget); }).resources;
      }
      return sum;
    };
    const auto small = extreme(false), large = extreme(true);
    const auto between = [](double from, double to, double share) { return std::max(from + share * (to - from), 0.0); };
    for (const auto& [lut, dsp, bram] : {std::array{0.2, 1.0, 1.0}, {1.0, 0.2, 1.0}, {1.0, 1.0, 0.2}, {0.3, 0.3, 1.0}, {0.5, 0.1, 0.5}, {0.1, 0.4, 0.1}, {0.02, 0.02, 0.5}, {0.5, -0.1, 0.5}}) {
      const Resources limit{between(small.lut, large.lut, lut), between(small.dsp, large.dsp, dsp), between(small.bram36, large.bram36, bram)};
      const stages::Budget budget{limit, "a budget"};
      std::int64_t fastest = std::numeric_limits<std::int64_t>::max();
      double cheapest = 1e300;
      std::vector<std::size_t> at(options.size(), 0);
      for (bool more = true; more;) {
        Resources sum;
        std::int64_t slowest = 0;
        for (std::size_t i = 0; i < at.size(); ++i) sum += options[i][at[i]].resources, slowest = std::max(slowest, options[i][at[i]].interval);
        const double cost = stages::cost_of(sum, budget);
        if (budget.share(sum) <= 1 && (slowest < fastest || (slowest == fastest && cost < cheapest))) fastest = slowest, cheapest = cost;
        more = false;
        for (std::size_t i = 0; i < at.size() && !more; ++i) {
          more = ++at[i] < options[i].size();
          if (!more) at[i] = 0;
        }
      }
      const auto folding = stages::fold_for_budget(streams, budget);
      REQUIRE(folding.has_value() == (cheapest < 1e300));
      impossible += folding ? 0 : 1;
      if (!folding) continue;
      CHECK(budget.share(folding->resources) <= 1);
      CHECK(folding->interval == fastest);
      const auto again = stages::fold_to_fit(streams, fastest, budget);
      REQUIRE(again);
      CHECK(stages::cost_of(again->resources, budget) <= cheapest + 1e-9);
      // weighed as one sum, the cheapest folding of that interval would not have fitted
      const auto summed = stages::fold_for_interval(streams, fastest, budget);
      tight += summed && budget.share(summed->resources) > 1 ? 1 : 0;
    }
  }
  CHECK(impossible > 0);
  CHECK(tight > 0);
}

TEST_CASE("a folding for a budget fits it and cannot be faster; without room the scarce resource is named") {
  auto n = resnet8(2);
  const auto streams = read(n);
  const stages::Budget small{{60'000, 300, 100}, "a small board"};
  const auto folding = stages::fold_for_budget(streams, small);
  REQUIRE(folding);
  CHECK(small.share(folding->resources) <= 1);
  const auto faster = stages::fold_for_interval(streams, folding->interval - 1, small);
  CHECK((!faster || small.share(faster->resources) > 1));
  const auto none = stages::fold_for_budget(streams, {{60'000, 20, 100}, "a board without multipliers"});
  REQUIRE_FALSE(none);
  CHECK(none.error().code == ErrorCode::kUnsupported);
  CHECK(none.error().what.find("DSP") != std::string::npos);
}

TEST_CASE("an interval that no fold reaches is refused with the operator and what it reaches") {
  NetworkBuilder n(1);
  n.output(n.conv(n.input({1, 2, 8, 8}), 4, square(3, 1, 1)));
  const auto streams = read(n);
  const auto refused = stages::fold_for_interval(streams, 100, kBudget);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kUnsupported);
  CHECK(refused.error().where == streams.operators[0].name);
  CHECK(refused.error().what.find("576 cycles") != std::string::npos);
}

TEST_CASE("a memory lies in UltraRAM where that is the smaller share of the part, weights only where they come with the configuration") {
  const stages::UltraRam plus{1.8, false}, versal{2.1, true};
  using stages::Contents;
  CHECK(stages::memory_resources(4096, 72, Contents::kNone, plus).uram == 1);
  CHECK(stages::memory_resources(4096, 72, Contents::kNone, plus).bram36 == 0);
  CHECK(stages::memory_resources(4097, 73, Contents::kNone, plus).uram == 4);
  CHECK(stages::memory_resources(4096, 72, Contents::kConstant, plus).bram36 == 8);
  CHECK(stages::memory_resources(4096, 72, Contents::kConstant, versal).uram == 1);
  CHECK(stages::memory_resources(4096, 72).bram36 == 8);
  CHECK(stages::memory_resources(512, 72, Contents::kNone, plus).bram36 == 1);  // of 1.8 block RAMs an UltraRAM would use one
  CHECK(stages::memory_resources(128, 72, Contents::kNone, plus).lut == 144);
}

TEST_CASE("weights that block RAM has no room for go to the UltraRAM of a part that configures it") {
  NetworkBuilder n(3);
  n.output(n.conv(n.input({1, 64, 8, 8}), 64, square(3, 1, 1)));
  const auto streams = read(n);
  const Resources has{5'000, 2'000, 4, 16};
  const auto refused = stages::fold_to_fit(streams, 300'000, {has, "a part", {2, false}});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().what.find("BRAM36") != std::string::npos);
  const stages::Budget budget{has, "a part", {2, true}};
  const auto folding = stages::fold_to_fit(streams, 300'000, budget);
  INFO((folding ? "" : to_string(folding.error())));
  REQUIRE(folding);
  CHECK(folding->resources.uram > 0);
  // the emitted source binds what the estimate counts
  const auto uses = [&](const stages::UltraRam& ultra) {
    auto design = stages::build(streams, folding->folds, ultra);
    REQUIRE(design);
    std::ranges::max_element(design->fifos, {}, &stages::Fifo::lanes)->depth = 20'000;
    const auto kernel = stages::emit_kernel(*design, {}, stages::KernelForm::kFunction);
    REQUIRE(kernel);
    const auto& text = kernel->files.at(kernel->source);
    return std::pair(text.find("type = rom_1p impl = uram") != std::string::npos, text.find("type = fifo impl = uram") != std::string::npos);
  };
  CHECK(uses(budget.ultra_ram) == std::pair(true, true));
  CHECK(uses({2, false}) == std::pair(false, true));
  CHECK(uses({}) == std::pair(false, false));
}
