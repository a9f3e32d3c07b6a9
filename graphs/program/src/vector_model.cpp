// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <vernier/core/requantize.hpp>

#include "machine.hpp"
#include "requantiser.hpp"

namespace vernier::program {
namespace {

using spec::get;
using spec::get_signed;
using spec::Word;
constexpr std::int64_t kAddressMask = (std::int64_t{1} << 22) - 1;
enum Source : std::uint8_t { kStream = 0, kMaximum = 1, kSum = 2 };
enum Binary : std::uint8_t { kNone = 0, kAdd = 1, kMultiply = 2, kSubtract = 3 };

struct Fields {
  std::int64_t source, binary, descriptor, n_ct, n_y, n_x, out_base, out_tile, out_row, out_pitch, out_bytes;
  std::int64_t other_base, other_tile, other_row, other_pitch;
  std::int64_t in_base, in_tile, in_row, in_step, in_pitch, k_h, k_w, stride_y, stride_x, iy0, ix0, in_h, in_w;
};

Fields decode(const Word& w) {
  namespace f = spec::vector;
  const auto u = [&w](spec::Field field) { return static_cast<std::int64_t>(get(w, field)); };
  return {u(f::source), u(f::binary), u(f::descriptor), u(f::n_ct), u(f::n_y), u(f::n_x), u(f::out_base), u(f::out_tile),
          u(f::out_row), u(f::out_pitch), u(f::out_bytes), u(f::other_base), u(f::other_tile), u(f::other_row), u(f::other_pitch),
          u(f::in_base), u(f::in_tile), u(f::in_row), u(f::in_step), u(f::in_pitch), u(f::k_h), u(f::k_w), u(f::stride_y),
          u(f::stride_x), get_signed(w, f::iy0), get_signed(w, f::ix0), u(f::in_h), u(f::in_w)};
}

class VectorModel {
 public:
  VectorModel(const Fields& fields, Machine& machine)
      : f_(fields), m_(machine), columns_(static_cast<std::size_t>(machine.target.columns)), requantiser_(Space::kParameter, machine), lanes_(columns_) {}

  Fault run() {
    if (auto fault = check()) return fault;
    if (auto fault = requantiser_.read_descriptor(f_.descriptor)) return fault;
    std::size_t row = 0;
    for (std::int64_t ct = 0; ct < f_.n_ct; ++ct) {
      if (auto fault = requantiser_.read_channels(f_.descriptor + 1 + ct * m_.target.channel_words())) return fault;
      for (std::int64_t y = 0; y < f_.n_y; ++y) {
        for (std::int64_t x = 0; x < f_.n_x; ++x, ++row) {
          if (auto fault = take_source(row, ct, y, x)) return fault;
          if (auto fault = requantiser_.apply(std::span(lanes_).first(static_cast<std::size_t>(f_.out_bytes)))) return fault;
          if (f_.binary != kNone) {
            if (auto fault = combine(f_.other_base + ct * f_.other_tile + y * f_.other_row + x * f_.other_pitch)) return fault;
          }
          if (auto fault = write(f_.out_base + ct * f_.out_tile + y * f_.out_row + x * f_.out_pitch)) return fault;
        }
      }
    }
    if (f_.source == kStream) m_.stream.clear();
    return std::nullopt;
  }

 private:
  Fault check() const {
    if (f_.source > kSum) return fmt::format("source {} does not exist", f_.source);
    if (f_.binary > kSubtract) return fmt::format("binary operation {} does not exist", f_.binary);
    if (f_.n_ct < 1 || f_.n_y < 1 || f_.n_x < 1) return "a loop count is 0";
    if (f_.out_bytes < 1 || f_.out_bytes > m_.target.columns) {
      return fmt::format("out_bytes is {}, allowed is 1 to {}", f_.out_bytes, m_.target.columns);
    }
    const auto rows = static_cast<std::size_t>(f_.n_ct * f_.n_y * f_.n_x);
    if (f_.source == kStream) {
      if (m_.stream.size() != rows * columns_) {
        return fmt::format("takes {} rows, the matrix unit has sent {}", rows, m_.stream.size() / columns_);
      }
      if (m_.checker != nullptr && m_.checker->known()[static_cast<std::size_t>(spec::Unit::kMatrix)] >= m_.stream_owner) {
        return "waits for the matrix command whose rows it has to take: neither can end";
      }
      return std::nullopt;
    }
    if (f_.k_h < 1 || f_.k_w < 1 || f_.in_h < 1 || f_.in_w < 1) return "the window or the image is empty";
    if (f_.in_step != f_.stride_x * f_.in_pitch) return fmt::format("in_step is {}, stride_x * in_pitch is {}", f_.in_step, f_.stride_x * f_.in_pitch);
    return std::nullopt;
  }

  /// int8 lanes of one pixel; only those that are written matter.
  Fault pixel(std::int64_t address, const char* what, std::span<const std::byte>& lanes) {
    const std::int64_t at = address & kAddressMask;
    if (at + f_.out_bytes > static_cast<std::int64_t>(m_.activation.size())) {
      return fmt::format("reads {} byte {}, the activation buffer has {}", what, at + f_.out_bytes - 1, m_.activation.size());
    }
    lanes = std::span(m_.activation).subspan(static_cast<std::size_t>(at), static_cast<std::size_t>(f_.out_bytes));
    if (m_.checker == nullptr) return std::nullopt;
    return m_.checker->read(Space::kActivation, static_cast<std::size_t>(at), lanes.size());
  }

  Fault take_source(std::size_t row, std::int64_t ct, std::int64_t y, std::int64_t x) {
    if (f_.source == kStream) {
      std::copy_n(m_.stream.begin() + static_cast<std::ptrdiff_t>(row * columns_), columns_, lanes_.begin());
      return std::nullopt;
    }
    const bool sum = f_.source == kSum;
    std::fill(lanes_.begin(), lanes_.end(), sum ? 0 : std::numeric_limits<std::int32_t>::min());
    for (std::int64_t kh = 0; kh < f_.k_h; ++kh) {
      for (std::int64_t kw = 0; kw < f_.k_w; ++kw) {
        const std::int64_t iy = f_.iy0 + y * f_.stride_y + kh, ix = f_.ix0 + x * f_.stride_x + kw;
        const bool inside = iy >= 0 && iy < f_.in_h && ix >= 0 && ix < f_.in_w;
        std::span<const std::byte> lanes;
        if (inside) {
          if (auto fault = pixel(f_.in_base + ct * f_.in_tile + (y * f_.stride_y + kh) * f_.in_row + x * f_.in_step + kw * f_.in_pitch, "input", lanes)) return fault;
        }
        for (std::size_t c = 0; c < static_cast<std::size_t>(f_.out_bytes); ++c) {
          const std::int32_t v = inside ? static_cast<std::int8_t>(lanes[c]) : requantiser_.descriptor().pad;
          lanes_[c] = sum ? lanes_[c] + v : std::max(lanes_[c], v);
        }
      }
    }
    return std::nullopt;
  }

  Fault combine(std::int64_t address) {
    std::span<const std::byte> other;
    if (auto fault = pixel(address, "second operand", other)) return fault;
    const auto& d = requantiser_.descriptor();
    for (std::size_t c = 0; c < other.size(); ++c) {
      const std::int64_t a = lanes_[c] - d.zero_a, b = static_cast<std::int8_t>(other[c]) - d.zero_b;
      const std::int64_t e = f_.binary == kMultiply ? a * b * d.m_a : (f_.binary == kAdd ? a * d.m_a + b * d.m_b : a * d.m_a - b * d.m_b);
      lanes_[c] = static_cast<std::int32_t>(std::clamp<std::int64_t>(shift_round_half_even(e, d.s_ab) + d.zero_2, d.lo_2, d.hi_2));
    }
    return std::nullopt;
  }

  Fault write(std::int64_t address) {
    const std::int64_t at = address & kAddressMask;
    if (at + f_.out_bytes > static_cast<std::int64_t>(m_.activation.size())) {
      return fmt::format("writes byte {}, the activation buffer has {}", at + f_.out_bytes - 1, m_.activation.size());
    }
    const auto bytes = static_cast<std::size_t>(f_.out_bytes);
    if (m_.checker != nullptr) {
      if (auto fault = m_.checker->write(Space::kActivation, static_cast<std::size_t>(at), bytes)) return fault;
    }
    for (std::size_t c = 0; c < bytes; ++c) m_.activation[static_cast<std::size_t>(at) + c] = static_cast<std::byte>(lanes_[c]);
    return std::nullopt;
  }

  const Fields& f_;
  Machine& m_;
  std::size_t columns_;
  Requantiser requantiser_;
  std::vector<std::int32_t> lanes_;
};

}  // namespace

Fault execute_vector(const Word& word, Machine& machine) {
  const auto fields = decode(word);
  return VectorModel(fields, machine).run();
}

}  // namespace vernier::program
