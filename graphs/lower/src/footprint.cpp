// SPDX-License-Identifier: Apache-2.0
#include "footprint.hpp"

#include <algorithm>

namespace vernier::lower {
namespace {

using spec::get;
using spec::get_signed;
using spec::Word;
constexpr std::int64_t kAddressMask = (std::int64_t{1} << 22) - 1;

class Collector {
 public:
  explicit Collector(const Word& word, const program::Target& target) : w_(word), target_(target) {}

  std::vector<Touch> run() {
    switch (static_cast<spec::Opcode>(get(w_, spec::header::opcode))) {
      case spec::Opcode::kLoad: load(); break;
      case spec::Opcode::kStore: store(); break;
      case spec::Opcode::kMatrix: matrix(); break;
      case spec::Opcode::kVector: vector(); break;
      case spec::Opcode::kSoftmax: softmax(); break;
      case spec::Opcode::kDepthwise: depthwise(); break;
      default: break;
    }
    return std::move(touches_);
  }

 private:
  [[nodiscard]] std::int64_t at(spec::Field f) const { return static_cast<std::int64_t>(get(w_, f)); }

  /// Neighbouring intervals of one kind become one.
  void add(Space space, std::int64_t begin, std::int64_t bytes, bool write) {
    if (!touches_.empty()) {
      auto& last = touches_.back();
      if (last.space == space && last.write == write && last.end == begin) {
        last.end += bytes;
        return;
      }
    }
    touches_.push_back({space, begin, begin + bytes, write});
  }

  void load() {
    namespace f = spec::load;
    const auto region = static_cast<program::Region>(at(f::region));
    for (std::int64_t i2 = 0; i2 < at(f::n2); ++i2) {
      for (std::int64_t i1 = 0; i1 < at(f::n1); ++i1) {
        const std::int64_t memory = at(f::offset) + i2 * at(f::memory_stride2) + i1 * at(f::memory_stride1);
        if (region == program::Region::kOutput) add(Space::kOutput, memory, at(f::row_bytes), false);
        if (region == program::Region::kScratch) add(Space::kScratch, memory, at(f::row_bytes), false);
        add(static_cast<Space>(at(f::buffer_select)), at(f::buffer) + i2 * at(f::buffer_stride2) + i1 * at(f::buffer_stride1), at(f::row_bytes), true);
      }
    }
  }

  void store() {
    namespace f = spec::store;
    const auto space = static_cast<program::Region>(at(f::region)) == program::Region::kOutput ? Space::kOutput : Space::kScratch;
    for (std::int64_t i2 = 0; i2 < at(f::n2); ++i2) {
      for (std::int64_t i1 = 0; i1 < at(f::n1); ++i1) {
        add(space, at(f::offset) + i2 * at(f::memory_stride2) + i1 * at(f::memory_stride1), at(f::row_bytes), true);
        add(Space::kActivation, at(f::buffer) + i2 * at(f::buffer_stride2) + i1 * at(f::buffer_stride1), at(f::row_bytes), false);
      }
    }
  }

  /// Windows on an image: rows iy0 + y * stride + k * dilation, in each of them `span` bytes from pixel ix0 on.
  struct Windows {
    std::int64_t base, row, pitch, iy0, ix0, in_h, in_w, n_y, stride, n_k, dilation, span;
  };
  void read_windows(const Windows& w) {
    const std::int64_t lo = std::max<std::int64_t>(0, -w.ix0 * w.pitch), hi = std::min(w.span, (w.in_w - w.ix0) * w.pitch);
    if (lo >= hi) return;
    std::vector<bool> touched(static_cast<std::size_t>(w.in_h));
    for (std::int64_t y = 0; y < w.n_y; ++y) {
      for (std::int64_t k = 0; k < w.n_k; ++k) {
        const std::int64_t iy = w.iy0 + y * w.stride + k * w.dilation;
        if (iy >= 0 && iy < w.in_h) touched[static_cast<std::size_t>(iy)] = true;
      }
    }
    for (std::int64_t iy = 0; iy < w.in_h; ++iy) {
      if (touched[static_cast<std::size_t>(iy)]) add(Space::kActivation, (w.base + (iy - w.iy0) * w.row + lo) & kAddressMask, hi - lo, false);
    }
  }

  void matrix() {
    namespace f = spec::matrix;
    for (std::int64_t cb = 0; cb < at(f::n_cb); ++cb) {
      const std::int64_t span = (at(f::n_x) - 1) * at(f::in_step) + (at(f::n_kw) - 1) * at(f::kw_bytes) + at(f::window_bytes);
      read_windows({at(f::in_base) + cb * at(f::in_block), at(f::in_row), at(f::in_pitch), get_signed(w_, f::iy0), get_signed(w_, f::ix0),
                    at(f::in_h), at(f::in_w), at(f::n_y), at(f::stride_y), at(f::n_kh), at(f::dil_y), span});
    }
    const std::int64_t tiles = at(f::n_kh) * at(f::n_kw) * at(f::n_cb) * at(f::n_ct);
    add(Space::kWeight, at(f::weight_base) * 64, tiles * at(f::tile_words) * 64, false);
  }

  void vector() {
    namespace f = spec::vector;
    const bool stream = at(f::source) == 0;
    const std::int64_t words = 1 + (stream ? at(f::n_ct) * target_.channel_words() : 0);
    add(Space::kParameter, at(f::descriptor) * 64, words * 64, false);
    for (std::int64_t ct = 0; ct < at(f::n_ct); ++ct) {
      if (!stream) {
        const std::int64_t span = (at(f::n_x) - 1) * at(f::in_step) + (at(f::k_w) - 1) * at(f::in_pitch) + at(f::out_bytes);
        read_windows({at(f::in_base) + ct * at(f::in_tile), at(f::in_row), at(f::in_pitch), get_signed(w_, f::iy0), get_signed(w_, f::ix0),
                      at(f::in_h), at(f::in_w), at(f::n_y), at(f::stride_y), at(f::k_h), 1, span});
      }
      if (at(f::binary) != 0) rows({at(f::other_base) + ct * at(f::other_tile), at(f::other_row), at(f::n_y), at(f::other_pitch), at(f::n_x), at(f::out_bytes)}, false);
    }
    for (std::int64_t ct = 0; ct < at(f::n_ct); ++ct) rows({at(f::out_base) + ct * at(f::out_tile), at(f::out_row), at(f::n_y), at(f::out_pitch), at(f::n_x), at(f::out_bytes)}, true);
  }

  void softmax() {
    namespace f = spec::softmax;
    add(Space::kParameter, at(f::descriptor) * 64, (1 + 8) * 64, false);
    const auto blocks = [&](std::int64_t base, std::int64_t stride, std::int64_t row, std::int64_t pitch, bool write) {
      for (std::int64_t c = 0; c < at(f::channels); c += at(f::block), base += stride) {
        rows({base, row, at(f::n_y), pitch, at(f::n_x), std::min(at(f::block), at(f::channels) - c)}, write);
      }
    };
    blocks(at(f::in_base), at(f::in_block), at(f::in_row), at(f::in_pitch), false);
    blocks(at(f::out_base), at(f::out_block), at(f::out_row), at(f::out_pitch), true);
  }

  void depthwise() {
    namespace f = spec::depthwise;
    const std::int64_t block = target_.block();
    const std::int64_t pixels = (at(f::n_x) - 1) * at(f::stride_x) + (at(f::n_kw) - 1) * at(f::kw_pixels) + target_.depthwise_taps;
    read_windows({at(f::in_base), at(f::in_row), block, get_signed(w_, f::iy0), get_signed(w_, f::ix0), at(f::in_h), at(f::in_w), at(f::n_y),
                  at(f::stride_y), at(f::n_kh), at(f::dil_y), (pixels - 1) * block + at(f::out_bytes)});
    add(Space::kDepthwise, at(f::weight_base) * 64, at(f::n_kh) * at(f::n_kw) * target_.depthwise_tile_words() * 64, false);
    add(Space::kDepthwise, at(f::descriptor) * 64, (1 + target_.channel_words()) * 64, false);
    rows({at(f::out_base), at(f::out_row), at(f::n_y), at(f::out_pitch), at(f::n_x), at(f::out_bytes)}, true);
  }

  /// n_y x n_x pixels of `bytes` each.
  struct Pixels {
    std::int64_t base, row, n_y, pitch, n_x, bytes;
  };
  void rows(const Pixels& p, bool write) {
    for (std::int64_t y = 0; y < p.n_y; ++y) add(Space::kActivation, p.base + y * p.row, (p.n_x - 1) * p.pitch + p.bytes, write);
  }

  const Word& w_;
  const program::Target& target_;
  std::vector<Touch> touches_;
};

}  // namespace

std::vector<Touch> footprint_of(const spec::Word& word, const program::Target& target) { return Collector(word, target).run(); }

}  // namespace vernier::lower
