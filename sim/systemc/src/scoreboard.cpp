// SPDX-License-Identifier: Apache-2.0
#include "scoreboard.hpp"

#include <algorithm>

#include <vernier/program/instruction.hpp>

#include "cycles.hpp"

namespace vernier::systemc {

Scoreboard::Scoreboard(const sc_core::sc_module_name& name, std::size_t commands) : sc_module(name), trace_(commands, {0, -1, -1}) {
  SC_HAS_PROCESS(Scoreboard);
  SC_METHOD(publish);
  sensitive << next_;
  dont_initialize();
}

void Scoreboard::retire(spec::Unit unit, const Command& command, std::int64_t cycle) {
  trace_[command.index].retired = cycle;
  last_retired_ = std::max(last_retired_, cycle);
  due_.emplace(cycle + 1, unit);
  next_.notify(cycles(std::max<std::int64_t>(0, due_.top().first - now())));
}

void Scoreboard::note_issue(const Command& command, std::int64_t cycle) { trace_[command.index].issued = cycle; }

void Scoreboard::publish() {
  while (!due_.empty() && due_.top().first <= now()) {
    ++retired_[static_cast<std::size_t>(due_.top().second)];
    published_[static_cast<std::size_t>(due_.top().second)] = due_.top().first;
    ++finished_;
    due_.pop();
  }
  changed_.notify(sc_core::SC_ZERO_TIME);
  if (!due_.empty()) next_.notify(cycles(due_.top().first - now()));
}

bool Scoreboard::met(const spec::Word& command) const {
  for (std::size_t u = 0; u < spec::kUnits; ++u) {
    const auto want = static_cast<std::uint16_t>(spec::get(command, program::kWaits[u]));
    if (static_cast<std::int16_t>(static_cast<std::uint16_t>(retired_[u] - want)) < 0) return false;
  }
  return true;
}

std::int64_t Scoreboard::met_since(const spec::Word& command) const {
  std::int64_t since = 0;
  for (std::size_t u = 0; u < spec::kUnits; ++u) {
    if (retired_[u] == static_cast<std::uint16_t>(spec::get(command, program::kWaits[u]))) since = std::max(since, published_[u]);
  }
  return since;
}

std::vector<runtime::CommandTrace> Scoreboard::trace() const {
  std::vector<runtime::CommandTrace> out;
  for (std::size_t i = 0; i < trace_.size(); ++i) {
    if (trace_[i].retired >= 0) out.push_back({static_cast<std::uint32_t>(i), trace_[i].issued, trace_[i].retired});
  }
  return out;
}

void UnitQueue::push(const Command& command) {
  commands_.emplace_back(command, now() + 1);
  pushed_.notify(cycles(1));
}

Command UnitQueue::offered() {
  for (;;) {
    if (commands_.empty()) {
      sc_core::wait(pushed_);
    } else if (commands_.front().second > now()) {
      sleep_until(commands_.front().second);
    } else if (!scoreboard_.met(*commands_.front().first.word)) {
      sc_core::wait(scoreboard_.changed());
    } else {
      break;
    }
  }
  return commands_.front().first;
}

Command UnitQueue::take() {
  const Command command = offered();
  note_taken(command, now());
  return command;
}

std::pair<Command, std::int64_t> UnitQueue::take_since(std::int64_t free) {
  const Command command = offered();
  const std::int64_t cycle = std::max({commands_.front().second, scoreboard_.met_since(*command.word), free});
  note_taken(command, cycle);
  return {command, cycle};
}

void UnitQueue::note_taken(const Command& command, std::int64_t cycle) {
  commands_.pop_front();
  ++inside_;
  taken_.notify(sc_core::SC_ZERO_TIME);
  scoreboard_.note_issue(command, cycle);
}

void UnitQueue::retire(const Command& command, std::int64_t cycle) {
  --inside_;
  scoreboard_.retire(unit_, command, cycle);
}

}  // namespace vernier::systemc
