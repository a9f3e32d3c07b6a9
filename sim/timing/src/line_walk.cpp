// SPDX-License-Identifier: Apache-2.0
#include <vernier/timing/line_walk.hpp>

#include <algorithm>

namespace vernier::timing {
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
    if (held(word) == word) continue;
    held(word) = word;
    ++missing;
  }
  reads_ += missing;
  if (missing > 1) extra_ += missing - 1;
}

void LineWalk::row(std::int64_t address, std::int64_t step, std::int64_t count) {
  if (count <= 0) return;
  const std::int64_t begin = address & (kSpace - 1);
  // windows that never straddle and steps that skip no word: the words are those between the first and the last
  const bool whole = step > 0 && step <= kWord && ((begin | step) & within_) == 0;
  if (!whole || begin + (count - 1) * step + bytes_ > kSpace) {
    for (std::int64_t i = 0; i < count; ++i) window(address + i * step);
    return;
  }
  const std::int64_t first = begin / kWord, last = (begin + (count - 1) * step) / kWord;
  std::int64_t words = last - first + 1;
  for (std::int64_t word = first; word <= std::min(last, first + lines_ - 1); ++word) words -= held(word) == word ? 1 : 0;
  reads_ += words;
  for (std::int64_t word = std::max(first, last - lines_ + 1); word <= last; ++word) held(word) = word;
}

}  // namespace vernier::timing
