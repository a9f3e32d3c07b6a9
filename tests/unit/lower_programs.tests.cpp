// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <iostream>
#include <map>
#include <rapidcheck/catch.h>
#include <vernier/program/instruction.hpp>

#include "lower_check.hpp"

using namespace vernier;
using test::make_target;
using test::NetworkBuilder;

namespace {

graph::Window square(std::int64_t kernel, std::int64_t stride, std::int64_t pad) {
  return {.kernel_h = kernel, .kernel_w = kernel, .stride_h = stride, .stride_w = stride, .pad_top = pad, .pad_left = pad, .pad_bottom = pad, .pad_right = pad};
}

/// A random network of convolutions, residual additions, pools and clips, with one to three outputs.
NetworkBuilder any_network(std::uint32_t seed, std::int64_t most_channels, std::int64_t most_pixels) {
  NetworkBuilder n(seed);
  auto x = n.input({1, n.integer(1, 5), n.integer(6, most_pixels), n.integer(6, most_pixels)}, n.any_type());
  std::vector<graph::ValueId> images{x};
  const auto layers = n.integer(2, 7);
  for (std::int64_t l = 0; l < layers; ++l) {
    const auto& s = n.shape(x);
    switch (n.integer(0, 6)) {
      case 0: x = n.max_pool(x, square(n.integer(1, 2), 1, 0)); break;
      case 1: x = n.average_pool(x, square(std::min<std::int64_t>(3, std::min(s[2], s[3])), 1, 1)); break;
      case 2: x = n.clip(x, n.any_type()); break;
      case 3: x = n.conv(x, n.integer(1, most_channels), square(n.integer(1, 2), std::min(s[2], s[3]) > 8 ? 2 : 1, 0), n.coin(), n.any_type()); break;
      default: x = n.conv(x, n.coin() ? s[1] : n.integer(1, most_channels), square(3, 1, 1), n.coin(), n.any_type());
    }
    for (auto it = images.rbegin(); it != images.rend(); ++it) {
      if (n.shape(*it) == n.shape(x) && *it != x && n.coin()) {
        x = n.coin() ? n.add(x, *it, n.any_type()) : n.add(*it, x);
        break;
      }
    }
    images.push_back(x);
  }
  n.output(x);
  if (n.coin()) n.output(n.gemm(n.flatten(x), n.integer(1, 30)));
  const auto other = images[static_cast<std::size_t>(n.integer(1, static_cast<std::int64_t>(images.size()) - 1))];
  if (other != x && n.coin()) n.output(other);
  return n;
}

std::uint64_t weight_bytes_loaded(const program::Program& p) {
  std::uint64_t bytes = 0;
  for (const auto& w : p.commands) {
    if (program::instruction_of(w)->opcode == spec::Opcode::kLoad && spec::get(w, spec::load::region) == 0) bytes += spec::get(w, spec::load::row_bytes);
  }
  return bytes;
}

}  // namespace

TEST_CASE("Random networks give the golden bits on chip and through memory", "[lower][property]") {
  const std::vector<program::Target> targets{
      make_target(8, 8), make_target(16, 16), make_target(3, 5), make_target(5, 3), make_target(1, 1, 1 << 16, 1 << 14),
      make_target(8, 8, 4096, 2048, 2048, 32), make_target(16, 16, 8192, 4096, 2048, 64), make_target(4, 8, 4096, 1024, 1024, 16),
      make_target(3, 5, 2048, 2048, 1024, 8), make_target(8, 4, 8192, 1024, 1024, 32)};
  std::map<std::string, int> happened;
  rc::prop("networks", [&](std::uint32_t seed) {
    const auto& target = targets[seed % targets.size()];
    auto n = any_network(seed, 24, 13);
    const lower::Options options{.fence_between_layers = n.integer(0, 4) == 0, .fuse_add = n.integer(0, 4) != 0};
    RC_LOG() << target.name << " seed " << seed;
    const auto plan = lower::lower(n.graph, target, options);
    if (!plan) {
      RC_LOG() << to_string(plan.error());
      RC_ASSERT(plan.error().code == ErrorCode::kUnsupported);
      RC_ASSERT(plan.error().what.find("one output row needs") != std::string::npos);
      ++happened["refused for room"];
      return;
    }
    const auto& p = plan->program;
    ++happened["lowered"];
    happened["spilled"] += p.scratch_bytes > 0 ? 1 : 0;
    happened["weights streamed again"] += weight_bytes_loaded(p) > p.constants.size() ? 1 : 0;
    for (const auto& l : p.layers) happened["addition fused"] += l.op == "Conv" && !l.fused.empty() ? 1 : 0;
    RC_ASSERT(test::difference_from_golden(n, *plan) == "");
    RC_ASSERT(test::difference_from_golden(n, *plan, {.check_dependencies = true, .fill_seed = 99}) == "");
  });
  for (const auto& [what, count] : happened) std::cout << "  " << what << ": " << count << "\n";
  CHECK(happened["lowered"] > 20);
  CHECK(happened["spilled"] > 0);
  CHECK(happened["weights streamed again"] > 0);
  CHECK(happened["addition fused"] > 0);
}

TEST_CASE("ResNet-8 runs through memory when the activation buffer is small", "[lower]") {
  for (const std::int64_t bytes : {1 << 16, 1 << 14, 1 << 13}) {
    auto n = test::resnet8(2);
    const auto plan = lower::lower(n.graph, make_target(16, 16, bytes, 1 << 14, 1 << 12, 256));
    REQUIRE(plan);
    INFO(bytes);
    CHECK((plan->program.scratch_bytes > 0) == (bytes < 1 << 16));
    CHECK(test::difference_from_golden(n, *plan) == "");
  }
}

TEST_CASE("A program without one of its waits is caught", "[lower]") {
  std::size_t removed = 0, caught = 0;
  for (const auto& target : {make_target(8, 8, 4096, 2048, 2048, 32), make_target(16, 16), make_target(3, 5), make_target(8, 8, 8192, 4096, 1024, 32)}) {
    for (std::uint32_t seed = 0; seed < 6; ++seed) {
      auto n = any_network(seed, 20, 10);
      auto plan = lower::lower(n.graph, target);
      if (!plan) continue;
      auto& p = plan->program;
      std::vector<std::byte> input(static_cast<std::size_t>(p.input_bytes)), output(static_cast<std::size_t>(p.output_bytes));
      REQUIRE(program::Executor(p).run(input, output));
      std::map<spec::Unit, std::array<std::uint64_t, spec::kUnits>> last;
      for (auto& word : p.commands) {
        const auto unit = program::instruction_of(word)->unit;
        if (!unit) continue;
        const auto whole = word;
        for (std::size_t u = 0; u < spec::kUnits; ++u) {
          const auto wait = spec::get(whole, program::kWaits[u]);
          auto& before = last[*unit][u];
          if (wait > before) {  // this command adds a wait to those its unit has already done
            ++removed;
            spec::set(word, program::kWaits[u], wait - 1);
            const auto run = program::Executor(p).run(input, output);
            if (!run && run.error().code == ErrorCode::kMismatch) ++caught;
            word = whole;
          }
          before = wait;
        }
      }
    }
  }
  std::cout << "waits removed: " << removed << ", caught: " << caught << "\n";
  REQUIRE(removed > 500);
  CHECK(caught == removed);
}

TEST_CASE("A fence stands between any two layers when asked for", "[lower]") {
  auto n = test::resnet8(1);
  const auto plan = lower::lower(n.graph, make_target(16, 16, 1 << 18, 1 << 17, 1 << 14, 512), {.fence_between_layers = true});
  REQUIRE(plan);
  std::size_t fences = 0;
  std::uint64_t layer = 0;
  for (const auto& word : plan->program.commands) {
    const auto op = program::instruction_of(word)->opcode;
    if (op == spec::Opcode::kEnd) continue;
    fences += op == spec::Opcode::kFence ? 1 : 0;
    const auto marked = spec::get(word, spec::header::layer);
    CHECK(marked == (op == spec::Opcode::kFence ? layer + 1 : layer));
    layer = marked;
  }
  CHECK(fences == plan->program.layers.size() - 1);
  CHECK(test::difference_from_golden(n, *plan) == "");
}

TEST_CASE("Weights are loaded before the layer that uses them starts", "[lower]") {
  auto n = test::resnet8(1);
  const auto plan = lower::lower(n.graph, make_target(16, 16, 1 << 18, 1 << 17, 1 << 14, 512));
  REQUIRE(plan);
  std::map<std::uint64_t, std::size_t> first_work;
  std::map<std::uint64_t, std::size_t> last_constants;
  const auto& words = plan->program.commands;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto layer = spec::get(words[i], spec::header::layer);
    const auto op = program::instruction_of(words[i])->opcode;
    if (op == spec::Opcode::kMatrix || op == spec::Opcode::kVector) first_work.try_emplace(layer, i);
    if (op == spec::Opcode::kLoad && spec::get(words[i], spec::load::region) == 0) last_constants[layer] = i;
  }
  for (const auto& [layer, at] : last_constants) {
    if (layer < 1) continue;
    INFO("layer " << layer);
    CHECK(at < first_work.at(layer));
    CHECK(at < first_work.at(layer - 1) + words.size() / 4);
  }
}

TEST_CASE("Wait fields wrap when a unit runs more commands than 16 bits count", "[lower]") {
  NetworkBuilder n(4);
  n.output(n.conv(n.conv(n.input({1, 1, 64, 64}), 60, square(1, 1, 0)), 36, square(1, 1, 0)));
  const auto plan = lower::lower(n.graph, make_target(1, 1, 1 << 19, 1 << 12, 1 << 11, 4));
  REQUIRE(plan);
  std::size_t vectors = 0;
  bool wrapped = false;
  std::uint64_t before = 0;
  for (const auto& word : plan->program.commands) {
    if (program::instruction_of(word)->opcode != spec::Opcode::kMatrix) continue;
    ++vectors;
    const auto wait = spec::get(word, spec::header::wait_vector);
    wrapped = wrapped || wait < before;
    before = wait;
  }
  CHECK(vectors > 65536);
  CHECK(wrapped);
  CHECK(test::difference_from_golden(n, *plan) == "");
}
