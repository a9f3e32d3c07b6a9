// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fmt/format.h>

#include "machine.hpp"
#include "requantiser.hpp"

namespace vernier::program {
namespace {

using spec::get;
using spec::get_signed;
using spec::Word;
constexpr std::int64_t kAddressMask = (std::int64_t{1} << 22) - 1;

struct Fields {
  std::int64_t in_base, in_row, kw_pixels, dil_y, stride_y, stride_x, iy0, ix0, in_h, in_w, n_kh, n_kw, n_y, n_x;
  std::int64_t weight_base, descriptor, out_base, out_row, out_pitch, out_bytes;
  std::int8_t pad;
};

Fields decode(const Word& w) {
  namespace f = spec::depthwise;
  const auto u = [&w](spec::Field field) { return static_cast<std::int64_t>(get(w, field)); };
  return {u(f::in_base), u(f::in_row), u(f::kw_pixels), u(f::dil_y), u(f::stride_y), u(f::stride_x), get_signed(w, f::iy0),
          get_signed(w, f::ix0), u(f::in_h), u(f::in_w), u(f::n_kh), u(f::n_kw), u(f::n_y), u(f::n_x), u(f::weight_base),
          u(f::descriptor), u(f::out_base), u(f::out_row), u(f::out_pitch), u(f::out_bytes), static_cast<std::int8_t>(get_signed(w, f::pad))};
}

/// Every output row on its own: all its passes, then its requantisation. Only lanes that are written are computed.
class DepthwiseModel {
 public:
  DepthwiseModel(const Fields& fields, Machine& machine)
      : f_(fields), m_(machine), requantiser_(Space::kDepthwise, machine), sums_(static_cast<std::size_t>(fields.out_bytes)) {}

  Fault run() {
    if (auto fault = requantiser_.read_descriptor(f_.descriptor)) return fault;
    if (auto fault = requantiser_.read_channels(f_.descriptor + 1)) return fault;
    if (m_.checker != nullptr) {
      const std::int64_t words = f_.n_kh * f_.n_kw * m_.target.depthwise_tile_words();
      if (auto fault = m_.checker->read(Space::kDepthwise, static_cast<std::size_t>(f_.weight_base) * 64, static_cast<std::size_t>(words) * 64)) return fault;
    }
    for (std::int64_t y = 0; y < f_.n_y; ++y) {
      for (std::int64_t x = 0; x < f_.n_x; ++x) {
        if (auto fault = convolve(y, x)) return fault;
        if (auto fault = requantiser_.apply(sums_)) return fault;
        if (auto fault = write(f_.out_base + y * f_.out_row + x * f_.out_pitch)) return fault;
      }
    }
    return std::nullopt;
  }

 private:
  Fault convolve(std::int64_t y, std::int64_t x) {
    std::fill(sums_.begin(), sums_.end(), 0);
    for (std::int64_t kh = 0; kh < f_.n_kh; ++kh) {
      for (std::int64_t kw = 0; kw < f_.n_kw; ++kw) {
        const std::int64_t iy = f_.iy0 + y * f_.stride_y + kh * f_.dil_y, ix = f_.ix0 + x * f_.stride_x + kw * f_.kw_pixels;
        const std::int64_t window = f_.in_base + (kh * f_.dil_y + y * f_.stride_y) * f_.in_row + (kw * f_.kw_pixels + x * f_.stride_x) * m_.target.block();
        for (std::int64_t p = 0; p < m_.target.depthwise_taps; ++p) {
          const bool inside = iy >= 0 && iy < f_.in_h && ix + p >= 0 && ix + p < f_.in_w;
          if (auto fault = add_tap(kh * f_.n_kw + kw, p, inside, window + p * m_.target.block())) return fault;
        }
      }
    }
    return std::nullopt;
  }

  Fault add_tap(std::int64_t tile, std::int64_t p, bool inside, std::int64_t address) {
    const std::int64_t at = address & kAddressMask;
    if (inside) {
      if (at + f_.out_bytes > static_cast<std::int64_t>(m_.activation.size())) {
        return fmt::format("reads byte {}, the activation buffer has {}", at + f_.out_bytes - 1, m_.activation.size());
      }
      if (m_.checker != nullptr) {
        if (auto fault = m_.checker->read(Space::kActivation, static_cast<std::size_t>(at), sums_.size())) return fault;
      }
    }
    const std::int64_t taps_per_word = 64 / m_.target.columns;
    const std::byte* weight = m_.depthwise.data() + (f_.weight_base + tile * m_.target.depthwise_tile_words() + p / taps_per_word) * 64 + p % taps_per_word * m_.target.columns;
    for (std::size_t c = 0; c < sums_.size(); ++c) {
      const std::int32_t value = inside ? static_cast<std::int8_t>(m_.activation[static_cast<std::size_t>(at) + c]) : f_.pad;
      if (__builtin_add_overflow(sums_[c], value * static_cast<std::int8_t>(weight[c]), &sums_[c])) return fmt::format("the sum of lane {} leaves int32", c);
    }
    return std::nullopt;
  }

  Fault write(std::int64_t address) {
    const std::int64_t at = address & kAddressMask;
    if (at + f_.out_bytes > static_cast<std::int64_t>(m_.activation.size())) {
      return fmt::format("writes byte {}, the activation buffer has {}", at + f_.out_bytes - 1, m_.activation.size());
    }
    if (m_.checker != nullptr) {
      if (auto fault = m_.checker->write(Space::kActivation, static_cast<std::size_t>(at), sums_.size())) return fault;
    }
    for (std::size_t c = 0; c < sums_.size(); ++c) m_.activation[static_cast<std::size_t>(at) + c] = static_cast<std::byte>(sums_[c]);
    return std::nullopt;
  }

  const Fields& f_;
  Machine& m_;
  Requantiser requantiser_;
  std::vector<std::int32_t> sums_;
};

Fault check(const Fields& f, const Target& t) {
  if (t.depthwise_taps == 0) return "the target has no depthwise unit";
  for (const auto n : {f.n_kh, f.n_kw, f.n_y, f.n_x, f.in_h, f.in_w}) {
    if (n < 1) return "a loop count or the image size is 0";
  }
  if (f.n_y * f.n_x > t.depthwise_rows) return fmt::format("has {} rows, the unit's accumulator {}", f.n_y * f.n_x, t.depthwise_rows);
  if (f.out_bytes < 1 || f.out_bytes > t.columns) return fmt::format("out_bytes is {}, allowed is 1 to {}", f.out_bytes, t.columns);
  const std::int64_t end = f.weight_base + f.n_kh * f.n_kw * t.depthwise_tile_words();
  if (end > t.depthwise_bytes / 64) return fmt::format("weights reach word {}, the buffer has {}", end, t.depthwise_bytes / 64);
  return std::nullopt;
}

}  // namespace

Fault execute_depthwise(const Word& word, Machine& machine) {
  const auto fields = decode(word);
  if (auto fault = check(fields, machine.target)) return fault;
  return DepthwiseModel(fields, machine).run();
}

}  // namespace vernier::program
