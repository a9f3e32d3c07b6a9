// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <vector>
#include <vernier/core/requantize.hpp>
#include <vernier/spec/npu.hpp>

namespace vernier::test {

using Acc = std::vector<std::int32_t>;

/// Which classes of stimulus a run has met; every test asks for those it is about.
struct VectorSeen {
  int ties_even = 0, ties_odd = 0, ties_negative = 0, shift_zero = 0, shift_max = 0, clamped_low = 0, clamped_high = 0;
  int added = 0, multiplied = 0, subtracted = 0;
  int straddles = 0, overlaps = 0, padded_taps = 0, rows = 0, binary_rows = 0, taps = 0, param_reads = 0;
  int exponentials = 0, pixels = 0, several_blocks = 0, parts_of_blocks = 0, spread_results = 0;
};

/// The vector command as rtl/spec/npu.toml states it, on the bytes of an activation and the words of a parameter buffer.
class VectorModel {
 public:
  VectorModel(int columns, std::size_t abuf_bytes, std::size_t pbuf_words)
      : columns_(columns), abuf(abuf_bytes), pbuf(pbuf_words) {}

  /// Executes one command; rows of source 0 are taken from the front of `stream`.
  void run(const spec::Word& command, std::deque<Acc>& stream) {
    if (field(command, spec::header::opcode) == static_cast<std::uint32_t>(spec::Opcode::kSoftmax)) return softmax(command);
    namespace v = spec::vector;
    const spec::Word descriptor = pbuf[field(command, v::descriptor) % pbuf.size()];
    const int tile_words = (columns_ + 7) / 8;
    seen.param_reads += 1 + (spec::get(descriptor, spec::descriptor::use_table) != 0 ? 4 : 0);
    for (std::uint32_t ct = 0; ct < field(command, v::n_ct); ++ct) {
      if (spec::get(descriptor, spec::descriptor::uniform) == 0) seen.param_reads += tile_words;
      for (std::uint32_t y = 0; y < field(command, v::n_y); ++y) {
        for (std::uint32_t x = 0; x < field(command, v::n_x); ++x) {
          Acc row = source(command, descriptor, ct, y, x, stream);
          ++seen.rows;
          write(command, descriptor, ct, y, x, row);
        }
      }
    }
  }

  [[nodiscard]] static std::uint32_t field(const spec::Word& w, spec::Field f) {
    return static_cast<std::uint32_t>(spec::get(w, f));
  }

 private:
  void softmax(const spec::Word& c) {
    namespace s = spec::softmax;
    namespace k = spec::descriptor;
    const std::uint32_t first = field(c, s::descriptor), channels = field(c, s::channels), block = field(c, s::block);
    const spec::Word d = pbuf[first % pbuf.size()];
    const auto constant = [&d](spec::Field f) { return static_cast<std::int32_t>(spec::get_signed(d, f)); };
    seen.param_reads += 9;
    seen.several_blocks += channels > block ? 1 : 0;
    seen.parts_of_blocks += block > static_cast<std::uint32_t>(columns_) ? 1 : 0;
    for (std::uint32_t y = 0; y < field(c, s::n_y); ++y) {
      for (std::uint32_t x = 0; x < field(c, s::n_x); ++x) {
        const std::uint32_t in = field(c, s::in_base) + y * field(c, s::in_row) + x * field(c, s::in_pitch);
        const std::uint32_t out = field(c, s::out_base) + y * field(c, s::out_row) + x * field(c, s::out_pitch);
        int largest = -128;
        for (std::uint32_t ch = 0; ch < channels; ++ch) largest = std::max<int>(largest, byte_at(in + ch / block * field(c, s::in_block) + ch % block));
        std::vector<std::uint32_t> e(channels);
        std::uint32_t sum = 0;
        for (std::uint32_t ch = 0; ch < channels; ++ch) {
          const auto far = static_cast<std::uint32_t>(largest - byte_at(in + ch / block * field(c, s::in_block) + ch % block));
          const std::uint64_t four = pbuf[(first + 1 + far / 32) % pbuf.size()].words[far % 32 / 4];
          sum += e[ch] = static_cast<std::uint32_t>(four >> (16 * (far % 4)) & 0xFFFF);
        }
        const Multiplier m{static_cast<std::uint32_t>((static_cast<std::uint64_t>(field(d, k::m)) << 15) / sum), static_cast<std::uint8_t>(field(d, k::s))};
        const auto low = static_cast<std::uint8_t>(constant(k::lo_1)), high = static_cast<std::uint8_t>(constant(k::hi_1));
        for (std::uint32_t ch = 0; ch < channels; ++ch) {
          auto& byte = abuf[(out + ch / block * field(c, s::out_block) + ch % block & 0x3FFFFF) % abuf.size()];
          byte = static_cast<std::uint8_t>(requantize(static_cast<std::int32_t>(e[ch]), m, constant(k::zero_1), constant(k::lo_1), constant(k::hi_1)));
          seen.spread_results += byte != low && byte != high ? 1 : 0;
        }
        ++seen.pixels;
        for (std::uint32_t ch = 0; ch < channels; ch += block) {
          const std::uint32_t left = std::min(block, channels - ch), lanes = static_cast<std::uint32_t>(columns_);
          const int pieces = static_cast<int>((left + lanes - 1) / lanes);
          seen.rows += pieces;
          seen.taps += pieces;
          seen.exponentials += 2 * pieces;
        }
      }
    }
  }

  [[nodiscard]] std::int8_t byte_at(std::uint32_t address) const {
    return static_cast<std::int8_t>(abuf[(address & 0x3FFFFF) % abuf.size()]);
  }

  [[nodiscard]] Acc source(const spec::Word& c, const spec::Word& d, std::uint32_t ct, std::uint32_t y, std::uint32_t x,
                           std::deque<Acc>& stream) {
    namespace v = spec::vector;
    if (field(c, v::source) == 0) {
      Acc row = stream.front();
      stream.pop_front();
      return row;
    }
    const bool sum = field(c, v::source) == 2;
    Acc row(static_cast<std::size_t>(columns_));
    for (std::uint32_t kh = 0; kh < field(c, v::k_h); ++kh) {
      for (std::uint32_t kw = 0; kw < field(c, v::k_w); ++kw) {
        const auto iy = spec::get_signed(c, v::iy0) + y * field(c, v::stride_y) + kh;
        const auto ix = spec::get_signed(c, v::ix0) + x * field(c, v::stride_x) + kw;
        const bool inside = iy >= 0 && iy < field(c, v::in_h) && ix >= 0 && ix < field(c, v::in_w);
        const std::uint32_t address = field(c, v::in_base) + ct * field(c, v::in_tile) +
                                      (y * field(c, v::stride_y) + kh) * field(c, v::in_row) +
                                      x * field(c, v::in_step) + kw * field(c, v::in_pitch);
        ++seen.taps;
        seen.padded_taps += inside ? 0 : 1;
        for (int lane = 0; lane < columns_; ++lane) {
          const std::int32_t tap = inside ? byte_at(address + static_cast<std::uint32_t>(lane))
                                          : static_cast<std::int32_t>(spec::get_signed(d, spec::descriptor::pad));
          std::int32_t& r = row[static_cast<std::size_t>(lane)];
          if (kh == 0 && kw == 0) r = tap;
          else r = sum ? r + tap : std::max(r, tap);
        }
      }
    }
    return row;
  }

  void note(std::int32_t acc, Multiplier m, int lo, int hi, int result) {
    const std::int64_t product = static_cast<std::int64_t>(acc) * m.mantissa;
    seen.shift_zero += m.shift == 0 ? 1 : 0;
    seen.shift_max += m.shift == 63 ? 1 : 0;
    seen.clamped_low += result == lo ? 1 : 0;
    seen.clamped_high += result == hi ? 1 : 0;
    if (m.shift == 0 || product == 0) return;
    const std::uint64_t rest = static_cast<std::uint64_t>(product) & ((std::uint64_t{1} << m.shift) - 1);
    if (rest != std::uint64_t{1} << (m.shift - 1)) return;
    ((product >> m.shift & 1) != 0 ? seen.ties_odd : seen.ties_even)++;
    seen.ties_negative += product < 0 ? 1 : 0;
  }

  /// rhe(e / 2^s_ab) + zero_2 between its limits; e as rtl/spec/npu.toml states it.
  [[nodiscard]] static std::int32_t combined(std::uint32_t binary, const spec::Word& d, std::int32_t value, std::int32_t other) {
    namespace k = spec::descriptor;
    const auto constant = [&d](spec::Field f) { return spec::get_signed(d, f); };
    const std::int64_t a = value - constant(k::zero_a), b = other - constant(k::zero_b);
    const std::int64_t m_a = field(d, k::m_a), m_b = field(d, k::m_b), shift = field(d, k::s_ab);
    const std::int64_t e = binary == 2 ? a * b * m_a : binary == 3 ? a * m_a - b * m_b : a * m_a + b * m_b;
    std::int64_t rounded = e >> shift;
    if (shift > 0) {
      const std::int64_t rest = e - (rounded << shift), half = std::int64_t{1} << (shift - 1);
      if (rest > half || (rest == half && rounded % 2 != 0)) ++rounded;
    }
    return static_cast<std::int32_t>(std::max(constant(k::lo_2), std::min(constant(k::hi_2), rounded + constant(k::zero_2))));
  }

  void write(const spec::Word& c, const spec::Word& d, std::uint32_t ct, std::uint32_t y, std::uint32_t x, const Acc& row) {
    namespace v = spec::vector;
    namespace k = spec::descriptor;
    const auto constant = [&d](spec::Field f) { return static_cast<std::int32_t>(spec::get_signed(d, f)); };
    const std::uint32_t out = field(c, v::out_base) + ct * field(c, v::out_tile) + y * field(c, v::out_row) +
                              x * field(c, v::out_pitch);
    const std::uint32_t other = field(c, v::other_base) + ct * field(c, v::other_tile) + y * field(c, v::other_row) +
                                x * field(c, v::other_pitch);
    const std::uint32_t bytes = field(c, v::out_bytes);
    seen.straddles += out % 64 + bytes > 64 ? 1 : 0;
    seen.overlaps += field(c, v::n_x) > 1 && field(c, v::out_pitch) < bytes ? 1 : 0;
    const std::uint32_t binary = field(c, v::binary);
    seen.binary_rows += binary != 0 ? 1 : 0;
    seen.added += binary == 1 ? 1 : 0;
    seen.multiplied += binary == 2 ? 1 : 0;
    seen.subtracted += binary == 3 ? 1 : 0;
    std::vector<std::int8_t> result(bytes);
    for (std::uint32_t lane = 0; lane < bytes; ++lane) {
      std::int32_t bias = constant(k::bias);
      Multiplier m{field(d, k::m), static_cast<std::uint8_t>(field(d, k::s))};
      if (field(d, k::uniform) == 0) {
        const std::uint32_t tile_words = static_cast<std::uint32_t>((columns_ + 7) / 8);
        const std::size_t word = field(c, v::descriptor) + 1 + ct * tile_words + lane / 8;
        const std::uint64_t channel = pbuf[word % pbuf.size()].words[lane % 8];
        bias = static_cast<std::int32_t>(channel >> spec::channel::bias.lsb);
        m.mantissa = static_cast<std::uint32_t>(channel >> spec::channel::m.lsb) & 0xFFFFFF;
        m.shift = static_cast<std::uint8_t>(channel >> spec::channel::s.lsb & 63);
      }
      const auto acc = static_cast<std::int32_t>(static_cast<std::uint32_t>(row[lane]) + static_cast<std::uint32_t>(bias));
      std::int32_t value = requantize(acc, m, constant(k::zero_1), constant(k::lo_1), constant(k::hi_1));
      note(acc, m, constant(k::lo_1), constant(k::hi_1), value);
      if (field(d, k::use_table) != 0) {
        const auto at = static_cast<std::uint32_t>(value + 128);
        const spec::Word& word = pbuf[(field(d, k::table_base) + at / 64) % pbuf.size()];
        value = static_cast<std::int8_t>(word.words[at % 64 / 8] >> (8 * (at % 8)));
      }
      if (binary != 0) value = combined(binary, d, value, byte_at(other + lane));
      result[lane] = static_cast<std::int8_t>(value);
    }
    for (std::uint32_t lane = 0; lane < bytes; ++lane) {
      abuf[(out + lane & 0x3FFFFF) % abuf.size()] = static_cast<std::uint8_t>(result[lane]);
    }
  }

  int columns_;

 public:
  std::vector<std::uint8_t> abuf;
  std::vector<spec::Word> pbuf;
  VectorSeen seen;
};

}  // namespace vernier::test
