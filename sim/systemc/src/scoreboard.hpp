// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <deque>
#include <queue>
#include <systemc>
#include <utility>
#include <vector>

#include <vernier/runtime/ruler.hpp>

#include "work.hpp"

namespace vernier::systemc {

/// Retired counts of all units, and when each command began and ended.
class Scoreboard final : public sc_core::sc_module {
 public:
  Scoreboard(const sc_core::sc_module_name& name, std::size_t commands);

  /// `unit` pulses retire in `cycle`: others see the count from the next cycle on.
  void retire(spec::Unit unit, const Command& command, std::int64_t cycle);
  void note_issue(const Command& command, std::int64_t cycle);
  [[nodiscard]] bool met(const spec::Word& command) const;
  /// Something retired.
  [[nodiscard]] const sc_core::sc_event& changed() const { return changed_; }
  /// Last cycle in which anything retired.
  [[nodiscard]] std::int64_t last_retired() const { return last_retired_; }
  [[nodiscard]] std::vector<runtime::CommandTrace> trace() const;
  [[nodiscard]] std::size_t finished() const { return finished_; }

 private:
  using Due = std::pair<std::int64_t, spec::Unit>;
  void publish();

  std::array<std::uint16_t, spec::kUnits> retired_{};
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::vector<runtime::CommandTrace> trace_;
  std::int64_t last_retired_ = 0;
  std::size_t finished_ = 0;
  sc_core::sc_event next_, changed_;
};

/// The queue of one unit behind the dispatcher: its head is offered once its waits are met.
class UnitQueue {
 public:
  UnitQueue(spec::Unit unit, Scoreboard& scoreboard) : unit_(unit), scoreboard_(scoreboard) {}

  /// Entries behind the one at the output (vrn_queue).
  static constexpr std::size_t kDepth = 16;
  [[nodiscard]] bool has_room() const { return commands_.size() <= kDepth; }
  /// Dispatched in this cycle: offered from the next one on.
  void push(const Command& command);

  /// Of a thread of the unit: sleeps until the head is offered, takes it and notes the issue.
  Command take();
  [[nodiscard]] bool idle() const { return commands_.empty() && inside_ == 0; }
  void retire(const Command& command, std::int64_t cycle);
  /// A command left the queue.
  [[nodiscard]] const sc_core::sc_event& taken() const { return taken_; }

 private:
  spec::Unit unit_;
  Scoreboard& scoreboard_;
  std::deque<std::pair<Command, std::int64_t>> commands_;  ///< and the cycle from which on it may be offered
  std::size_t inside_ = 0;
  sc_core::sc_event pushed_, taken_;
};

}  // namespace vernier::systemc
