// SPDX-License-Identifier: Apache-2.0
#include "fetch.hpp"

#include <algorithm>

#include "cycles.hpp"
#include "memory_port.hpp"

namespace vernier::systemc {
namespace {
constexpr std::uint64_t kCommandBytes = 64;
}

Fetch::Fetch(const sc_core::sc_module_name& name, const program::Program& program, std::uint64_t base)
    : sc_module(name), memory("memory"), program_(program), base_(base), count_(static_cast<std::uint32_t>(program.commands.size())) {
  memory.register_nb_transport_bw(this, &Fetch::answer);
  SC_HAS_PROCESS(Fetch);
  SC_THREAD(ask);
}

void Fetch::restart(std::uint32_t index) {
  asking_ = true;
  next_ = taken_ = next_arrival_ = first_ = index;
  ready_.clear();
  ask_.notify(cycles(1));
}

void Fetch::halt() {
  asking_ = false;
  halted_ = now();
}

/// A burst is decided on one cycle after the command whose leaving makes room for it was handed on, and stands at the
/// port one cycle later.
void Fetch::ask() {
  sc_core::wait(ask_);
  for (;;) {
    const std::uint64_t at = base_ / kCommandBytes + next_;
    const auto burst = std::min<std::uint32_t>(count_ - next_, kBurst - static_cast<std::uint32_t>(at % kBurst));
    const bool by_room = next_ + burst > first_ + kDepth;
    if (!may_ask() || next_ == count_ || (by_room && next_ + burst > taken_ + kDepth)) {
      sc_core::wait(ask_);
      continue;
    }
    if (const auto decided = by_room ? taken_in_[(next_ + burst - kDepth - 1) % kDepth] + 1 : 0; decided > now()) {
      sleep_until(decided);
      continue;
    }
    auto& payload = payloads_.emplace_back();
    payload.set_read();
    payload.set_address(at * kCommandBytes);
    payload.set_data_length(burst * kCommandBytes);
    next_ += burst;
    flying_ += burst;
    sleep_until(now() + 1);
    auto phase = tlm::tlm_phase(tlm::BEGIN_REQ);
    auto delay = sc_core::SC_ZERO_TIME;
    memory->nb_transport_fw(payload, phase, delay);
    sc_core::wait(accepted_);
  }
}

tlm::tlm_sync_enum Fetch::answer(tlm::tlm_generic_payload&, tlm::tlm_phase& phase, sc_core::sc_time&) {
  if (phase == tlm::END_REQ) {
    accepted_.notify(sc_core::SC_ZERO_TIME);
    return tlm::TLM_ACCEPTED;
  }
  if (phase == DATA_BEAT) {
    --flying_;
    last_arrival_ = now();
    if (asking_) ready_.emplace_back(next_arrival_, now() + 1);
    ++next_arrival_;
    arrived_.notify(sc_core::SC_ZERO_TIME);
    return tlm::TLM_ACCEPTED;
  }
  payloads_.pop_front();
  arrived_.notify(sc_core::SC_ZERO_TIME);
  return tlm::TLM_COMPLETED;
}

Command Fetch::offered() {
  while (ready_.empty()) sc_core::wait(arrived_);
  sleep_until(ready_.front().second);
  const auto index = ready_.front().first;
  return {index, &program_.commands[index]};
}

void Fetch::take() {
  taken_in_[ready_.front().first % kDepth] = now();
  ready_.pop_front();
  ++taken_;
  ask_.notify(sc_core::SC_ZERO_TIME);
}

}  // namespace vernier::systemc
