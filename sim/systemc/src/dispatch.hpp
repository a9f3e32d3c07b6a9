// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <systemc>

#include "fetch.hpp"
#include "memory_port.hpp"
#include "scoreboard.hpp"

namespace vernier::systemc {

/// Hands commands in stream order to the queues of their units; fences and the end, as vrn_dispatch.
class Dispatch final : public sc_core::sc_module {
 public:
  using Queues = std::array<UnitQueue*, spec::kUnits>;
  Dispatch(const sc_core::sc_module_name& name, Fetch& fetch, MemoryPort& port, Scoreboard& scoreboard, const Queues& queues);

  /// Cycle whose edge raises ap_done, once the simulation has stopped by itself.
  [[nodiscard]] std::int64_t done() const { return done_; }

 private:
  void run();
  void wait_until_idle();
  [[nodiscard]] bool all_idle() const;

  Fetch& fetch_;
  MemoryPort& port_;
  Scoreboard& scoreboard_;
  Queues queues_;
  std::int64_t done_ = -1;
};

}  // namespace vernier::systemc
