// SPDX-License-Identifier: Apache-2.0
#pragma once

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
  static constexpr std::int64_t kChunk = 8;  ///< rows handled at once; several fit the places, so the rate stays one a cycle

  explicit RowStream(CommandPort& array) : array_(array) {}

  /// Of the array's thread: sleeps until `rows` places are free and takes them.
  void reserve(std::int64_t rows) {
    while (places_ < rows) sc_core::wait(freed_);
    places_ -= rows;
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
  /// The last row of `chunk` is taken in the present cycle.
  void took(const RowChunk& chunk) {
    places_ += chunk.rows;
    freed_.notify(cycles(1));
    if (chunk.last) array_.retire(chunk.command, now() + 1);
  }

 private:
  CommandPort& array_;
  std::int64_t places_ = kPlaces;
  std::deque<RowChunk> chunks_;
  sc_core::sc_event sent_, freed_;
};

}  // namespace vernier::systemc
