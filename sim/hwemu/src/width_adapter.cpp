// SPDX-License-Identifier: Apache-2.0
#include <vernier/hwemu/width_adapter.hpp>

#include <algorithm>
#include <cstring>

namespace vernier::hwemu {

using memory::kBeatBytes;

void WidthAdapter::reset() {
  memory_.reset();
  wide_ = {};
  wide_slave_ = {};
  reads_.clear();
  held_.clear();
  writes_.clear();
  gathered_ = {};
}

bool WidthAdapter::idle() const {
  return memory_.idle() && !wide_.ar.valid && !wide_.aw.valid && held_.empty() && writes_.empty() && !gathered_.valid &&
         std::ranges::all_of(reads_, [](const auto& id) { return id.second.empty(); });
}

memory::AxiAddress WidthAdapter::widen(const memory::AxiAddress& narrow) const {
  const std::uint64_t first = narrow.addr / kBeatBytes;
  const std::uint64_t last = (narrow.addr + (narrow.len + 1U) * beat_bytes_ - 1) / kBeatBytes;
  memory::AxiAddress wide = narrow;
  wide.addr = first * kBeatBytes;
  wide.len = static_cast<std::uint8_t>(last - first);
  wide.size = memory::kFullSize;
  return wide;
}

void WidthAdapter::give_read(memory::AxiSlave& out) {
  if (out.r.valid || held_.empty()) return;
  const memory::AxiReadBeat& word = held_.front();
  auto& bursts = reads_[word.id];
  Burst& burst = bursts.front();
  out.r.valid = true;
  out.r.id = word.id;
  out.r.resp = word.resp;
  std::memcpy(out.r.data.data(), reinterpret_cast<const char*>(word.data.data()) + burst.addr % kBeatBytes, beat_bytes_);
  burst.addr += beat_bytes_;
  out.r.last = --burst.beats_left == 0;
  if (out.r.last || burst.addr % kBeatBytes == 0) held_.pop_front();
  if (out.r.last) bursts.pop_front();
}

void WidthAdapter::take_write(const memory::AxiWriteBeat& beat) {
  Burst& burst = writes_.front();
  const std::uint64_t lane = burst.addr % kBeatBytes;
  std::memcpy(reinterpret_cast<char*>(gathered_.data.data()) + lane, beat.data.data(), beat_bytes_);
  gathered_.strb |= beat.strb << lane;
  burst.addr += beat_bytes_;
  gathered_.last = --burst.beats_left == 0;
  gathered_.valid = gathered_.last || burst.addr % kBeatBytes == 0;
  if (gathered_.last) writes_.pop_front();
}

void WidthAdapter::step(const memory::AxiMaster& in, memory::AxiSlave& out) {
  const bool ar_taken = wide_.ar.valid && wide_slave_.ar_ready;
  const bool aw_taken = wide_.aw.valid && wide_slave_.aw_ready;
  const bool w_taken = wide_.w.valid && wide_slave_.w_ready;
  const bool r_taken = wide_slave_.r.valid && wide_.r_ready;
  const bool b_taken = wide_slave_.b.valid && wide_.b_ready;
  if (r_taken) held_.push_back(wide_slave_.r);
  if (out.b.valid && in.b_ready) out.b.valid = false;
  if (b_taken) out.b = wide_slave_.b;
  memory_.step(wide_, wide_slave_);
  if (ar_taken) wide_.ar.valid = false;
  if (aw_taken) wide_.aw.valid = false;
  if (w_taken) wide_.w.valid = false;

  if (out.r.valid && in.r_ready) out.r.valid = false;
  if (in.ar.valid && out.ar_ready) {
    reads_[in.ar.id].push_back({in.ar.addr, in.ar.len + 1U});
    wide_.ar = widen(in.ar);
  }
  if (in.w.valid && out.w_ready) take_write(in.w);
  if (in.aw.valid && out.aw_ready) {
    writes_.push_back({in.aw.addr, in.aw.len + 1U});
    wide_.aw = widen(in.aw);
  }
  if (gathered_.valid && !wide_.w.valid) {
    wide_.w = gathered_;
    gathered_ = {};
  }
  give_read(out);

  out.ar_ready = !wide_.ar.valid;
  out.aw_ready = !wide_.aw.valid;
  out.w_ready = !writes_.empty() && !gathered_.valid;
  wide_.r_ready = held_.size() < 2;
  wide_.b_ready = !out.b.valid;
}

}  // namespace vernier::hwemu
