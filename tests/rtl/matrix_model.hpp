// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>
#include <vernier/spec/npu.hpp>

namespace vernier::test {

/// A matrix command as numbers; names and meaning are those of rtl/spec/npu.toml.
struct MatrixCommand {
  std::int64_t in_base = 0, in_row = 0, in_block = 0, in_pitch = 1, window_bytes = 1, kw_bytes = 0,
               kw_pixels = 1;
  std::int64_t dil_y = 1, stride_y = 1, stride_x = 1, iy0 = 0, ix0 = 0, in_h = 1, in_w = 1;
  std::int64_t n_kh = 1, n_kw = 1, n_cb = 1, n_ct = 1, n_y = 1, n_x = 1, pad = 0;
  std::int64_t weight_base = 0, tile_words = 1, acc_base = 0;
  bool init = true, emit = true;

  [[nodiscard]] std::int64_t pixels() const { return n_y * n_x; }
  [[nodiscard]] std::int64_t tiles() const { return n_kh * n_kw * n_cb * n_ct; }
  [[nodiscard]] std::int64_t rows() const { return n_ct * pixels(); }
  [[nodiscard]] spec::Word encode() const;
};

/// Executes matrix commands as the text of the programming model says, one multiply-accumulate
/// after the other.
class MatrixModel {
 public:
  MatrixModel(std::int64_t rows, std::int64_t cols, std::size_t abuf_bytes, std::size_t wbuf_words,
              std::size_t acc_rows);

  std::vector<std::uint8_t> abuf, wbuf;

  /// Emitted rows of `cols` sums, in order; rows that stay are kept for later commands.
  std::vector<std::vector<std::int32_t>> run(const MatrixCommand& c);
  [[nodiscard]] std::int64_t tile_words() const { return (rows_ + word_rows_ - 1) / word_rows_; }
  [[nodiscard]] std::uint8_t& weight(std::int64_t tile_word, std::int64_t r, std::int64_t c);

 private:
  [[nodiscard]] std::int32_t input(const MatrixCommand& c, std::int64_t kh, std::int64_t kw,
                                   std::int64_t cb, std::int64_t y, std::int64_t x,
                                   std::int64_t byte) const;

  std::int64_t rows_, cols_, word_rows_;
  std::vector<std::vector<std::int32_t>> acc_;
};

}  // namespace vernier::test
