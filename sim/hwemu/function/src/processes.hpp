// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/context/fiber.hpp>
#include <functional>
#include <list>
#include <string>

#include <vernier_unit/unit.hpp>

namespace vernier_unit {

/// All processes of the unit, on one clock.
class Processes {
 public:
  /// Starts the function itself; `name` is the kernel's.
  void start(const std::string& name, std::function<void()> body);
  /// What every process does in the cycle that begins; false when nothing could move.
  bool step();
  /// Without running anything: the reset's and the idle unit's cycles.
  void tick() { ++now_; }
  [[nodiscard]] bool running() const { return !processes_.empty(); }
  [[nodiscard]] Cycle now() const { return now_; }
  /// "load waits for room in stream a (2 of 2 beats)", a line each.
  [[nodiscard]] std::string state() const;
  /// Name of what runs now; null between processes.
  [[nodiscard]] const char* current_name() const { return current_ == nullptr ? nullptr : current_->name.c_str(); }
  /// Of the first exception that left a process.
  [[nodiscard]] const std::string& failure() const { return failure_; }
  [[nodiscard]] std::uint64_t resumed() const { return resumed_; }

 private:
  friend class Region;
  friend void sleep_until(Cycle);
  friend void wait_for(const Wait&);
  friend void begin_iteration(int);
  friend bool in_parallel();

  struct Process {
    std::string name;
    boost::context::fiber self, scheduler;
    Cycle wake = 0;                 ///< not before that
    const Wait* wait = nullptr;     ///< and only when this is over
    Cycle iteration = -1;           ///< when the running iteration of a pipeline began
    bool parallel = false, ended = false;
  };
  void add(const std::string& name, std::function<void()> body, bool parallel, std::function<void()> at_end);
  void pause();

  std::list<Process> processes_;  // in order of their start
  Process* current_ = nullptr;
  Cycle now_ = 0;
  std::uint64_t resumed_ = 0;
  std::string failure_;
};

[[nodiscard]] Processes& processes();

}  // namespace vernier_unit
