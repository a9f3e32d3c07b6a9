// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <vernier/golden/evaluator.hpp>
#include <vernier/program/instruction.hpp>

#include "lower_check.hpp"

using namespace vernier;
using test::NetworkBuilder;
using spec::Word;

namespace {

std::vector<std::size_t> fences_of(const program::Program& p) {
  std::vector<std::size_t> at;
  for (std::size_t i = 0; i < p.commands.size(); ++i) {
    if (program::instruction_of(p.commands[i])->opcode == spec::Opcode::kFence) at.push_back(i);
  }
  return at;
}

/// A transfer of one run of bytes between the activation buffer and the region at the same address.
Word transfer(spec::Opcode opcode, std::int64_t region, std::int64_t at, std::int64_t bytes) {
  Word w;
  spec::set(w, spec::header::opcode, static_cast<std::uint64_t>(opcode));
  const bool load = opcode == spec::Opcode::kLoad;
  for (const auto& [l, s, v] : {std::tuple{spec::load::region, spec::store::region, region}, {spec::load::offset, spec::store::offset, at}, {spec::load::buffer, spec::store::buffer, at},
                                {spec::load::row_bytes, spec::store::row_bytes, bytes}, {spec::load::n1, spec::store::n1, 1}, {spec::load::n2, spec::store::n2, 1}}) {
    spec::set(w, load ? l : s, static_cast<std::uint64_t>(v));
  }
  return w;
}

/// The commands of one group as a program: region 1 fills the tensors on chip at its start, region 2 takes those at the
/// start of the next.
program::Program group_alone(const program::Program& whole, std::size_t g) {
  program::Program p;
  p.target = whole.target;
  p.model = whole.model;
  p.constants = whole.constants;
  p.input_bytes = p.output_bytes = whole.target.activation_bytes;
  for (const auto& r : whole.groups[g].resident) p.commands.push_back(transfer(spec::Opcode::kLoad, 1, r.layout.offset, r.layout.bytes));
  Word fence;
  spec::set(fence, spec::header::opcode, static_cast<std::uint64_t>(spec::Opcode::kFence));
  p.commands.push_back(fence);
  std::array<std::int64_t, spec::kUnits> before{}, moved{static_cast<std::int64_t>(whole.groups[g].resident.size())};
  for (std::size_t i = 0; i < whole.groups[g].first_command; ++i) {
    if (const auto unit = program::instruction_of(whole.commands[i])->unit) ++before[static_cast<std::size_t>(*unit)];
  }
  const std::size_t end = g + 1 < whole.groups.size() ? whole.groups[g + 1].first_command : whole.commands.size() - 1;
  for (std::size_t i = whole.groups[g].first_command; i < end; ++i) {
    auto word = whole.commands[i];
    if (program::instruction_of(word)->unit) {
      for (std::size_t u = 0; u < spec::kUnits; ++u) {  // counts of the whole program, which is short enough not to wrap
        const auto wait = static_cast<std::int64_t>(spec::get(word, program::kWaits[u]));
        spec::set(word, program::kWaits[u], static_cast<std::uint64_t>(wait > before[u] ? wait - before[u] + moved[u] : 0));
      }
    }
    p.commands.push_back(word);
  }
  if (end + 1 == whole.commands.size()) p.commands.push_back(fence);
  if (g + 1 < whole.groups.size()) {
    for (const auto& r : whole.groups[g + 1].resident) p.commands.push_back(transfer(spec::Opcode::kStore, 2, r.layout.offset, r.layout.bytes));
  }
  p.commands.push_back(whole.commands.back());
  return p;
}

program::Binding binding_of(const graph::Graph& graph, const program::Resident& r) {
  const auto& v = graph.value(*graph.find_value(r.name));
  return {r.name, program::Region::kInput, r.layout, v.type, v.shape, 0};
}

}  // namespace

TEST_CASE("Fences cut a long program into groups of whole layers", "[lower][fences]") {
  auto n = test::resnet8(1);
  const auto target = test::make_target(16, 16, 1 << 18, 1 << 17, 1 << 14, 512);
  const auto whole = lower::lower(n.graph, target);
  REQUIRE(whole);
  CHECK(fences_of(whole->program).empty());  // half of what makes a group
  REQUIRE(whole->program.groups.size() == 1);
  const auto plan = lower::lower(n.graph, target, {.group_cycles = 8000});
  REQUIRE(plan);
  const auto& p = plan->program;
  REQUIRE(p.groups.size() > 3);
  CHECK(p.groups.size() == fences_of(p).size() + 1);
  std::uint32_t layer = 0;
  for (std::size_t g = 0; g < p.groups.size(); ++g) {
    const auto& group = p.groups[g];
    CHECK(group.first_command == (g == 0 ? 0 : fences_of(p)[g - 1] + 1));
    CHECK(group.first_layer == layer);
    layer += group.layers;
    if (g + 1 < p.groups.size()) CHECK(group.cycles > 8000);
    const std::size_t end = g + 1 < p.groups.size() ? p.groups[g + 1].first_command - 1 : p.commands.size() - 1;
    for (std::size_t i = group.first_command; i < end; ++i) {
      const auto marked = spec::get(p.commands[i], spec::header::layer);
      CHECK(marked >= group.first_layer);
      CHECK(marked < layer);
    }
  }
  CHECK(layer == p.layers.size());
  CHECK(test::difference_from_golden(n, *plan) == "");
}

TEST_CASE("Every group begins with a burst of commands, its constants with a page and its tensors with the first bank", "[lower][fences]") {
  auto n = test::resnet8(1);
  const auto plan = lower::lower(n.graph, test::make_target(16, 16, 1 << 18, 1 << 17, 1 << 14, 512), {.group_cycles = 8000});
  REQUIRE(plan);
  const auto& p = plan->program;
  REQUIRE(p.groups.size() > 3);
  for (std::size_t g = 0; g < p.groups.size(); ++g) {
    INFO("group " << g);
    CHECK(p.groups[g].first_command % 4 == 0);
    for (const auto& r : p.groups[g].resident) CHECK(r.layout.offset % 256 == 0);
    const std::size_t end = g + 1 < p.groups.size() ? p.groups[g + 1].first_command : p.commands.size();
    std::uint64_t first = p.constants.size();
    for (std::size_t i = p.groups[g].first_command; i < end; ++i) {
      const auto& w = p.commands[i];
      const bool constants = program::instruction_of(w)->opcode == spec::Opcode::kLoad && spec::get(w, spec::load::region) == 0;
      if (constants) first = std::min(first, spec::get(w, spec::load::offset));
    }
    CHECK(first < p.constants.size());
    CHECK(first % 4096 == 0);
  }
}

TEST_CASE("A group needs nothing on chip but the tensors it names", "[lower][fences]") {
  auto n = test::resnet8(1);
  const auto plan = lower::lower(n.graph, test::make_target(16, 16, 1 << 18, 1 << 17, 1 << 14, 512), {.group_cycles = 8000});
  REQUIRE(plan);
  const auto& p = plan->program;
  const std::vector<Tensor> inputs{n.random_tensor(n.graph.inputs[0])};
  const auto values = golden::evaluate(n.graph, inputs);
  REQUIRE(values);
  std::size_t held = 0;
  for (std::size_t g = 1; g < p.groups.size(); ++g) {
    const auto alone = group_alone(p, g);
    std::vector<std::byte> input(static_cast<std::size_t>(p.target.activation_bytes)), output(input.size());
    for (const auto& r : p.groups[g].resident) program::pack(binding_of(n.graph, r), values->at(*n.graph.find_value(r.name)), input);
    const auto run = program::Executor(alone).run(input, output);
    INFO("group " << g << (run ? std::string() : to_string(run.error())));
    REQUIRE(run);
    if (g + 1 == p.groups.size()) {
      const auto& want = values->at(plan->outputs[0]);
      CHECK(std::ranges::equal(program::unpack(p.outputs[0], output).bytes(), want.bytes()));
      continue;
    }
    for (const auto& r : p.groups[g + 1].resident) {
      ++held;
      INFO(r.name);
      CHECK(std::ranges::equal(program::unpack(binding_of(n.graph, r), output).bytes(), values->at(*n.graph.find_value(r.name)).bytes()));
    }
  }
  CHECK(held >= p.groups.size() - 2);
}
