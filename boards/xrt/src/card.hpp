// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <xrt/xrt_bo.h>
#include <xrt/xrt_device.h>
#include <xrt/xrt_kernel.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/program/program.hpp>
#include <vernier/runtime/ruler.hpp>
#include <vernier/xrt/bringup.hpp>

namespace vernier::card {

/// kUnavailable where XRT's emulation driver is not installed, or nothing.
[[nodiscard]] std::optional<Error> emulation_missing();

/// The environment of a run on an emulated card whose files lie in `root`: memory, seed, patience, waves. To be called
/// before the device is opened.
void choose_emulation(const EmulatedRoot& root, const runtime::RunOptions& options);

/// What an error register says of a bus, as the NPU's numbers it: "read answered SLVERR".
[[nodiscard]] std::string_view bus_error_text(std::uint32_t error);

/// MHz of the clock of that number as the loaded xclbin states it; 0 without.
[[nodiscard]] double stated_clock_mhz(const ::xrt::device& device, std::size_t clock);

/// Whether the run has ended, well or not, when `patience` is over.
[[nodiscard]] bool ends_within(const ::xrt::run& run, std::chrono::milliseconds patience);

/// The NPU on one device, emulated or real: opened once, then any number of runs. Exceptions of XRT end here.
class Card {
 public:
  /// @param where  names the ruler in errors
  [[nodiscard]] static Result<std::unique_ptr<Card>> open(const std::filesystem::path& xclbin, std::string where);

  /// kUnsupported when the kernel's instruction set or array differs from the program's.
  [[nodiscard]] Result<void> check(const program::Program& program);

  /// Shares the jobs among the compute units in turn. Each unit has two input and two output buffers: while it runs one
  /// job, the next one's input goes to the card and the last one's output comes back. `wall_s` of a report is from its
  /// start to when its end was noticed, which such copies can delay.
  [[nodiscard]] Result<std::vector<runtime::RunReport>> run_all(const program::Program& program, std::span<const runtime::Job> jobs, const runtime::RunOptions& options);

  [[nodiscard]] std::size_t units() const { return units_.size(); }

 private:
  /// A buffer in the bank of one kernel argument; grows, never shrinks.
  struct Buffer {
    ::xrt::bo bo;
    std::size_t bytes = 0;
    std::vector<std::byte> uploaded;  ///< what the device holds, for images that stay the same from run to run
  };
  enum Argument : int { kCommands, kConstants, kInput, kOutput, kScratch, kCommandCount };
  /// One compute unit. What two jobs need at the same time is there twice.
  struct Unit {
    ::xrt::kernel kernel;
    Buffer commands, constants, scratch;
    Buffer inputs[2], outputs[2];
  };
  /// A job on its unit, from the copy of its input to the copy of its output.
  struct Flight {
    Unit* unit = nullptr;
    int buffer = 0;
    std::size_t job = 0;
    ::xrt::run run;
    std::chrono::steady_clock::time_point started;
    double transfer_s = 0;
  };

  Card(::xrt::device device, std::string where) : device_(std::move(device)), where_(std::move(where)) {}
  Buffer& reserve(Unit& unit, Buffer& buffer, Argument argument, std::size_t bytes);
  void upload(Unit& unit, Buffer& buffer, Argument argument, std::span<const std::byte> image, bool keeps);
  [[nodiscard]] Flight load(Unit& unit, int buffer, std::size_t job, const program::Program& program, const runtime::Job& data);
  static void start(Flight& flight);
  static void fetch(Flight& flight, std::span<std::byte> output);
  [[nodiscard]] Result<void> await(Flight& flight, const program::Program& program, const runtime::RunOptions& options);
  [[nodiscard]] Result<runtime::RunReport> collect(Unit& unit);
  [[nodiscard]] static std::uint64_t register64(const Unit& unit, std::uint32_t offset);
  template <class Work>
  auto guarded(Work work) -> decltype(work());

  ::xrt::device device_;
  std::string where_;
  std::vector<Unit> units_;
};

}  // namespace vernier::card
