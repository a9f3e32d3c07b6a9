// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <vector>

#include <vernier/core/assert.hpp>

namespace vernier::stages {

/// The state of one stream between two stages with clocks of their own: beats with the cycle they arrive in, places with
/// the cycle they are free in. It holds `depth` beats, and `latency` - 1 more in the writer's pipeline.
template <class Beat>
class TimedFifo {
 public:
  /// @param depth  0: unbounded, and the largest number of beats is measured
  TimedFifo(std::int64_t depth, int latency) : latency_(latency), places_(depth == 0 ? 0 : depth + latency - 1) {
    freed_.assign(static_cast<std::size_t>(places_), 0);
  }

  [[nodiscard]] bool has_place() const { return places_ == 0 || written_ - read_ < places_; }
  [[nodiscard]] bool has_beat() const { return !beats_.empty(); }
  /// Only with has_beat().
  [[nodiscard]] std::int64_t arrival() const { return beats_.front().arrives; }
  [[nodiscard]] std::int64_t beats_read() const { return read_; }

  /// Writes at `now` or when the place is free; returns the cycle in which it was.
  std::int64_t write(const Beat& beat, std::int64_t now) {
    if (places_ > 0) now = std::max(now, freed_[static_cast<std::size_t>(written_ % places_)]);
    beats_.push_back({now + latency_, beat});
    ++written_;
    if (places_ == 0) count(arrivals_, now + latency_);
    return now;
  }

  /// Reads at `now` or when the first beat arrives; returns the cycle in which it did.
  std::int64_t read(Beat& beat, std::int64_t now) {
    now = std::max(now, beats_.front().arrives);
    beat = beats_.front().beat;
    beats_.pop_front();
    if (places_ > 0) freed_[static_cast<std::size_t>(read_ % places_)] = now + 1;
    ++read_;
    if (places_ == 0) count(departures_, now);
    return now;
  }

  /// Beats behind the pipeline at one time, at most, over what has been read.
  [[nodiscard]] std::int64_t largest() const { return largest_; }

 private:
  struct Timed {
    std::int64_t arrives;
    Beat beat;
  };

  /// Both sides come in the order of their own time alone: they are merged as far as both are known.
  void count(std::deque<std::int64_t>& side, std::int64_t at) {
    side.push_back(at);
    while (!arrivals_.empty() && !departures_.empty()) {
      if (arrivals_.front() <= departures_.front()) {
        largest_ = std::max(largest_, ++held_);
        arrivals_.pop_front();
      } else {
        --held_;
        departures_.pop_front();
      }
    }
  }

  int latency_;
  std::int64_t places_;
  std::int64_t written_ = 0, read_ = 0;
  std::deque<Timed> beats_;
  std::vector<std::int64_t> freed_;
  std::deque<std::int64_t> arrivals_, departures_;
  std::int64_t held_ = 0, largest_ = 0;
};

}  // namespace vernier::stages
