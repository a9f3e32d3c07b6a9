// SPDX-License-Identifier: Apache-2.0
#include <vernier/package/resources.hpp>

#include <algorithm>

namespace vernier::package {
namespace {

// UG573: an UltraRAM holds 4096 words of 72 bits, a block RAM as simple dual port 512 of 72; UG574: a LUT holds 32 of 2 (RAM32M16: 8 LUTs, 14 bits).
constexpr std::int64_t kUramWords = 4096, kBramWords = 512, kRamBits = 72, kLutramWords = 32, kLutramBits = 14, kLutramLuts = 8;
// Lattice TN1264: a block of ECP5 holds 512 words of 36 bits, a ninth of them parity that byte enables leave unused
constexpr std::int64_t kEbrBits = 36, kEbrMaskedBits = 32;
constexpr std::int64_t kWorthBram = 128, kWorthUram = 2048;  // words

std::int64_t pieces(std::int64_t n, std::int64_t of) { return (n + of - 1) / of; }

enum class Writes : std::uint8_t { kWhole, kMasked };

/// Byte enables of UltraScale+ and 7 series cut a word in 64 bits of data and eight of parity: no word here needs those eight.
Resources memory(std::int64_t words, std::int64_t bits, Writes writes, Family family) {
  const bool ultra = family == Family::kUltraScalePlus;
  Resources r;
  if (family == Family::kEcp5) r.bram36 = 0.5 * static_cast<double>(pieces(words, kBramWords) * pieces(bits, writes == Writes::kMasked ? kEbrMaskedBits : kEbrBits));
  else if (words < kWorthBram) r.lut = static_cast<double>(kLutramLuts * pieces(words, kLutramWords) * pieces(bits, kLutramBits));
  else if (ultra && words >= kWorthUram) r.uram = static_cast<double>(pieces(words, kUramWords) * pieces(bits, kRamBits));
  else r.bram36 = static_cast<double>(pieces(words, kBramWords) * pieces(bits, kRamBits));
  return r;
}

}  // namespace

std::vector<MemoryUse> memories_of(const program::Target& t, Family family) {
  constexpr std::int64_t kWordBytes = 64, kWordBits = 512, kBanks = 4, kSumBits = 32;
  const auto memory_of = [family](std::int64_t words, std::int64_t bits, Writes writes = Writes::kWhole) { return memory(words, bits, writes, family); };
  std::vector<MemoryUse> list{
      {"activation buffer", memory_of(t.activation_bytes / kWordBytes / kBanks, kWordBits, Writes::kMasked) * static_cast<double>(kBanks)},
      {"weight buffer", memory_of(t.weight_bytes / kWordBytes, kWordBits)},
      {"parameter buffer", memory_of(t.parameter_bytes / kWordBytes, kWordBits)},
      {"accumulators", memory_of(t.accumulator_rows, kSumBits * t.columns)},
  };
  if (t.depthwise_taps > 0) {
    list.push_back({"depthwise buffer, two copies", memory_of(t.depthwise_bytes / kWordBytes, kWordBits) * 2});
    list.push_back({"depthwise accumulators", memory_of(t.depthwise_rows, kSumBits * t.columns)});
  }
  return list;
}

}  // namespace vernier::package
