// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <systemc>

#include "cycles.hpp"
#include "scoreboard.hpp"

namespace vernier::systemc {

/// Rows that an array sends in consecutive cycles.
struct RowChunk {
  std::int64_t rows = 0;
  std::int64_t available = 0;  ///< cycle in which the first of them is at the stream's output
  bool last = false;           ///< of `command`
  Command command;             ///< of the array
};

/// The stream from an array to its vector unit: 32 places, taken when a vector enters the array and given back when
/// its row leaves the stream.
class RowStream {
 public:
  static constexpr std::int64_t kPlaces = 32;
  static constexpr std::int64_t kChunk = 8;  ///< rows handled at once at most

  explicit RowStream(CommandPort& array) : array_(array) {}

  /// Vectors that enter the array in consecutive cycles.
  struct Entry {
    std::int64_t cycle = 0, vectors = 0;
  };
  /// Of the array's thread: sleeps until it is known when a place is free; the first of up to `vectors` vectors enters
  /// then, in cycle `at` at the earliest, and those follow that find a place each in its turn.
  Entry reserve(std::int64_t at, std::int64_t vectors) {
    while (free_.empty()) sc_core::wait(freed_);
    Entry entry{std::max(at, free_.front().cycle), 0};
    while (entry.vectors < vectors && !free_.empty() && free_.front().cycle <= entry.cycle + entry.vectors) {
      auto& places = free_.front();
      const std::int64_t n = std::min(vectors - entry.vectors, places.count);
      entry.vectors += n;
      places.cycle += n;
      places.count -= n;
      if (places.count == 0) free_.pop_front();
    }
    return entry;
  }
  void send(const RowChunk& chunk) {
    chunks_.push_back(chunk);
    sent_.notify(sc_core::SC_ZERO_TIME);
  }

  /// Of the vector unit's thread: sleeps until rows are on their way.
  RowChunk next() {
    while (chunks_.empty()) sc_core::wait(sent_);
    const auto chunk = chunks_.front();
    chunks_.pop_front();
    return chunk;
  }
  /// The rows of `chunk` will be taken from cycle `start` on, one a cycle.
  void takes(const RowChunk& chunk, std::int64_t start) {
    free_.push_back({start + 1, chunk.rows});
    freed_.notify(sc_core::SC_ZERO_TIME);
  }
  /// The last row of `chunk` is taken in the present cycle.
  void took(const RowChunk& chunk) {
    if (chunk.last) array_.retire(chunk.command, now() + 1);
  }

 private:
  /// Places that are free from one cycle on, the next of them from the next cycle on, and so forth.
  struct Places {
    std::int64_t cycle = 0, count = 0;
  };

  CommandPort& array_;
  std::deque<Places> free_{{0, kPlaces}};
  std::deque<RowChunk> chunks_;
  sc_core::sc_event sent_, freed_;
};

}  // namespace vernier::systemc
