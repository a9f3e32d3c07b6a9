// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <vernier/core/requantize.hpp>

#include "machine.hpp"

namespace vernier::program {

/// A descriptor word, decoded.
struct Descriptor {
  std::int32_t zero_1 = 0, lo_1 = 0, hi_1 = 0, zero_2 = 0, lo_2 = 0, hi_2 = 0, zero_a = 0, zero_b = 0, pad = 0, bias = 0;
  std::int32_t m_a = 0, m_b = 0;
  int s_ab = 0;
  Multiplier scale;
  bool uniform = false, use_table = false;
  std::int64_t table_base = 0;
};

/// First stage of the lanes, in the vector and in the depthwise unit: bias, multiplier, clamp and table, with constants
/// from the unit's own buffer.
class Requantiser {
 public:
  Requantiser(Space space, Machine& machine) : space_(space), machine_(machine), channels_(static_cast<std::size_t>(machine.target.columns)) {}

  [[nodiscard]] Fault read_descriptor(std::int64_t word);
  /// A descriptor without use of its table field, and the 256 exponentials behind it.
  [[nodiscard]] Fault read_exponentials(std::int64_t word, std::span<std::uint16_t, 256> exponentials);
  /// The channel parameters of one tile, unless the descriptor is uniform.
  [[nodiscard]] Fault read_channels(std::int64_t word);
  /// Sums to int8 values, in place.
  [[nodiscard]] Fault apply(std::span<std::int32_t> lanes) const;
  [[nodiscard]] const Descriptor& descriptor() const { return d_; }

 private:
  struct Channel {
    std::int32_t bias = 0;
    Multiplier scale;
  };
  [[nodiscard]] const std::vector<std::byte>& buffer() const { return space_ == Space::kParameter ? machine_.parameter : machine_.depthwise; }
  [[nodiscard]] Fault take_words(std::int64_t word, std::int64_t count);

  Space space_;
  Machine& machine_;
  Descriptor d_;
  std::vector<Channel> channels_;
};

}  // namespace vernier::program
