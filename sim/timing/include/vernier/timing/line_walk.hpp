// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace vernier::timing {

/// What vrn_line_reader does with a sequence of windows: it keeps the 64-byte words it read last, one for each of the
/// low address bits (two words, or four where windows are longer than a word), reads what is missing one word a cycle,
/// and takes one window a cycle.
class LineWalk {
 public:
  /// @param reader_bytes  the windows the reader is built for; the `bytes` that count may be fewer
  LineWalk(std::int64_t bytes, std::int64_t reader_bytes) : bytes_(bytes), within_(64 % bytes == 0 ? bytes - 1 : -1), lines_(reader_bytes > 64 ? 4 : 2) {}

  /// One window at a byte address; the last `spare` bytes of it are not looked at.
  void window(std::int64_t address, std::int64_t spare = 0);
  /// `count` whole windows, `step` bytes apart.
  void row(std::int64_t address, std::int64_t step, std::int64_t count);

  [[nodiscard]] std::int64_t reads() const { return reads_; }  ///< words
  [[nodiscard]] std::int64_t extra() const { return extra_; }  ///< cycles beyond one a window

 private:
  [[nodiscard]] std::int64_t& held(std::int64_t word) { return held_[static_cast<std::size_t>(word & (lines_ - 1))]; }

  std::int64_t bytes_;
  std::int64_t within_;  ///< address bits within a window that a word holds whole; all where words hold none whole
  std::int64_t lines_;
  std::array<std::int64_t, 4> held_{-1, -1, -1, -1};  ///< numbers of words
  std::int64_t reads_ = 0, extra_ = 0;
};

}  // namespace vernier::timing
