// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/program/program.hpp>

namespace vernier::program {

/// What commands leave behind for later ones, byte for byte.
struct MachineState {
  std::vector<std::byte> activation, weight, parameter, depthwise;  ///< buffers
  std::vector<std::byte> output, scratch;                           ///< regions 2 and 3
};

/// The architectural model of Executor, run in steps: what a machine holds when a command of the stream begins.
/// Trusts the wait fields; Executor proves them. Errors are Executor's.
class Replay {
 public:
  /// `program` and `input` (region 1) outlive the replay.
  Replay(const Program& program, std::span<const std::byte> input);
  ~Replay();
  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;

  /// Executes all commands in front of `command`; never backwards.
  [[nodiscard]] Result<void> run_to(std::size_t command);
  /// @retval kMismatch  a partial sum is under way, so the machine holds more than MachineState
  [[nodiscard]] Result<MachineState> state() const;

 private:
  struct Store;
  std::unique_ptr<Store> store_;
};

}  // namespace vernier::program
