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
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/program/program.hpp>
#include <vernier/runtime/ruler.hpp>

namespace vernier::card {

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
  [[nodiscard]] Result<runtime::RunReport> run(const program::Program& program, std::span<const std::byte> input, std::span<std::byte> output,
                                               const runtime::RunOptions& options);

 private:
  /// A buffer in the bank of one kernel argument; grows, never shrinks.
  struct Buffer {
    ::xrt::bo bo;
    std::size_t bytes = 0;
    std::vector<std::byte> uploaded;  ///< what the device holds, for images that stay the same from run to run
  };
  enum Argument : int { kCommands, kConstants, kInput, kOutput, kScratch, kCommandCount };

  Card(::xrt::device device, ::xrt::kernel kernel, std::string where)
      : device_(std::move(device)), kernel_(std::move(kernel)), where_(std::move(where)) {}
  Buffer& reserve(Argument argument, std::size_t bytes);
  void upload(Argument argument, std::span<const std::byte> image, bool keeps);
  [[nodiscard]] Result<void> await(::xrt::run& run, const program::Program& program, const runtime::RunOptions& options);
  [[nodiscard]] Result<runtime::RunReport> collect();
  [[nodiscard]] std::uint64_t register64(std::uint32_t offset);
  template <class Work>
  auto guarded(Work work) -> decltype(work());

  ::xrt::device device_;
  ::xrt::kernel kernel_;
  std::string where_;
  Buffer buffers_[5];
};

}  // namespace vernier::card
