// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <deque>
#include <queue>
#include <systemc>
#include <utility>
#include <vector>

#include <vernier/runtime/ruler.hpp>

namespace vernier::systemc {

/// A command in stream order.
struct Command {
  std::uint32_t index = 0;  ///< in the program
  const spec::Word* word = nullptr;
};

/// Retired counts of all units, and when each command began and ended.
class Scoreboard final : public sc_core::sc_module {
 public:
  Scoreboard(const sc_core::sc_module_name& name, std::size_t commands);

  /// `unit` pulses retire in `cycle`: others see the count from the next cycle on.
  void retire(spec::Unit unit, const Command& command, std::int64_t cycle);
  void note_issue(const Command& command, std::int64_t cycle);
  [[nodiscard]] bool met(const spec::Word& command) const;
  /// Of a command whose waits are met: since when at the latest, from the last retired command of each unit.
  [[nodiscard]] std::int64_t met_since(const spec::Word& command) const;
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
  std::array<std::int64_t, spec::kUnits> published_{};  ///< cycle from which the present count is seen
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::vector<runtime::CommandTrace> trace_;
  std::int64_t last_retired_ = 0;
  std::size_t finished_ = 0;
  sc_core::sc_event next_, changed_;
};

/// Where a unit takes its commands from and reports them done.
class CommandPort {
 public:
  virtual ~CommandPort() = default;
  CommandPort(const CommandPort&) = delete;
  CommandPort& operator=(const CommandPort&) = delete;
  /// Of a thread of the unit: sleeps until a command is offered, and which one it is.
  virtual Command offered() = 0;
  /// The same, and takes it.
  virtual Command take() = 0;
  /// The unit pulses retire in `cycle`.
  virtual void retire(const Command& command, std::int64_t cycle) = 0;

 protected:
  CommandPort() = default;
};

/// The queue of one unit behind the dispatcher: its head is offered once its waits are met. Issues are noted.
class UnitQueue final : public CommandPort {
 public:
  UnitQueue(spec::Unit unit, Scoreboard& scoreboard) : unit_(unit), scoreboard_(scoreboard) {}

  /// Entries behind the one at the output (vrn_queue).
  static constexpr std::size_t kDepth = 16;
  [[nodiscard]] bool has_room() const { return commands_.size() <= kDepth; }
  /// Dispatched in this cycle: offered from the next one on.
  void push(const Command& command);

  Command offered() override;
  Command take() override;
  /// The same for a unit whose entrance is free since cycle `free`, which lies before `now` where its thread had more
  /// to do; returns the cycle in which the unit took it.
  std::pair<Command, std::int64_t> take_since(std::int64_t free);
  [[nodiscard]] bool idle() const { return commands_.empty() && inside_ == 0; }
  void retire(const Command& command, std::int64_t cycle) override;
  /// A command left the queue.
  [[nodiscard]] const sc_core::sc_event& taken() const { return taken_; }

 private:
  spec::Unit unit_;
  Scoreboard& scoreboard_;
  std::deque<std::pair<Command, std::int64_t>> commands_;  ///< and the cycle from which on it may be offered
  std::size_t inside_ = 0;
  sc_core::sc_event pushed_, taken_;

  void note_taken(const Command& command, std::int64_t cycle);
};

/// One queue for the two halves of the depthwise unit: the array takes a command, the requantiser takes the same one
/// behind it and retires it.
class SplitQueue {
 public:
  explicit SplitQueue(UnitQueue& queue) : rows_(queue), array_(queue, rows_) {}
  [[nodiscard]] CommandPort& array() { return array_; }
  [[nodiscard]] CommandPort& rows() { return rows_; }

 private:
  class Rows final : public CommandPort {
   public:
    explicit Rows(UnitQueue& queue) : queue_(queue) {}
    void push(const Command& command) {
      commands_.push_back(command);
      pushed_.notify(sc_core::SC_ZERO_TIME);
    }
    Command offered() override {
      while (commands_.empty()) sc_core::wait(pushed_);
      return commands_.front();
    }
    Command take() override {
      const auto command = offered();
      commands_.pop_front();
      return command;
    }
    void retire(const Command& command, std::int64_t cycle) override { queue_.retire(command, cycle); }

   private:
    UnitQueue& queue_;
    std::deque<Command> commands_;
    sc_core::sc_event pushed_;
  };
  class Array final : public CommandPort {
   public:
    Array(UnitQueue& queue, Rows& rows) : queue_(queue), rows_(rows) {}
    Command offered() override { return queue_.offered(); }
    Command take() override {
      const auto command = queue_.take();
      rows_.push(command);
      return command;
    }
    void retire(const Command&, std::int64_t) override {}

   private:
    UnitQueue& queue_;
    Rows& rows_;
  };
  Rows rows_;
  Array array_;
};

}  // namespace vernier::systemc
