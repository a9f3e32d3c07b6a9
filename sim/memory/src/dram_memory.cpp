// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <cmath>
#include <deque>
#include <vector>

#include <fmt/format.h>

#include <vernier/memory/dram_channel.hpp>

#include "models.hpp"
#include "options.hpp"

namespace vernier::memory {
namespace {

struct DramOptions {
  std::uint64_t channels = 1, interleave = 256, outstanding = 32;
};

/// Channels of one part behind the port, addresses dealt out among them in granules. Data come back in the order of
/// their addresses. Bytes are read when they leave and written when they arrive: the channels decide time alone.
class DramMemory final : public AxiMemory {
 public:
  DramMemory(SparseMemory& store, const DramPart& part, const DramOptions& options, double clock_hz)
      : store_(store), channels_(options.channels, DramChannel(part)), waiting_(options.channels),
        bursts_per_word_(static_cast<unsigned>(kBeatBytes / part.burst_bytes())), burst_bytes_(part.burst_bytes()),
        granule_shift_(static_cast<unsigned>(std::countr_zero(options.interleave))),
        channel_shift_(static_cast<unsigned>(std::countr_zero(options.channels))), outstanding_(options.outstanding),
        memory_khz_(part.clock_khz()), kernel_khz_(std::max<std::int64_t>(1, std::llround(clock_hz / 1e3))),
        read_cycles_(cycles(part.read_ns)), write_cycles_(cycles(part.write_ns)),
        words_(std::bit_ceil(options.outstanding * (kBoundaryBytes / kBeatBytes))), writes_(std::bit_ceil(options.outstanding)),
        buffer_words_(part.write_buffer),
        bytes_per_clock_(static_cast<double>(part.burst_bytes()) / static_cast<double>(part.burst_clocks())) {}

  void reset() override {
    before_ = {};
    begin();
  }

  void restart(std::uint64_t epoch) override {
    before_ = epoch == 0 ? DramActivity{} : total();  // commands add up over the stretches of a run
    begin();
  }

  [[nodiscard]] bool idle() const override {
    return reads_ == 0 && accepted_ == answered_ && !r_waits_;
  }

  [[nodiscard]] double peak_bytes_per_cycle() const override {
    return std::min(static_cast<double>(kBeatBytes), bytes_per_clock_ * static_cast<double>(channels_.size()) *
                                                         static_cast<double>(memory_khz_) / static_cast<double>(kernel_khz_));
  }
  [[nodiscard]] std::optional<DramActivity> activity() const override { return total(); }

  void step(const AxiMaster& in, AxiSlave& out) override {
    const std::int64_t edge = edge_;
    started_ = started_ || in.ar.valid || in.aw.valid;
    if (started_) ++edge_;
    // without transfers nothing can be seen of what the channels do; they catch up when it can
    if (!in.ar.valid && !in.aw.valid && out.ar_ready && out.aw_ready && idle()) return;
    advance(edge * memory_khz_ / kernel_khz_);
    const std::int64_t arrival = (edge * memory_khz_ + kernel_khz_ - 1) / kernel_khz_;
    step_reads(in, out, edge, arrival);
    step_writes(in, out, edge, arrival);
  }

 private:
  struct Word {
    std::uint64_t addr = 0;
    std::int64_t due = 0;  ///< edge of its data at the earliest
    std::uint32_t id = 0;
    unsigned bursts_left = 0;
    bool last = false, served = true;
  };
  struct WriteBurst {
    std::uint64_t addr = 0;
    std::int64_t due = 0;  ///< edge of its response at the earliest
    std::uint32_t id = 0;
    unsigned beats_left = 0, bursts_left = 0;
    bool served = true;
  };
  struct WriteWord {
    std::uint64_t addr;
    std::uint32_t burst;
  };

  [[nodiscard]] std::int64_t cycles(double ns) const {
    return static_cast<std::int64_t>(std::ceil(ns * static_cast<double>(kernel_khz_) / 1e6));
  }
  [[nodiscard]] Word& word(std::uint32_t index) { return words_[index & (words_.size() - 1)]; }
  [[nodiscard]] WriteBurst& write(std::uint32_t index) { return writes_[index & (writes_.size() - 1)]; }
  [[nodiscard]] std::size_t channel_of(std::uint64_t addr) const { return addr >> granule_shift_ & (channels_.size() - 1); }
  [[nodiscard]] std::uint64_t within_channel(std::uint64_t addr) const {
    const std::uint64_t granule = addr >> granule_shift_ >> channel_shift_;
    return granule << granule_shift_ | (addr & ((std::uint64_t{1} << granule_shift_) - 1));
  }

  void begin() {
    for (auto& c : channels_) c.reset();
    for (auto& w : waiting_) w.clear();
    edge_ = 0;
    head_ = tail_ = 0;
    reads_ = 0;
    accepted_ = filling_ = answered_ = 0;
    buffer_.clear();
    r_waits_ = false;
    started_ = false;
  }

  /// Commands since reset(), refreshes up to this edge among them.
  [[nodiscard]] DramActivity total() const {
    DramActivity sum = before_;
    for (DramChannel c : channels_) {
      c.advance(edge_ * memory_khz_ / kernel_khz_);
      sum += c.activity();
    }
    sum.channels = static_cast<unsigned>(channels_.size());
    return sum;
  }

  void advance(std::int64_t now) {
    for (auto& c : channels_) {
      c.advance(now);
      for (const auto& s : c.served) {
        const std::int64_t edge = (s.end * kernel_khz_ + memory_khz_ - 1) / memory_khz_;
        const auto note = [edge](auto& transfer, std::int64_t way_back) {
          transfer.due = std::max(transfer.due, edge + way_back);
          --transfer.bursts_left;
        };
        s.write ? note(write(s.tag), write_cycles_) : note(word(s.tag), read_cycles_);
      }
      c.served.clear();
    }
  }

  void push(bool write, std::uint64_t addr, std::uint32_t tag, std::int64_t arrival) {
    auto& channel = channels_[channel_of(addr)];
    const std::uint64_t local = within_channel(addr);
    for (unsigned i = 0; i < bursts_per_word_; ++i) channel.push(write, local + i * burst_bytes_, tag, arrival);
  }
  [[nodiscard]] bool room(std::size_t channel, bool write) const {
    return channels_[channel].waiting(write) + bursts_per_word_ <= channels_[channel].depth();
  }

  void take_read(const AxiAddress& ar) {
    ++reads_;
    for (unsigned i = 0; i <= ar.len; ++i) {
      const std::uint64_t addr = ar.addr + i * kBeatBytes;
      waiting_[channel_of(addr)].push_back(tail_);
      word(tail_++) = {addr, 0, ar.id, bursts_per_word_, i == ar.len, served(ar)};
    }
  }

  void step_reads(const AxiMaster& in, AxiSlave& out, std::int64_t edge, std::int64_t arrival) {
    if (out.r.valid && in.r_ready) out.r.valid = false;
    if (in.ar.valid && out.ar_ready) take_read(in.ar);
    for (std::size_t c = 0; c < channels_.size(); ++c) {
      auto& waiting = waiting_[c];
      while (!waiting.empty() && room(c, false)) {
        push(false, word(waiting.front()).addr, waiting.front(), arrival);
        waiting.pop_front();
      }
    }
    if (!out.r.valid && head_ != tail_) {
      const Word& next = word(head_);
      if (next.bursts_left == 0 && next.due <= edge + 1) {
        out.r.valid = true;
        out.r.id = next.id;
        out.r.resp = next.served ? AxiResponse::kOkay : AxiResponse::kSlaveError;
        out.r.last = next.last;
        store_.read_beat(next.addr, out.r.data);
        if (next.last) --reads_;
        ++head_;
      }
    }
    out.ar_ready = reads_ < outstanding_;
    r_waits_ = out.r.valid;
  }

  void step_writes(const AxiMaster& in, AxiSlave& out, std::int64_t edge, std::int64_t arrival) {
    if (out.b.valid && in.b_ready) {
      out.b.valid = false;
      ++answered_;
    }
    if (in.w.valid && out.w_ready) {
      WriteBurst& burst = write(filling_);
      if (burst.served) store_.write_beat(burst.addr, in.w.data, in.w.strb);
      buffer_.push_back({burst.addr, filling_});
      burst.addr += kBeatBytes;
      if (--burst.beats_left == 0) ++filling_;
    }
    if (in.aw.valid && out.aw_ready) {
      write(accepted_++) = {in.aw.addr, 0, in.aw.id, in.aw.len + 1U, (in.aw.len + 1U) * bursts_per_word_, served(in.aw)};
    }
    while (!buffer_.empty() && room(channel_of(buffer_.front().addr), true)) {
      push(true, buffer_.front().addr, buffer_.front().burst, arrival);
      buffer_.pop_front();
    }
    if (!out.b.valid && answered_ != filling_) {
      const WriteBurst& oldest = write(answered_);
      if (oldest.bursts_left == 0 && oldest.due <= edge + 1) {
        out.b = {true, oldest.served ? AxiResponse::kOkay : AxiResponse::kSlaveError, oldest.id};
      }
    }
    out.aw_ready = accepted_ - answered_ < outstanding_;
    out.w_ready = filling_ != accepted_ && buffer_.size() < buffer_words_;
  }

  SparseMemory& store_;
  std::vector<DramChannel> channels_;
  std::vector<std::deque<std::uint32_t>> waiting_;  ///< read words that their channel's queue has no room for
  unsigned bursts_per_word_;
  std::uint64_t burst_bytes_;
  unsigned granule_shift_, channel_shift_;
  std::uint64_t outstanding_;
  std::int64_t memory_khz_, kernel_khz_, read_cycles_, write_cycles_;
  std::int64_t edge_ = 0;   ///< since the first address after reset() or restart()
  bool started_ = false;
  std::vector<Word> words_;            ///< read words in order of acceptance, a ring
  std::uint32_t head_ = 0, tail_ = 0;  ///< of words_, counted without end
  std::uint64_t reads_ = 0;            ///< bursts whose last word has not left
  std::vector<WriteBurst> writes_;     ///< in order of acceptance, a ring
  std::uint32_t accepted_ = 0, filling_ = 0, answered_ = 0;  ///< of writes_, counted without end
  std::deque<WriteWord> buffer_;       ///< words on their way to a channel
  std::size_t buffer_words_;
  double bytes_per_clock_;             ///< of the memory, a channel
  DramActivity before_;                ///< up to the last restart()
  bool r_waits_ = false;
};

}  // namespace

static std::string dram_usage(std::string_view name) {
  return fmt::format("{}[:channels=N,interleave=B,outstanding=M] with N of 1, 2, 4 .. 32, B of 64, 128 .. 65536 and M of 1..64", name);
}

Result<std::unique_ptr<AxiMemory>> make_dram(const ModelOptions& wanted, SparseMemory& store) {
  const auto part = find_dram_part(wanted.name);
  if (!part) return forward_error(part);
  DramOptions options;
  const auto usage = dram_usage(wanted.name);
  const auto parsed = parse_options(wanted, usage,
                                    {{"channels", &options.channels, 1, 32}, {"interleave", &options.interleave, 64, 65536},
                                     {"outstanding", &options.outstanding, 1, 64}});
  if (!parsed) return forward_error(parsed);
  if (!std::has_single_bit(options.channels) || !std::has_single_bit(options.interleave)) {
    return fail(ErrorCode::kInvalidInput, fmt::format("channels={},interleave={} are not powers of two; allowed: {}", options.channels,
                                                      options.interleave, usage), "--memory");
  }
  auto memory = std::make_unique<DramMemory>(store, *part, options, wanted.clock.count());
  memory->reset();
  return memory;
}

}  // namespace vernier::memory
