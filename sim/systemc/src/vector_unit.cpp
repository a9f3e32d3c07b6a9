// SPDX-License-Identifier: Apache-2.0
#include "vector_unit.hpp"

#include <algorithm>
#include <utility>

#include "cycles.hpp"

namespace vernier::systemc {
namespace {

// docs/rtl/vector.md, cycles
constexpr std::int64_t kDescriptor = 3;       // from a command to its descriptor
constexpr std::int64_t kTable = 4;            // words of the table
constexpr std::int64_t kToFirstTap = 6;       // from a command to its first tap reduced
constexpr std::int64_t kLanes = 10;           // stages
constexpr std::int64_t kToRetire = 14;        // from the last row to the retire pulse

}  // namespace

VectorUnit::VectorUnit(const sc_core::sc_module_name& name, CommandPort& queue, RowStream& stream, Decode decode, std::int64_t parameter_words)
    : sc_module(name), queue_(queue), stream_(stream), decode_(std::move(decode)), parameter_words_(parameter_words),
      released_(parameter_words == 1 ? 4 : 2, 0) {
  SC_HAS_PROCESS(VectorUnit);
  SC_THREAD(accept);
  SC_THREAD(run);
  SC_METHOD(leave_lanes);
  sensitive << leaving_;
  dont_initialize();
}

void VectorUnit::leave_lanes() {
  --in_lanes_;
  left_lanes_.notify(sc_core::SC_ZERO_TIME);
}

void VectorUnit::accept() {
  for (;;) {
    while (in_lanes_ == 2 || parameters_busy_) sc_core::wait(left_lanes_ | parameters_done_);
    const auto work = decode_(queue_.offered());
    const bool alone = work.alone > 0;
    if (alone) wait_for_idle();
    const auto command = queue_.take();
    ++in_lanes_;
    parameters_busy_ = !alone;
    taken_.push_back({command, work, now()});
    pushed_.notify(sc_core::SC_ZERO_TIME);
    if (alone) wait_for_idle();
  }
}

/// Until the cycle in which the unit knows that all it has taken has retired.
void VectorUnit::wait_for_idle() {
  while (in_lanes_ > 0) sc_core::wait(left_lanes_);
  sleep_until(retired_ + 1);
}

void VectorUnit::run() {
  for (;;) {
    while (taken_.empty()) sc_core::wait(pushed_);
    const auto taken = taken_.front();
    taken_.pop_front();
    counts_.rows += taken.work.tiles * taken.work.rows;
    counts_.taps += taken.work.tiles * taken.work.rows * taken.work.taps;
    counts_.reads += taken.work.reads;
    counts_.writes += taken.work.writes;
    if (taken.work.alone > 0) lanes_free_ = taken.cycle + taken.work.alone + 1;
    else take_rows(taken);
    const std::int64_t last_row = lanes_free_ - 1;
    retired_ = last_row + kToRetire + taken.work.behind_last;
    queue_.retire(taken.command, retired_);
    sleep_until(last_row);
    leaving_.notify(cycles(last_row + kLanes + 1 - now()));
  }
}

void VectorUnit::take_rows(const Taken& taken) {
  begin_parameters(taken);
  if (taken.work.taps == 0) take_stream(taken);
  else take_windows(taken);
}

void VectorUnit::begin_parameters(const Taken& taken) {
  tile_fetched_ = taken.cycle + kDescriptor;
  if (taken.work.table) tile_fetched_ = std::max(tile_fetched_, lanes_free_ - 1 + kLanes) + kTable;
}

/// Parameters of a tile follow those of the tile before it once a bank is free.
void VectorUnit::next_tile(const Taken& taken, std::int64_t tile) {
  if (taken.work.uniform && tile > 0) return;
  tile_fetched_ = std::max(tile_fetched_, released_.front() + 1) + parameter_words_;
  released_.pop_front();
  if (tile + 1 == taken.work.tiles || taken.work.uniform) {
    parameters_busy_ = false;
    parameters_done_.notify(cycles(std::max<std::int64_t>(1, tile_fetched_ - now())));
  }
}

void VectorUnit::take_stream(const Taken& taken) {
  for (std::int64_t tile = 0; tile < taken.work.tiles; ++tile) {
    next_tile(taken, tile);
    for (std::int64_t left = taken.work.rows; left > 0;) {
      const auto chunk = stream_.next();
      const std::int64_t start = std::max({lanes_free_, tile_fetched_ + 1, chunk.available});
      counts_.stall_source += std::max<std::int64_t>(0, chunk.available - std::max(lanes_free_, tile_fetched_ + 1));
      lanes_free_ = start + chunk.rows;
      stream_.takes(chunk, start);
      sleep_until(lanes_free_ - 1);
      stream_.took(chunk);
      left -= chunk.rows;
    }
    if (!taken.work.uniform || tile + 1 == taken.work.tiles) released_.push_back(lanes_free_ - 1);
  }
}

void VectorUnit::take_windows(const Taken& taken) {
  const std::int64_t first_tap = std::max(taken.cycle + kToFirstTap, taps_free_);
  const std::int64_t taps = taken.work.rows * taken.work.taps;
  const std::int64_t extra = taken.work.tap_extra / taken.work.tiles;
  taps_free_ = first_tap;
  for (std::int64_t tile = 0; tile < taken.work.tiles; ++tile) {
    next_tile(taken, tile);
    taps_free_ = std::max(taps_free_ + taps + extra, tile_fetched_ + 1 + taken.work.rows - 1);
    lanes_free_ = std::max(lanes_free_ + taken.work.rows, taps_free_ + 1);
    sleep_until(lanes_free_ - 1);
    if (!taken.work.uniform || tile + 1 == taken.work.tiles) released_.push_back(lanes_free_ - 1);
  }
}

}  // namespace vernier::systemc
