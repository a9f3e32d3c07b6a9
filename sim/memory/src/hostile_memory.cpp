// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "models.hpp"
#include "random.hpp"

namespace vernier::memory {
namespace {

constexpr std::size_t kDepth = 32;  // transfers accepted and not answered, a direction

/// Everything AXI allows and no kind memory does. With faults it also answers some bursts with errors.
class HostileMemory final : public AxiMemory {
 public:
  HostileMemory(SparseMemory& store, std::uint64_t seed, bool faulty)
      : store_(store), seed_(seed), faulty_(faulty), random_(seed) {
    reset();
  }

  void reset() override {
    faults_.clear();
    restart(0);
  }
  void restart(std::uint64_t epoch) override {
    random_ = Random((seed_ + (epoch << 32U)) * 0x2545F4914F6CDD1DU + (faulty_ ? 0xFA : 0x40));
    edge_ = mood_ends_ = 0;
    reads_.clear();
    writes_.clear();
    r_waits_ = b_waits_ = address_waits_for_data_ = false;
    last_id_ = 0;
    next_bad_read_ = random_.below(8);
    next_bad_write_ = random_.below(4);
  }
  [[nodiscard]] bool idle() const override { return reads_.empty() && writes_.empty() && !r_waits_ && !b_waits_; }
  [[nodiscard]] std::span<const InjectedFault> faults() const override { return faults_; }

  void step(const AxiMaster& in, AxiSlave& out) override {
    const std::int64_t edge = edge_++;
    if (edge >= mood_ends_) change_mood(edge);
    step_reads(in, out, edge);
    step_writes(in, out, edge);
  }

 private:
  struct Read {
    std::uint64_t addr = 0, start = 0;
    std::int64_t due = 0;
    std::uint32_t id = 0;
    unsigned beats_left = 0, bad_from = 0;  ///< beats left at and below which `resp` is answered
    AxiResponse resp = AxiResponse::kOkay;
  };
  struct Word {
    Beat data;
    std::uint64_t strb;
  };
  struct Write {
    std::uint64_t addr = 0;
    std::int64_t due = 0;
    std::uint32_t id = 0;
    unsigned beats_left = 0;
    AxiResponse resp = AxiResponse::kOkay;
    std::vector<Word> words;  ///< held back until the response is taken
  };
  enum Channel { kAr, kR, kAw, kW, kB, kChannels };

  /// Long calm and long congested stretches find more than uniform noise does.
  void change_mood(std::int64_t edge) {
    static constexpr std::array<std::uint32_t, 6> kStalls{0, 0, 10, 30, 60, 92};
    for (auto& s : stall_) s = kStalls[random_.below(kStalls.size())];
    mood_ends_ = edge + 32 + random_.below(400);
  }
  bool stalls(Channel c) { return random_.percent(stall_[c]); }
  std::int64_t delay() { return 1 + (random_.percent(10) ? random_.below(400) : random_.below(48)); }

  AxiResponse fault(std::uint32_t& countdown) {
    if (!faulty_) return AxiResponse::kOkay;
    if (countdown-- != 0) return AxiResponse::kOkay;
    countdown = random_.below(64);
    return random_.percent(50) ? AxiResponse::kSlaveError : AxiResponse::kDecodeError;
  }

  void take_read(const AxiAddress& a, std::int64_t edge) {
    Read read{a.addr, a.addr, edge + delay(), a.id, a.len + 1U, 0, AxiResponse::kOkay};
    read.resp = served(a) ? fault(next_bad_read_) : AxiResponse::kSlaveError;
    if (read.resp != AxiResponse::kOkay)
      read.bad_from = served(a) ? 1 + random_.below(read.beats_left) : read.beats_left;
    reads_.push_back(read);
  }

  /// Index of one transfer that may be answered now, only the oldest of each id; or size() of the list.
  template <class List, class Ready>
  std::size_t choose(const List& list, Ready ready) {
    std::array<std::uint32_t, kDepth> seen{};
    std::array<std::size_t, kDepth> candidates{};
    std::size_t n_seen = 0, n = 0;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const auto* end = seen.begin() + n_seen;
      if (std::find(static_cast<const std::uint32_t*>(seen.begin()), end, list[i].id) != end) continue;
      seen[n_seen++] = list[i].id;
      if (!ready(list[i])) continue;
      if (list[i].id == last_id_ && random_.percent(60)) return i;
      candidates[n++] = i;
    }
    return n == 0 ? list.size() : candidates[random_.below(static_cast<std::uint32_t>(n))];
  }

  void step_reads(const AxiMaster& in, AxiSlave& out, std::int64_t edge) {
    if (out.r.valid && in.r_ready) out.r.valid = false;
    if (in.ar.valid && out.ar_ready) take_read(in.ar, edge);
    if (!out.r.valid && !reads_.empty() && !stalls(kR)) {
      const std::size_t i = choose(reads_, [edge](const Read& r) { return r.due <= edge + 1; });
      if (i < reads_.size()) answer_read(i, out);
    }
    out.ar_ready = reads_.size() < kDepth && !stalls(kAr);
    r_waits_ = out.r.valid;
  }

  void answer_read(std::size_t i, AxiSlave& out) {
    Read& read = reads_[i];
    last_id_ = read.id;
    out.r.valid = true;
    out.r.id = read.id;
    out.r.resp = read.beats_left <= read.bad_from ? read.resp : AxiResponse::kOkay;
    if (out.r.resp == AxiResponse::kOkay) {
      store_.read_beat(read.addr, out.r.data);
    } else {
      if (read.beats_left == read.bad_from) faults_.push_back({false, read.start, read.resp});
      for (auto& word : out.r.data) word = static_cast<std::uint32_t>(random_.next());
    }
    read.addr += kBeatBytes;
    out.r.last = --read.beats_left == 0;
    if (out.r.last) reads_.erase(reads_.begin() + static_cast<std::ptrdiff_t>(i));
  }

  void step_writes(const AxiMaster& in, AxiSlave& out, std::int64_t edge) {
    if (out.b.valid && in.b_ready) finish_write(out);
    if (in.w.valid && out.w_ready) take_data(in.w, edge);
    if (in.aw.valid && out.aw_ready) {
      const AxiResponse resp = served(in.aw) ? fault(next_bad_write_) : AxiResponse::kSlaveError;
      writes_.push_back({in.aw.addr, 0, in.aw.id, in.aw.len + 1U, resp, {}});
      address_waits_for_data_ = random_.percent(25);
    }
    if (!out.b.valid && !writes_.empty() && !stalls(kB)) {
      const auto answerable = [edge](const Write& w) { return w.beats_left == 0 && w.due <= edge + 1; };
      answered_ = choose(writes_, answerable);
      if (answered_ < writes_.size()) {
        out.b = {true, writes_[answered_].resp, writes_[answered_].id};
        if (out.b.resp != AxiResponse::kOkay) faults_.push_back({true, writes_[answered_].addr, out.b.resp});
      }
    }
    // an address may be left waiting until its data is offered: masters must not wait the other way round
    out.aw_ready = writes_.size() < kDepth && (!address_waits_for_data_ || in.w.valid) && !stalls(kAw);
    const auto open = [](const Write& w) { return w.beats_left != 0; };
    out.w_ready = std::any_of(writes_.begin(), writes_.end(), open) && !stalls(kW);
    b_waits_ = out.b.valid;
  }

  void take_data(const AxiWriteBeat& w, std::int64_t edge) {
    const auto open = std::find_if(writes_.begin(), writes_.end(), [](const Write& x) { return x.beats_left != 0; });
    open->words.push_back({w.data, w.strb});
    if (--open->beats_left == 0) open->due = edge + delay();
  }

  void finish_write(AxiSlave& out) {
    const Write& write = writes_[answered_];
    if (write.resp == AxiResponse::kOkay) {
      std::uint64_t addr = write.addr;
      for (const Word& word : write.words) {
        store_.write_beat(addr, word.data, word.strb);
        addr += kBeatBytes;
      }
    }
    writes_.erase(writes_.begin() + static_cast<std::ptrdiff_t>(answered_));
    out.b.valid = false;
  }

  SparseMemory& store_;
  std::uint64_t seed_;
  bool faulty_;
  Random random_;
  std::int64_t edge_ = 0, mood_ends_ = 0;
  std::array<std::uint32_t, kChannels> stall_{};
  std::vector<Read> reads_;    ///< in order of acceptance
  std::vector<Write> writes_;  ///< in order of acceptance; data fills the first open one
  std::vector<InjectedFault> faults_;
  std::size_t answered_ = 0;  ///< write whose response is offered
  std::uint32_t last_id_ = 0, next_bad_read_ = 0, next_bad_write_ = 0;
  bool r_waits_ = false, b_waits_ = false, address_waits_for_data_ = false;
};

}  // namespace

Result<std::unique_ptr<AxiMemory>> make_hostile(const ModelOptions& wanted, SparseMemory& store) {
  const auto seed = wanted.options.empty() ? std::optional(wanted.seed) : parse_number(wanted.options);
  if (!seed) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("'{}' is no seed of memory {}; allowed: {}[:seed], a decimal number", wanted.options, wanted.name, wanted.name),
                "--memory");
  }
  return std::make_unique<HostileMemory>(store, *seed, wanted.name == "faulty");
}

}  // namespace vernier::memory
