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
  next_ = taken_ = next_arrival_ = index;
  ready_.clear();
  ask_.notify(cycles(2));
}

void Fetch::ask() {
  sc_core::wait(ask_);
  for (;;) {
    const std::uint64_t at = base_ / kCommandBytes + next_;
    const auto burst = std::min<std::uint32_t>(count_ - next_, kBurst - static_cast<std::uint32_t>(at % kBurst));
    if (!asking_ || next_ == count_ || next_ - taken_ + burst > kDepth) {
      sc_core::wait(ask_);
      continue;
    }
    auto& payload = payloads_.emplace_back();
    payload.set_read();
    payload.set_address(at * kCommandBytes);
    payload.set_data_length(burst * kCommandBytes);
    next_ += burst;
    flying_ += burst;
    auto phase = tlm::tlm_phase(tlm::BEGIN_REQ);
    auto delay = sc_core::SC_ZERO_TIME;
    memory->nb_transport_fw(payload, phase, delay);
    sc_core::wait(accepted_);
    sleep_until(now() + 1);
  }
}

tlm::tlm_sync_enum Fetch::answer(tlm::tlm_generic_payload&, tlm::tlm_phase& phase, sc_core::sc_time&) {
  if (phase == tlm::END_REQ) {
    accepted_.notify(sc_core::SC_ZERO_TIME);
    return tlm::TLM_ACCEPTED;
  }
  if (phase == DATA_BEAT) {
    --flying_;
    if (asking_) ready_.emplace_back(next_arrival_, now() + 1);
    ++next_arrival_;
    arrived_.notify(sc_core::SC_ZERO_TIME);
    return tlm::TLM_ACCEPTED;
  }
  payloads_.pop_front();
  arrived_.notify(sc_core::SC_ZERO_TIME);
  return tlm::TLM_COMPLETED;
}

Command Fetch::take() {
  while (ready_.empty()) sc_core::wait(arrived_);
  sleep_until(ready_.front().second);
  const auto index = ready_.front().first;
  ready_.pop_front();
  ++taken_;
  ask_.notify(cycles(1));
  return {index, &program_.commands[index]};
}

}  // namespace vernier::systemc
