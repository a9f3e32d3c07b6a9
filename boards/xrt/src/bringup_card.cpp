// SPDX-License-Identifier: Apache-2.0
#include "bringup_card.hpp"

namespace vernier::card {

std::optional<BringupUnit::Figures> BringupUnit::run(BringupMode mode, std::size_t offset, std::uint32_t words, std::uint32_t seed, std::chrono::milliseconds patience) {
  ::xrt::run run(kernel_);
  run.set_arg(0, memory_.address() + offset);
  run.set_arg(1, static_cast<std::uint32_t>(mode));
  run.set_arg(2, words);
  run.set_arg(3, seed);
  run.start();
  if (!ends_within(run, patience) || run.state() != ERT_CMD_STATE_COMPLETED) return std::nullopt;
  const auto wide = [this](std::uint32_t at) { return static_cast<std::uint64_t>(kernel_.read_register(at + 4)) << 32 | kernel_.read_register(at); };
  return Figures{kernel_.read_register(BringupMap::kCycles), kernel_.read_register(BringupMap::kTicks), wide(BringupMap::kSum), wide(BringupMap::kFirst)};
}

void BringupUnit::to_card(std::size_t offset, std::span<const std::uint64_t> words) {
  memory_.write(words.data(), words.size_bytes(), offset);
  memory_.sync(XCL_BO_SYNC_BO_TO_DEVICE, words.size_bytes(), offset);
}

std::vector<std::uint64_t> BringupUnit::from_card(std::size_t offset, std::size_t count) {
  std::vector<std::uint64_t> words(count);
  memory_.sync(XCL_BO_SYNC_BO_FROM_DEVICE, 8 * count, offset);
  memory_.read(words.data(), 8 * count, offset);
  return words;
}

}  // namespace vernier::card
