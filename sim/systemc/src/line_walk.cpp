// SPDX-License-Identifier: Apache-2.0
#include "line_walk.hpp"

namespace vernier::systemc {
namespace {
constexpr std::int64_t kWord = 64;
constexpr std::int64_t kSpace = std::int64_t{1} << 22;  // addresses are modulo 2^22, and negative ones wrap
}  // namespace

void LineWalk::window(std::int64_t address, std::int64_t spare) {
  if (spare >= bytes_) return;
  address &= kSpace - 1;
  const std::int64_t first = address / kWord, last = (address + bytes_ - spare - 1) / kWord;
  std::int64_t missing = 0;
  for (std::int64_t word = first; word <= last; ++word) {
    if (held_[word & 1] == word) continue;
    held_[word & 1] = word;
    ++missing;
  }
  reads_ += missing;
  if (missing > 1) extra_ += missing - 1;
}

void LineWalk::row(std::int64_t address, std::int64_t step, std::int64_t count) {
  if (count <= 0) return;
  const std::int64_t begin = address & (kSpace - 1);
  // windows that never straddle and steps that skip no word: the words are those between the first and the last
  const bool whole = step > 0 && step <= kWord && kWord % bytes_ == 0 && begin % bytes_ == 0 && step % bytes_ == 0;
  if (!whole || begin + (count - 1) * step + bytes_ > kSpace) {
    for (std::int64_t i = 0; i < count; ++i) window(address + i * step);
    return;
  }
  const std::int64_t first = begin / kWord, last = (begin + (count - 1) * step) / kWord;
  std::int64_t words = last - first + 1;
  if (held_[first & 1] == first) --words;
  if (last > first && held_[(first + 1) & 1] == first + 1) --words;
  reads_ += words;
  held_[last & 1] = last;
  if (last > first) held_[(last - 1) & 1] = last - 1;
}

}  // namespace vernier::systemc
