// SPDX-License-Identifier: Apache-2.0
#include "matrix_model.hpp"

namespace vernier::test {

spec::Word MatrixCommand::encode() const {
  namespace f = spec::matrix;
  spec::Word w;
  const auto put = [&w](spec::Field field, std::int64_t value) {
    spec::set(w, field, static_cast<std::uint64_t>(value));
  };
  put(spec::header::opcode, static_cast<std::int64_t>(spec::Opcode::kMatrix));
  put(f::in_base, in_base);
  put(f::in_row, in_row);
  put(f::in_step, stride_x * in_pitch);
  put(f::in_block, in_block);
  put(f::in_pitch, in_pitch);
  put(f::window_bytes, window_bytes);
  put(f::kw_bytes, kw_bytes);
  put(f::kw_pixels, kw_pixels);
  put(f::dil_y, dil_y);
  put(f::stride_y, stride_y);
  put(f::stride_x, stride_x);
  put(f::iy0, iy0);
  put(f::ix0, ix0);
  put(f::in_h, in_h);
  put(f::in_w, in_w);
  put(f::n_kh, n_kh);
  put(f::n_kw, n_kw);
  put(f::n_cb, n_cb);
  put(f::n_ct, n_ct);
  put(f::n_y, n_y);
  put(f::n_x, n_x);
  put(f::pad, pad);
  put(f::weight_base, weight_base);
  put(f::tile_words, tile_words);
  put(f::acc_base, acc_base);
  put(f::init, init ? 1 : 0);
  put(f::emit, emit ? 1 : 0);
  return w;
}

MatrixModel::MatrixModel(std::int64_t rows, std::int64_t cols, std::size_t abuf_bytes,
                         std::size_t wbuf_words, std::size_t acc_rows)
    : abuf(abuf_bytes),
      wbuf(64 * wbuf_words),
      rows_(rows),
      cols_(cols),
      word_rows_(64 / cols),
      acc_(acc_rows, std::vector<std::int32_t>(static_cast<std::size_t>(cols))) {}

std::uint8_t& MatrixModel::weight(std::int64_t tile_word, std::int64_t r, std::int64_t c) {
  return wbuf[static_cast<std::size_t>(64 * (tile_word + r / word_rows_) +
                                       (r % word_rows_) * cols_ + c)];
}

std::int32_t MatrixModel::input(const MatrixCommand& c, std::int64_t kh, std::int64_t kw,
                                std::int64_t cb, std::int64_t y, std::int64_t x,
                                std::int64_t byte) const {
  const std::int64_t iy = c.iy0 + y * c.stride_y + kh * c.dil_y;
  const std::int64_t ix = c.ix0 + x * c.stride_x + kw * c.kw_pixels + byte / c.in_pitch;
  if (iy < 0 || iy >= c.in_h || ix < 0 || ix >= c.in_w) return static_cast<std::int8_t>(c.pad);
  const std::int64_t address = c.in_base + cb * c.in_block + kh * c.dil_y * c.in_row +
                               kw * c.kw_bytes + y * c.stride_y * c.in_row +
                               x * c.stride_x * c.in_pitch + byte;
  return static_cast<std::int8_t>(
      abuf[(static_cast<std::uint64_t>(address) & 0x3FFFFFU) % abuf.size()]);
}

std::vector<std::vector<std::int32_t>> MatrixModel::run(const MatrixCommand& c) {
  std::vector<std::vector<std::int32_t>> emitted;
  std::int64_t tile = 0;
  for (std::int64_t k = 0; k < c.n_kh * c.n_kw * c.n_cb; ++k) {
    const std::int64_t cb = k % c.n_cb, kw = k / c.n_cb % c.n_kw, kh = k / c.n_cb / c.n_kw;
    const bool first = k == 0, last = k == c.n_kh * c.n_kw * c.n_cb - 1;
    for (std::int64_t ct = 0; ct < c.n_ct; ++ct, ++tile) {
      for (std::int64_t p = 0; p < c.pixels(); ++p) {
        auto sums = first && c.init
                        ? std::vector<std::int32_t>(static_cast<std::size_t>(cols_))
                        : acc_[static_cast<std::size_t>(c.acc_base + ct * c.pixels() + p)];
        for (std::int64_t r = 0; r < c.window_bytes; ++r) {
          const std::int32_t a = input(c, kh, kw, cb, p / c.n_x, p % c.n_x, r);
          for (std::int64_t col = 0; col < cols_; ++col)
            sums[static_cast<std::size_t>(col)] +=
                a * static_cast<std::int8_t>(weight(c.weight_base + tile * c.tile_words, r, col));
        }
        if (last && c.emit)
          emitted.push_back(std::move(sums));
        else
          acc_[static_cast<std::size_t>(c.acc_base + ct * c.pixels() + p)] = std::move(sums);
      }
    }
  }
  return emitted;
}

}  // namespace vernier::test
