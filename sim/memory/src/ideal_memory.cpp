// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <utility>

#include "models.hpp"
#include "options.hpp"

namespace vernier::memory {
namespace {

constexpr unsigned kDepth = 64;  // transfers accepted and not answered, a direction

/// Fixed-size queue; callers check full() before push().
template <class T>
class Ring {
 public:
  [[nodiscard]] bool empty() const { return head_ == tail_; }
  [[nodiscard]] bool full() const { return tail_ - head_ == kDepth; }
  [[nodiscard]] unsigned size() const { return tail_ - head_; }
  [[nodiscard]] T& front() { return items_[head_ % kDepth]; }
  void push(const T& item) { items_[tail_++ % kDepth] = item; }
  void pop() { ++head_; }
  void clear() { head_ = tail_ = 0; }

 private:
  std::array<T, kDepth> items_{};
  unsigned head_ = 0, tail_ = 0;
};

/// Lets at most `rate` bytes a cycle pass; fractions of a word carry over while the stream is dense.
class Throttle {
 public:
  explicit Throttle(std::int64_t rate) : rate_(rate) {}
  [[nodiscard]] bool allows(std::int64_t edge) const { return edge * rate_ >= next_; }
  void pass(std::int64_t edge) {
    const std::int64_t now = edge * rate_;
    next_ = (now - next_ < rate_ ? next_ : now) + static_cast<std::int64_t>(kBeatBytes);
  }
  void clear() { next_ = 0; }

 private:
  std::int64_t rate_, next_ = 0;
};

class IdealMemory final : public AxiMemory {
 public:
  IdealMemory(SparseMemory& store, std::int64_t latency, std::int64_t rate)
      : store_(store), latency_(latency), rate_(rate), read_throttle_(rate), write_throttle_(rate) {}

  [[nodiscard]] double peak_bytes_per_cycle() const override { return static_cast<double>(rate_); }

  void reset() override {
    reads_.clear();
    writes_.clear();
    responses_.clear();
    r_waits_ = b_waits_ = false;
    edge_ = 0;
    read_throttle_.clear();
    write_throttle_.clear();
  }

  [[nodiscard]] bool idle() const override {
    return reads_.empty() && writes_.empty() && responses_.empty() && !r_waits_ && !b_waits_;
  }

  void step(const AxiMaster& in, AxiSlave& out) override {
    const std::int64_t edge = edge_++;
    if (!in.ar.valid && !in.aw.valid && out.ar_ready && out.aw_ready && idle()) return;
    step_reads(in, out, edge);
    step_writes(in, out, edge);
  }

 private:
  struct Burst {
    std::uint64_t addr = 0;
    std::int64_t due = 0;  ///< edge of the first data at the earliest
    std::uint32_t id = 0;
    unsigned beats_left = 0;
    bool served = true;
  };
  struct Response {
    std::int64_t due = 0;
    std::uint32_t id = 0;
    bool served = true;
  };

  void step_reads(const AxiMaster& in, AxiSlave& out, std::int64_t edge) {
    if (out.r.valid && in.r_ready) out.r.valid = false;
    if (in.ar.valid && out.ar_ready) {
      reads_.push({in.ar.addr, edge + latency_, in.ar.id, in.ar.len + 1U, served(in.ar)});
    }
    const std::int64_t next = edge + 1;
    if (!out.r.valid && !reads_.empty() && reads_.front().due <= next && read_throttle_.allows(next)) {
      Burst& burst = reads_.front();
      read_throttle_.pass(next);
      out.r.valid = true;
      out.r.id = burst.id;
      out.r.resp = burst.served ? AxiResponse::kOkay : AxiResponse::kSlaveError;
      store_.read_beat(burst.addr, out.r.data);
      burst.addr += kBeatBytes;
      out.r.last = --burst.beats_left == 0;
      if (out.r.last) reads_.pop();
    }
    out.ar_ready = !reads_.full();
    r_waits_ = out.r.valid;
  }

  void step_writes(const AxiMaster& in, AxiSlave& out, std::int64_t edge) {
    if (out.b.valid && in.b_ready) out.b.valid = false;
    if (in.w.valid && out.w_ready) {
      Burst& burst = writes_.front();
      write_throttle_.pass(edge);
      if (burst.served) store_.write_beat(burst.addr, in.w.data, in.w.strb);
      burst.addr += kBeatBytes;
      if (--burst.beats_left == 0) {
        responses_.push({edge + latency_, burst.id, burst.served});
        writes_.pop();
      }
    }
    if (in.aw.valid && out.aw_ready) writes_.push({in.aw.addr, 0, in.aw.id, in.aw.len + 1U, served(in.aw)});
    const std::int64_t next = edge + 1;
    if (!out.b.valid && !responses_.empty() && responses_.front().due <= next) {
      out.b = {true, responses_.front().served ? AxiResponse::kOkay : AxiResponse::kSlaveError, responses_.front().id};
      responses_.pop();
    }
    out.aw_ready = writes_.size() + responses_.size() < kDepth;
    out.w_ready = !writes_.empty() && write_throttle_.allows(next);
    b_waits_ = out.b.valid;
  }

  SparseMemory& store_;
  std::int64_t latency_, rate_, edge_ = 0;
  Throttle read_throttle_, write_throttle_;
  Ring<Burst> reads_, writes_;
  Ring<Response> responses_;
  bool r_waits_ = false, b_waits_ = false;
};

constexpr std::string_view kUsage = "ideal[:latency=N,bytes_per_cycle=B] with N of 1..1000000 and B of 1..64";

}  // namespace

Result<std::unique_ptr<AxiMemory>> make_ideal(const ModelOptions& wanted, SparseMemory& store) {
  std::uint64_t latency = 80, rate = 64;
  const auto parsed = parse_options(wanted, kUsage, {{"latency", &latency, 1, 1'000'000}, {"bytes_per_cycle", &rate, 1, kBeatBytes}});
  if (!parsed) return forward_error(parsed);
  return std::make_unique<IdealMemory>(store, static_cast<std::int64_t>(latency), static_cast<std::int64_t>(rate));
}

}  // namespace vernier::memory
