// SPDX-License-Identifier: Apache-2.0
#include <vernier/timing/work.hpp>

#include <algorithm>

#include <vernier/timing/line_walk.hpp>

#include "softmax.hpp"
#include "written.hpp"

namespace vernier::timing {
namespace {

using spec::get;
using spec::get_signed;
using spec::Word;

std::int64_t value(const Word& w, spec::Field f) { return static_cast<std::int64_t>(get(w, f)); }

/// The part of a row of windows that lies in the image.
struct Inside {
  std::int64_t begin = 0, end = 0;  ///< windows that touch the image
  std::int64_t whole_end = 0;       ///< of them, those that do not reach over its right edge stand before this
};

/// Windows of `size` bytes, the first at byte `position` of an image row of `width` bytes, `step` bytes apart.
Inside inside_of(std::int64_t position, std::int64_t width, std::int64_t size, std::int64_t step, std::int64_t count) {
  const auto at_least = [&](std::int64_t bound) {  // first window whose position is >= bound
    if (position >= bound) return std::int64_t{0};
    return step <= 0 ? count : std::min(count, (bound - position + step - 1) / step);
  };
  const std::int64_t begin = at_least(1 - size), end = at_least(width);
  return {begin, std::max(begin, end), std::clamp(at_least(width - size + 1), begin, std::max(begin, end))};
}

/// The windows of all passes over one image, in order.
struct ImageWalk {
  std::int64_t in_base, in_row, in_step, in_pitch, in_block, window, kw_bytes, kw_pixels, dil_y, stride_y, iy0, ix0, in_h, in_w;
  std::int64_t n_kh, n_kw, n_cb, n_ct, n_y, n_x;

  void walk(LineWalk& line) const {
    for (std::int64_t kh = 0; kh < n_kh; ++kh) {
      for (std::int64_t kw = 0; kw < n_kw; ++kw) {
        for (std::int64_t pass = 0; pass < n_cb * n_ct; ++pass) {
          walk_pass(line, in_base + pass / n_ct * in_block + kh * dil_y * in_row + kw * kw_bytes, iy0 + kh * dil_y, (ix0 + kw * kw_pixels) * in_pitch);
        }
      }
    }
  }

 private:
  void walk_pass(LineWalk& line, std::int64_t address, std::int64_t iy, std::int64_t position) const {
    const auto part = inside_of(position, in_w * in_pitch, window, in_step, n_x);
    if (stride_y * in_row == n_x * in_step && part.begin == 0 && part.whole_end == n_x && iy >= 0 && iy + (n_y - 1) * stride_y < in_h) {
      return line.row(address, in_step, n_x * n_y);  // one row's windows end where the next one's begin
    }
    for (std::int64_t y = 0; y < n_y; ++y, iy += stride_y, address += stride_y * in_row) {
      if (iy < 0 || iy >= in_h) continue;
      line.row(address + part.begin * in_step, in_step, part.whole_end - part.begin);
      for (std::int64_t x = part.whole_end; x < part.end; ++x) {
        line.window(address + x * in_step, window - (in_w * in_pitch - position - x * in_step));
      }
    }
  }
};

template <class F>
std::vector<Burst> bursts_of(const Word& w, const program::Target& target, F f) {
  std::vector<Burst> bursts;
  const auto limit = static_cast<std::uint64_t>(target.burst_bytes);
  for (std::uint64_t i2 = 0; i2 < get(w, f.n2); ++i2) {
    for (std::uint64_t i1 = 0; i1 < get(w, f.n1); ++i1) {
      const std::uint64_t row = get(w, f.offset) + i2 * get(w, f.memory_stride2) + i1 * get(w, f.memory_stride1);
      const std::uint64_t end = (row + get(w, f.row_bytes) + 63) / 64 * 64;
      for (std::uint64_t at = row / 64 * 64; at < end;) {
        const std::uint64_t next = std::min(end, (at / limit + 1) * limit);
        bursts.push_back({at, static_cast<std::uint32_t>((next - at) / 64)});
        at = next;
      }
    }
  }
  return bursts;
}

struct TransferFields {
  spec::Field offset, row_bytes, n1, n2, memory_stride1, memory_stride2;
};

}  // namespace

ArrayWork matrix_work(const Word& w, const program::Target& target) {
  namespace f = spec::matrix;
  ImageWalk image{value(w, f::in_base), value(w, f::in_row), value(w, f::in_step), value(w, f::in_pitch), value(w, f::in_block),
                  value(w, f::window_bytes), value(w, f::kw_bytes), value(w, f::kw_pixels), value(w, f::dil_y), value(w, f::stride_y),
                  get_signed(w, f::iy0), get_signed(w, f::ix0), value(w, f::in_h), value(w, f::in_w),
                  value(w, f::n_kh), value(w, f::n_kw), value(w, f::n_cb), value(w, f::n_ct), value(w, f::n_y), value(w, f::n_x)};
  LineWalk line(image.window, target.rows);
  image.walk(line);
  ArrayWork work;
  work.passes = image.n_kh * image.n_kw * image.n_cb * image.n_ct;
  work.emitting = get(w, f::emit) != 0 ? image.n_ct : 0;
  work.vectors = image.n_y * image.n_x;
  work.tile_words = target.tile_words();
  work.extra = line.extra();
  work.reads = line.reads();
  return work;
}

ArrayWork depthwise_array_work(const Word& w, const program::Target& target) {
  namespace f = spec::depthwise;
  const std::int64_t block = target.block(), window = (target.depthwise_taps - 1) * block + target.columns;
  const ImageWalk image{value(w, f::in_base), value(w, f::in_row), value(w, f::stride_x) * block, block, 0, window,
                        value(w, f::kw_pixels) * block, value(w, f::kw_pixels), value(w, f::dil_y), value(w, f::stride_y),
                        get_signed(w, f::iy0), get_signed(w, f::ix0), value(w, f::in_h), value(w, f::in_w),
                        value(w, f::n_kh), value(w, f::n_kw), 1, 1, value(w, f::n_y), value(w, f::n_x)};
  LineWalk line(window, window);
  image.walk(line);
  return {.passes = image.n_kh * image.n_kw, .emitting = 1, .vectors = image.n_y * image.n_x, .tile_words = target.depthwise_tile_words(),
          .extra = line.extra(), .reads = line.reads()};
}

VectorWork depthwise_vector_work(const Word& w, const Word* descriptor) {
  namespace f = spec::depthwise;
  VectorWork work;
  work.tiles = 1;
  work.rows = value(w, f::n_y) * value(w, f::n_x);
  work.uniform = descriptor != nullptr && get(*descriptor, spec::descriptor::uniform) != 0;
  work.table = descriptor != nullptr && get(*descriptor, spec::descriptor::use_table) != 0;
  Written written;
  written.results(value(w, f::out_base), value(w, f::out_row), value(w, f::out_pitch), value(w, f::n_y), value(w, f::n_x), value(w, f::out_bytes));
  work.writes = written.words();
  work.behind_last = written.behind_last();
  return work;
}

VectorWork vector_work(const Word& w, const Word* descriptor, const program::Target& target) {
  if (get(w, spec::header::opcode) == static_cast<std::uint64_t>(spec::Opcode::kSoftmax)) return softmax_work(w, target);
  namespace f = spec::vector;
  namespace d = spec::descriptor;
  VectorWork work;
  work.tiles = value(w, f::n_ct);
  work.rows = value(w, f::n_y) * value(w, f::n_x);
  work.binary = get(w, f::binary) != 0;
  work.uniform = descriptor != nullptr && get(*descriptor, d::uniform) != 0;
  work.table = descriptor != nullptr && get(*descriptor, d::use_table) != 0;
  const std::int64_t bytes = value(w, f::out_bytes);
  const std::int64_t n_y = value(w, f::n_y), n_x = value(w, f::n_x);
  if (work.binary) {
    LineWalk line(bytes, bytes);
    for (std::int64_t ct = 0; ct < work.tiles; ++ct) {
      for (std::int64_t y = 0; y < n_y; ++y) line.row(value(w, f::other_base) + ct * value(w, f::other_tile) + y * value(w, f::other_row), value(w, f::other_pitch), n_x);
    }
    work.reads += line.reads();
  }
  Written written;
  for (std::int64_t ct = 0; ct < work.tiles; ++ct) {
    written.results(value(w, f::out_base) + ct * value(w, f::out_tile), value(w, f::out_row), value(w, f::out_pitch), n_y, n_x, bytes);
  }
  work.writes = written.words();
  work.behind_last = written.behind_last();
  if (get(w, f::source) != 0) {
    const std::int64_t k_h = value(w, f::k_h), k_w = value(w, f::k_w);
    work.taps = k_h * k_w;
    LineWalk line(bytes, bytes);
    for (std::int64_t ct = 0; ct < work.tiles; ++ct) {
      for (std::int64_t y = 0; y < n_y; ++y) {
        for (std::int64_t x = 0; x < n_x; ++x) {
          const std::int64_t base = value(w, f::in_base) + ct * value(w, f::in_tile) + y * value(w, f::stride_y) * value(w, f::in_row) + x * value(w, f::in_step);
          const std::int64_t ix = get_signed(w, f::ix0) + x * value(w, f::stride_x);
          const std::int64_t from = std::clamp<std::int64_t>(-ix, 0, k_w), to = std::clamp<std::int64_t>(value(w, f::in_w) - ix, from, k_w);
          for (std::int64_t kh = 0; kh < k_h; ++kh) {
            const std::int64_t iy = get_signed(w, f::iy0) + y * value(w, f::stride_y) + kh;
            if (iy < 0 || iy >= value(w, f::in_h)) continue;
            line.row(base + kh * value(w, f::in_row) + from * value(w, f::in_pitch), value(w, f::in_pitch), to - from);
          }
        }
      }
    }
    work.reads += line.reads();
    work.tap_extra = line.extra();
  }
  return work;
}

std::vector<Burst> load_bursts(const Word& w, const program::Target& target) {
  namespace f = spec::load;
  return bursts_of(w, target, TransferFields{f::offset, f::row_bytes, f::n1, f::n2, f::memory_stride1, f::memory_stride2});
}

std::vector<Burst> store_bursts(const Word& w, const program::Target& target) {
  namespace f = spec::store;
  return bursts_of(w, target, TransferFields{f::offset, f::row_bytes, f::n1, f::n2, f::memory_stride1, f::memory_stride2});
}

}  // namespace vernier::timing
