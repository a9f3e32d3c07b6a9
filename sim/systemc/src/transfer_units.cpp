// SPDX-License-Identifier: Apache-2.0
#include "transfer_units.hpp"

#include <algorithm>

#include <vernier/timing/work.hpp>

#include "cycles.hpp"

namespace vernier::systemc {
namespace {

constexpr std::int64_t kToFirstBurst = 2;     // cycles from a command to its first burst at the unit's output
constexpr std::int64_t kWriteData = 8;        // words the store unit holds in front of the port
constexpr std::size_t kWritesInFlight = 17;   // vrn_queue: 16 behind the one at the output

template <class Socket>
void send(Socket& socket, tlm::tlm_generic_payload& payload) {
  auto phase = tlm::tlm_phase(tlm::BEGIN_REQ);
  auto delay = sc_core::SC_ZERO_TIME;
  socket->nb_transport_fw(payload, phase, delay);
}

void fill(Flight& flight, const timing::Burst& burst, std::uint64_t base, tlm::tlm_command command) {
  flight.payload.set_command(command);
  flight.payload.set_address(base + burst.address);
  flight.payload.set_data_length(burst.words * static_cast<unsigned>(memory::kBeatBytes));
}

}  // namespace

LoadUnit::LoadUnit(const sc_core::sc_module_name& name, const program::Target& target, const RegionBases& bases, UnitQueue& queue)
    : sc_module(name), memory("memory"), target_(target), bases_(bases), queue_(queue) {
  memory.register_nb_transport_bw(this, &LoadUnit::answer);
  SC_HAS_PROCESS(LoadUnit);
  SC_THREAD(run);
}

void LoadUnit::run() {
  std::int64_t walker_free = 0;  // since when the next command may be taken: while the last burst is still at the output
  for (;;) {
    const auto [command, taken] = queue_.take_since(walker_free);
    sleep_until(std::max(taken + kToFirstBurst, now() + 1));  // behind the last burst of the command before
    const auto bursts = timing::load_bursts(*command.word, target_);
    const auto base = bases_[spec::get(*command.word, spec::load::region) & 3];
    for (std::size_t i = 0; i < bursts.size(); ++i) {
      walker_free = now() - 1;
      while (flight_.size() > static_cast<std::size_t>(target_.reads_in_flight)) {
        sc_core::wait(answered_);
        sleep_until(now() + 1);
      }
      auto& flight = flight_.emplace_back();
      flight.command = command;
      flight.last = i + 1 == bursts.size();
      fill(flight, bursts[i], base, tlm::TLM_READ_COMMAND);
      send(memory, flight.payload);
      sc_core::wait(accepted_);
      if (!flight.last) sleep_until(now() + 1);  // the last one leaves the walker free for the next command at once
    }
  }
}

tlm::tlm_sync_enum LoadUnit::answer(tlm::tlm_generic_payload&, tlm::tlm_phase& phase, sc_core::sc_time&) {
  if (phase == tlm::END_REQ) {
    accepted_.notify(sc_core::SC_ZERO_TIME);
    return tlm::TLM_ACCEPTED;
  }
  const auto& done = flight_.front();
  if (done.last) queue_.retire(done.command, now() + 1);
  flight_.pop_front();
  answered_.notify(sc_core::SC_ZERO_TIME);
  return tlm::TLM_COMPLETED;
}

StoreUnit::StoreUnit(const sc_core::sc_module_name& name, const program::Target& target, const RegionBases& bases, UnitQueue& queue, MemoryPort& port)
    : sc_module(name), memory("memory"), target_(target), bases_(bases), queue_(queue), port_(port) {
  memory.register_nb_transport_bw(this, &StoreUnit::answer);
  SC_HAS_PROCESS(StoreUnit);
  SC_THREAD(run);
}

void StoreUnit::run() {
  for (;;) {
    const Command command = queue_.take();
    sleep_until(now() + kToFirstBurst);
    const auto bursts = timing::store_bursts(*command.word, target_);
    const auto base = bases_[spec::get(*command.word, spec::store::region) & 3];
    for (std::size_t i = 0; i < bursts.size(); ++i) {
      while (address_waits_) sc_core::wait(accepted_);
      while (flight_.size() >= kWritesInFlight) sc_core::wait(answered_);
      sleep_until(now() + 1);  // the burst begins, its address is at the port in the next cycle
      auto& flight = flight_.emplace_back();
      flight.command = command;
      flight.last = i + 1 == bursts.size();
      fill(flight, bursts[i], base, tlm::TLM_WRITE_COMMAND);
      address_waits_ = true;
      send(memory, flight.payload);
      sleep_until(now() + bursts[i].words - 1);  // its words are read, one a cycle
      while (port_.unsent_words() > kWriteData) sc_core::wait(port_.word_sent());
    }
  }
}

tlm::tlm_sync_enum StoreUnit::answer(tlm::tlm_generic_payload&, tlm::tlm_phase& phase, sc_core::sc_time&) {
  if (phase == tlm::END_REQ) {
    address_waits_ = false;
    accepted_.notify(sc_core::SC_ZERO_TIME);
    return tlm::TLM_ACCEPTED;
  }
  const auto& done = flight_.front();
  if (done.last) queue_.retire(done.command, now() + 1);
  flight_.pop_front();
  answered_.notify(sc_core::SC_ZERO_TIME);
  return tlm::TLM_COMPLETED;
}

}  // namespace vernier::systemc
