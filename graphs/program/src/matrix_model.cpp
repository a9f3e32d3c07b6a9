// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fmt/format.h>
#include <limits>

#include "machine.hpp"

namespace vernier::program {
namespace {

using spec::get;
using spec::get_signed;
using spec::Word;
constexpr std::int64_t kAddressMask = (std::int64_t{1} << 22) - 1;

struct Fields {
  std::int64_t in_base, in_row, in_step, in_block, in_pitch, window_bytes, kw_bytes, kw_pixels, dil_y, stride_y, stride_x;
  std::int64_t iy0, ix0, in_h, in_w, n_kh, n_kw, n_cb, n_ct, n_y, n_x, weight_base, tile_words, acc_base;
  std::int8_t pad;
  bool init, emit;
};

Fields decode(const Word& w) {
  namespace f = spec::matrix;
  const auto u = [&w](spec::Field field) { return static_cast<std::int64_t>(get(w, field)); };
  return {u(f::in_base), u(f::in_row), u(f::in_step), u(f::in_block), u(f::in_pitch), u(f::window_bytes), u(f::kw_bytes),
          u(f::kw_pixels), u(f::dil_y), u(f::stride_y), u(f::stride_x), get_signed(w, f::iy0), get_signed(w, f::ix0), u(f::in_h),
          u(f::in_w), u(f::n_kh), u(f::n_kw), u(f::n_cb), u(f::n_ct), u(f::n_y), u(f::n_x), u(f::weight_base), u(f::tile_words),
          u(f::acc_base), static_cast<std::int8_t>(get_signed(w, f::pad)), get(w, f::init) == 1, get(w, f::emit) == 1};
}

Fault check(const Fields& f, const Machine& m) {
  const auto& t = m.target;
  for (const auto n : {f.n_kh, f.n_kw, f.n_cb, f.n_ct, f.n_y, f.n_x, f.in_h, f.in_w, f.in_pitch}) {
    if (n < 1) return "a loop count, the image size or in_pitch is 0";
  }
  if (f.window_bytes < 1 || f.window_bytes > t.rows) return fmt::format("window_bytes is {}, allowed is 1 to {}", f.window_bytes, t.rows);
  if (f.in_step != f.stride_x * f.in_pitch) return fmt::format("in_step is {}, stride_x * in_pitch is {}", f.in_step, f.stride_x * f.in_pitch);
  if (f.kw_bytes != f.kw_pixels * f.in_pitch) return fmt::format("kw_bytes is {}, kw_pixels * in_pitch is {}", f.kw_bytes, f.kw_pixels * f.in_pitch);
  if (f.tile_words != t.tile_words()) return fmt::format("tile_words is {}, the target's is {}", f.tile_words, t.tile_words());
  const std::int64_t rows = f.n_ct * f.n_y * f.n_x;
  if (rows > t.accumulator_rows - f.acc_base) {
    return fmt::format("needs accumulator rows {} to {}, there are {}", f.acc_base, f.acc_base + rows - 1, t.accumulator_rows);
  }
  const std::int64_t tiles = f.n_kh * f.n_kw * f.n_cb * f.n_ct;
  if (f.weight_base + tiles * f.tile_words > t.weight_bytes / 64) {
    return fmt::format("weights reach word {}, the buffer has {}", f.weight_base + tiles * f.tile_words, t.weight_bytes / 64);
  }
  if (f.emit && !m.stream.empty()) return "emits before the rows of the last emitting command were taken";
  if (!f.init) {
    for (std::int64_t r = 0; r < rows; ++r) {
      if (!m.accumulator_live[static_cast<std::size_t>(f.acc_base + r)]) {
        return fmt::format("adds to accumulator row {}, which holds no sum", f.acc_base + r);
      }
    }
  }
  return std::nullopt;
}

class MatrixModel {
 public:
  MatrixModel(const Fields& fields, Machine& machine)
      : f_(fields), m_(machine), columns_(static_cast<std::size_t>(machine.target.columns)),
        tile_(static_cast<std::size_t>(machine.target.rows) * columns_), window_(static_cast<std::size_t>(machine.target.rows)),
        sums_(columns_) {}

  Fault run() {
    const std::int64_t deep = f_.n_kh * f_.n_kw * f_.n_cb;
    if (f_.emit) m_.stream.reserve(static_cast<std::size_t>(f_.n_ct * f_.n_y * f_.n_x) * columns_);
    std::int64_t tile = 0;
    for (std::int64_t d = 0; d < deep; ++d) {
      const std::int64_t cb = d % f_.n_cb, kw = d / f_.n_cb % f_.n_kw, kh = d / f_.n_cb / f_.n_kw;
      for (std::int64_t ct = 0; ct < f_.n_ct; ++ct, ++tile) {
        if (auto fault = read_tile(tile)) return fault;
        if (auto fault = run_pass(kh, kw, cb, ct, f_.init && d == 0, f_.emit && d == deep - 1)) return fault;
      }
    }
    return std::nullopt;
  }

 private:
  Fault read_tile(std::int64_t tile) {
    const auto rows_per_word = static_cast<std::size_t>(64 / m_.target.columns);
    const auto at = static_cast<std::size_t>((f_.weight_base + tile * f_.tile_words) * 64);
    if (m_.checker != nullptr) {
      if (auto fault = m_.checker->read(Space::kWeight, at, static_cast<std::size_t>(f_.tile_words) * 64)) return fault;
    }
    for (std::size_t r = 0; r < window_.size(); ++r) {
      const std::byte* row = m_.weight.data() + at + r / rows_per_word * 64 + r % rows_per_word * columns_;
      for (std::size_t c = 0; c < columns_; ++c) tile_[r * columns_ + c] = static_cast<std::int8_t>(row[c]);
    }
    return std::nullopt;
  }

  Fault run_pass(std::int64_t kh, std::int64_t kw, std::int64_t cb, std::int64_t ct, bool first, bool last) {
    const std::int64_t base = f_.in_base + cb * f_.in_block + kh * f_.dil_y * f_.in_row + kw * f_.kw_bytes;
    auto row = static_cast<std::size_t>(f_.acc_base + ct * f_.n_y * f_.n_x);
    for (std::int64_t y = 0; y < f_.n_y; ++y) {
      const std::int64_t iy = f_.iy0 + y * f_.stride_y + kh * f_.dil_y;
      for (std::int64_t x = 0; x < f_.n_x; ++x, ++row) {
        const std::int64_t ix = f_.ix0 + x * f_.stride_x + kw * f_.kw_pixels;
        if (auto fault = read_window(base + y * f_.stride_y * f_.in_row + x * f_.in_step, iy, ix)) return fault;
        multiply();
        if (auto fault = accumulate(row, first, last)) return fault;
      }
    }
    return std::nullopt;
  }

  Fault read_window(std::int64_t start, std::int64_t iy, std::int64_t ix) {
    std::fill(window_.begin(), window_.end(), f_.pad);
    std::fill(window_.begin() + f_.window_bytes, window_.end(), std::int8_t{0});
    if (iy < 0 || iy >= f_.in_h) return std::nullopt;
    const std::int64_t lo = std::max<std::int64_t>(0, -ix * f_.in_pitch);
    const std::int64_t hi = std::min(f_.window_bytes, (f_.in_w - ix) * f_.in_pitch);
    if (lo >= hi) return std::nullopt;
    const std::int64_t at = (start + lo) & kAddressMask;
    if (at + hi - lo > static_cast<std::int64_t>(m_.activation.size())) {
      return fmt::format("pixel ({}, {}) lies at byte {}, the activation buffer has {}", iy, ix, at, m_.activation.size());
    }
    if (m_.checker != nullptr) {
      if (auto fault = m_.checker->read(Space::kActivation, static_cast<std::size_t>(at), static_cast<std::size_t>(hi - lo))) return fault;
    }
    for (std::int64_t b = lo; b < hi; ++b) {
      window_[static_cast<std::size_t>(b)] = static_cast<std::int8_t>(m_.activation[static_cast<std::size_t>(at + b - lo)]);
    }
    return std::nullopt;
  }

  void multiply() {
    std::fill(sums_.begin(), sums_.end(), 0);
    for (std::size_t r = 0; r < static_cast<std::size_t>(f_.window_bytes); ++r) {
      const std::int32_t x = window_[r];
      const std::int32_t* w = tile_.data() + r * columns_;
      for (std::size_t c = 0; c < columns_; ++c) sums_[c] += x * w[c];
    }
  }

  Fault accumulate(std::size_t row, bool first, bool last) {
    std::int32_t* acc = m_.accumulators.data() + row * columns_;
    if (!first) {
      for (std::size_t c = 0; c < columns_; ++c) {
        if (__builtin_add_overflow(sums_[c], acc[c], &sums_[c])) {
          return fmt::format("the sum of accumulator row {} column {} leaves int32", row, c);
        }
      }
    }
    m_.accumulator_live[row] = !last;
    if (last) {
      m_.stream.insert(m_.stream.end(), sums_.begin(), sums_.end());
    } else {
      std::copy(sums_.begin(), sums_.end(), acc);
    }
    return std::nullopt;
  }

  const Fields& f_;
  Machine& m_;
  std::size_t columns_;
  std::vector<std::int32_t> tile_;
  std::vector<std::int8_t> window_;
  std::vector<std::int32_t> sums_;
};

}  // namespace

Fault execute_matrix(const Word& word, Machine& machine) {
  const auto fields = decode(word);
  if (auto fault = check(fields, machine)) return fault;
  if (fields.emit && machine.checker != nullptr) machine.stream_owner = machine.checker->own_count();
  return MatrixModel(fields, machine).run();
}

}  // namespace vernier::program
