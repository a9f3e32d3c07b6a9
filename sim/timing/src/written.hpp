// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace vernier::timing {

/// Words that vrn_vector_writer makes of a command's results: one while consecutive results stay in it. A word leaves with
/// the first result that is not in it, or with the last of the command.
class Written {
 public:
  void result(std::int64_t address, std::int64_t bytes) {
    const std::int64_t first = address / 64, last = (address + bytes - 1) / 64;
    words_ += (first != open_ ? 1 : 0) + (last != first ? 1 : 0);
    behind_last_ = (first != open_ && open_ >= 0 ? 1 : 0) + (last != first ? 1 : 0);
    open_ = last;
  }
  /// `n_y` x `n_x` results, `row` and `pitch` bytes apart.
  void results(std::int64_t base, std::int64_t row, std::int64_t pitch, std::int64_t n_y, std::int64_t n_x, std::int64_t bytes) {
    for (std::int64_t y = 0; y < n_y; ++y) {
      for (std::int64_t x = 0; x < n_x; ++x) result(base + y * row + x * pitch, bytes);
    }
  }
  [[nodiscard]] std::int64_t words() const { return words_; }
  /// Cycles that the latest result's word leaves later than one that joins the word before it.
  [[nodiscard]] std::int64_t behind_last() const { return behind_last_; }

 private:
  std::int64_t open_ = -1;  ///< word of the latest result
  std::int64_t words_ = 0, behind_last_ = 0;
};

}  // namespace vernier::timing
