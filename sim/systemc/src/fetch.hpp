// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>

#include <vernier/program/program.hpp>

#include "cycles.hpp"
#include "scoreboard.hpp"

namespace vernier::systemc {

/// Reads commands ahead in bursts of up to four, as vrn_fetch.
class Fetch final : public sc_core::sc_module {
 public:
  Fetch(const sc_core::sc_module_name& name, const program::Program& program, std::uint64_t base);

  tlm_utils::simple_initiator_socket<Fetch> memory;

  /// In `now`: drops what was read ahead and begins again at command `index`.
  void restart(std::uint32_t index);
  /// Stops asking behind the present cycle; what flies arrives and is dropped.
  void halt();
  [[nodiscard]] bool idle() const { return flying_ == 0 && (!asking_ || next_ == count_); }

  /// Of the dispatcher: sleeps until the next command is offered.
  Command offered();
  /// Takes the offered one in `now`.
  void take();
  [[nodiscard]] const sc_core::sc_event& arrived() const { return arrived_; }
  /// Cycle of the latest beat.
  [[nodiscard]] std::int64_t last_arrival() const { return last_arrival_; }

 private:
  static constexpr std::uint32_t kDepth = 32;  ///< commands asked for and not yet taken
  static constexpr std::uint32_t kBurst = 4;

  void ask();
  [[nodiscard]] bool may_ask() const { return asking_ || now() <= halted_; }
  tlm::tlm_sync_enum answer(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase, sc_core::sc_time& delay);

  const program::Program& program_;
  std::uint64_t base_;
  std::uint32_t count_, next_ = 0, taken_ = 0;       ///< commands: all, next to ask for, next to hand on
  std::uint32_t first_ = 0;                          ///< command that asking began with
  std::array<std::int64_t, kDepth> taken_in_{};      ///< cycles in which the latest commands were handed on, by index
  std::uint32_t next_arrival_ = 0;                   ///< command of the next beat
  std::uint32_t flying_ = 0;
  bool asking_ = false;
  std::int64_t halted_ = -1;                         ///< cycle of the latest halt: one more burst may be decided on in it
  std::int64_t last_arrival_ = -1;
  std::deque<std::pair<std::uint32_t, std::int64_t>> ready_;  ///< command and the cycle from which it is offered
  std::deque<tlm::tlm_generic_payload> payloads_;    ///< bursts in flight, oldest first
  sc_core::sc_event ask_, accepted_, arrived_;
};

}  // namespace vernier::systemc
