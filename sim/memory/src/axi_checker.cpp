// SPDX-License-Identifier: Apache-2.0
#include <vernier/memory/axi_checker.hpp>

#include <bit>
#include <utility>

#include <fmt/format.h>

namespace vernier::memory {
namespace {

bool same(const AxiAddress& a, const AxiAddress& b) {
  return a.addr == b.addr && a.id == b.id && a.len == b.len && a.size == b.size && a.burst == b.burst;
}

}  // namespace

std::string_view name_of(AxiRule rule) {
  switch (rule) {
    case AxiRule::kBoundary:
      return "boundary";
    case AxiRule::kAlignment:
      return "alignment";
    case AxiRule::kSize:
      return "size";
    case AxiRule::kValidDropped:
      return "valid-dropped";
    case AxiRule::kPayloadChanged:
      return "payload-changed";
    case AxiRule::kWriteWithoutAddress:
      return "write-without-address";
    case AxiRule::kWriteLast:
      return "write-last";
    case AxiRule::kReadUnknownId:
      return "read-unknown-id";
    case AxiRule::kReadLast:
      return "read-last";
    case AxiRule::kResponseUnknownId:
      return "response-unknown-id";
    case AxiRule::kResponseEarly:
      return "response-early";
    case AxiRule::kUnfinished:
      return "unfinished";
  }
  return "?";
}

AxiChecker::AxiChecker(std::uint64_t beat_bytes) : beat_bytes_(beat_bytes) {}

void AxiChecker::reset() { *this = AxiChecker(beat_bytes_); }

void AxiChecker::report(AxiRule rule, std::string text) {
  if (!violation_) violation_ = AxiViolation{rule, cycle_, fmt::format("cycle {}, {}", cycle_, std::move(text))};
}

void AxiChecker::check_address(const AxiAddress& now, const AxiAddress& before, bool waited, const char* channel) {
  if (waited && !now.valid) {
    report(AxiRule::kValidDropped,
           fmt::format("{}: valid of the burst at {:#x} fell before ready", channel, before.addr));
  }
  if (!now.valid) return;
  if (waited && !same(now, before)) {
    report(AxiRule::kPayloadChanged,
           fmt::format("{}: burst at {:#x} became one at {:#x} while it waited", channel, before.addr, now.addr));
  }
  if (waited) return;
  const int full_size = std::countr_zero(beat_bytes_);
  if (now.size != full_size || now.burst != kIncrementing) {
    report(AxiRule::kSize, fmt::format("{}: burst at {:#x} has size {} and type {}; allowed: {} ({} bytes) and 1 (INCR)",
                                       channel, now.addr, now.size, now.burst, full_size, beat_bytes_));
  }
  if (now.addr % beat_bytes_ != 0) {
    report(AxiRule::kAlignment, fmt::format("{}: address {:#x} is not a multiple of {}", channel, now.addr, beat_bytes_));
  }
  if (now.addr % kBoundaryBytes + (now.len + 1U) * beat_bytes_ > kBoundaryBytes) {
    report(AxiRule::kBoundary, fmt::format("{}: burst of {} beats at {:#x} crosses 4 KiB", channel, now.len + 1U, now.addr));
  }
}

void AxiChecker::check_held(const AxiMaster& master, const AxiSlave& slave) {
  const AxiWriteBeat& w = last_master_.w;
  if (w_waited_ && !master.w.valid) report(AxiRule::kValidDropped, "W: valid fell before ready");
  if (w_waited_ && master.w.valid && (master.w.data != w.data || master.w.strb != w.strb || master.w.last != w.last)) {
    report(AxiRule::kPayloadChanged, "W: data, strobes or last changed while they waited");
  }
  const AxiReadBeat& r = last_slave_.r;
  if (r_waited_ && !slave.r.valid) report(AxiRule::kValidDropped, "R: valid fell before ready");
  if (r_waited_ && slave.r.valid &&
      (slave.r.data != r.data || slave.r.id != r.id || slave.r.last != r.last || slave.r.resp != r.resp)) {
    report(AxiRule::kPayloadChanged, "R: data, id, last or response changed while they waited");
  }
  const AxiWriteResponse& b = last_slave_.b;
  if (b_waited_ && !slave.b.valid) report(AxiRule::kValidDropped, "B: valid fell before ready");
  if (b_waited_ && slave.b.valid && (slave.b.id != b.id || slave.b.resp != b.resp)) {
    report(AxiRule::kPayloadChanged, "B: id or response changed while they waited");
  }
}

void AxiChecker::check_reads(const AxiMaster& master, const AxiSlave& slave) {
  if (slave.r.valid && !r_waited_) {
    const auto burst = reads_.find(slave.r.id);
    if (burst == reads_.end() || burst->second.empty()) {
      report(AxiRule::kReadUnknownId, fmt::format("R: data for id {} with no burst outstanding", slave.r.id));
    } else if (slave.r.last != (burst->second.front() == 1)) {
      report(AxiRule::kReadLast, fmt::format("R: last is {} with {} beats to go in the oldest burst of id {}",
                                             slave.r.last, burst->second.front(), slave.r.id));
    }
  }
  if (slave.r.valid && master.r_ready && !violation_) {
    auto& bursts = reads_[slave.r.id];
    if (--bursts.front() == 0) bursts.pop_front();
  }
  if (master.ar.valid && slave.ar_ready) reads_[master.ar.id].push_back(master.ar.len + 1U);
}

void AxiChecker::check_writes(const AxiMaster& master, const AxiSlave& slave) {
  if (slave.b.valid && !b_waited_) {
    const auto id = write_ids_.find(slave.b.id);
    if (id == write_ids_.end() || id->second.outstanding == 0) {
      report(AxiRule::kResponseUnknownId, fmt::format("B: response for id {} with no burst outstanding", slave.b.id));
    } else if (id->second.sent == 0) {
      report(AxiRule::kResponseEarly,
             fmt::format("B: response for id {} before the last data of its oldest burst", slave.b.id));
    }
  }
  if (slave.b.valid && master.b_ready && !violation_) {
    WriteId& id = write_ids_[slave.b.id];
    --id.outstanding;
    --id.sent;
  }
  // data may overtake the acceptance of its address, never its offer
  if (master.aw.valid && !aw_waited_) writes_.push_back({master.aw.addr, master.aw.id, master.aw.len + 1U});
  if (master.aw.valid && slave.aw_ready) ++write_ids_[master.aw.id].outstanding;
  if (!master.w.valid) return;
  if (writes_.empty()) {
    report(AxiRule::kWriteWithoutAddress, "W: data without an address");
    return;
  }
  Write& write = writes_.front();
  if (!w_waited_ && master.w.last != (write.beats_left == 1)) {
    report(AxiRule::kWriteLast, fmt::format("W: last is {} with {} beats to go in the burst at {:#x}", master.w.last,
                                            write.beats_left, write.addr));
  }
  if (slave.w_ready && --write.beats_left == 0) {
    ++write_ids_[write.id].sent;
    writes_.pop_front();
  }
}

void AxiChecker::observe(const AxiMaster& master, const AxiSlave& slave) {
  if (violation_) return;
  const bool any_valid = master.ar.valid || master.aw.valid || master.w.valid || slave.r.valid || slave.b.valid;
  const bool any_waited = ar_waited_ || aw_waited_ || w_waited_ || r_waited_ || b_waited_;
  if (any_valid || any_waited) {
    check_address(master.ar, last_master_.ar, ar_waited_, "AR");
    check_address(master.aw, last_master_.aw, aw_waited_, "AW");
    check_held(master, slave);
    check_reads(master, slave);
    check_writes(master, slave);
    ar_waited_ = master.ar.valid && !slave.ar_ready;
    aw_waited_ = master.aw.valid && !slave.aw_ready;
    w_waited_ = master.w.valid && !slave.w_ready;
    r_waited_ = slave.r.valid && !master.r_ready;
    b_waited_ = slave.b.valid && !master.b_ready;
    // only what waits is compared at the next edge
    if (ar_waited_) last_master_.ar = master.ar;
    if (aw_waited_) last_master_.aw = master.aw;
    if (w_waited_) last_master_.w = master.w;
    if (r_waited_) last_slave_.r = slave.r;
    if (b_waited_) last_slave_.b = slave.b;
  }
  ++cycle_;
}

void AxiChecker::finish() {
  for (const auto& [id, bursts] : reads_) {
    if (!bursts.empty())
      report(AxiRule::kUnfinished, fmt::format("{} read bursts of id {} are unanswered", bursts.size(), id));
  }
  for (const auto& [id, write] : write_ids_) {
    if (write.outstanding != 0)
      report(AxiRule::kUnfinished, fmt::format("{} write bursts of id {} are unanswered", write.outstanding, id));
  }
  if (!writes_.empty())
    report(AxiRule::kUnfinished, fmt::format("write data of the burst at {:#x} is missing", writes_.front().addr));
  if (ar_waited_ || aw_waited_ || w_waited_ || r_waited_ || b_waited_)
    report(AxiRule::kUnfinished, "a transfer still waits for ready");
}

}  // namespace vernier::memory
