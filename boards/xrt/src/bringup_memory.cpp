// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <map>

#include <fmt/format.h>

#include "bringup_card.hpp"

namespace vernier::card {
namespace {

constexpr unsigned kDataBits = 64, kFirstAddressBit = 6, kLastAddressBit = 25;
constexpr std::uint32_t kFillWords = 4096;
constexpr const char* kMemoryAdvice = "reset the card (xbutil reset), check the bank's training in the log of the driver, link the kernel to another bank";

/// What the words read tell, against what was written: dead, one stuck bit, or something else.
void judge(std::span<const std::uint64_t> wrote, std::span<const std::uint64_t> read, const std::string& bank, const char* path, StepReport& report) {
  std::uint64_t differs = 0, always_one = ~std::uint64_t{0}, always_zero = ~std::uint64_t{0};
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < wrote.size(); ++i) {
    differs |= wrote[i] ^ read[i];
    always_one &= read[i];
    always_zero &= ~read[i];
    wrong += wrote[i] != read[i] ? 1 : 0;
  }
  if (wrong == 0) return;
  if ((always_one | always_zero) == ~std::uint64_t{0}) {
    report.fail(Fault::kDeadBank, fmt::format("bank {}: every word reads as {:#x} ({})", bank, read[0], path), kMemoryAdvice);
  } else if (std::popcount(differs) == 1 && ((differs & always_one) != 0 || (differs & always_zero) != 0)) {
    report.fail(Fault::kStuckDataBit, fmt::format("bank {}: data bit {} is stuck at {} ({})", bank, std::countr_zero(differs), (differs & always_one) != 0 ? 1 : 0, path), kMemoryAdvice);
  } else {
    report.fail(Fault::kWrongMemory, fmt::format("bank {}: {} of {} words differ, in bits {:#x} ({})", bank, wrong, wrote.size(), differs, path), kMemoryAdvice);
  }
}

void check_data_lines(BringupUnit& unit, const std::string& bank, StepReport& report) {
  std::vector<std::uint64_t> words;
  for (unsigned bit = 0; bit < kDataBits; ++bit) {
    words.push_back(std::uint64_t{1} << bit);
    words.push_back(~(std::uint64_t{1} << bit));
  }
  unit.to_card(0, words);
  judge(words, unit.from_card(0, words.size()), bank, "walking bits by transfers of the host", report);
}

/// A word at the beginning and one at every power of two, each with a value of its own; then each is read by the host and
/// by the kernel.
void check_address_lines(BringupUnit& unit, const std::string& bank, StepReport& report) {
  std::vector<std::size_t> offsets{0};
  for (unsigned bit = kFirstAddressBit; bit <= kLastAddressBit; ++bit) offsets.push_back(std::size_t{1} << bit);
  const auto tag = [](std::size_t offset) { return 0x5A00'0000'0000'0000ULL + offset; };
  for (const auto offset : offsets) unit.to_card(offset, std::vector<std::uint64_t>(kWordBytes / 8, tag(offset)));
  std::map<std::size_t, std::size_t> elsewhere;  // offset to the one whose value was read there
  for (const auto offset : offsets) {
    const auto host = unit.from_card(offset, 1)[0];
    if (host != tag(offset)) {
      return report.fail(Fault::kAliasedAddress, fmt::format("bank {}: the host reads {:#x} at offset {:#x}, {:#x} was written", bank, host, offset, tag(offset)), kMemoryAdvice);
    }
    const auto kernel = unit.run(BringupMode::kRead, offset, 1, 0);
    if (!kernel) return report.fail(Fault::kNoDone, fmt::format("bank {}: a read of one word does not end", bank), "check the bank's clock and reset");
    if (kernel->first == tag(offset)) continue;
    const auto from = std::ranges::find_if(offsets, [&](std::size_t o) { return tag(o) == kernel->first; });
    elsewhere[offset] = from == offsets.end() ? ~std::size_t{0} : *from;
  }
  if (elsewhere.empty()) return;
  const auto [offset, from] = *elsewhere.begin();
  const auto back = elsewhere.find(from);
  if (elsewhere.size() == 2 && back != elsewhere.end() && back->second == offset) {
    return report.fail(Fault::kSwappedAddressBits, fmt::format("bank {}: address bits {} and {} are exchanged on the kernel's way", bank, std::countr_zero(offset), std::countr_zero(from)),
                       "compare the address mapping of the interconnect and of the host's transfers");
  }
  report.fail(Fault::kAliasedAddress, fmt::format("bank {}: the kernel reads at offset {:#x} what lies at {:#x} ({} offsets of {} are wrong)", bank, offset, from, elsewhere.size(), offsets.size()),
              "compare the address mapping of the interconnect and of the host's transfers");
}

/// The kernel fills a block, the host reads it.
void check_cells(BringupUnit& unit, const std::string& bank, StepReport& report) {
  constexpr std::uint32_t kSeed = 0x1357;
  if (!unit.run(BringupMode::kFill, 0, kFillWords, kSeed)) {
    return report.fail(Fault::kNoDone, fmt::format("bank {}: filling {} words does not end", bank, kFillWords), "check the bank's clock and reset");
  }
  std::vector<std::uint64_t> wrote(std::size_t{kFillWords} * 8);
  for (std::uint32_t i = 0; i < wrote.size(); ++i) wrote[i] = fill_lane(kSeed, i);
  judge(wrote, unit.from_card(0, wrote.size()), bank, "written by the kernel, read by the host", report);
}

}  // namespace

void check_memory(BringupUnit& unit, const std::string& bank, StepReport& report) {
  for (const auto check : {check_data_lines, check_address_lines, check_cells}) {
    check(unit, bank, report);
    if (report.state == StepState::kFailed) return;
  }
}

}  // namespace vernier::card
