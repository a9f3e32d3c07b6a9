// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <vernier/core/softmax.hpp>

#include "machine.hpp"
#include "requantiser.hpp"

namespace vernier::program {
namespace {

using spec::get;
using spec::Word;
constexpr std::int64_t kAddressMask = (std::int64_t{1} << 22) - 1;

struct Fields {
  std::int64_t descriptor, n_y, n_x, channels, block, in_base, in_block, in_row, in_pitch, out_base, out_block, out_row, out_pitch;
};

Fields decode(const Word& w) {
  namespace f = spec::softmax;
  const auto u = [&w](spec::Field field) { return static_cast<std::int64_t>(get(w, field)); };
  return {u(f::descriptor), u(f::n_y), u(f::n_x), u(f::channels), u(f::block), u(f::in_base), u(f::in_block), u(f::in_row), u(f::in_pitch),
          u(f::out_base), u(f::out_block), u(f::out_row), u(f::out_pitch)};
}

class SoftmaxModel {
 public:
  SoftmaxModel(const Fields& fields, Machine& machine)
      : f_(fields), m_(machine), requantiser_(Space::kParameter, machine), row_(static_cast<std::size_t>(fields.channels)) {}

  Fault run() {
    if (auto fault = requantiser_.read_exponentials(f_.descriptor, exponentials_)) return fault;
    for (std::int64_t y = 0; y < f_.n_y; ++y) {
      for (std::int64_t x = 0; x < f_.n_x; ++x) {
        if (auto fault = read(f_.in_base + y * f_.in_row + x * f_.in_pitch)) return fault;
        apply();
        if (auto fault = write(f_.out_base + y * f_.out_row + x * f_.out_pitch)) return fault;
      }
    }
    return std::nullopt;
  }

 private:
  /// Calls visit(first channel, address, bytes) for the channels of a pixel that lie side by side.
  template <class Visit>
  Fault for_each_block(std::int64_t pixel, std::int64_t stride, const char* what, Visit visit) {
    for (std::int64_t c = 0; c < f_.channels; c += f_.block, pixel += stride) {
      const std::int64_t at = pixel & kAddressMask, bytes = std::min(f_.block, f_.channels - c);
      if (at + bytes > static_cast<std::int64_t>(m_.activation.size())) {
        return fmt::format("{} byte {}, the activation buffer has {}", what, at + bytes - 1, m_.activation.size());
      }
      if (auto fault = visit(static_cast<std::size_t>(c), static_cast<std::size_t>(at), static_cast<std::size_t>(bytes))) return fault;
    }
    return std::nullopt;
  }

  Fault read(std::int64_t pixel) {
    return for_each_block(pixel, f_.in_block, "reads", [this](std::size_t c, std::size_t at, std::size_t bytes) -> Fault {
      for (std::size_t i = 0; i < bytes; ++i) row_[c + i] = static_cast<std::int8_t>(m_.activation[at + i]);
      return m_.checker == nullptr ? std::nullopt : m_.checker->read(Space::kActivation, at, bytes);
    });
  }

  void apply() {
    const auto& d = requantiser_.descriptor();
    const std::int32_t largest = *std::ranges::max_element(row_);
    std::uint32_t sum = 0;
    for (auto& v : row_) sum += static_cast<std::uint32_t>(v = exponentials_[static_cast<std::size_t>(largest - v)]);
    const auto m = softmax_multiplier(d.scale, sum);
    for (auto& v : row_) v = requantize(v, m, d.zero_1, d.lo_1, d.hi_1);
  }

  Fault write(std::int64_t pixel) {
    return for_each_block(pixel, f_.out_block, "writes", [this](std::size_t c, std::size_t at, std::size_t bytes) -> Fault {
      for (std::size_t i = 0; i < bytes; ++i) m_.activation[at + i] = static_cast<std::byte>(row_[c + i]);
      return m_.checker == nullptr ? std::nullopt : m_.checker->write(Space::kActivation, at, bytes);
    });
  }

  const Fields& f_;
  Machine& m_;
  Requantiser requantiser_;
  std::array<std::uint16_t, 256> exponentials_{};
  std::vector<std::int32_t> row_;
};

Fault check(const Fields& f) {
  for (const auto n : {f.n_y, f.n_x, f.channels}) {
    if (n < 1) return "a loop count is 0";
  }
  if (f.block < 1 || f.block > 64) return fmt::format("block is {}, allowed is 1 to 64", f.block);
  return std::nullopt;
}

}  // namespace

Fault execute_softmax(const Word& word, Machine& machine) {
  const auto fields = decode(word);
  if (auto fault = check(fields)) return fault;
  return SoftmaxModel(fields, machine).run();
}

}  // namespace vernier::program
