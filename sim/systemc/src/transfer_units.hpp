// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>

#include <vernier/program/program.hpp>

#include "memory_port.hpp"
#include "scoreboard.hpp"

namespace vernier::systemc {

/// Where the four regions of a program lie.
using RegionBases = std::array<std::uint64_t, 4>;

/// Bursts on their way, oldest first.
struct Flight {
  tlm::tlm_generic_payload payload;
  Command command;
  bool last = false;  ///< of its command
};

/// Load unit: bursts of all commands in order, at most ReadsInFlight of them on their way.
class LoadUnit final : public sc_core::sc_module {
 public:
  LoadUnit(const sc_core::sc_module_name& name, const program::Target& target, const RegionBases& bases, UnitQueue& queue);
  tlm_utils::simple_initiator_socket<LoadUnit> memory;

 private:
  void run();
  tlm::tlm_sync_enum answer(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase, sc_core::sc_time& delay);

  const program::Target& target_;
  RegionBases bases_;
  UnitQueue& queue_;
  std::deque<Flight> flight_;
  sc_core::sc_event accepted_, answered_;
};

/// Store unit: one word a cycle from the activation buffer to the port, burst by burst.
class StoreUnit final : public sc_core::sc_module {
 public:
  StoreUnit(const sc_core::sc_module_name& name, const program::Target& target, const RegionBases& bases, UnitQueue& queue, MemoryPort& port);
  tlm_utils::simple_initiator_socket<StoreUnit> memory;

 private:
  void run();
  tlm::tlm_sync_enum answer(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase, sc_core::sc_time& delay);

  const program::Target& target_;
  RegionBases bases_;
  UnitQueue& queue_;
  MemoryPort& port_;
  std::deque<Flight> flight_;
  bool address_waits_ = false;
  sc_core::sc_event accepted_, answered_;
};

}  // namespace vernier::systemc
