// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>

#include "vector_bench.hpp"

namespace vernier::test {

/// Makes random commands whose reads stay in one half of the activation buffer and whose writes stay in the other.
class VectorStimulus {
 public:
  VectorStimulus(int columns, unsigned seed) : random_(seed), columns_(columns) {}

  struct Batch {
    std::vector<Issue> issues;
    std::deque<Acc> stream;
  };

  /// As many commands as the parameter buffer has constants for; fills it. Halves change places at every wait.
  Batch batch(std::vector<spec::Word>& pbuf) {
    Batch b;
    std::uint32_t word = 0;
    unsigned half = any() % 2;
    while (true) {
      const bool waits = b.issues.empty() || one_in(3);
      if (waits) half ^= 1U;
      if (one_in(4)) {
        if (word + 9 > pbuf.size()) break;
        b.issues.push_back({softmax(pbuf, word, half), waits});
        word += 9;
        continue;
      }
      spec::Word c{};
      namespace v = spec::vector;
      const std::uint32_t n_ct = one_in(3) ? between(2, 4) : 1;
      const std::uint32_t needs = 1 + n_ct * static_cast<std::uint32_t>((columns_ + 7) / 8) + 4;
      if (word + needs > pbuf.size()) break;
      shape(c, n_ct);
      destination(c, half);
      second_operand(c, half ^ 1U);
      window(c, half ^ 1U);
      spec::set(c, v::descriptor, word);
      constants(pbuf, word, n_ct);
      word += needs;
      if (spec::get(c, v::source) == 0) rows(c, b.stream);
      b.issues.push_back({c, waits});
    }
    return b;
  }

  [[nodiscard]] std::vector<std::uint8_t> bytes(std::size_t count) {
    std::vector<std::uint8_t> out(count);
    for (auto& byte : out) byte = static_cast<std::uint8_t>(any());
    return out;
  }

 protected:
  /// A softmax with any exponentials behind the first, which is that of the largest channel.
  spec::Word softmax(std::vector<spec::Word>& pbuf, std::uint32_t at, unsigned half) {
    namespace s = spec::softmax;
    namespace k = spec::descriptor;
    spec::Word c{}, d{};
    const std::uint32_t block = one_in(2) ? columns() : between(1, 64);
    const std::uint32_t channels = one_in(3) ? between(1, block) : between(1, std::min(150U, 6 * block)), blocks = (channels + block - 1) / block;
    const std::uint32_t n_y = between(1, 3), n_x = between(1, 6);
    const auto view = [&](spec::Field base, spec::Field stride, spec::Field row, spec::Field pitch, unsigned where) {
      const std::uint32_t x = std::min(block, channels) + (one_in(2) ? 0 : between(0, 40)), y = x * n_x + between(0, 50), b = y * n_y + between(0, 20);
      spec::set(c, pitch, x);
      spec::set(c, row, y);
      spec::set(c, stride, b);
      spec::set(c, base, place(where, blocks * b));
    };
    spec::set(c, spec::header::opcode, static_cast<std::uint64_t>(spec::Opcode::kSoftmax));
    spec::set(c, s::descriptor, at);
    spec::set(c, s::n_y, n_y);
    spec::set(c, s::n_x, n_x);
    spec::set(c, s::channels, channels);
    spec::set(c, s::block, block);
    view(s::in_base, s::in_block, s::in_row, s::in_pitch, half ^ 1U);
    view(s::out_base, s::out_block, s::out_row, s::out_pitch, half);
    spec::set(d, k::zero_1, one_in(2) ? 0x80 : any());
    spec::set(d, k::lo_1, 0x80);
    spec::set(d, k::hi_1, 0x7F);
    spec::set(d, k::m, any() | 0x800000);
    spec::set(d, k::s, one_in(4) ? between(20, 45) : between(28, 31));
    pbuf[at] = d;
    const bool steep = one_in(2);
    for (std::uint32_t far = 0; far < 256; ++far) {
      auto& four = pbuf[at + 1 + far / 32].words[far % 32 / 4];
      const std::uint64_t e = far == 0 ? 65535 : steep && far > 40 ? any() % 3 : any() % 65536;
      four = (four & ~(std::uint64_t{0xFFFF} << (16 * (far % 4)))) | e << (16 * (far % 4));
    }
    return c;
  }

  static constexpr std::uint32_t kHalf = 16384;

  std::uint32_t any() { return static_cast<std::uint32_t>(random_()); }
  bool one_in(unsigned n) { return any() % n == 0; }
  std::uint32_t between(std::uint32_t lo, std::uint32_t hi) { return lo + any() % (hi - lo + 1); }
  std::uint32_t columns() const { return static_cast<std::uint32_t>(columns_); }

  void shape(spec::Word& c, std::uint32_t n_ct) {
    namespace v = spec::vector;
    spec::set(c, v::source, one_in(2) ? 0 : between(1, 2));
    spec::set(c, v::binary, between(0, 3));
    spec::set(c, v::n_ct, n_ct);
    spec::set(c, v::n_y, between(1, 3));
    spec::set(c, v::n_x, one_in(4) ? between(1, 40) : between(1, 5));
  }

  // An address so that the whole walk of `extent` bytes from it lies in the half.
  std::uint32_t place(unsigned half, std::uint32_t extent) {
    REQUIRE(extent <= kHalf);
    return half * kHalf + between(0, kHalf - extent);
  }

  std::uint32_t walk(const spec::Word& c, std::uint32_t tile, std::uint32_t row, std::uint32_t pitch, std::uint32_t bytes) {
    namespace v = spec::vector;
    const auto last = [&c](spec::Field f) { return static_cast<std::uint32_t>(spec::get(c, f)) - 1; };
    return last(v::n_ct) * tile + last(v::n_y) * row + last(v::n_x) * pitch + bytes;
  }

  std::uint32_t pitch(std::uint32_t bytes) {
    if (one_in(2)) return bytes;
    return one_in(8) ? between(0, bytes) : between(bytes, 127);
  }

  void destination(spec::Word& c, unsigned half) {
    namespace v = spec::vector;
    const std::uint32_t bytes = one_in(2) ? columns() : between(1, columns());
    const std::uint32_t x = pitch(bytes);
    const std::uint32_t dense = x * static_cast<std::uint32_t>(spec::get(c, v::n_x));
    const std::uint32_t y = one_in(2) && dense < 1500 ? dense : between(0, 1000);
    const std::uint32_t tile = one_in(2) ? bytes : between(0, 1500);
    spec::set(c, v::out_bytes, bytes);
    spec::set(c, v::out_pitch, x);
    spec::set(c, v::out_row, y);
    spec::set(c, v::out_tile, tile);
    spec::set(c, v::out_base, place(half, walk(c, tile, y, x, bytes)));
  }

  void second_operand(spec::Word& c, unsigned half) {
    namespace v = spec::vector;
    const std::uint32_t x = pitch(columns()), y = between(0, 1000), tile = between(0, 1500);
    spec::set(c, v::other_pitch, x);
    spec::set(c, v::other_row, y);
    spec::set(c, v::other_tile, tile);
    spec::set(c, v::other_base, place(half, walk(c, tile, y, x, columns())));
  }

  void window(spec::Word& c, unsigned half) {
    namespace v = spec::vector;
    const std::uint32_t width = between(1, 9), height = between(1, 6), x = between(1, 70);
    const std::uint32_t row = width * x + between(0, 100), tile = between(0, 1000), stride_x = between(1, 3);
    const bool global = one_in(4);  // the window is the image
    const std::uint32_t iy0 = global ? 0U : 0U - between(0, 3), ix0 = global ? 0U : 0U - between(0, 3);
    const std::uint32_t image = place(half, height * row + 3 * tile + columns());
    spec::set(c, v::in_h, height);
    spec::set(c, v::in_w, width);
    spec::set(c, v::in_pitch, x);
    spec::set(c, v::in_row, row);
    spec::set(c, v::in_tile, tile);
    spec::set(c, v::in_step, stride_x * x);
    spec::set(c, v::stride_x, stride_x);
    spec::set(c, v::stride_y, between(1, 3));
    spec::set(c, v::k_h, global ? height : between(1, 4));
    spec::set(c, v::k_w, global ? width : between(1, 4));
    spec::set(c, v::iy0, iy0);
    spec::set(c, v::ix0, ix0);
    spec::set(c, v::in_base, image + iy0 * row + ix0 * x);
  }

  std::uint64_t channel() {
    const std::uint64_t biases[] = {0, any(), any() % 2048 - 1024U, 0x7FFFFFFF, 0x80000000};
    const std::uint64_t mantissas[] = {0, 1, 1, 3, 0x800000, 0xFFFFFF, any() & 0xFFFFFF, any() | 0x400000};
    const std::uint64_t shifts[] = {0, 1, 2, 3, 63, between(4, 62), between(20, 45), between(20, 45)};
    return (biases[any() % 5] & 0xFFFFFFFF) << spec::channel::bias.lsb |
           (mantissas[any() % 8] & 0xFFFFFF) << spec::channel::m.lsb | shifts[any() % 8] << spec::channel::s.lsb;
  }

  void constants(std::vector<spec::Word>& pbuf, std::uint32_t at, std::uint32_t n_ct) {
    namespace k = spec::descriptor;
    spec::Word d{};
    const bool narrow = one_in(3);
    for (const auto& f : {k::zero_1, k::zero_2, k::pad}) spec::set(d, f, any());
    for (const auto& f : {k::lo_1, k::lo_2}) spec::set(d, f, narrow ? any() % 100 - 100U : 0x80);
    for (const auto& f : {k::hi_1, k::hi_2}) spec::set(d, f, narrow ? any() % 100 : 0x7F);
    for (const auto& f : {k::zero_a, k::zero_b}) spec::set(d, f, one_in(4) ? any() : any() % 256 - 128U);
    for (const auto& f : {k::m_a, k::m_b}) spec::set(d, f, one_in(4) ? any() % 4 : any() & 0x7FFFFF);
    spec::set(d, k::s_ab, one_in(4) ? between(0, 3) : one_in(8) ? 63 : between(15, 26));
    spec::set(d, k::uniform, one_in(3) ? 1 : 0);
    const std::uint64_t same = channel();
    spec::set(d, k::bias, same >> spec::channel::bias.lsb & 0xFFFFFFFF);
    spec::set(d, k::m, same >> spec::channel::m.lsb & 0xFFFFFF);
    spec::set(d, k::s, same >> spec::channel::s.lsb & 63);
    const std::uint32_t tile_words = (columns() + 7) / 8;
    spec::set(d, k::use_table, one_in(3) ? 1 : 0);
    spec::set(d, k::table_base, at + 1 + n_ct * tile_words);
    pbuf[at] = d;
    for (std::uint32_t w = 0; w < n_ct * tile_words; ++w) {
      for (auto& lane : pbuf[at + 1 + w].words) lane = channel();
    }
    for (std::uint32_t w = 0; w < 4; ++w) {
      for (auto& eight : pbuf[at + 1 + n_ct * tile_words + w].words) {
        eight = static_cast<std::uint64_t>(any()) << 32 | any();
      }
    }
  }

  void rows(const spec::Word& c, std::deque<Acc>& stream) {
    namespace v = spec::vector;
    const std::uint64_t count = spec::get(c, v::n_ct) * spec::get(c, v::n_y) * spec::get(c, v::n_x);
    for (std::uint64_t r = 0; r < count; ++r) {
      Acc row;
      for (int lane = 0; lane < columns_; ++lane) {
        const std::uint32_t values[] = {static_cast<std::uint32_t>(any()), any() % 64 - 32U,
                                        any() % 2000000 - 1000000U, any() % 20 == 0 ? 0x80000000 : 0x7FFFFFFF};
        row.push_back(static_cast<std::int32_t>(values[any() % 4]));
      }
      stream.push_back(std::move(row));
    }
  }

  std::mt19937 random_;
  int columns_;
};

}  // namespace vernier::test
