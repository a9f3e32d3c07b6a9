// SPDX-License-Identifier: Apache-2.0
#include "softmax.hpp"

#include <algorithm>
#include <array>

#include <vernier/program/activity.hpp>
#include <vernier/timing/line_walk.hpp>

#include "written.hpp"

namespace vernier::timing {
namespace {

// docs/rtl/softmax.md, cycles
constexpr std::int64_t kToFirstRequest = 2;   // from a command
constexpr std::int64_t kToFirstPiece = 11;    // from a command: descriptor and exponentials
constexpr std::int64_t kReader = 4;           // from a request to its piece
constexpr std::size_t kPlaces = 8;            // pieces between request and use
constexpr std::int64_t kToLanes = 2;          // from a piece to its row in the lanes
enum Pass : std::uint8_t { kMaximum, kSum, kResults };

/// When each piece of a command is asked for and taken.
class PieceTimes {
 public:
  explicit PieceTimes(std::int64_t columns) : line_(columns, columns), columns_(columns) {}

  void piece(std::int64_t address, std::int64_t bytes) {
    const std::int64_t extra = line_.extra();
    line_.window(address, columns_ - bytes);
    requested_ = std::max(requested_, taken_[next_] + 1) + line_.extra() - extra;
    last_ = std::max({requested_ + kReader, last_ + 1, open_});
    taken_[next_] = last_;
    next_ = (next_ + 1) % kPlaces;
    ++requested_;
  }
  /// Nothing is taken for so many cycles behind the last piece.
  void pause(std::int64_t cycles) { open_ = last_ + 1 + cycles; }

  [[nodiscard]] std::int64_t last() const { return last_; }
  [[nodiscard]] std::int64_t reads() const { return line_.reads(); }

 private:
  LineWalk line_;
  std::int64_t columns_;
  std::int64_t requested_ = kToFirstRequest, last_ = 0, open_ = kToFirstPiece;
  std::array<std::int64_t, kPlaces> taken_{};
  std::size_t next_ = 0;
};

}  // namespace

VectorWork softmax_work(const spec::Word& w, const program::Target& target) {
  namespace f = spec::softmax;
  const auto value = [&w](spec::Field field) { return static_cast<std::int64_t>(spec::get(w, field)); };
  const std::int64_t n_y = value(f::n_y), n_x = value(f::n_x), channels = value(f::channels), block = value(f::block);
  const std::int64_t behind_maximum = program::softmax_fold_cycles(target), behind_sum = program::softmax_divide_cycles(target);
  PieceTimes times(target.columns);
  VectorWork work;
  Written written;
  for (std::int64_t y = 0; y < n_y; ++y) {
    for (std::int64_t x = 0; x < n_x; ++x) {
      for (const auto pass : {kMaximum, kSum, kResults}) {
        for (std::int64_t c = 0; c < channels; c += block) {
          for (std::int64_t lane = 0; lane < std::min(block, channels - c); lane += target.columns) {
            const std::int64_t bytes = std::min({target.columns, block - lane, channels - c - lane});
            times.piece(value(f::in_base) + y * value(f::in_row) + x * value(f::in_pitch) + c / block * value(f::in_block) + lane, bytes);
            if (pass != kResults) continue;
            const std::int64_t out = value(f::out_base) + y * value(f::out_row) + x * value(f::out_pitch) + c / block * value(f::out_block) + lane;
            written.result(out, bytes);
            ++work.rows;
          }
        }
        if (pass == kMaximum) times.pause(behind_maximum);
        if (pass == kSum) times.pause(behind_sum);
      }
    }
  }
  work.tiles = 1;
  work.alone = times.last() + kToLanes;
  work.writes = written.words();
  work.behind_last = written.behind_last();
  work.taps = 1;
  work.reads = times.reads();
  return work;
}

}  // namespace vernier::timing
