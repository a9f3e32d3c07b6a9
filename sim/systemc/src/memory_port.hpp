// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <vernier/memory/axi_memory.hpp>

namespace vernier::systemc {

/// Which unit a socket of the memory port belongs to. Read ids on the bus are 0 and 1, as vrn_read_port gives them.
enum class Client : int { kFetch = 0, kLoad = 1, kStore = 2 };

/// One beat of a read for the fetch unit, which hands on commands as they come in. TLM-2.0 lets others ignore it.
TLM_DECLARE_EXTENDED_PHASE(DATA_BEAT);

/// The AXI port of the kernel and the memory behind it. Base protocol of TLM-2.0, one transaction a burst of whole
/// 64-byte words, no bytes moved (values are the executor's): END_REQ when the address has left the unit, BEGIN_RESP at
/// the edge that hands over the last beat of a read, or the answer of a write.
///
/// The memory is the model that stands behind the RTL, stepped edge by edge while it has work; edges without any are
/// made up for before the next, so that refresh and random sequences stand where they would.
class MemoryPort final : public sc_core::sc_module {
 public:
  MemoryPort(const sc_core::sc_module_name& name, memory::AxiMemory& memory);

  tlm_utils::simple_target_socket_tagged<MemoryPort> fetch, load, store;

  /// Nothing is outstanding: the memory begins stretch `epoch` of the run, as behind the RTL at ap_start and at a fence.
  void restart(std::uint64_t epoch);

  /// Write data handed to the port and not yet taken by the memory, in words.
  [[nodiscard]] std::int64_t unsent_words() const { return unsent_words_; }
  [[nodiscard]] const sc_core::sc_event& word_sent() const { return word_sent_; }
  [[nodiscard]] std::int64_t read_bursts() const { return read_bursts_; }
  [[nodiscard]] std::int64_t write_bursts() const { return write_bursts_; }

 private:
  struct Write {
    tlm::tlm_generic_payload* payload = nullptr;
    std::int64_t words_left = 0;
    std::int64_t data_from = 0;  ///< cycle in which its first word is at the port
  };
  tlm::tlm_sync_enum request(int client, tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase, sc_core::sc_time& delay);
  void edge();
  void catch_up(std::int64_t cycle);
  void offer_address();
  void take_handshakes();
  void answer(Client client, tlm::tlm_generic_payload& payload, tlm::tlm_phase phase);
  [[nodiscard]] tlm_utils::simple_target_socket_tagged<MemoryPort>& socket(Client client);

  memory::AxiMemory& memory_;
  memory::AxiMaster master_;
  memory::AxiSlave slave_;
  std::array<std::deque<tlm::tlm_generic_payload*>, 2> asked_;   ///< reads not yet at the port, by id
  std::array<std::deque<tlm::tlm_generic_payload*>, 2> flying_;  ///< reads whose data is to come, by id
  std::array<std::int64_t, 2> beats_left_{};                     ///< of the front of flying_
  std::deque<tlm::tlm_generic_payload*> write_addresses_, write_answers_;
  std::deque<Write> writes_;
  std::int64_t next_edge_ = 0;   ///< edges the memory has seen
  std::int64_t unsent_words_ = 0, read_bursts_ = 0, write_bursts_ = 0;
  bool awake_ = false;
  sc_core::sc_event wake_, word_sent_;
};

}  // namespace vernier::systemc
