// SPDX-License-Identifier: Apache-2.0
#include "unit_time.hpp"

#include <algorithm>

namespace vernier::analytic {
namespace {

constexpr double kToFirstVector = 7;
constexpr double kToFirstWeights = 3;
constexpr double kWindowsAhead = 5;   // the walker takes the next command that many vectors before the last one
constexpr double kWindowsSpare = 3;   // that the line reader may hold beyond those
constexpr double kPlaces = 32;        // rows between an array and its vector unit
constexpr double kDescriptor = 3;
constexpr double kTable = 4;
constexpr double kToFirstTap = 6;
constexpr double kLanes = 10;
constexpr double kToRetire = 14;

}  // namespace

Span ArrayTime::run(const timing::ArrayWork& work, double offered, Emission& emission) {
  Span span;
  span.issued = std::max(offered, begun_ + 1);
  begun_ = std::max(span.issued + 1, next_vector_ - kWindowsAhead);
  const auto passes = static_cast<double>(work.passes), words = static_cast<double>(work.tile_words), vectors = static_cast<double>(work.vectors);
  const double extra = static_cast<double>(work.extra) / passes, pass = std::max(vectors, words);
  const double with_window = std::max({span.issued + kToFirstVector, next_vector_, window_});
  const double first = std::max({with_window, tile_ready_, span.issued + kToFirstWeights + words});
  const double ahead = std::min(kWindowsSpare, first - std::max(span.issued + kToFirstVector, window_));
  // the reader is ahead of vectors that waited: only what its extra cycles exceed that by is lost, and a wait for words makes it good
  const auto lost = [&](double before) { return std::max(0.0, before * (vectors + extra - pass) - ahead); };
  const auto begins = [&](double before) { return first + before * pass + lost(before); };
  const double last_pass = begins(passes - 1), ahead_of_last = std::clamp(ahead + (passes - 1) * (pass - vectors - extra), 0.0, kWindowsSpare);
  window_ = last_pass - ahead_of_last + vectors + extra;
  next_vector_ = std::max(last_pass + vectors, window_);
  tile_ready_ = last_pass + words;
  emission.first_row = begins(passes - static_cast<double>(work.emitting)) + sum_latency_;
  emission.tile_distance = std::max(vectors + extra, words);
  span.retired = next_vector_ - 1 + sum_latency_;
  return span;
}

void ArrayTime::taken(double last_row) {
  next_vector_ = std::max(next_vector_, last_row + 1 - kPlaces);
  window_ = std::max(window_, next_vector_ - kWindowsSpare);
}

Span VectorTime::run(const timing::VectorWork& work, double offered, const Emission* emission) {
  if (work.alone > 0) return run_alone(work, offered);
  Span span;
  span.issued = std::max({offered, left_lanes_.front() + 1, parameters_free_});
  left_lanes_.pop_front();
  const auto tiles = static_cast<double>(work.tiles), rows = static_cast<double>(work.rows);
  double constants = span.issued + kDescriptor;
  if (work.table) constants = std::max(constants, last_row() + kLanes) + kTable;
  constants += parameter_words_ + 1;
  const double tile = std::max(rows, work.uniform ? 0.0 : parameter_words_);
  if (work.taps == 0) {
    const double distance = std::max(tile, emission->tile_distance);
    const double start = std::max({lanes_free_, constants, emission->first_row});
    // a start held up by something else is caught up with: rows wait in the stream, then enter one a cycle
    lanes_free_ = std::max(start + (tiles - 1) * tile + rows, emission->first_row + (tiles - 1) * distance + rows);
  } else {
    const double first_tap = std::max(span.issued + kToFirstTap, taps_free_);
    taps_free_ = first_tap + tiles * std::max(rows * static_cast<double>(work.taps), tile) + static_cast<double>(work.tap_extra);
    lanes_free_ = std::max(std::max(lanes_free_, constants) + tiles * tile, taps_free_ + 1);
  }
  parameters_free_ = work.uniform || tiles == 1 ? constants : std::max(constants, lanes_free_ - 2 * tile);
  left_lanes_.push_back(last_row() + kLanes);
  span.retired = retired_ = last_row() + kToRetire + static_cast<double>(work.behind_last);
  return span;
}

Span VectorTime::run_alone(const timing::VectorWork& work, double offered) {
  Span span;
  span.issued = std::max(offered, retired_ + 1);
  lanes_free_ = span.issued + static_cast<double>(work.alone) + 1;
  span.retired = retired_ = last_row() + kToRetire + static_cast<double>(work.behind_last);
  parameters_free_ = retired_ + 1;  // of the next command, which comes when this one has gone
  return span;
}

}  // namespace vernier::analytic
