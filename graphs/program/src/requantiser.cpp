// SPDX-License-Identifier: Apache-2.0
#include "requantiser.hpp"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

namespace vernier::program {
namespace {

using spec::get;
using spec::get_signed;
using spec::Word;

Descriptor decode(const Word& w) {
  namespace f = spec::descriptor;
  const auto s = [&w](spec::Field field) { return static_cast<std::int32_t>(get_signed(w, field)); };
  const auto u = [&w](spec::Field field) { return static_cast<std::int32_t>(get(w, field)); };
  return {.zero_1 = s(f::zero_1), .lo_1 = s(f::lo_1), .hi_1 = s(f::hi_1), .zero_2 = s(f::zero_2), .lo_2 = s(f::lo_2), .hi_2 = s(f::hi_2),
          .zero_a = s(f::zero_a), .zero_b = s(f::zero_b), .pad = s(f::pad), .bias = s(f::bias), .m_a = u(f::m_a), .m_b = u(f::m_b),
          .s_ab = u(f::s_ab), .scale = {static_cast<std::uint32_t>(get(w, f::m)), static_cast<std::uint8_t>(get(w, f::s))},
          .uniform = get(w, f::uniform) == 1, .use_table = get(w, f::use_table) == 1, .table_base = u(f::table_base)};
}

}  // namespace

Fault Requantiser::take_words(std::int64_t word, std::int64_t count) {
  const auto size = static_cast<std::int64_t>(buffer().size());
  if ((word + count) * 64 > size) {
    return fmt::format("reads {} word {}, the buffer has {}", space_ == Space::kParameter ? "parameter" : "depthwise", word + count - 1, size / 64);
  }
  (space_ == Space::kParameter ? machine_.param_reads : machine_.depthwise_param_reads) += static_cast<std::uint64_t>(count);
  if (machine_.checker == nullptr) return std::nullopt;
  return machine_.checker->read(space_, static_cast<std::size_t>(word) * 64, static_cast<std::size_t>(count) * 64);
}

Fault Requantiser::read_descriptor(std::int64_t word) {
  if (auto fault = take_words(word, 1)) return fault;
  Word w;
  std::memcpy(w.words.data(), buffer().data() + word * 64, 64);
  d_ = decode(w);
  if (d_.uniform) std::fill(channels_.begin(), channels_.end(), Channel{d_.bias, d_.scale});
  return d_.use_table ? take_words(d_.table_base, 4) : std::nullopt;
}

Fault Requantiser::read_exponentials(std::int64_t word, std::span<std::uint16_t, 256> exponentials) {
  if (auto fault = read_descriptor(word)) return fault;
  if (d_.use_table) return "the descriptor of a softmax has use_table set";
  if (auto fault = take_words(word + 1, static_cast<std::int64_t>(exponentials.size_bytes() / 64))) return fault;
  std::memcpy(exponentials.data(), buffer().data() + (word + 1) * 64, exponentials.size_bytes());
  if (exponentials[0] != 65535) return fmt::format("the first exponential is {}, it has to be 65535", exponentials[0]);
  return std::nullopt;
}

Fault Requantiser::read_channels(std::int64_t word) {
  if (d_.uniform) return std::nullopt;
  namespace f = spec::channel;
  if (auto fault = take_words(word, machine_.target.channel_words())) return fault;
  for (std::size_t c = 0; c < channels_.size(); ++c) {
    Word w;
    std::memcpy(w.words.data(), buffer().data() + word * 64 + static_cast<std::int64_t>(c * 8), 8);
    channels_[c] = {static_cast<std::int32_t>(get_signed(w, f::bias)),
                    Multiplier{static_cast<std::uint32_t>(get(w, f::m)), static_cast<std::uint8_t>(get(w, f::s))}};
  }
  return std::nullopt;
}

Fault Requantiser::apply(std::span<std::int32_t> lanes) const {
  for (std::size_t c = 0; c < lanes.size(); ++c) {
    std::int32_t biased = 0;
    if (__builtin_add_overflow(lanes[c], channels_[c].bias, &biased)) return fmt::format("sum and bias of lane {} leave int32", c);
    lanes[c] = requantize(biased, channels_[c].scale, d_.zero_1, d_.lo_1, d_.hi_1);
    if (d_.use_table) lanes[c] = static_cast<std::int8_t>(buffer()[static_cast<std::size_t>(d_.table_base * 64 + lanes[c] + 128)]);
  }
  return std::nullopt;
}

}  // namespace vernier::program
