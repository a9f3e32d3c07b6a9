// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>

#include "footprint.hpp"

namespace vernier::lower {

/// Who wrote and who read every byte last, for commands of N streams that each keep their order. A command is named by
/// its count in its stream, from 1.
template <std::size_t N>
class AccessMap {
 public:
  using Timeline = std::array<std::uint32_t, N>;

  /// Raises `need` to the commands that must have retired before `touch` by the next command of `stream` is safe.
  void require(Timeline& need, const Touch& touch, std::size_t stream) {
    const auto [first, last] = cut(cells_[static_cast<std::size_t>(touch.space)], touch.begin, touch.end);
    for (auto it = first; it != last; ++it) {
      const auto& c = it->second;
      // A stream keeps its own writes in order; what it reads may still be on its way from its own last command.
      if (c.writer != 0 && (!touch.write || c.writer_stream != stream)) need[c.writer_stream] = std::max(need[c.writer_stream], c.writer);
      if (!touch.write) continue;
      for (std::size_t s = 0; s < N; ++s) {
        if (s != stream) need[s] = std::max(need[s], c.readers[s]);
      }
    }
  }

  void record(const Touch& touch, std::size_t stream, std::uint32_t count) {
    auto& cells = cells_[static_cast<std::size_t>(touch.space)];
    const auto [first, last] = cut(cells, touch.begin, touch.end);
    if (!touch.write) {
      for (auto it = first; it != last; ++it) it->second.readers[stream] = count;
      return;
    }
    // One cell again. Whoever waits for this write waits for all earlier readers: it waited for them itself, or they are
    // commands of its own stream, which retire before it.
    cells.erase(first, last);
    cells.emplace(touch.begin, Cell{touch.end, stream, count, {}});
  }

 private:
  struct Cell {
    std::int64_t end = 0;
    std::size_t writer_stream = 0;
    std::uint32_t writer = 0;  ///< 0 for none
    Timeline readers{};
  };
  using Cells = std::map<std::int64_t, Cell>;

  /// The cells of [begin, end), cut out of `cells` exactly.
  static std::pair<typename Cells::iterator, typename Cells::iterator> cut(Cells& cells, std::int64_t begin, std::int64_t end) {
    const auto split = [&cells](std::int64_t at) {
      auto it = cells.upper_bound(at);
      if (it == cells.begin()) return;
      --it;
      if (it->first == at || it->second.end <= at) return;
      cells.emplace(at, it->second);
      it->second.end = at;
    };
    split(begin);
    split(end);
    std::int64_t at = begin;
    for (auto it = cells.lower_bound(begin); at < end;) {  // bytes that nobody has touched yet become cells, too
      const std::int64_t next = it == cells.end() ? end : std::min(it->first, end);
      if (at < next) {
        cells.emplace_hint(it, at, Cell{next, 0, 0, {}});
        at = next;
      } else {
        at = it->second.end;
        ++it;
      }
    }
    return {cells.lower_bound(begin), cells.lower_bound(end)};
  }

  std::array<Cells, kSpaces> cells_;
};

}  // namespace vernier::lower
