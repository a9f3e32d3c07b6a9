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
constexpr std::int64_t kWindowsAhead = 5;     // the walker has left a command when that many of its vectors are to come

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
    sleep_until(next_vector_ - kWindowsAhead);
  }
}

/// The next tile becomes active with the first vector of a pass, whose windows come from `windows_from` on.
std::int64_t ArrayUnit::swap(std::int64_t windows_from) {
  const std::int64_t at = std::max(windows_from, tile_ready_);
  counts_.stall_weights += at - windows_from;
  tile_ready_ = at + tile_words_;
  return at;
}

void ArrayUnit::work_on(const Taken& taken) {
  const auto work = decode_(taken.command);
  tile_words_ = work.tile_words;
  tile_ready_ = std::max(tile_ready_, taken.cycle + kToFirstWeights + tile_words_);
  counts_.vectors += work.passes * work.vectors;
  counts_.reads += work.reads;
  counts_.stall_input += work.extra;
  const std::int64_t extra = work.extra / work.passes;
  const std::int64_t pass = work.vectors + extra;
  const std::int64_t silent = work.passes - work.emitting;
  std::int64_t windows = std::max(taken.cycle + kToFirstVector, next_vector_);
  counts_.stall_input += windows - std::max(taken.cycle + 1, next_vector_);
  if (silent > 0) {
    const std::int64_t first = swap(windows);
    const std::int64_t step = std::max(pass, tile_words_);
    counts_.stall_weights += (silent - 1) * (step - pass);
    tile_ready_ = first + (silent - 1) * step + tile_words_;
    windows = first + (silent - 1) * step + pass;
  }
  next_vector_ = windows + (work.extra - extra * work.passes);
  if (work.emitting > 0) {
    emit(work, taken.command, extra);
  } else {
    const std::int64_t last_sum = next_vector_ - 1 + sum_latency_ - 1;
    sleep_until(next_vector_ - kWindowsAhead);
    queue_.retire(taken.command, last_sum + 1);
  }
}

void ArrayUnit::emit(const ArrayWork& work, const Command& command, std::int64_t extra) {
  for (std::int64_t tile = 0; tile < work.emitting; ++tile) {
    std::int64_t at = swap(next_vector_);
    for (std::int64_t done = 0; done < work.vectors;) {
      const std::int64_t rows = std::min(RowStream::kChunk, work.vectors - done);
      sleep_until(at);
      stream_.reserve(rows);
      counts_.stall_output += now() - at;
      at = std::max(at, now());
      if (done == 0) tile_ready_ = std::max(tile_ready_, at + tile_words_);
      done += rows;
      stream_.send({rows, at + sum_latency_, done == work.vectors && tile + 1 == work.emitting, command});
      at += rows;
    }
    next_vector_ = at + extra;
  }
}

}  // namespace vernier::systemc
