// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/package/board.hpp>

namespace vernier::card {

/// What a step of bring-up found wrong.
enum class Fault : std::uint8_t {
  kNone, kNoDevice, kWrongUuid, kMissingKernel, kRegisterMap, kNoDone, kSlowClock, kDeadBank, kStuckDataBit, kSwappedAddressBits, kAliasedAddress,
  kWrongMemory, kWrongResults, kLowBandwidth, kWrongNetwork, kCrashed,
};
[[nodiscard]] std::string_view name_of(Fault fault);  ///< "stuck data bit"

enum class StepState : std::uint8_t { kPassed, kFailed, kSkipped };
[[nodiscard]] std::string_view name_of(StepState state);

struct StepReport {
  std::string name;
  std::string proves;
  StepState state = StepState::kPassed;
  Fault fault = Fault::kNone;
  std::string finding;  ///< what failed, or why it was skipped
  std::string advice;   ///< what to try
  std::vector<std::pair<std::string, double>> figures;  ///< the name carries the unit

  void fail(Fault what, std::string text, std::string try_this);
  void skip(std::string why);
};

struct BringupOptions {
  package::Board board;
  std::filesystem::path xclbin;        ///< with the bring-up kernel
  std::vector<std::string> units;      ///< compute units that must be there
  std::string uuid;                    ///< that the file must have; empty: what belongs to its content, where that is known
  bool emulated = false;
  double least_bandwidth_share = 0.5;  ///< of a bank's peak, kernel side
  double most_clock_error = 0.02;
  std::function<void(const StepReport&)> step_done;
};

/// Runs `work` in a process of its own, because a simulator or driver may end the one that uses it: a step that takes its
/// process down, or longer than `patience_s`, fails with what is known. Files that `work` writes stay.
[[nodiscard]] StepReport run_step(std::string name, std::string proves, double patience_s, const std::function<void(StepReport&)>& work);

/// Device, UUID, kernels, registers, completion, clock, memory, results, bandwidth, sensors, in this order. What a failed
/// step makes meaningless is skipped. kUnavailable without XRT.
[[nodiscard]] Result<std::vector<StepReport>> bring_up(const BringupOptions& options);

/// A folder for what emulation leaves, and XRT's environment for it in this process.
class EmulatedRoot {
 public:
  EmulatedRoot();
  ~EmulatedRoot();
  EmulatedRoot(const EmulatedRoot&) = delete;
  EmulatedRoot& operator=(const EmulatedRoot&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }  ///< empty when it could not be made
  /// Hosts of this process find emulated cards, configured by emconfig.json of `folder`.
  void choose(const std::filesystem::path& folder) const;

 private:
  std::filesystem::path path_;
};

}  // namespace vernier::card
