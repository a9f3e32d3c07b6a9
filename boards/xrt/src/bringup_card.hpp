// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <xrt/xrt_bo.h>
#include <xrt/xrt_device.h>
#include <xrt/xrt_kernel.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <vernier/xrt/bringup.hpp>

#include "card.hpp"

namespace vernier::card {

/// Registers of boards/bringup/vrn_bringup.sv.
struct BringupMap {
  static constexpr std::uint32_t kArguments[] = {0x10, 0x1C, 0x24, 0x2C};  ///< memory, mode, words, seed
  static constexpr const char* kNames[] = {"memory", "mode", "words", "seed"};
  static constexpr std::uint32_t kMagicAt = 0x34, kCycles = 0x38, kTicks = 0x3C, kSum = 0x40, kFirst = 0x48;
  static constexpr std::uint32_t kMagic = 0x5642524E;
};
enum class BringupMode : std::uint32_t { kWait, kFill, kRead };

constexpr std::size_t kWordBytes = 64;

/// The card as one step of bring-up sees it. Exceptions of XRT pass through; run_steps catches them.
class BringupCard {
 public:
  explicit BringupCard(const std::filesystem::path& xclbin) : device_(0U), uuid_(device_.load_xclbin(xclbin.string())) {}
  [[nodiscard]] ::xrt::device& device() { return device_; }
  [[nodiscard]] const ::xrt::uuid& uuid() const { return uuid_; }
  /// Exclusive: registers can be read.
  [[nodiscard]] ::xrt::kernel kernel(const std::string& unit) const {
    return {device_, uuid_, "vrn_bringup:{" + unit + "}", ::xrt::kernel::cu_access_mode::exclusive};
  }
  [[nodiscard]] double stated_mhz(std::size_t clock) const { return stated_clock_mhz(device_, clock); }

 private:
  ::xrt::device device_;
  ::xrt::uuid uuid_;
};

/// One compute unit and a buffer in its bank.
class BringupUnit {
 public:
  struct Figures {
    std::uint32_t cycles = 0, ticks = 0;
    std::uint64_t sum = 0, first = 0;
  };
  BringupUnit(BringupCard& card, const std::string& unit, std::size_t bytes)
      : kernel_(card.kernel(unit)), memory_(card.device(), bytes, kernel_.group_id(0)) {}

  [[nodiscard]] ::xrt::kernel& kernel() { return kernel_; }
  /// Nothing when it has not ended in time.
  [[nodiscard]] std::optional<Figures> run(BringupMode mode, std::size_t offset, std::uint32_t words, std::uint32_t seed,
                                           std::chrono::milliseconds patience = std::chrono::seconds(20));
  void to_card(std::size_t offset, std::span<const std::uint64_t> words);
  [[nodiscard]] std::vector<std::uint64_t> from_card(std::size_t offset, std::size_t count);

 private:
  ::xrt::kernel kernel_;
  ::xrt::bo memory_;
};

/// Lane `index` of what mode kFill writes.
[[nodiscard]] inline std::uint64_t fill_lane(std::uint32_t seed, std::uint32_t index) {
  const std::uint32_t x = seed + index;
  return static_cast<std::uint64_t>(~x) << 32 | x;
}

/// Data lines, address lines and cells of one bank, by the host's transfers and by the kernel's.
void check_memory(BringupUnit& unit, const std::string& bank, StepReport& report);

}  // namespace vernier::card
