// SPDX-License-Identifier: Apache-2.0
#include "memory_port.hpp"

#include "cycles.hpp"

namespace vernier::systemc {
namespace {
constexpr int kEdgesAhead = 4;                       // that the memory has seen when the kernel starts: a register write
constexpr std::int64_t kDataBehindAddress = 3;  // cycles from a write's address at the port to its first word
}

MemoryPort::MemoryPort(const sc_core::sc_module_name& name, memory::AxiMemory& memory)
    : sc_module(name), fetch("fetch"), load("load"), store("store"), memory_(memory) {
  fetch.register_nb_transport_fw(this, &MemoryPort::request, static_cast<int>(Client::kFetch));
  load.register_nb_transport_fw(this, &MemoryPort::request, static_cast<int>(Client::kLoad));
  store.register_nb_transport_fw(this, &MemoryPort::request, static_cast<int>(Client::kStore));
  SC_HAS_PROCESS(MemoryPort);
  SC_METHOD(edge);
  sensitive << wake_;
  dont_initialize();
}

tlm::tlm_sync_enum MemoryPort::request(int client, tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase, sc_core::sc_time&) {
  if (phase != tlm::BEGIN_REQ) return tlm::TLM_ACCEPTED;  // END_RESP comes as the return value of the backward call
  if (client == static_cast<int>(Client::kStore)) {
    const auto words = static_cast<std::int64_t>(payload.get_data_length() / memory::kBeatBytes);
    write_addresses_.push_back(&payload);
    writes_.push_back({&payload, words, now() + kDataBehindAddress});
    unsent_words_ += words;
  } else {
    asked_[static_cast<std::size_t>(client)].push_back(&payload);
  }
  if (!awake_) {
    awake_ = true;
    wake_.notify(sc_core::sc_time(static_cast<double>(kCyclePs / 2), sc_core::SC_PS));
  }
  return tlm::TLM_ACCEPTED;
}

tlm_utils::simple_target_socket_tagged<MemoryPort>& MemoryPort::socket(Client client) {
  return client == Client::kFetch ? fetch : client == Client::kLoad ? load : store;
}

void MemoryPort::answer(Client client, tlm::tlm_generic_payload& payload, tlm::tlm_phase phase) {
  auto delay = sc_core::SC_ZERO_TIME;
  if (phase == tlm::BEGIN_RESP) payload.set_response_status(tlm::TLM_OK_RESPONSE);
  socket(client)->nb_transport_bw(payload, phase, delay);
}

void MemoryPort::restart(std::uint64_t epoch) {
  memory_.restart(epoch);
  slave_ = {};
  for (int i = 0; i < kEdgesAhead; ++i) memory_.step({}, slave_);
  next_edge_ = now();
}

void MemoryPort::catch_up(std::int64_t cycle) {
  const memory::AxiMaster quiet{.ar = {}, .aw = {}, .w = {}, .r_ready = true, .b_ready = true};
  for (; next_edge_ < cycle; ++next_edge_) memory_.step(quiet, slave_);
}

/// What vrn_read_port's register and the store unit's drive in the next cycle.
void MemoryPort::offer_address() {
  if (!master_.ar.valid) {
    for (std::size_t id = 0; id < 2 && !master_.ar.valid; ++id) {
      if (asked_[id].empty()) continue;
      auto& payload = *asked_[id].front();
      asked_[id].pop_front();
      flying_[id].push_back(&payload);
      if (flying_[id].size() == 1) beats_left_[id] = static_cast<std::int64_t>(payload.get_data_length() / memory::kBeatBytes);
      master_.ar = {.valid = true, .len = static_cast<std::uint8_t>(payload.get_data_length() / memory::kBeatBytes - 1),
                    .id = static_cast<std::uint32_t>(id), .addr = payload.get_address()};
      answer(static_cast<Client>(id), payload, tlm::END_REQ);
    }
  }
}

void MemoryPort::take_handshakes() {
  if (slave_.r.valid) {
    const std::size_t id = slave_.r.id & 1;
    if (static_cast<Client>(id) == Client::kFetch) answer(Client::kFetch, *flying_[id].front(), DATA_BEAT);
    if (--beats_left_[id] == 0) {
      auto& payload = *flying_[id].front();
      flying_[id].pop_front();
      if (!flying_[id].empty()) beats_left_[id] = static_cast<std::int64_t>(flying_[id].front()->get_data_length() / memory::kBeatBytes);
      answer(static_cast<Client>(id), payload, tlm::BEGIN_RESP);
    }
  }
  if (slave_.b.valid) {
    auto& payload = *write_answers_.front();
    write_answers_.pop_front();
    answer(Client::kStore, payload, tlm::BEGIN_RESP);
  }
  if (master_.ar.valid && slave_.ar_ready) {
    ++read_bursts_;
    master_.ar.valid = false;
  }
  if (master_.aw.valid && slave_.aw_ready) {
    ++write_bursts_;
    write_answers_.push_back(write_addresses_.front());
    answer(Client::kStore, *write_addresses_.front(), tlm::END_REQ);
    write_addresses_.pop_front();
    master_.aw.valid = false;
  }
  if (master_.w.valid && slave_.w_ready) {
    --unsent_words_;
    word_sent_.notify(sc_core::SC_ZERO_TIME);
    if (--writes_.front().words_left == 0) writes_.pop_front();
  }
}

void MemoryPort::edge() {
  const std::int64_t cycle = now();
  catch_up(cycle);
  if (!master_.aw.valid && !write_addresses_.empty()) {
    const auto& payload = *write_addresses_.front();
    master_.aw = {.valid = true, .len = static_cast<std::uint8_t>(payload.get_data_length() / memory::kBeatBytes - 1), .id = 0, .addr = payload.get_address()};
  }
  master_.w.valid = !writes_.empty() && writes_.front().data_from <= cycle;
  if (master_.w.valid) master_.w.last = writes_.front().words_left == 1;
  master_.r_ready = master_.b_ready = true;
  const memory::AxiMaster driven = master_;
  take_handshakes();
  memory_.step(driven, slave_);
  ++next_edge_;
  offer_address();
  awake_ = master_.ar.valid || !writes_.empty() || !write_addresses_.empty() || !asked_[0].empty() || !asked_[1].empty() || !memory_.idle() || slave_.r.valid || slave_.b.valid;
  if (awake_) wake_.notify(cycles(1));
}

}  // namespace vernier::systemc
