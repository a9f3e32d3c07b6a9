// SPDX-License-Identifier: Apache-2.0
#include "groups.hpp"

#include <algorithm>
#include <fmt/format.h>

#include <vernier/program/instruction.hpp>

namespace vernier::verilator {
namespace {

using program::Program;
using spec::Opcode;
using spec::Word;

const std::string& layer_name(const Program& p, std::size_t command) {
  static const std::string kNone = "no layer";
  const auto layer = spec::get(p.commands[command], spec::header::layer);
  return layer < p.layers.size() ? p.layers[layer].name : kNone;
}

}  // namespace

std::vector<Group> groups_of(const Program& program) {
  std::vector<Group> groups;
  std::array<std::uint16_t, spec::kUnits> retired{};
  std::size_t counted = 0;
  for (std::size_t g = 0; g < program.groups.size(); ++g) {
    const std::size_t begin = program.groups[g].first_command;
    const std::size_t next = g + 1 < program.groups.size() ? program.groups[g + 1].first_command : program.commands.size();
    for (; counted < begin; ++counted) {
      const auto instruction = program::instruction_of(program.commands[counted]);
      if (instruction && instruction->unit) retired[static_cast<std::size_t>(*instruction->unit)] += 1;
    }
    groups.push_back({begin, next - 1, retired, program.groups[g].cycles});
  }
  return groups;
}

void count_from(Word& word, const Group& group) {
  for (std::size_t u = 0; u < spec::kUnits; ++u) {
    spec::set(word, program::kWaits[u], static_cast<std::uint16_t>(spec::get(word, program::kWaits[u]) - group.retired[u]));
  }
}

std::vector<Word> stream_of(const Program& program, const Group& group) {
  std::vector<Word> words(program.commands.begin() + static_cast<std::ptrdiff_t>(group.begin), program.commands.end());
  for (std::size_t i = 0; i < group.end - group.begin; ++i) count_from(words[i], group);
  spec::set(words.at(group.end - group.begin), spec::header::opcode, static_cast<std::uint64_t>(Opcode::kEnd));
  return words;
}

std::string describe(const Program& program, const std::vector<Group>& groups, std::size_t index) {
  const auto& g = groups[index];
  return fmt::format("group {} of {}, commands {} to {} ({} to {})", index + 1, groups.size(), g.begin, g.end, layer_name(program, g.begin),
                     layer_name(program, std::max(g.begin + 1, g.end) - 1));
}

}  // namespace vernier::verilator
