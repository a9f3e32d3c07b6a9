// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/tiny/link.hpp>

namespace vernier::tiny {

enum class Mode : std::uint8_t { kPerformance, kEnergy };

/// What stands behind the protocol: one model with its own clock.
struct Target {
  std::string name = "vernier", vendor = "unverified", model;  ///< model: the task, "ic01"
  std::size_t input_bytes = 0;
  /// Runs the input `times` times and returns the results of the last one.
  std::function<Result<std::vector<float>>(std::span<const std::byte> input, std::uint64_t times)> infer;
  std::function<std::uint64_t()> now_us;
  std::function<void()> edge;  ///< energy mode: falling edge of the timing pin; may be empty
};

/// The device's side of MLPerf Tiny's text protocol: commands end with '%', every answer ends with m-ready.
/// @par Source  mlcommons/tiny benchmark/api/internally_implemented.cpp and submitter_implemented.cpp
class Device {
 public:
  Device(Target target, Mode mode) : target_(std::move(target)), mode_(mode) {}

  /// Answers commands until the other side closes the line.
  [[nodiscard]] Result<void> serve(Link& link);

  /// The lines that answer one command, m-ready included.
  [[nodiscard]] std::string answer(const std::string& command);

 private:
  [[nodiscard]] std::string buffer(const std::vector<std::string>& words);
  [[nodiscard]] std::string infer(const std::vector<std::string>& words);
  [[nodiscard]] std::string timestamp();
  [[nodiscard]] std::string results() const;

  Target target_;
  Mode mode_;
  std::size_t expected_ = 0;          ///< bytes of the buffer that is being loaded
  std::vector<std::byte> buffer_;
  std::vector<float> results_;
};

}  // namespace vernier::tiny
