// SPDX-License-Identifier: Apache-2.0
#include "groups.hpp"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

#include <vernier/program/activity.hpp>
#include <vernier/program/instruction.hpp>

namespace vernier::verilator {
namespace {

using program::Program;
using spec::Counter;
using spec::Opcode;
using spec::Word;

Opcode opcode_of(const Word& word) { return static_cast<Opcode>(spec::get(word, spec::header::opcode)); }

const std::string& layer_name(const Program& p, std::size_t command) {
  static const std::string kNone = "no layer";
  const auto layer = spec::get(p.commands[command], spec::header::layer);
  return layer < p.layers.size() ? p.layers[layer].name : kNone;
}

}  // namespace

std::vector<Group> groups_of(const Program& program) {
  std::vector<Group> groups(1);
  std::array<std::uint16_t, spec::kUnits> retired{};
  program::StaticActivity need;
  std::uint64_t array = 0, depthwise = 0;
  for (std::size_t i = 0; i < program.commands.size(); ++i) {
    const auto& word = program.commands[i];
    const auto instruction = program::instruction_of(word);
    if (instruction && instruction->unit) {
      retired[static_cast<std::size_t>(*instruction->unit)] += 1;
      need += program::activity_of(word, program.target);
      array += program::matrix_pass_cycles(word, program.target);
      depthwise += program::depthwise_pass_cycles(word, program.target);
      continue;
    }
    groups.back().end = i;
    groups.back().predicted_cycles =
        static_cast<std::int64_t>(std::max({array, depthwise, need[Counter::kVectorRows], need[Counter::kVectorTaps], need[Counter::kLoadWords], need[Counter::kStoreWords]}));
    if (instruction && instruction->opcode == Opcode::kFence) groups.push_back({.begin = i + 1, .end = i + 1, .retired = retired});
    need = {};
    array = depthwise = 0;
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
