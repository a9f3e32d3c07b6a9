// SPDX-License-Identifier: Apache-2.0
#include "dispatch.hpp"

#include <algorithm>

#include <vernier/program/instruction.hpp>

#include "cycles.hpp"

namespace vernier::systemc {

Dispatch::Dispatch(const sc_core::sc_module_name& name, Fetch& fetch, MemoryPort& port, Scoreboard& scoreboard, const Queues& queues)
    : sc_module(name), fetch_(fetch), port_(port), scoreboard_(scoreboard), queues_(queues) {
  SC_HAS_PROCESS(Dispatch);
  SC_THREAD(run);
}

bool Dispatch::all_idle() const {
  return fetch_.idle() && std::ranges::all_of(queues_, [](const UnitQueue* q) { return q->idle(); });
}

/// A unit is idle from the cycle after its last retire pulse on, fetch from the one after its last beat.
void Dispatch::wait_until_idle() {
  while (!all_idle()) {
    sc_core::wait(sc_core::sc_event_or_list() | scoreboard_.changed() | fetch_.arrived());
  }
  sleep_until(std::max(scoreboard_.last_retired(), fetch_.last_arrival()) + 1);
}

void Dispatch::run() {
  std::uint64_t stretch = 0;
  port_.restart(stretch);
  fetch_.restart(0);
  for (;;) {
    const Command command = fetch_.offered();
    const auto instruction = program::instruction_of(*command.word);
    if (!instruction->unit) {
      fetch_.take();
      fetch_.halt();
      sleep_until(now() + 1);
      wait_until_idle();
      if (instruction->opcode == spec::Opcode::kEnd) break;
      port_.restart(++stretch);
      fetch_.restart(command.index + 1);
      continue;
    }
    auto& queue = *queues_[static_cast<std::size_t>(*instruction->unit)];
    while (!queue.has_room()) {
      sc_core::wait(queue.taken());
      sleep_until(now() + 1);
    }
    fetch_.take();
    queue.push(command);
    sleep_until(now() + 1);
  }
  done_ = now();
  sc_core::sc_stop();
}

}  // namespace vernier::systemc
