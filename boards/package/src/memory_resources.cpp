// SPDX-License-Identifier: Apache-2.0
#include <vernier/package/resources.hpp>

#include <algorithm>

namespace vernier::package {
namespace {

// UG573: an UltraRAM holds 4096 words of 72 bits, a block RAM as simple dual port 512 of 72; UG574: a LUT holds 32 of 2 (RAM32M16: 8 LUTs, 14 bits).
constexpr std::int64_t kUramWords = 4096, kBramWords = 512, kRamBits = 72, kLutramWords = 32, kLutramBits = 14, kLutramLuts = 8;
constexpr std::int64_t kWorthBram = 128, kWorthUram = 2048;  // words

std::int64_t pieces(std::int64_t n, std::int64_t of) { return (n + of - 1) / of; }

/// Byte enables cut a word in 64 bits of data and eight of parity that stay unused, so that a mask costs no more.
Resources memory(std::int64_t words, std::int64_t bits, bool ultra) {
  Resources r;
  if (words < kWorthBram) r.lut = static_cast<double>(kLutramLuts * pieces(words, kLutramWords) * pieces(bits, kLutramBits));
  else if (ultra && words >= kWorthUram) r.uram = static_cast<double>(pieces(words, kUramWords) * pieces(bits, kRamBits));
  else r.bram36 = static_cast<double>(pieces(words, kBramWords) * pieces(bits, kRamBits));
  return r;
}

}  // namespace

std::vector<MemoryUse> memories_of(const program::Target& t, Family family) {
  const bool ultra = family == Family::kUltraScalePlus;
  constexpr std::int64_t kWordBytes = 64, kWordBits = 512, kBanks = 4, kSumBits = 32;
  std::vector<MemoryUse> list{
      {"activation buffer", memory(t.activation_bytes / kWordBytes / kBanks, kWordBits, ultra) * static_cast<double>(kBanks)},
      {"weight buffer", memory(t.weight_bytes / kWordBytes, kWordBits, ultra)},
      {"parameter buffer", memory(t.parameter_bytes / kWordBytes, kWordBits, ultra)},
      {"accumulators", memory(t.accumulator_rows, kSumBits * t.columns, ultra)},
  };
  if (t.depthwise_taps > 0) {
    list.push_back({"depthwise buffer, two copies", memory(t.depthwise_bytes / kWordBytes, kWordBits, ultra) * 2});
    list.push_back({"depthwise accumulators", memory(t.depthwise_rows, kSumBits * t.columns, ultra)});
  }
  return list;
}

}  // namespace vernier::package
