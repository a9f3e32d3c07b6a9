// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace vernier::systemc {

/// What vrn_line_reader does with a sequence of windows: it keeps the even and the odd 64-byte word it read last, reads
/// what is missing one word a cycle, and takes one window a cycle.
class LineWalk {
 public:
  explicit LineWalk(std::int64_t bytes) : bytes_(bytes) {}

  /// One window at a byte address; the last `spare` bytes of it are not looked at.
  void window(std::int64_t address, std::int64_t spare = 0);
  /// `count` whole windows, `step` bytes apart.
  void row(std::int64_t address, std::int64_t step, std::int64_t count);

  [[nodiscard]] std::int64_t reads() const { return reads_; }  ///< words
  [[nodiscard]] std::int64_t extra() const { return extra_; }  ///< cycles beyond one a window

 private:
  std::int64_t bytes_;
  std::int64_t held_[2] = {-1, -1};  ///< number of the even and of the odd word
  std::int64_t reads_ = 0, extra_ = 0;
};

}  // namespace vernier::systemc
