// SPDX-License-Identifier: Apache-2.0
#include "array_unit.hpp"

#include <algorithm>
#include <utility>

#include "cycles.hpp"

namespace vernier::systemc {
namespace {

// docs/rtl/matrix.md, cycles
constexpr std::int64_t kToFirstVector = 7;    // from a command to its first vector, unit idle
constexpr std::int64_t kToFirstWeights = 3;   // from a command to its first weight word
constexpr std::int64_t kWindowsAhead = 5;     // the walker has left a command when that many of its windows are to come
constexpr std::int64_t kWindowsSpare = 3;     // that the line reader may hold beyond those: eight places

}  // namespace

ArrayUnit::ArrayUnit(const sc_core::sc_module_name& name, CommandPort& queue, RowStream& stream, Decode decode, std::int64_t sum_latency)
    : sc_module(name), queue_(queue), stream_(stream), decode_(std::move(decode)), sum_latency_(sum_latency) {
  SC_HAS_PROCESS(ArrayUnit);
  SC_THREAD(accept);
  SC_THREAD(run);
}

void ArrayUnit::accept() {
  for (;;) {
    while (waiting_) sc_core::wait(begun_);
    const auto command = queue_.take();
    waiting_ = Taken{command, now()};
    pushed_.notify(cycles(1));
  }
}

void ArrayUnit::run() {
  for (;;) {
    while (!waiting_) sc_core::wait(pushed_);
    const auto taken = *waiting_;
    waiting_.reset();
    begun_.notify(cycles(1));
    work_on(taken);
    sleep_until(window_ - kWindowsAhead);
  }
}

/// The next tile becomes active with the first vector of a pass.
std::int64_t ArrayUnit::swap() {
  const std::int64_t with_window = std::max(window_, next_vector_);
  const std::int64_t at = std::max(with_window, tile_ready_);
  counts_.stall_input += with_window - next_vector_;
  counts_.stall_weights += at - with_window;
  tile_ready_ = at + tile_words_;
  hold_windows(at);
  return at;
}

/// While vectors wait, the reader runs ahead of them as far as it has places: `vector` will be the next one.
void ArrayUnit::hold_windows(std::int64_t vector) { window_ = std::max(window_, vector - kWindowsSpare); }

void ArrayUnit::work_on(const Taken& taken) {
  const auto work = decode_(taken.command);
  tile_words_ = work.tile_words;
  tile_ready_ = std::max(tile_ready_, taken.cycle + kToFirstWeights + tile_words_);
  window_ = std::max(window_, taken.cycle + kToFirstVector);
  next_vector_ = std::max(next_vector_, taken.cycle + 1);
  counts_.vectors += work.passes * work.vectors;
  counts_.reads += work.reads;
  const std::int64_t silent = work.passes - work.emitting, silent_extra = work.extra * silent / work.passes;
  if (silent > 0) run_silent(silent, work.vectors, silent_extra);
  if (work.emitting > 0) {
    emit(work, taken.command, work.extra - silent_extra);
  } else {
    const std::int64_t last_sum = next_vector_ - 1 + sum_latency_ - 1;
    sleep_until(window_ - kWindowsAhead);
    queue_.retire(taken.command, last_sum + 1);
  }
}

/// Passes whose sums stay in the accumulator. Each lasts as long as its vectors, or as the words of the next tile; `extra`
/// cycles, in which windows wait for a second word, cost only what the reader is not ahead.
void ArrayUnit::run_silent(std::int64_t passes, std::int64_t vectors, std::int64_t extra) {
  const std::int64_t first = swap(), pass = std::max(vectors, tile_words_), before_last = passes - 1;
  const std::int64_t extra_before = extra * before_last / passes, idle = before_last * (pass - vectors);
  const std::int64_t ahead = first - window_;
  const std::int64_t last = first + before_last * pass + std::max<std::int64_t>(0, extra_before - idle - ahead);
  window_ = last - std::clamp<std::int64_t>(ahead + idle - extra_before, 0, kWindowsSpare);
  tile_ready_ = last + tile_words_;
  window_ += vectors + extra - extra_before;
  next_vector_ = std::max(last + vectors, window_);
  const std::int64_t stalls = next_vector_ - first - passes * vectors;
  const std::int64_t input = std::clamp<std::int64_t>(extra - ahead - before_last * std::min(pass - vectors, kWindowsSpare), 0, stalls);
  counts_.stall_input += input;
  counts_.stall_weights += stalls - input;
}

void ArrayUnit::emit(const ArrayWork& work, const Command& command, std::int64_t extra) {
  for (std::int64_t tile = 0; tile < work.emitting; ++tile) {
    const std::int64_t tile_extra = extra * (tile + 1) / work.emitting - extra * tile / work.emitting;
    std::int64_t at = swap();
    for (std::int64_t done = 0; done < work.vectors;) {
      const auto extra_until = [&](std::int64_t vector) { return tile_extra * vector / work.vectors; };
      const std::int64_t wanted = std::min(RowStream::kChunk, work.vectors - done);
      const std::int64_t with_window = std::max(at, window_ + extra_until(done + wanted) - extra_until(done));
      counts_.stall_input += with_window - at;
      sleep_until(with_window);
      const auto entry = stream_.reserve(with_window, wanted);
      counts_.stall_output += entry.cycle - with_window;
      if (done == 0) tile_ready_ = entry.cycle + tile_words_;
      hold_windows(entry.cycle);
      window_ += entry.vectors + extra_until(done + entry.vectors) - extra_until(done);
      done += entry.vectors;
      at = entry.cycle + entry.vectors;
      stream_.send({entry.vectors, entry.cycle + sum_latency_, done == work.vectors && tile + 1 == work.emitting, command});
    }
    next_vector_ = at;
  }
}

}  // namespace vernier::systemc
