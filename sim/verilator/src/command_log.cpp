// SPDX-License-Identifier: Apache-2.0
#include "command_log.hpp"

#include <fmt/format.h>

#include <vernier/program/instruction.hpp>

namespace vernier::verilator {

CommandLog::CommandLog(std::span<const spec::Word> commands, std::size_t first)
    : commands_(commands), first_(first), trace_(commands.size(), {0, -1, -1}) {
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const auto instruction = program::instruction_of(commands[i]);
    if (instruction && instruction->opcode == spec::Opcode::kEnd) break;
    if (!instruction || !instruction->unit) continue;
    units_[static_cast<std::size_t>(*instruction->unit)].push_back(static_cast<std::uint32_t>(i));
    ++total_;
  }
}

void CommandLog::note(std::uint8_t issued, std::uint8_t retired, std::int64_t cycle) {
  for (std::size_t u = 0; u < spec::kUnits; ++u) {
    if ((issued >> u & 1) != 0 && issued_[u] < units_[u].size()) trace_[units_[u][issued_[u]++]].issued = cycle;
    if ((retired >> u & 1) != 0 && retired_[u] < units_[u].size()) {
      trace_[units_[u][retired_[u]++]].retired = cycle;
      ++done_;
    }
  }
}

std::vector<runtime::CommandTrace> CommandLog::finished() const {
  std::vector<runtime::CommandTrace> out;
  for (std::size_t i = 0; i < trace_.size(); ++i) {
    if (trace_[i].retired >= 0) out.push_back({static_cast<std::uint32_t>(first_ + i), trace_[i].issued, trace_[i].retired});
  }
  return out;
}

std::string CommandLog::state() const {
  std::string text;
  for (std::size_t u = 0; u < spec::kUnits; ++u) {
    if (units_[u].empty()) continue;
    text += fmt::format("\n  {}: {} of {} commands retired", spec::kUnitNames[u], retired_[u], units_[u].size());
    if (issued_[u] > retired_[u]) text += fmt::format(", command {} running", first_ + units_[u][retired_[u]]);
    if (issued_[u] >= units_[u].size()) continue;
    const auto index = units_[u][issued_[u]];
    text += fmt::format(", command {} next", first_ + index);
    for (std::size_t v = 0; v < spec::kUnits; ++v) {
      const auto want = static_cast<std::uint16_t>(spec::get(commands_[index], program::kWaits[v]));
      if (static_cast<std::int16_t>(static_cast<std::uint16_t>(retired_[v]) - want) < 0) {
        text += fmt::format(", waits for {} to retire {}", spec::kUnitNames[v], want);
      }
    }
  }
  return text;
}

}  // namespace vernier::verilator
