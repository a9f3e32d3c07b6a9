// SPDX-License-Identifier: Apache-2.0
#include "transfer_time.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include <vernier/memory/axi_memory.hpp>
#include <vernier/timing/work.hpp>

namespace vernier::analytic {
namespace {

constexpr double kToPort = 3;          // from a load or store command to its first address
constexpr std::int64_t kDataBehindAddress = 3;
constexpr std::int64_t kProbeBursts = 512;

/// Drives linear bursts into a memory model and notes when they end.
class Probe {
 public:
  Probe(memory::AxiMemory& memory, std::int64_t in_flight) : memory_(memory), in_flight_(in_flight) {}

  /// Cycles from the first address taken to the last word of `bursts` bursts of `words` words (reads), or to the last answer (writes).
  double run(std::int64_t bursts, std::int64_t words, bool write) {
    memory_.reset();
    memory::AxiSlave slave;
    memory::AxiMaster master;
    master.r_ready = master.b_ready = true;
    memory_.step(master, slave);  // it stands ready when the first address comes
    std::int64_t asked = 0, ended = 0, beats = 0, sent = 0, first = -1;
    std::vector<std::int64_t> offered;  // cycle in which the address of each burst is first at the port
    for (std::int64_t cycle = 0;; ++cycle) {
      auto& address = write ? master.aw : master.ar;
      address.valid = asked < bursts && asked - ended < in_flight_;
      address.len = static_cast<std::uint8_t>(words - 1);
      address.id = write ? 0 : 1;
      address.addr = 0x2'0000'0000 + static_cast<std::uint64_t>(asked * words) * memory::kBeatBytes;
      if (address.valid && std::ssize(offered) == asked) offered.push_back(cycle);
      // as the store unit does it, whether or not the address has been taken: a memory may wait for the data
      master.w.valid = write && sent < std::ssize(offered) * words && cycle >= offered[static_cast<std::size_t>(sent / words)] + kDataBehindAddress;
      master.w.last = sent % words == words - 1;
      if (address.valid && (write ? slave.aw_ready : slave.ar_ready)) {
        if (first < 0) first = cycle;
        ++asked;
      }
      if (master.w.valid && slave.w_ready) ++sent;
      if (write ? slave.b.valid : slave.r.valid && ++beats % words == 0) {
        if (++ended == bursts) return static_cast<double>(cycle - first);
      }
      memory_.step(master, slave);
    }
  }

 private:
  memory::AxiMemory& memory_;
  std::int64_t in_flight_;
};

}  // namespace

Result<MemoryFigures> measure_memory(const std::string& spec, std::uint64_t seed, const program::Target& target) {
  memory::SparseMemory store;
  const auto memory = memory::make_memory(spec, store, seed, target.clock);
  if (!memory) return forward_error(memory);
  const std::int64_t words = std::min<std::int64_t>(target.burst_bytes, 1024) / 64;
  Probe probe(**memory, target.reads_in_flight);
  MemoryFigures f;
  const double total = static_cast<double>((kProbeBursts - 1) * words);
  const double read = probe.run(1, words, false), write = probe.run(1, words, true);
  f.read_cycles = std::max(1.0, (probe.run(kProbeBursts, words, false) - read) / total);
  f.read_latency = std::max(1.0, read - static_cast<double>(words - 1) * f.read_cycles);
  f.write_cycles = std::max(1.0, (probe.run(kProbeBursts, words, true) - write) / total);
  f.write_answer = probe.run(1, 1, true);
  f.write_further = words > 1 ? (write - f.write_answer) / static_cast<double>(words - 1) : 0;
  return f;
}

void ReadChannel::restart(double now) {
  free_ = now;
  bursts_.clear();
}

double ReadChannel::load(double asked, std::int64_t words, std::size_t command) {
  const double first = std::max(asked + memory_.read_latency, free_);
  remember({asked, first, first + static_cast<double>(words) * memory_.read_cycles, command}, bursts_.end());
  return free_ - memory_.read_cycles;
}

double ReadChannel::fetch(double asked, std::int64_t words) {
  const auto later = std::ranges::lower_bound(bursts_, asked, {}, &Burst::asked);
  const double busy = later == bursts_.begin() ? 0 : std::prev(later)->end;
  const double first = std::max(asked + memory_.read_latency, busy), end = first + static_cast<double>(words) * memory_.read_cycles;
  remember({asked, first, end, kOfFetch}, later);
  return end - memory_.read_cycles;
}

/// Those behind the new one move back where they now meet.
void ReadChannel::remember(const Burst& burst, std::deque<Burst>::iterator later) {
  auto moved = bursts_.insert(later, burst);
  for (double end = (moved++)->end; moved != bursts_.end() && moved->first < end; end = (moved++)->end) {
    moved->end += end - moved->first;
    moved->first = end;
    if (moved->command == kOfFetch) continue;
    if (moved_.empty() || moved_.back().command != moved->command) moved_.push_back({moved->command, 0});
    moved_.back().last = moved->end - memory_.read_cycles;  // of its last burst at the end
  }
  free_ = bursts_.back().end;
  if (bursts_.size() > kRemembered) bursts_.pop_front();
}

Span LoadTime::run(const spec::Word& command, std::size_t number, double offered) {
  Span span;
  span.issued = std::max(offered, walker_free_);
  double address = std::max(span.issued + kToPort, port_free_), last = address;
  for (const auto& burst : timing::load_bursts(command, target_)) {
    if (in_flight_.size() > static_cast<std::size_t>(target_.reads_in_flight)) {
      address = std::max(address, in_flight_.front() + 2);
      in_flight_.pop_front();
    }
    last = channel_.load(address, burst.words, number);
    in_flight_.push_back(last);
    address += 1;
  }
  port_free_ = address;
  walker_free_ = address - kToPort;
  span.retired = last + 1;
  return span;
}

Span StoreTime::run(const spec::Word& command, double offered) {
  Span span;
  span.issued = std::max(offered, free_);
  double begin = span.issued + kToPort, answer = begin;
  for (const auto& burst : timing::store_bursts(command, target_)) {
    answer = begin + memory_.write_answer + static_cast<double>(burst.words - 1) * memory_.write_further;
    begin += static_cast<double>(burst.words) * memory_.write_cycles;
  }
  free_ = begin - kToPort;
  span.retired = answer + 1;
  return span;
}

}  // namespace vernier::analytic
