// SPDX-License-Identifier: Apache-2.0
#include "schedule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include <vernier/program/activity.hpp>
#include <vernier/program/instruction.hpp>
#include <vernier/timing/descriptors.hpp>

#include "unit_time.hpp"

namespace vernier::analytic {
namespace {

using program::Program;
using spec::Counter;
using spec::Unit;
using spec::Word;

constexpr double kToFirstFetch = 3;     // from ap_start, or a fence that lets go, to the first fetch address at the port
constexpr double kToNextFetch = 3;      // from a command handed on, which makes room, to the address of the burst that takes it
constexpr double kToUnit = 2;           // from a command's word to its offer
constexpr std::size_t kQueue = 17;      // commands a unit's queue holds
constexpr std::uint32_t kAhead = 32;    // commands fetch may be ahead of the dispatcher
constexpr std::uint32_t kFetchBurst = 4;

/// Fetch and dispatch: when each command reaches its unit's queue.
class Front {
 public:
  Front(std::uint32_t commands, ReadChannel& channel) : count_(commands), channel_(channel), dispatched_(commands, 0), arrived_(commands, -1) {}

  void restart(std::uint32_t index, double now) {
    next_ = first_ = index;
    ask_free_ = now + kToFirstFetch;
    last_ = now;
    fetch_ahead(index);
  }
  /// @param room  cycle from which the queue of its unit has a place
  /// @return the cycle in which command `index` is offered to its unit at the earliest
  double dispatch(std::uint32_t index, double room) {
    last_ = dispatched_[index] = std::max({arrived_[index] + 1, last_ + 1, room});
    fetch_ahead(index + 1);  // the room it leaves, before any later command asks
    return last_ + kToUnit - 1;
  }
  [[nodiscard]] double last() const { return last_; }

 private:
  /// Asks for all bursts that may be under way when command `index` is about to be dispatched.
  void fetch_ahead(std::uint32_t index) {
    while (next_ < count_) {
      const auto words = std::min(count_ - next_, kFetchBurst - next_ % kFetchBurst);
      double asked = ask_free_;
      if (next_ + words > first_ + kAhead) {
        const std::uint32_t freed_by = next_ + words - kAhead - 1;  // the command whose dispatch makes room
        if (freed_by >= index) return;
        asked = std::max(asked, dispatched_[freed_by] + kToNextFetch);
      }
      const double last = channel_.fetch(asked, words);
      for (std::uint32_t i = 0; i < words; ++i) arrived_[next_ + i] = last - (words - 1 - i) * channel_.word_cycles();
      next_ += words;
      ask_free_ = asked + 1;
    }
  }

  std::uint32_t count_, next_ = 0, first_ = 0;
  ReadChannel& channel_;
  double ask_free_ = 0, last_ = 0;
  std::vector<double> dispatched_, arrived_;
};

/// What the units of one program have done so far.
class Walk {
 public:
  Walk(const Program& program, const MemoryFigures& memory)
      : program_(program), descriptors_(program), channel_(memory), front_(static_cast<std::uint32_t>(program.commands.size()), channel_),
        load_(program.target, channel_), store_(program.target, memory),
        matrix_(timing::sum_latency(program.target.rows)), depthwise_(timing::sum_latency(std::max<std::int64_t>(1, program.target.depthwise_taps))),
        vector_(program.target.channel_words()), depthwise_rows_(program.target.channel_words()) {
    trace_.resize(program.commands.size());
  }

  Result<runtime::RunReport> run() {
    front_.restart(0, 0);
    for (std::uint32_t i = 0; i < program_.commands.size(); ++i) {
      const auto& word = program_.commands[i];
      const auto instruction = program::instruction_of(word);
      if (!instruction) return fail(ErrorCode::kInvalidInput, fmt::format("command {} is none", i), program_.model);
      if (!instruction->unit) {
        const double idle = std::max(front_.dispatch(i, 0), last_retired() + 1);
        if (instruction->opcode == spec::Opcode::kEnd) return report(idle);
        channel_.restart(idle);
        front_.restart(i + 1, idle);
        continue;
      }
      const auto u = static_cast<std::size_t>(*instruction->unit);
      auto& unit = units_[u];
      const double room = unit.issued.size() < kQueue ? 0 : unit.issued[unit.issued.size() - kQueue] + 1;
      const double dispatched = front_.dispatch(i, room);
      move_loads();
      const double offered = std::max(dispatched, waits_of(word));
      trace_[i] = run_command(i, instruction->opcode, word, std::max(offered, unit.issued.empty() ? 0 : unit.issued.back() + 1));
      unit.issued.push_back(trace_[i].issued);
      unit.retired.push_back(std::max(trace_[i].retired, unit.retired.empty() ? 0 : unit.retired.back() + 1));
    }
    return fail(ErrorCode::kInvalidInput, "the program has no END", program_.model);
  }

 private:
  struct UnitState {
    std::vector<double> issued, retired;  ///< of its commands, in order
  };

  void move_loads() {
    auto& retired = units_[static_cast<std::size_t>(Unit::kLoad)].retired;
    channel_.visit_moved([&retired](const ReadChannel::Moved& m) { retired[m.command] = std::max(m.last + 1, m.command == 0 ? 0 : retired[m.command - 1] + 1); });
  }

  /// Cycle in which all that a command waits for is seen to have retired.
  [[nodiscard]] double waits_of(const Word& word) const {
    double at = 0;
    for (std::size_t u = 0; u < spec::kUnits; ++u) {
      const auto& retired = units_[u].retired;
      // the field is a count modulo 2^16 that lies at most 2^15 behind the commands sent so far
      const auto sent = static_cast<std::uint16_t>(retired.size());
      const auto behind = static_cast<std::uint16_t>(sent - static_cast<std::uint16_t>(spec::get(word, program::kWaits[u])));
      if (behind >= 0x8000 || retired.size() <= behind) continue;
      at = std::max(at, retired[retired.size() - behind - 1] + 1);
    }
    return at;
  }

  [[nodiscard]] double last_retired() const {
    double last = 0;
    for (const auto& unit : units_) {
      if (!unit.retired.empty()) last = std::max(last, unit.retired.back());
    }
    return last;
  }

  Span run_command(std::uint32_t i, spec::Opcode opcode, const Word& word, double offered) {
    switch (opcode) {
      case spec::Opcode::kLoad: return load_.run(word, units_[static_cast<std::size_t>(Unit::kLoad)].retired.size(), offered);
      case spec::Opcode::kStore: return store_.run(word, offered);
      case spec::Opcode::kMatrix: {
        const auto work = timing::matrix_work(word, program_.target);
        count(Counter::kAbufReadsMatrix, work.reads);
        emitting_ = work.emitting > 0 ? std::optional(i) : std::nullopt;
        return matrix_.run(work, offered, emission_);
      }
      case spec::Opcode::kVector:
      case spec::Opcode::kSoftmax: return run_vector(word, descriptors_.of(i), offered);
      case spec::Opcode::kDepthwise: return run_depthwise(word, descriptors_.of(i), offered);
      default: return {};
    }
  }

  Span run_vector(const Word& word, const Word* descriptor, double offered) {
    const auto work = timing::vector_work(word, descriptor, program_.target);
    count(Counter::kAbufReadsVector, work.reads);
    count(Counter::kAbufWritesVector, work.writes);
    const auto span = vector_.run(work, offered, work.taps == 0 ? &emission_ : nullptr);
    if (work.taps == 0 && emitting_) {
      matrix_.taken(vector_.last_row());
      trace_[*emitting_].retired = vector_.last_row() + 1;
      units_[static_cast<std::size_t>(Unit::kMatrix)].retired.back() = vector_.last_row() + 1;
      emitting_.reset();
    }
    return span;
  }

  Span run_depthwise(const Word& word, const Word* descriptor, double offered) {
    const auto sums = timing::depthwise_array_work(word, program_.target);
    const auto rows = timing::depthwise_vector_work(word, descriptor);
    count(Counter::kAbufReadsDepthwise, sums.reads);
    count(Counter::kAbufWritesDepthwise, rows.writes);
    Emission emission;
    const auto taken = depthwise_.run(sums, offered, emission);
    auto span = depthwise_rows_.run(rows, taken.issued, &emission);
    depthwise_.taken(depthwise_rows_.last_row());
    span.issued = taken.issued;
    return span;
  }

  void count(Counter counter, std::int64_t n) { activity_[counter] += static_cast<std::uint64_t>(n); }

  runtime::RunReport report(double done) {
    runtime::RunReport r;
    r.cycles = Cycles{std::llround(done)};
    r.activity = activity_;
    for (const auto& c : program_.commands) {
      const auto events = program::activity_of(c, program_.target);
      for (std::size_t i = 0; i < spec::kCounters; ++i) r.activity.counts[i] += events.counts[i];
    }
    r.activity[Counter::kCycles] = static_cast<std::uint64_t>(r.cycles.count());
    r.activity[Counter::kReadBursts] += (program_.commands.size() + kFetchBurst - 1) / kFetchBurst;
    for (std::uint32_t i = 0, loads = 0; i < trace_.size(); ++i) {
      const auto unit = program::instruction_of(program_.commands[i])->unit;
      if (unit == Unit::kLoad) trace_[i].retired = units_[static_cast<std::size_t>(Unit::kLoad)].retired[loads++];
      if (unit) r.trace.push_back({i, std::llround(trace_[i].issued), std::llround(trace_[i].retired)});
    }
    return r;
  }

  const Program& program_;
  timing::Descriptors descriptors_;
  ReadChannel channel_;
  Front front_;
  LoadTime load_;
  StoreTime store_;
  ArrayTime matrix_, depthwise_;
  VectorTime vector_, depthwise_rows_;
  Emission emission_;
  std::optional<std::uint32_t> emitting_;  ///< the matrix command whose rows no vector command has taken yet
  std::array<UnitState, spec::kUnits> units_;
  std::vector<Span> trace_;
  runtime::Activity activity_;
};

}  // namespace

Result<runtime::RunReport> schedule(const Program& program, const MemoryFigures& memory) { return Walk(program, memory).run(); }

}  // namespace vernier::analytic
